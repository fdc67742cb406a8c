// Everything that a person can decide on a case, one row each. Rule: form, page, statement and use case read this table; what the
// database holds about a kind stands in sql/migrations/0008_moderation_in_full.sql and 0012_member_measures.sql.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace forum::moderation {

/// What happens to the post, or to what holds for the member whom the case is about.
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
    erase,            ///< T24: of the text nothing is left, in no version
    grant,            ///< T20: what the appealed decision did is turned round
    measure,          ///< D15: this holds for the member from now on, in place of what held
    end_measure,      ///< nothing holds for him any more
};

enum class CaseAfter { open, with_author, decided };

/// Does it end by itself on a day that the moderator names?
enum class Until { never, optional, needed };

struct DecisionKind {
    std::string_view slug;                ///< decisions.kind, and what a form sends
    std::vector<std::string_view> cases;  ///< kinds of case on which it can be decided
    std::vector<std::string_view> from;   ///< states of the post, or what holds for the member; none = any
    PostMove move;
    CaseAfter after;
    bool is_restrictive;  ///< needs a rule or law, facts, a statement and a way to object (invariant 5)
    bool needs_facts;
    bool needs_questions;
    bool may_appeal;                       ///< the author can object
    std::vector<std::string_view> merges;  ///< other open cases of the post that end when it takes the post away
    Until until{Until::never};
};

const std::vector<DecisionKind>& decision_kinds();
/// nullptr when there is no such decision.
const DecisionKind* find_decision_kind(std::string_view slug);
/// Can it be decided on a case of this kind about a post in this state, or a member for whom this measure ("none") holds?
bool is_possible(const DecisionKind& kind, std::string_view case_kind, std::string_view state);

/// Does it take two moderators? What is erased does not come back; and a heavy measure when `takes_two`: the member whom it is about is a
/// mayor, an alderman or one of the staff. The database has the same rules (decisions_seconded, SQL's needs_second).
bool needs_second(const DecisionKind& kind, bool takes_two);

/// "approve_with_changes": a kind as the keys of texts have it. What is said otherwise about a person than about a post has its own.
std::string text_name(std::string_view slug, std::string_view case_kind);

/// Did this decision leave a reported post where it was? Who reported it can object; when he is right, it goes.
bool left_it_there(std::string_view kind);

/// Is it a restriction, for which the database wants rule or law, facts, statement and a way to object? `appealed`: the kind of
/// the decision that is objected to, "" without one.
bool is_restriction(const DecisionKind& kind, std::string_view appealed);

/// Must the moderator say what he found? Always of a restriction; and who sent a notice is told why, also when the post stays (DSA article
/// 16(6), features.md D9).
bool wants_facts(const DecisionKind& kind, std::string_view case_kind, std::string_view appealed);

/// Can this decision on an objection name another rule or law, on which the first one then rests? Refused on the same ground it
/// names none.
bool may_change_ground(const DecisionKind& kind, std::string_view case_kind, std::string_view post_state);

}  // namespace forum::moderation
