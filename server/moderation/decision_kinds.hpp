// Everything that a person can decide on a case about a post, one row each. Rule: form, page, statement and use case read this
// table; what the database holds about a kind stands in sql/migrations/0008_moderation_in_full.sql.
#pragma once

#include <string_view>
#include <vector>

namespace forum::moderation {

enum class PostMove {
    none,
    publish,          ///< T5, T12
    publish_changed,  ///< T6
    give_back,        ///< T7
    reject,           ///< T10, T12
    hide,             ///< T15
    remove,           ///< T17
    restore,          ///< T16: back for readers
    lift,             ///< T16, T18: back for readers when it was hidden, else as it is
    grant,            ///< T20: what the appealed decision did is turned round
};

enum class CaseAfter { open, with_author, decided };

struct DecisionKind {
    std::string_view slug;                ///< decisions.kind, and what a form sends
    std::vector<std::string_view> cases;  ///< kinds of case on which it can be decided
    std::vector<std::string_view> from;   ///< states of the post; none = any
    PostMove move;
    CaseAfter after;
    bool is_restrictive;  ///< needs a rule or law, facts, a statement and a way to object (invariant 5)
    bool needs_facts;
    bool needs_questions;
    bool may_appeal;                       ///< the author can object
    std::vector<std::string_view> merges;  ///< other open cases of the post that end with it
};

const std::vector<DecisionKind>& decision_kinds();
/// nullptr when there is no such decision.
const DecisionKind* find_decision_kind(std::string_view slug);
/// Can it be decided on a case of this kind about a post in this state?
bool is_possible(const DecisionKind& kind, std::string_view case_kind, std::string_view post_state);

}  // namespace forum::moderation
