// The SQL of measures against members (features.md D15): what holds for whom, and since which decision. Rule: changed by judge.cpp and
// run_timers.cpp alone, in the transaction of the decision; whoever asks what holds asks the view standing_measures.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/ids.hpp"
#include "base/time.hpp"
#include "db/tx.hpp"

namespace forum::moderation {

/// A measure that holds.
struct Measure {
    base::MemberId member;
    std::string kind;  ///< "review-all", "read-only", "suspend" or "end-membership"
    base::DecisionId decision;
    std::optional<base::Time> until;  ///< none: for good
};
std::optional<Measure> find_measure(db::Tx& tx, base::MemberId member);

/// From this decision on the measure holds, in place of what held.
void begin_measure(db::Tx& tx, base::DecisionId decision, base::MemberId member, const std::string& kind, std::optional<base::Time> until);
/// Nothing holds any more, by this decision.
void end_measure(db::Tx& tx, base::DecisionId decision, base::MemberId member);
/// What this measure took the place of and what would hold now without it: its own end has not passed, and no objection turned it round.
std::optional<Measure> find_replaced(db::Tx& tx, base::DecisionId measure);
/// That one holds again; nothing else may hold for its member.
void resume_measure(db::Tx& tx, base::DecisionId measure);
/// What `undone` began ends by `decision`, and what it ended holds again.
void undo_measure(db::Tx& tx, base::DecisionId undone, base::DecisionId decision);

/// Whose end has come at `now` and that no timer has ended yet, the oldest first; with the case of its decision.
struct DueMeasure {
    Measure measure;
    base::CaseId case_id;
};
std::vector<DueMeasure> due_measures(db::Tx& tx, base::Time now, int limit);
/// Nobody decides about this member until the transaction ends. False when the measure of this decision does not hold any more.
bool lock_measure(db::Tx& tx, const Measure& measure);

}  // namespace forum::moderation
