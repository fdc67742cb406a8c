// The start page: what is going on, what has no answer yet, and the municipalities like the reader's own. Rule: every number
// on it is the count of the list that it links to.
#pragma once

#include "discussion/services.hpp"
#include "site/page.hpp"

namespace forum::discussion {

/// "/", /api/v1/home.
site::Page load_home_page(const site::PageContext& context, const Services& services);

}  // namespace forum::discussion
