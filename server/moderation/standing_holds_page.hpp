// /moderatie/vooraf: what staff have read first, and who began or ended that. Rule: read by staff, changed by moderators.
#pragma once

#include "discussion/services.hpp"
#include "site/action.hpp"
#include "site/page.hpp"

namespace forum::moderation {

site::Page load_standing_holds(const site::PageContext& context, const discussion::Services& services);
/// POST {about: "theme/wonen", "typology/expatgemeenten" or "function/wethouder", reason}.
site::ActionResult begin_standing_hold(const site::ActionContext& context, const discussion::Services& services);
/// POST /moderatie/vooraf/{id}: from now on it holds nothing; what waits goes on waiting. Problem{not_found} when it does not hold.
site::ActionResult finish_standing_hold(const site::ActionContext& context, const discussion::Services& services);

}  // namespace forum::moderation
