// Table of contents of places. Rule: every route of the feature is named in routes.cpp, and nowhere else.
#pragma once

#include "places/directory.hpp"
#include "places/thread_source.hpp"
#include "site/routes.hpp"

namespace forum::places {

/// `directory`, `threads` and `templates` live as long as the routes.
void add_routes(site::Routes& routes, const Directory& directory, const ThreadSource& threads, const view::Templates& templates);

}  // namespace forum::places
