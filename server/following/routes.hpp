// The addresses of following. Rule: everything here is for members, and each sees his own.
#pragma once

#include "following/services.hpp"
#include "site/routes.hpp"

namespace forum::following {

void add_routes(site::Routes& routes, const Services& services);

}  // namespace forum::following
