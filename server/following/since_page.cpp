#include "following/since_page.hpp"

#include <array>
#include <nlohmann/json.hpp>

#include "base/text.hpp"
#include "discussion/post_rules.hpp"
#include "discussion/thread_events.hpp"
#include "discussion/thread_rows.hpp"
#include "discussion/urls.hpp"
#include "site/paging.hpp"
#include "view/markdown.hpp"

namespace forum::following {

namespace {

using base::Problem;
using base::ProblemKind;
using nlohmann::json;

/// Events are kept for 30 days (app/features.cpp); before that nothing can be said.
constexpr int days_back = 28;
constexpr int most_threads = 200;
constexpr std::size_t words_per_minute = 200;

struct Length {
    int minutes;
    std::size_t excerpt;  ///< characters of each text
};
constexpr std::array lengths{Length{1, 90}, Length{5, 240}, Length{15, 600}};

const db::Query place_query{"following.visit", R"(
    SELECT pg_current_snapshot()::text AS until, now() AS until_at, v.seen::text AS since,
           greatest(v.at, now() - make_interval(days => $2)) AS since_at,
           v.at IS NULL OR v.at < now() - make_interval(days => $2) AS is_cut
      FROM (SELECT) AS one
      LEFT JOIN visits v ON v.member_id = $1
       AND pg_snapshot_xmax(v.seen) <= pg_snapshot_xmax(pg_current_snapshot()))"};  // another database has other numbers

// Threads of the reader's own places and of what he follows, in which others did something that he may read: what was published, and
// answers that were chosen. $3 the snapshot that he had seen (null: none), $4 not before, $5 his places as subjects.
const db::Query changes_query{"following.changes_since", R"(
    WITH happened AS (
        SELECT substr(e.topic, 8)::bigint AS thread_id, (e.data ->> 'post')::bigint AS post_id, e.kind, e.at
          FROM events e
         WHERE e.topic LIKE 'thread/%' AND e.at >= $4::timestamptz
           AND ($3::text IS NULL OR (e.xid >= pg_snapshot_xmin($3::pg_snapshot)
                                     AND NOT pg_visible_in_snapshot(e.xid, $3::pg_snapshot)))
    ), fresh AS (
        SELECT DISTINCT p.thread_id, p.id, p.number, p.published_at
          FROM happened h
          JOIN posts p ON p.id = h.post_id AND p.published_at = h.at AND p.state IN ('live', 'live_change') AND p.author_id <> $1
    ), answered AS (
        SELECT DISTINCT a.thread_id, a.at
          FROM happened h
          JOIN thread_acts a ON a.thread_id = h.thread_id AND a.kind = 'accept' AND a.at = h.at AND a.by_member <> $1
          JOIN threads t ON t.id = a.thread_id AND t.accepted_post = a.post_id
         WHERE h.kind = 'thread.changed'
    ), changed AS (
        SELECT thread_id, count(id) AS new_count, min(number) AS first_number, coalesce(bool_or(number = 1), false) AS is_new,
               bool_or(is_answer) AS is_answered, max(at) AS at
          FROM (SELECT thread_id, id, number, false AS is_answer, published_at AS at FROM fresh
                UNION ALL SELECT thread_id, NULL, NULL, true, at FROM answered) AS each
         GROUP BY thread_id
    ), mine AS (
        SELECT subject, level FROM follows WHERE member_id = $1
    ), named AS (
        SELECT DISTINCT thread_id FROM standing_notices($1, $2)
         WHERE kind IN ('mention', 'quote', 'answer') AND at >= $4::timestamptz
    )
    SELECT t.id, c.new_count, c.first_number, c.is_new, c.is_answered, c.at, why.rank, count(*) OVER () AS n
      FROM changed c
      JOIN visible_threads($1, $2) t ON t.id = c.thread_id AND NOT t.is_blanked
      JOIN threads bare ON bare.id = t.id
      JOIN posts o ON o.thread_id = t.id AND o.number = 1
     CROSS JOIN LATERAL thread_subjects(bare.list_topics, bare.author_id, o.author_municipality) AS subjects
     CROSS JOIN LATERAL (
           SELECT CASE WHEN t.author_id = $1 OR t.id IN (SELECT thread_id FROM named) THEN 1
                       WHEN EXISTS (SELECT FROM mine
                                     WHERE mine.subject = 'thread/' || t.id AND mine.level <> 'nothing') THEN 2
                       WHEN subjects && ARRAY(SELECT subject FROM mine WHERE level <> 'nothing') THEN 3
                       WHEN subjects && $5::text[] THEN 4 END AS rank) AS why
     WHERE why.rank IS NOT NULL
       AND NOT EXISTS (SELECT FROM mine WHERE mine.level = 'nothing'
                          AND (mine.subject = 'thread/' || t.id OR mine.subject = ANY (subjects)))
     ORDER BY why.rank, c.at DESC, t.id DESC
     LIMIT $6)"};

const db::Query texts_query{"following.texts_since", R"(
    SELECT p.thread_id, p.number, p.body FROM visible_posts($1, $2) p
      JOIN unnest($3::bigint[], $4::bigint[]) AS wanted (thread_id, number) ON p.thread_id = wanted.thread_id AND p.number = wanted.number
     WHERE p.has_text)"};

const db::Query keep_query{"following.keep_visit", R"(
    INSERT INTO visits (member_id, seen, at)
    SELECT $1, $2::pg_snapshot, $3::timestamptz
     WHERE pg_snapshot_xmax($2::pg_snapshot) <= pg_snapshot_xmax(pg_current_snapshot()) AND $3::timestamptz <= now()
    ON CONFLICT (member_id) DO UPDATE SET seen = excluded.seen, at = excluded.at)"};

Length asked_length(const site::PageContext& context) {
    const auto asked = context.query("minuten", "minutes");
    for (const auto& length : lengths) {
        if (asked == std::to_string(length.minutes)) {
            return length;
        }
    }
    if (!asked.empty()) {
        throw Problem{ProblemKind::bad_request, "following.error_minutes"};
    }
    return lengths[1];
}

std::size_t count_words(std::string_view text) {
    return text.empty() ? 0 : static_cast<std::size_t>(std::count(text.begin(), text.end(), ' ')) + 1;
}

/// His municipality and its type: they concern him without his asking.
std::vector<std::string> own_places(const access::Viewer& viewer, const places::Directory& places) {
    std::vector<std::string> list;
    if (const auto own = places.find_municipality(viewer.municipality)) {
        list.push_back("municipality/" + own->code);
        if (!own->typology.empty()) {
            list.push_back("typology/" + own->typology);
        }
    }
    return list;
}

/// "xmin:xmax:xid,xid": what pg_snapshot takes; anything else would be an error of the database.
bool is_snapshot(std::string_view text) {
    return !text.empty() && text.size() <= 100'000 && text.find_first_not_of("0123456789:,") == text.npos
           && std::count(text.begin(), text.end(), ':') == 2 && text.front() != ':';
}

/// Problem{bad_request} for a snapshot that this database never had.
void keep_visit(db::Tx& tx, base::MemberId member, const std::string& snapshot, base::Time at) {
    bool is_kept = false;
    try {
        is_kept = tx.exec(keep_query, db::Params::of(member, snapshot, at)).affected() == 1;
    } catch (const db::DatabaseError& error) {
        if (error.sqlstate != "22P02") {  // its numbers are in no order
            throw;
        }
    }
    if (!is_kept) {
        throw Problem{ProblemKind::bad_request, "following.error_visit"};
    }
}

}  // namespace

site::Page load_since(const site::PageContext& context, const discussion::Services& services) {
    auto& tx = context.tx;
    const auto& viewer = context.viewer;
    const auto length = asked_length(context);
    const auto place = tx.exec(place_query, db::Params::of(viewer.member, days_back)).one();
    const auto rows = tx.exec(changes_query, db::Params::of(viewer.member, viewer.level(), place.find_text("since"), place.time("since_at"),
                                                            own_places(viewer, services.places), most_threads));
    std::vector<std::int64_t> threads, numbers;
    for (const auto& row : rows) {
        threads.push_back(row.integer("id"));
        numbers.push_back(row.find_integer("first_number").value_or(1));
    }
    std::map<std::int64_t, std::string> bodies;
    for (const auto& row : tx.exec(texts_query, db::Params::of(viewer.member, viewer.level(), threads, numbers))) {
        bodies[row.integer("thread_id")] = view::markdown_to_text(row.text("body"));
    }
    const auto known = discussion::load_rows(tx, viewer, context.language, services.texts, services.places, threads);

    auto items = json::array();
    std::size_t words = 0;
    for (const auto& row : rows) {
        const auto thread = std::find_if(known.begin(), known.end(), [&](const json& each) { return each["id"] == row.integer("id"); });
        if (thread == known.end()) {
            continue;
        }
        const auto excerpt = base::excerpt(bodies[row.integer("id")], length.excerpt);
        words += count_words((*thread)["title"].get<std::string>()) + count_words(excerpt) + 10;  // and the line beneath
        if (!items.empty() && words > words_per_minute * static_cast<std::size_t>(length.minutes)) {
            break;
        }
        const auto first = static_cast<int>(row.find_integer("first_number").value_or(0));
        const auto url = (*thread)["url"].get<std::string>();
        const auto bare = url.substr(0, url.find_first_of("?#"));
        const bool is_new = row.flag("is_new");
        const auto page_number = discussion::page_of(first);
        items.push_back({{"thread", *thread},
                         {"url", first > 1 ? bare + (page_number > 1 ? "?pagina=" + std::to_string(page_number) : "") + "#bericht-"
                                                 + std::to_string(first)
                                           : bare},
                         {"isNewThread", is_new},
                         {"newReplies", row.integer("new_count") - (is_new ? 1 : 0)},
                         {"isNewlyAnswered", row.flag("is_answered")},
                         {"concernsMe", row.integer("rank") == 1},
                         {"changedAt", base::to_rfc3339(row.time("at"))},
                         {"excerpt", excerpt}});
    }
    const auto total = rows.empty() ? 0 : rows[0].integer("n");
    const auto until_at = place.time("until_at");
    auto choices = json::array();
    for (const auto& each : lengths) {
        choices.push_back({{"minutes", each.minutes},
                           {"url", "/sinds?minuten=" + std::to_string(each.minutes)},
                           {"isChosen", each.minutes == length.minutes}});
    }
    site::Page page;
    page.template_name = "since";
    page.title = services.texts.text("following.since_title", context.language);
    page.model = json{{"items", items},
                      {"count", total},
                      {"leftCount", total - static_cast<std::int64_t>(items.size())},
                      {"minutes", length.minutes},
                      {"lengths", std::move(choices)},
                      {"sinceAt", base::to_rfc3339(place.time("since_at"))},
                      {"isCut", place.flag("is_cut")},
                      {"untilAt", base::to_rfc3339(until_at)},
                      {"until", site::encode_cursor({place.text("until"), base::to_rfc3339(until_at)})}};
    return page;
}

site::ActionResult put_visit(const site::ActionContext& context, const discussion::Services& services) {
    site::FormErrors errors;
    site::check_fields(errors, context.input, {.texts = {"until", "nonce"}, .others = {}}, services.texts, context.language);
    std::vector<std::string> place;
    try {
        place = site::decode_cursor(context.input.text("until"), 2);
    } catch (const Problem&) {
        place.clear();
    }
    const auto at = place.empty() ? std::nullopt : base::parse_rfc3339(place[1]);
    if (!at || !is_snapshot(place[0])) {
        errors.add("until", services.texts.text("following.error_visit", context.language));
    }
    if (errors.any()) {
        return discussion::refuse(context, errors);
    }
    const auto& member = context.viewer.member;
    keep_visit(context.tx, member, place[0], *at);
    discussion::announce_own(context.tx, services.announcer, member, {{"visit", place[1]}});
    site::Done done;
    done.status = 204;
    done.location = "/sinds";
    done.flash = "following.flash_visit";
    return done;
}

}  // namespace forum::following
