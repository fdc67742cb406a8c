// The SQL of cases: the queue, leases, rounds, house rules. Rule: the only queries on these tables (decisions:
// decision_store.hpp); who closes a case does it through judge.hpp.
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
    std::string kind;                  ///< "review", "change", "report", "notice", "appeal" or "measure"
    std::string state;                 ///< "open", "with_author", "decided", "withdrawn"
    base::PostId post;                 ///< none: it is about a member
    int post_version;                  ///< that it is about
    base::MemberId member;             ///< whom a measure is about, who is then `author` too; none: it is about a post
    std::string post_state;            ///< of a member: the measure that holds for him, "none" without one
    int newest_version;                ///< of the post now
    int live_version;                  ///< what readers see of it, or saw last; 0: never
    std::string hold_rule;             ///< slugs with commas; "" = no rule held it
    std::int64_t reports;              ///< how many members reported it
    base::DecisionId appeals;          ///< the decision that is objected to
    std::string sent_to, sent_reason;  ///< escalated; "" = it was not
    base::Time due_at;
    std::string due_key;  ///< the same to the microsecond, for QueueCursor
    base::ThreadId thread;
    int post_number;
    std::string thread_title, thread_slug;
    std::string body, body_html;  ///< of the version to judge
    base::MemberId author;
    std::string author_name, author_function, author_municipality;
    bool author_is_staff;
    bool author_takes_two;  ///< office-holder or staff: the heaviest measures against him take two moderators
    base::Time waiting_since;
    int rounds;
    base::MemberId lease_by;  ///< none when free or expired
    std::string lease_name;
    std::optional<base::Time> lease_until;
    std::string proposal;  ///< JSON of a decision that waits for a second person; "" = none does
    base::MemberId proposed_by;
    std::string proposed_by_name;
};

/// Which part of the queue; "" = all. Counter, list and next case always take the same.
struct QueueScope {
    std::string theme;     ///< slug
    std::string province;  ///< of the author's municipality
    std::string after;     ///< the page of the list: its cursor as in the address, "" = the first
};
struct QueueCursor {
    std::string due_at, id;  ///< due_key and id of the last row; "" = from the start
};
/// Open cases that the viewer looks after, least time left first (state open, also those that he may not decide).
std::vector<CaseRow> list_open_cases(db::Tx& tx, const access::Viewer& viewer, const QueueScope& scope, const QueueCursor& after,
                                     int limit);
/// Of the same cases, whatever page of the list is shown.
struct QueueFigures {
    std::int64_t count, late;                 ///< all, and those whose time has passed
    std::optional<base::Time> waiting_since;  ///< of the one that waits longest
};
QueueFigures count_open_cases(db::Tx& tx, const access::Viewer& viewer, const QueueScope& scope = {});
/// The open case with the least time left that is not `except`, not held by another and that the viewer may decide.
std::optional<base::CaseId> find_next_case(db::Tx& tx, const access::Viewer& viewer, const QueueScope& scope, base::CaseId except);
std::optional<CaseRow> find_case(db::Tx& tx, base::CaseId id);
/// Does the viewer look after it (SQL's is_in_scope)? For who does not, it is not there. False for a case that is none.
bool is_in_scope(db::Tx& tx, base::CaseId id, const access::Viewer& viewer);
/// Nobody decides, takes or changes the case or its post until the transaction ends; nothing happens when there is none.
void lock_case(db::Tx& tx, base::CaseId id);
/// Why this member may not decide on it, as sql/replaceable/30_decision_chain.sql says: "own", "took_part",
/// "same_municipality", "out_of_scope" or "administrator"; "" = he may.
std::string decider_bar(db::Tx& tx, base::CaseId id, base::MemberId member);

/// Who of the staff is left to decide: an objection that no moderator may decide on is for administrators, and sometimes nobody is left.
enum class Deciders { moderators, administrators, nobody };
Deciders who_decides(db::Tx& tx, base::CaseId id);

/// Takes or renews the lease of an open case when it is free, expired or the member's own. False when another holds it or the
/// case is no longer open.
bool take_lease(db::Tx& tx, base::CaseId id, base::MemberId member);
/// Lets go of the member's own lease; nothing happens when he has none.
void release_lease(db::Tx& tx, base::CaseId id, base::MemberId member);

/// What happens to a case when it is judged.
struct Round {
    int version;                             ///< that the moderator saw
    base::MemberId by;                       ///< none: the system
    std::string state;                       ///< after it: "open", "with_author" or "decided"
    std::optional<base::Time> deadline;      ///< of the author's answer
    std::optional<base::Time> hidden_until;  ///< when what the system hid comes back by itself
    std::string sent_to, sent_reason;        ///< "" = as they are
};
/// Ends a round of an open case at exactly this version, when nobody else holds it. False: decided, changed or held meanwhile.
bool close_round(db::Tx& tx, base::CaseId id, const Round& round);

/// The other open cases of the post of these kinds end as part of this one.
void merge_cases(db::Tx& tx, base::CaseId into, base::PostId post, const std::vector<std::string>& kinds);
/// The reports and notices of a case, and of those that were merged into it, end with this decision: the members to tell.
std::vector<base::MemberId> close_reports(db::Tx& tx, base::CaseId id, base::DecisionId decision);
/// No provisional hiding of the post runs any more.
void stop_hiding(db::Tx& tx, base::PostId post);
/// It is hidden once more because a decision was taken back: what the system hid still comes back by itself.
void resume_hiding(db::Tx& tx, base::PostId post);
/// Everything that the decision closed is open again: case, merged cases, reports and notices. `post_version`: what the case is
/// about from now on. False: another open case of that kind stands in its place, or somebody objected.
bool reopen_case(db::Tx& tx, base::CaseId id, base::DecisionId undone, int post_version, const std::vector<std::string>& merged_kinds);

struct AuthorHistory {
    std::int64_t live, returned, rejected;
};
AuthorHistory author_history(db::Tx& tx, base::MemberId author);
/// Posts of the author that were published so far (also if gone again).
std::int64_t count_published(db::Tx& tx, base::MemberId author);
/// Own posts that a moderator sent back and that wait for the author.
std::int64_t count_returned(db::Tx& tx, base::MemberId author);

/// Opens a case for this version of the post, to be decided before `norm` of working time has passed, or moves its open case to
/// it; its id and whether it is new. A case that was with its author keeps the time that was left.
struct OpenedCase {
    base::CaseId id;
    bool is_new;
};
OpenedCase open_case(db::Tx& tx, std::string_view kind, base::PostId post, int post_version, std::string_view hold_rule,
                     std::chrono::hours norm);
/// The open case about this member, or a new one. Nothing when there is no such member.
std::optional<OpenedCase> open_measure_case(db::Tx& tx, base::MemberId member, std::chrono::hours norm);
/// Keeps a decision (JSON) until a second person confirms it; `by` is the first. False: decided, changed or held meanwhile.
bool propose(db::Tx& tx, base::CaseId id, int version, base::MemberId by, const std::string& proposal);
/// No proposal waits any more; the case is open as before.
void drop_proposal(db::Tx& tx, base::CaseId id);
/// The open case of this kind about the post.
struct OpenCase {
    base::CaseId id;
    int post_version;
};
std::optional<OpenCase> find_open_case(db::Tx& tx, std::string_view kind, base::PostId post);
/// The author settled it himself: ids of the cases that ended.
std::vector<base::CaseId> withdraw_cases(db::Tx& tx, base::PostId post);

/// "" for a member that is gone.
std::string member_name(db::Tx& tx, base::MemberId member);

}  // namespace forum::moderation
