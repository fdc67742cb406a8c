// Table of contents of members: every address, who may come, and what it does. Rule: nothing but the table and its wiring.
#pragma once

#include "members/services.hpp"
#include "site/routes.hpp"

namespace forum::members {

/// `services` is kept by reference in the routes.
void add_routes(site::Routes& routes, const Services& services);

}  // namespace forum::members
