// Table of contents of moderation. Rule: every route of the feature is named in routes.cpp, and nowhere else.
#pragma once

#include "discussion/services.hpp"
#include "site/routes.hpp"

namespace forum::moderation {

/// `services` lives as long as the routes.
void add_routes(site::Routes& routes, const discussion::Services& services);

}  // namespace forum::moderation
