// The versions of a post that readers have seen, newest first, each with what changed (A8). Rule: who may not read the post
// now may not read what it was either; versions that never went live are for the author and staff.
#pragma once

#include "discussion/services.hpp"
#include "site/page.hpp"

namespace forum::discussion {

/// /gesprekken/{id}/berichten/{n}/versies, /api/v1/threads/{id}/posts/{n}/versions
site::Page load_history_page(const site::PageContext& context, const Services& services);

}  // namespace forum::discussion
