// A decision takes effect: the post moves or a measure holds, the case ends or stays, the row that says why is written, and everybody whom it
// touches hears of it. Rule: nothing else decides; post, case, row and events are one transaction.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "access/viewer.hpp"
#include "discussion/services.hpp"
#include "moderation/case_store.hpp"
#include "moderation/decision_kinds.hpp"
#include "moderation/decision_store.hpp"

namespace forum::moderation {

/// What somebody decides, checked before (decide_case.cpp): a restrictive one without rule, facts or way to object is refused by
/// the database.
struct Judgement {
    const DecisionKind* kind;
    std::vector<std::string> rules;  ///< slugs of house rules
    std::string legal_ground, facts, questions, note;
    std::string body;                 ///< of approve-with-changes
    std::string sent_to;              ///< of escalate: "senior", "legal" or "police"
    std::string source;               ///< "threshold" or "timer"; "" = what the case says
    std::optional<base::Time> until;  ///< when a hiding by the system, or a measure, ends by itself
    base::MemberId proposed_by{};     ///< of a decision by two: the first of them; who judges confirms it
};

struct Judged {
    base::DecisionId id;
    std::string state_from, state_to;  ///< of the post, or what holds for the member
};

/// Is the post kept as it is for the police (T25), so that nobody erases it?
bool is_kept_for_police(db::Tx& tx, base::PostId post);

/// The text for who may not decide on it, as decider_bar says.
std::string bar_text(const CaseRow& row, base::MemberId member, const std::string& bar);

/// The case as it is now, under the locks of its thread and post (or its member) and itself; nothing when there is none.
std::optional<CaseRow> lock_and_find(db::Tx& tx, base::CaseId id);

/// `by`: a guest is the system. `row`: from lock_and_find, in the same transaction, as the moderator saw it. Throws
/// Problem{conflict} when the case is no longer open at that version, somebody else holds it, or the post does not stand where
/// this decision is possible; Problem{forbidden} when he is involved.
Judged judge(db::Tx& tx, const discussion::Services& services, const access::Viewer& by, const CaseRow& row, const Judgement& judgement);

/// T26: turns round the last decision on this case. Throws Problem{conflict, "moderation.undo_too_late"} when it is not his, too
/// long ago, or anything happened after it.
Judged undo_decision(db::Tx& tx, const discussion::Services& services, const access::Viewer& by, const CaseRow& row);

}  // namespace forum::moderation
