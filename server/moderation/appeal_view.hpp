// Objections as those who made them, and staff, see them. Rule: who objected is for staff and himself; why his objection was refused
// is for him too, never who decided.
#pragma once

#include <map>
#include <nlohmann/json_fwd.hpp>
#include <vector>

#include "moderation/appeal_store.hpp"

namespace forum::moderation {

/// {text, createdAt, dueAt, isGranted, isRefused, facts, decidedAt}; `decidedAt`: null while it is open.
nlohmann::json appeal_json(const Appeal& appeal);

/// His own objections by the decision that they are about.
std::map<std::int64_t, Appeal> appeals_by_decision(db::Tx& tx, const Objector& by, const std::vector<std::int64_t>& decisions);

/// {by, isAuthor, text, createdAt} of an objection's case, for staff; null for other cases.
nlohmann::json case_appeal_json(db::Tx& tx, base::CaseId id);

}  // namespace forum::moderation
