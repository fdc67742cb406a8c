// Reasons that staff keep at hand: a text that a moderator puts in the form and then makes his own. Rule: a reason that is ended
// stays, so that it is known who wrote it; what was decided with it does not change.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "discussion/services.hpp"
#include "site/action.hpp"
#include "site/page.hpp"

namespace forum::moderation {

struct StandardReason {
    std::int64_t id;
    std::string decision;  ///< slug of decision_kinds.hpp
    std::string title, text, by_name;
    base::Time created_at;
};
/// Those that are in use, by title.
std::vector<StandardReason> list_standard_reasons(db::Tx& tx);

/// /moderatie/redenen: read by staff, changed by moderators.
site::Page load_reasons(const site::PageContext& context, const discussion::Services& services);
/// POST /moderatie/redenen {decision, title, text}.
site::ActionResult add_reason(const site::ActionContext& context, const discussion::Services& services);
/// POST /moderatie/redenen/{id}: it is no longer offered. Problem{not_found} when it is not in use.
site::ActionResult end_reason(const site::ActionContext& context, const discussion::Services& services);

}  // namespace forum::moderation
