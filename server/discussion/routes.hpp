// Table of contents of discussion: every address, who may come, and what it does. Rule: nothing but the table and its wiring.
#pragma once

#include "discussion/services.hpp"
#include "site/routes.hpp"

namespace forum::discussion {

/// `services` is kept by reference in the routes.
void add_routes(site::Routes& routes, const Services& services);

}  // namespace forum::discussion
