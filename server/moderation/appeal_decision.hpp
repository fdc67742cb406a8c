// /bezwaar: the author of a post, or who reported it, objects to a decision (T19; DSA article 20). Rule: once, within the term, and
// only by whom it is about; for anybody else the decision does not exist.
#pragma once

#include "discussion/services.hpp"
#include "site/action.hpp"

namespace forum::moderation {

/// GET /bezwaar?besluit=12: the form, or why it is not there (too late, objected already, the decision no longer holds).
site::Page load_appeal_page(const site::PageContext& context, const discussion::Services& services);

/// POST /bezwaar {decision, text}: opens a case that somebody decides who took no part (decider_bar), within appeal_days working
/// days. The text: 1 to 8,000 characters. Problem{not_found} for whom it does not concern; 409 with all that he typed when it is
/// too late, when he objected already or the decision no longer holds.
site::ActionResult appeal_decision(const site::ActionContext& context, const discussion::Services& services);

/// The same by whoever has the link to a notice: /kennisgeving/{token}/bezwaar.
site::Page load_notice_appeal_page(const site::PageContext& context, const discussion::Services& services);
site::ActionResult appeal_by_notice(const site::ActionContext& context, const discussion::Services& services);

}  // namespace forum::moderation
