// The SQL of review: cases, leases, decisions, house rules. Rule: the only queries on these tables; a decision row is only
// ever inserted.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "access/viewer.hpp"
#include "base/ids.hpp"
#include "base/time.hpp"
#include "db/tx.hpp"

namespace forum::moderation {

/// How long opening a case keeps others from deciding (features.md finding 3: it ends by itself).
constexpr std::chrono::minutes lease_time{10};
/// How long an author has to answer a question (T7).
constexpr std::chrono::days answer_time{30};

struct HouseRule {
    std::string slug;
    int number;
    std::string title;
    std::string text;
};
std::vector<HouseRule> list_house_rules(db::Tx& tx);

/// A case as the queue shows it.
struct CaseRow {
    base::CaseId id;
    int version;
    std::string kind;   ///< "review" or "change"
    std::string state;  ///< "open", "with_author", "decided", "withdrawn"
    base::PostId post;
    int post_version;
    base::ThreadId thread;
    int post_number;
    std::string thread_title, thread_slug;
    std::string body, body_html;  ///< of the version to judge
    base::MemberId author;
    std::string author_name, author_function, author_municipality;
    bool author_is_staff;
    base::Time waiting_since;
    int rounds;
    base::MemberId lease_by;  ///< none when free or expired
    std::string lease_name;
    std::optional<base::Time> lease_until;
};

struct QueueCursor {
    std::string waiting_since, id;  ///< as in the last row; "" = from the start
};
/// Open cases, longest waiting first (state open, also those of the viewer's own posts).
std::vector<CaseRow> list_open_cases(db::Tx& tx, const QueueCursor& after, int limit);
std::int64_t count_open_cases(db::Tx& tx);
/// The open case that waits longest and is not `except`, not held by another, not the viewer's own post.
std::optional<base::CaseId> find_next_case(db::Tx& tx, base::MemberId viewer, base::CaseId except);
std::optional<CaseRow> find_case(db::Tx& tx, base::CaseId id);
/// Nobody decides, takes or changes the case or its post until the transaction ends; nothing happens when there is none.
void lock_case(db::Tx& tx, base::CaseId id);
std::int64_t count_decided_today(db::Tx& tx, base::Time since);

/// Takes or renews the lease of an open case when it is free, expired or the member's own. False when another holds it or the
/// case is no longer open.
bool take_lease(db::Tx& tx, base::CaseId id, base::MemberId member);
/// Lets go of the member's own lease; nothing happens when he has none.
void release_lease(db::Tx& tx, base::CaseId id, base::MemberId member);

/// Ends a round of an open case at exactly this version, when nobody else holds it. False: decided, changed or held meanwhile.
bool close_round(db::Tx& tx, base::CaseId id, int version, base::MemberId member, std::string_view new_state,
                 std::optional<base::Time> deadline);

struct NewDecision {
    base::CaseId case_id;
    std::string kind;
    base::PostId post;
    int post_version;
    std::string state_from, state_to;
    base::MemberId decided_by;
    std::string decided_role;
    std::vector<std::string> rules;
    std::string facts, questions, note, statement;
    std::optional<base::Time> deadline_at, appeal_until;
};
base::DecisionId insert_decision(db::Tx& tx, const NewDecision& decision);

struct Decision {
    base::DecisionId id;
    base::CaseId case_id;
    base::PostId post;
    std::string kind;
    std::vector<std::string> rules;
    std::string facts, questions, statement, by_name;
    base::Time decided_at;
    bool is_automatic;
    std::optional<base::Time> deadline_at, appeal_until;
};
std::vector<Decision> decisions_of_case(db::Tx& tx, base::CaseId id);
/// The newest decision about each of these posts.
std::vector<Decision> last_decisions(db::Tx& tx, const std::vector<std::int64_t>& posts);

/// Decisions about posts of this author, newest first.
std::vector<Decision> decisions_of_author(db::Tx& tx, base::MemberId author, std::int64_t before_id, int limit);

struct AuthorHistory {
    std::int64_t live, returned, rejected;
};
AuthorHistory author_history(db::Tx& tx, base::MemberId author);
/// Posts of the author that were published so far (also if gone again).
std::int64_t count_published(db::Tx& tx, base::MemberId author);
/// Own posts that a moderator sent back and that wait for the author.
std::int64_t count_returned(db::Tx& tx, base::MemberId author);

/// Opens a case for this version of the post or moves its open case to it; its id and whether it is new.
struct OpenedCase {
    base::CaseId id;
    bool is_new;
};
OpenedCase open_case(db::Tx& tx, std::string_view kind, base::PostId post, int post_version, std::string_view hold_rule);
/// The author settled it himself: ids of the cases that ended.
std::vector<base::CaseId> withdraw_cases(db::Tx& tx, base::PostId post);

/// "" for a member that is gone.
std::string member_name(db::Tx& tx, base::MemberId member);

}  // namespace forum::moderation
