// A decision as its author, a reader or staff may see it: the view model `Decision`. Rule: readers learn that, when and by which
// rule; the facts and the moderator's questions are for the author and staff; the moderator's name for staff.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "moderation/case_store.hpp"
#include "moderation/decision_store.hpp"

namespace forum::moderation {

enum class DecisionReader { author, staff, other };

nlohmann::json decision_json(const Decision& decision, const std::vector<HouseRule>& rules, DecisionReader reader);

/// Where one objects to a decision.
std::string appeal_url(base::DecisionId id);

/// isApprove, isReturn, isReject beside `kind`.
void put_kind_flags(nlohmann::json& model, const std::string& kind);

}  // namespace forum::moderation
