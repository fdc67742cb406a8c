#include "following/follow_store.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "base/problem.hpp"

namespace forum::following {

namespace {

constexpr std::array<std::string_view, 4> levels{"all", "replies", "digest", "nothing"};

const db::Query find_query{"following.find_follow", R"(
    SELECT level, is_chosen FROM follows WHERE member_id = $1 AND subject = $2)"};

// One request of a member after the other, so that the limit holds.
const db::Query lock_query{"following.lock_member", R"(
    SELECT id FROM members WHERE id = $1 FOR NO KEY UPDATE)"};

const db::Query set_query{"following.set_follow", R"(
    INSERT INTO follows AS f (member_id, subject, level, is_chosen)
    SELECT $1, $2, $3, true
     WHERE EXISTS (SELECT FROM follows o WHERE o.member_id = $1 AND o.subject = $2 AND o.is_chosen)
        OR (SELECT count(*) FROM follows o WHERE o.member_id = $1 AND o.is_chosen) < $4
    ON CONFLICT (member_id, subject) DO UPDATE SET level = excluded.level, is_chosen = true, changed_at = now())"};

const db::Query default_query{"following.default_level", R"(
    SELECT CASE min(number) WHEN 1 THEN 'all' ELSE 'replies' END AS level
      FROM posts WHERE thread_id = $2 AND author_id = $1 AND published_at IS NOT NULL
    HAVING count(*) > 0)"};

const db::Query drop_query{"following.drop_follow", R"(
    DELETE FROM follows WHERE member_id = $1 AND subject = $2)"};

const db::Query restore_query{"following.restore_follow", R"(
    UPDATE follows SET level = $3, is_chosen = false, changed_at = now() WHERE member_id = $1 AND subject = $2)"};

const db::Query list_query{"following.list_follows", R"(
    SELECT f.subject, f.level, f.is_chosen, f.changed_at, (extract(epoch FROM f.changed_at) * 1000000)::bigint AS at
      FROM follows f
     WHERE f.member_id = $1
       AND ($2::bigint IS NULL OR (f.changed_at, f.subject) < (to_timestamp($2::bigint / 1000000) + $2::bigint % 1000000 * interval '1 microsecond', $3))
     ORDER BY f.changed_at DESC, f.subject DESC
     LIMIT $4)"};

const db::Query count_follows_query{"following.count_follows", R"(
    SELECT count(*) AS n FROM follows WHERE member_id = $1)"};

}  // namespace

bool is_level(std::string_view level) { return std::find(levels.begin(), levels.end(), level) != levels.end(); }

Follow find_follow(db::Tx& tx, base::MemberId member, const std::string& subject) {
    const auto rows = tx.exec(find_query, db::Params::of(member, subject));
    const auto row = rows.find_one();
    return row ? Follow{row->text("level"), row->flag("is_chosen")} : Follow{};
}

bool set_follow(db::Tx& tx, base::MemberId member, const std::string& subject, std::string_view level) {
    tx.exec(lock_query, db::Params::of(member));
    return tx.exec(set_query, db::Params::of(member, subject, level, most_follows)).affected() == 1;
}

bool hears_by_itself(db::Tx& tx, base::MemberId member, base::ThreadId thread) {
    return thread && !tx.exec(default_query, db::Params::of(member, thread)).empty();
}

void forget_follow(db::Tx& tx, base::MemberId member, const Subject& subject) {
    if (subject.thread()) {
        const auto rows = tx.exec(default_query, db::Params::of(member, subject.thread()));
        if (const auto row = rows.find_one()) {
            tx.exec(restore_query, db::Params::of(member, stored(subject), row->text("level")));
            return;
        }
    }
    tx.exec(drop_query, db::Params::of(member, stored(subject)));
}

std::vector<FollowRow> list_follows(db::Tx& tx, base::MemberId member, const std::string& after, int limit) {
    std::optional<std::int64_t> at;
    std::string subject;
    if (const auto colon = after.find(':'); colon != after.npos) {
        std::int64_t number{};
        const auto [end, error] = std::from_chars(after.data(), after.data() + colon, number);
        if (error == std::errc{} && end == after.data() + colon && number > 0) {
            at = number;
        }
        subject = after.substr(colon + 1);
    }
    if (!after.empty() && !at) {
        throw base::Problem{base::ProblemKind::bad_request, "frame.bad_cursor"};
    }
    std::vector<FollowRow> list;
    for (const auto& row : tx.exec(list_query, db::Params::of(member, at, subject, limit))) {
        const auto text = row.text("subject");
        if (auto parsed = parse_stored(text)) {
            list.push_back({.subject = std::move(*parsed),
                            .follow = {row.text("level"), row.flag("is_chosen")},
                            .changed_at = row.time("changed_at"),
                            .position = std::to_string(row.integer("at")) + ":" + text});
        }
    }
    return list;
}

std::int64_t count_follows(db::Tx& tx, base::MemberId member) {
    return tx.exec(count_follows_query, db::Params::of(member)).one().integer("n");
}

}  // namespace forum::following
