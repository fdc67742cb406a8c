// The SQL of objections to a decision. Rule: one a person and decision (the database has the same keys); it ends by a decision on
// its case (judge.hpp) and by nothing else.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/ids.hpp"
#include "base/time.hpp"
#include "db/tx.hpp"

namespace forum::moderation {

/// Who objects: a member, or whoever sent in a notice (0 = nobody).
struct Objector {
    base::MemberId member;
    std::int64_t notice{0};
};

/// What he is to a decision.
enum class Interest {
    none,      ///< it is not about him: for him it does not exist
    author,    ///< it restricts his post, or himself
    reporter,  ///< he reported the post or sent a notice, and it stayed
};
struct Standing {
    Interest interest;
    bool is_standing;  ///< false: taken back, or turned round already
};
Standing find_standing(db::Tx& tx, base::DecisionId id, const Objector& by);

/// Nobody decides on the post or the member of this decision, takes the decision back or objects to it until the transaction ends; nothing
/// happens when there is none.
void lock_decided_post(db::Tx& tx, base::DecisionId id);

/// An objection, and what became of it.
struct Appeal {
    base::CaseId case_id;
    base::DecisionId decision;  ///< that is objected to
    std::string text;
    base::Time at, due_at;
    std::string outcome;  ///< kind of the decision that ended it, "" while it is open
    std::string facts;    ///< on which that one rests
    std::optional<base::Time> decided_at;
};
/// His own objections to any of these decisions.
std::vector<Appeal> appeals_of(db::Tx& tx, const Objector& by, const std::vector<std::int64_t>& decisions);

/// Opens the case, which stands in the queue until `due_at` at the latest.
base::CaseId insert_appeal(db::Tx& tx, base::DecisionId id, const Objector& by, const std::string& text, base::Time due_at);

/// The objection that a case is about, as staff see it.
struct CaseAppeal {
    base::MemberId member;  ///< none: whoever sent in a notice
    std::int64_t notice;    ///< 0: a member
    std::string name;       ///< of either; "" when he gave none
    bool is_author;
    std::string text;
    base::Time at;
};
std::optional<CaseAppeal> find_appeal(db::Tx& tx, base::CaseId id);

/// Members whose report ended with this decision, each once.
std::vector<base::MemberId> reporters_told(db::Tx& tx, base::DecisionId id);

}  // namespace forum::moderation
