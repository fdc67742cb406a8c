// Table of contents of moderation. Rule: every route of the feature is named in routes.cpp, and nowhere else.
#pragma once

#include "db/database.hpp"
#include "discussion/services.hpp"
#include "moderation/intake.hpp"
#include "site/routes.hpp"

namespace forum::moderation {

/// All of them live as long as the routes.
void add_routes(site::Routes& routes, const discussion::Services& services, db::Database& database, const Intake& intake);

}  // namespace forum::moderation
