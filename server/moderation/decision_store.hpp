// The SQL of decisions: immutable rows that say what was decided, why, and what anyone can do about it. Rule: a row is only ever
// inserted, by judge.cpp or run_timers.cpp; the database seals it (sql/replaceable/30_decision_chain.sql).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "access/viewer.hpp"
#include "base/ids.hpp"
#include "base/time.hpp"
#include "db/tx.hpp"

namespace forum::moderation {

/// A row of decisions (features.md 4c). Empty texts, absent times and none ids are what a decision does not have.
struct Decision {
    base::DecisionId id;
    base::CaseId case_id;
    std::string kind;
    base::PostId post;
    int post_version{0};    ///< that was judged
    base::MemberId member;  ///< whom a measure is about
    std::string state_from, state_to;
    std::optional<int> live_version_from;  ///< what readers saw before
    base::MemberId by;                     ///< none: the system
    std::string by_name, by_role;
    base::MemberId seconded_by;
    base::Time at;
    bool is_automatic{false};
    bool is_detected_automatically{false};
    std::string source{"review"};  ///< what led to it: "report", "notice", "word-rule", ...
    std::vector<std::string> rules;
    std::string legal_ground, facts, questions;
    std::string note;                       ///< for staff
    std::string scope{"whole-post"};        ///< "member": it is about a person
    std::string sent_to;                    ///< of 'escalate'
    std::optional<base::Time> deadline_at;  ///< for the author's answer
    std::optional<base::Time> until;        ///< how long it holds; none = for good
    std::optional<base::Time> appeal_until;
    std::string statement;  ///< as the author was told, frozen
    base::DecisionId reverses;
};

/// `id`, `by_name` and `at` are the database's.
base::DecisionId insert_decision(db::Tx& tx, const Decision& decision);

std::optional<Decision> find_decision(db::Tx& tx, base::DecisionId id);
std::vector<Decision> decisions_of_case(db::Tx& tx, base::CaseId id);
/// The decision that explains how each of these posts stands now.
std::vector<Decision> last_decisions(db::Tx& tx, const std::vector<std::int64_t>& posts);
/// Every measure against this member that was not taken back, and every lifting of one, oldest first.
std::vector<Decision> measures_of_member(db::Tx& tx, base::MemberId member);
/// What this member was told about his posts and himself, newest first.
std::vector<Decision> decisions_of_author(db::Tx& tx, base::MemberId author, base::DecisionId before, int limit);
/// Of what the viewer looks after.
std::int64_t count_decided_since(db::Tx& tx, const access::Viewer& viewer, base::Time since);

/// A moderator takes back his own decision within so many minutes (T26).
constexpr std::chrono::minutes undo_time{10};
/// The newest decision of this moderator that nothing followed and that is young enough; of one case, or of all (none).
std::optional<Decision> find_undoable(db::Tx& tx, base::MemberId by, base::CaseId id);

}  // namespace forum::moderation
