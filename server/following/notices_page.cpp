#include "following/notices_page.hpp"

#include <nlohmann/json.hpp>

#include "discussion/post_rules.hpp"
#include "discussion/thread_store.hpp"
#include "discussion/urls.hpp"
#include "following/notices.hpp"
#include "following/person.hpp"
#include "site/paging.hpp"

namespace forum::following {

namespace {

using nlohmann::json;

constexpr std::size_t rows_on_page = 20;

// One row for each thread, the thread with the newest notice first. Of what is new the weightiest says what the row is about; without
// anything new, of all.
const db::Query page_query{"following.notices_page", R"(
    WITH standing AS (
        SELECT n.*, array_position(ARRAY['answer', 'mention', 'quote', 'moved', 'thread', 'reply'], n.kind) AS rank
          FROM standing_notices($1, $2) n
    ), grouped AS (
        SELECT s.thread_id, max(s.id) AS last_id, max(s.at) AS at, count(DISTINCT s.post_id) AS count,
               count(DISTINCT s.post_id) FILTER (WHERE NOT s.is_read) AS unread_count,
               (array_agg(s.id ORDER BY s.is_read, s.rank, s.id))[1] AS top_id,
               min(s.number) FILTER (WHERE NOT s.is_read) AS first_unread
          FROM standing s
         GROUP BY s.thread_id
    )
    SELECT g.thread_id, g.last_id, g.at, g.count, g.unread_count, g.first_unread, top.kind, top.number, top.author_id,
           count(*) FILTER (WHERE g.unread_count > 0) OVER () AS unread_threads, max(g.last_id) OVER () AS newest_id
      FROM grouped g
      JOIN standing top ON top.id = g.top_id
     WHERE $3::bigint IS NULL OR g.last_id < $3
     ORDER BY g.last_id DESC
     LIMIT $4)"};

std::optional<std::int64_t> asked_cursor(const site::PageContext& context) {
    const auto cursor = context.query("na", "cursor");
    if (cursor.empty()) {
        return std::nullopt;
    }
    const auto id = base::parse_id<base::PostId>(site::decode_cursor(cursor, 1).front());
    if (!id) {
        throw base::Problem{base::ProblemKind::bad_request, "frame.bad_cursor"};
    }
    return id->value;
}

json author_json(const std::map<std::int64_t, Person>& people, std::int64_t id, const site::PageContext& context,
                 const discussion::Services& services) {
    const auto found = people.find(id);
    const auto code = found == people.end() ? std::string{} : found->second.municipality;
    return {{"name", found == people.end() ? services.texts.text("discussion.former_member", context.language) : found->second.name},
            {"municipality", services.places.municipality_ref(code)},
            {"letter", services.places.letter_of(code)}};
}

json row_json(const db::Row& row, const discussion::ThreadFacts& facts, const std::map<std::int64_t, Person>& people,
              const site::PageContext& context, const discussion::Services& services) {
    const auto kind = row.text("kind");
    const auto& thread = facts.thread;
    const auto unread = row.integer("unread_count");
    // What is new is read from its beginning.
    const auto number = static_cast<int>(row.find_integer("first_unread").value_or(row.integer("number")));
    return {{"thread", thread.id.value},
            {"title", discussion::shown_title(facts, services.texts, context.language)},
            {"url", discussion::post_url(thread.id, thread.slug, number)},
            {"threadKind", thread.kind},
            {"isQuestion", thread.kind == "question"},
            {"kind", kind},
            {"isAnswer", kind == "answer"},
            {"isAnswerOfMine", kind == "answer" && row.integer("author_id") == context.viewer.member.value},
            {"isMention", kind == "mention"},
            {"isQuote", kind == "quote"},
            {"isReply", kind == "reply"},
            {"isNewThread", kind == "thread"},
            {"isMoved", kind == "moved"},
            {"isMovedOfMine", kind == "moved" && row.integer("author_id") == context.viewer.member.value},
            {"author", author_json(people, row.integer("author_id"), context, services)},
            {"count", row.integer("count")},
            {"unreadCount", unread},
            {"isUnread", unread > 0},
            {"moreCount", unread > 0 ? unread - 1 : row.integer("count") - 1},
            {"until", row.integer("last_id")},
            {"at", base::to_rfc3339(row.time("at"))}};
}

}  // namespace

int count_bell(db::Tx& tx, const access::Viewer& viewer, const Services& services) {
    return count_unread(tx, viewer) + services.count_tasks(tx, viewer);
}

site::Page load_notices(const site::PageContext& context, const Services& services) {
    const auto& viewer = context.viewer;
    const auto after = asked_cursor(context);
    auto rows = context.tx.exec(page_query, db::Params::of(viewer.member, viewer.level(), after, rows_on_page + 1));
    std::vector<std::int64_t> threads, authors;
    for (const auto& row : rows) {
        threads.push_back(row.integer("thread_id"));
        authors.push_back(row.integer("author_id"));
    }
    const auto known = discussion::find_threads(context.tx, viewer, threads);
    const auto people = find_people(context.tx, authors);
    auto items = json::array();
    json next;
    for (const auto& row : rows) {
        if (items.size() == rows_on_page) {
            next = site::encode_cursor({std::to_string(items.back()["until"].get<std::int64_t>())});
            break;
        }
        if (const auto thread = known.find(row.integer("thread_id")); thread != known.end()) {
            items.push_back(row_json(row, thread->second, people, context, services.discussion));
        }
    }
    const auto tasks = services.count_tasks(context.tx, viewer);
    const auto unread = after ? count_unread(context.tx, viewer) : rows.empty() ? 0 : static_cast<int>(rows[0].integer("unread_threads"));
    const auto next_url = next.is_null()
                              ? std::string{}
                              : site::with_parameter(context.request.target, context.is_api ? "cursor" : "na", next.get<std::string>());
    site::Page page;
    page.template_name = "notices";
    page.title = services.discussion.texts.text("following.notices_title", context.language);
    page.breadcrumbs = {{services.discussion.texts.text("members.account", context.language), "/ik"}};
    if (!next_url.empty()) {
        page.links.emplace_back("next", next_url);
    }
    page.model = json{{"items", std::move(items)},
                      {"taskCount", tasks},
                      {"unreadCount", unread},
                      {"count", unread + tasks},
                      {"until", rows.empty() ? 0 : rows[0].integer("newest_id")},
                      {"next", next},
                      {"nextUrl", next_url},
                      {"previousUrl", after ? "/ik/meldingen" : ""}};
    return page;
}

site::ActionResult read_notices(const site::ActionContext& context, const Services& services) {
    const auto& texts = services.discussion.texts;
    site::FormErrors errors;
    site::check_fields(errors, context.input, {.texts = {"nonce"}, .others = {"until", "thread"}}, texts, context.language);
    const auto until = base::parse_id<base::PostId>(context.input.text("until"));
    if (!until) {
        errors.add("until", texts.text("following.error_until", context.language));
    }
    base::ThreadId thread;
    if (const auto given = context.input.text("thread"); !given.empty()) {
        const auto parsed = base::parse_id<base::ThreadId>(given);
        if (!parsed) {
            errors.add("thread", texts.text("following.error_thread", context.language));
        }
        thread = parsed.value_or(base::ThreadId{});
    }
    if (errors.any()) {
        return discussion::refuse(context, errors);
    }
    const auto& viewer = context.viewer;
    if (mark_read(context.tx, viewer.member, until->value, thread) > 0) {
        // All his tabs, and his kept pages.
        services.discussion.announcer.announce(context.tx, {.topic = "me/" + to_string(viewer.member),
                                                            .kind = "counters",
                                                            .audience = live::Audience::member,
                                                            .member = viewer.member,
                                                            .data = {},
                                                            .hints = {}});
    }
    site::Done done;
    done.location = "/ik/meldingen";
    done.flash = "following.flash_read";
    done.model = json{{"count", count_bell(context.tx, viewer, services)}};
    return done;
}

}  // namespace forum::following
