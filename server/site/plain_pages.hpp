// Pages without data of their own (about, accessibility, privacy) and the reader's choices of language and theme. Rule: nothing
// here reads the database.
#pragma once

#include "site/routes.hpp"

namespace forum::site {

/// `templates` lives as long as the routes.
void add_plain_pages(Routes& routes, const view::Templates& templates);

}  // namespace forum::site
