// A decision as a moderator typed it: ready to be judged, or kept in the case until a second one confirms it (features.md 4b). Rule:
// what is kept was checked when it was typed; what time changes is asked again when it is confirmed.
#pragma once

#include <optional>
#include <string>

#include "moderation/judge.hpp"
#include "moderation/queue_page.hpp"

namespace forum::moderation {

/// The end of a day ("2026-12-31") in Amsterdam; nothing when it is none.
std::optional<base::Time> end_of_day(const std::string& day);

/// `draft`: without errors.
Judgement judgement_of(const DecisionDraft& draft);

/// JSON for cases.proposal, and back.
std::string proposal_text(const DecisionDraft& draft);
DecisionDraft read_proposal(const CaseRow& row);

}  // namespace forum::moderation
