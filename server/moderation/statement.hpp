// What an author is told about a decision, in plain words, from the decision's own row (DSA article 17; features.md 4e). Rule: every
// part comes from the row, so that the frozen text and the log can never tell different things.
#pragma once

#include <string>
#include <vector>

#include "moderation/case_store.hpp"
#include "moderation/decision_store.hpp"
#include "view/templates.hpp"

namespace forum::moderation {

/// Within how many working days an objection is decided.
constexpr int appeal_days = 10;

/// Until when an author, or whoever reported a post, can object to what he was told then: six months (DSA article 20: at least that),
/// to the last second of that day in the Netherlands, so that who reads a date may object all that day.
base::Time appeal_end(base::Time told);

/// The day in words, as it is in Amsterdam.
std::string day_text(base::Time time, view::Language language);

/// The last whole day before the end of a measure, "2026-12-31", and in words.
std::string last_day(base::Time until);
std::string last_day_text(base::Time until, view::Language language);

/// "" for a decision that says enough by itself (approve). The language of the row is Dutch; `decision.at` is when.
std::string statement_text(const view::Templates& texts, view::Language language, const Decision& decision,
                           const std::vector<HouseRule>& rules);

}  // namespace forum::moderation
