// A moderator puts all posts of a thread behind those of another (A7): two talks about one subject become one. Rule: both are there for
// the same readers, so that nobody sees more by it; the numbers of the other stay, and every old address leads on.
#pragma once

#include "discussion/services.hpp"
#include "site/action.hpp"

namespace forum::discussion {

/// /gesprekken/{id}/samenvoegen: names the other thread by address, number or words of its title, then shows what was found.
site::Page load_merge_page(const site::PageContext& context, const Services& services);

/// POST /gesprekken/{id}/samenvoegen; POST /api/v1/threads/{id}/merge {into, reason}.
site::ActionResult merge_threads(const site::ActionContext& context, const Services& services);

}  // namespace forum::discussion
