// An author changes his own post: the page and the use case. Rule: the change names the version it began from; on another
// one nothing is overwritten and both texts are given back.
#pragma once

#include "discussion/services.hpp"
#include "site/action.hpp"

namespace forum::discussion {

/// /gesprekken/{id}/berichten/{n}/wijzig
site::Page load_edit_page(const site::PageContext& context, const Services& services);

/// POST of that page, PUT /api/v1/threads/{id}/posts/{n} {body, version}: 200 when readers see it, 202 when it waits.
site::ActionResult edit_post(const site::ActionContext& context, const Services& services);

}  // namespace forum::discussion
