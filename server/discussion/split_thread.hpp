// A moderator makes a thread of its own of chosen posts (A7): two subjects in one talk become two. Rule: the new one is for the same
// readers and stands in the same place; the first chosen post is its opening, so readers must see that one.
#pragma once

#include "discussion/services.hpp"
#include "site/action.hpp"

namespace forum::discussion {

/// /gesprekken/{id}/splitsen: every post after the opening with a box to tick.
site::Page load_split_page(const site::PageContext& context, const Services& services);

/// POST /gesprekken/{id}/splitsen; POST /api/v1/threads/{id}/split {numbers, title, reason}.
site::ActionResult split_thread(const site::ActionContext& context, const Services& services);

}  // namespace forum::discussion
