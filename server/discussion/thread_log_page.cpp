#include "discussion/thread_log_page.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "discussion/thread_ends.hpp"
#include "discussion/thread_frame.hpp"
#include "discussion/thread_store.hpp"
#include "discussion/urls.hpp"
#include "view/markdown.hpp"

namespace forum::discussion {

namespace {

using nlohmann::json;

constexpr int acts_shown = 200;

// `other`: the thread at the other end of a merge or split, and the one that an act was done with when that went into this one.
const db::Query acts_query{"discussion.acts_of_thread", R"(
    WITH RECURSIVE here AS (
        SELECT $3::bigint AS id
        UNION SELECT t.id FROM here h JOIN threads t ON t.merged_into = h.id
    )
    SELECT a.id, a.kind, a.at, a.reason, a.until, a.conclusion, coalesce(m.name, '') AS by_name, a.by_member IS NULL AS is_by_itself,
           p.number, o.id AS other_id, o.slug, o.merged_into IS NOT NULL AS is_gone, a.thread_id <> $3 AS is_elsewhere,
           CASE WHEN may_read_post(o.opening_state, o.author_id, $1, $2) THEN o.title ELSE '' END AS title
      FROM thread_acts a
      LEFT JOIN members m ON m.id = a.by_member
      LEFT JOIN posts p ON p.id = a.post_id AND p.thread_id = $3
      LEFT JOIN threads o ON o.id = CASE WHEN a.thread_id <> $3 THEN a.thread_id ELSE a.other_thread END
     WHERE a.thread_id IN (SELECT id FROM here) OR a.other_thread = $3
     ORDER BY a.id DESC
     LIMIT $4)"};

json act_json(const db::Row& row, const site::PageContext& context, const Services& services, const ThreadFacts& facts) {
    const auto say = [&](const std::string& key) { return services.texts.text("discussion." + key, context.language); };
    const auto kind = row.text("kind");
    const bool is_elsewhere = row.flag("is_elsewhere");
    json other;
    if (const auto id = row.id<base::ThreadId>("other_id")) {
        const auto title = row.text("title");
        other = {{"id", id.value},
                 {"title", title.empty() ? say("title_gone") : title},
                 {"url", row.flag("is_gone") ? "" : thread_url(id, row.text("slug"))}};
    }
    const bool comes_in = is_elsewhere && (kind == "merge" || kind == "split");
    auto key = "log_" + kind + (comes_in ? "_in" : "");
    std::replace(key.begin(), key.end(), '-', '_');
    const auto number = row.find_integer("number");
    return {{"id", row.integer("id")},
            {"kind", kind},
            {"at", base::to_rfc3339(row.time("at"))},
            {"by", row.flag("is_by_itself") ? "" : row.text("by_name")},
            {"what", say(key)},
            {"isBefore", is_elsewhere && !comes_in},
            {"reason", row.text("reason")},
            {"lastDate", last_day_json(row.find_time("until"))},
            {"conclusion", view::markdown_to_text(row.text("conclusion"))},
            {"other", std::move(other)},
            {"postUrl", number ? post_url(facts.thread.id, facts.thread.slug, static_cast<int>(*number)) : ""}};
}

}  // namespace

site::Page load_thread_log(const site::PageContext& context, const Services& services) {
    const auto& viewer = context.viewer;
    const auto facts = get_thread(context.tx, viewer, context.id<base::ThreadId>("id"));
    const auto& thread = facts.thread;
    const auto url = thread_url(thread.id, thread.slug);
    auto items = json::array();
    for (const auto& row : context.tx.exec(acts_query, db::Params::of(viewer.member, viewer.level(), thread.id, acts_shown))) {
        items.push_back(act_json(row, context, services, facts));
    }
    auto page = page_under(facts, url, context, services);
    page.template_name = "thread_log";
    page.title = services.texts.text("discussion.log_title", context.language);
    page.model = json{{"thread", {{"id", thread.id.value}, {"title", shown_title(facts, services.texts, context.language)}, {"url", url}}},
                      {"items", std::move(items)}};
    return page;
}

}  // namespace forum::discussion
