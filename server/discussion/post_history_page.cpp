#include "discussion/post_history_page.hpp"

#include <nlohmann/json.hpp>

#include "discussion/post_rules.hpp"
#include "discussion/post_view.hpp"
#include "discussion/thread_frame.hpp"
#include "discussion/thread_store.hpp"
#include "discussion/urls.hpp"
#include "discussion/word_diff.hpp"

namespace forum::discussion {

namespace {

using nlohmann::json;

/// Of a post that was edited more often the oldest versions are not shown.
constexpr int versions_shown = 50;

const db::Query versions_query{"discussion.versions", R"(
    SELECT v.version, v.body, v.body_html, v.created_at, coalesce(v.version = p.live_version, false) AS is_current,
           CASE WHEN m.ended_at IS NULL THEN m.name END AS by_name, coalesce(v.by_member <> p.author_id, false) AS is_by_moderation,
           v.was_live, v.is_hidden, p.author_id = $1 AS is_own,
           CASE WHEN v.is_hidden THEN (SELECT a.reason FROM version_acts a WHERE a.post_id = v.post_id AND a.version = v.version
                                        ORDER BY a.id DESC LIMIT 1) END AS hidden_reason
      FROM visible_posts($1, $2) p
      JOIN post_versions v ON v.post_id = p.id
      JOIN members m ON m.id = coalesce(v.by_member, p.author_id)
     WHERE p.thread_id = $3 AND p.number = $4 AND p.has_text
       AND (p.author_id = $1 OR is_staff($2) OR (v.was_live AND NOT v.is_hidden))
     ORDER BY v.version DESC
     LIMIT $5)"};

/// Which moderator changed a text is for staff.
std::string by_name(const db::Row& row, const site::PageContext& context, const Services& services) {
    if (row.flag("is_by_moderation") && !context.viewer.is_staff()) {
        return services.texts.text("discussion.moderation", context.language);
    }
    return row.find_text("by_name").value_or(services.texts.text("discussion.former_member", context.language));
}

}  // namespace

site::Page load_history_page(const site::PageContext& context, const Services& services) {
    const auto id = context.id<base::ThreadId>("id");
    const int number = post_number(context);
    const auto& viewer = context.viewer;
    const auto facts = get_thread(context.tx, viewer, id);
    const auto rows = context.tx.exec(versions_query, db::Params::of(viewer.member, viewer.level(), id, number, versions_shown));
    if (rows.empty()) {
        throw base::Problem{base::ProblemKind::not_found};
    }
    const auto post = get_post_json(context.tx, services, viewer, context.language, facts.thread, number);
    if (!post["isLive"].get<bool>()) {
        services.gate.about_to_show(context.tx, viewer, {post["id"].get<std::int64_t>()});
    }
    auto versions = json::array();
    std::vector<std::int64_t> hidden;
    for (std::size_t at = 0; at < rows.size(); ++at) {
        const auto row = rows[at];
        const bool has_older = at + 1 < rows.size();
        const bool may_change =
            viewer.may_moderate() && facts.thread.is_looked_after && !row.flag("is_own") && row.flag("was_live") && !row.flag("is_current");
        if (row.flag("is_hidden")) {
            hidden.push_back(row.integer("version"));
        }
        versions.push_back(
            {{"version", row.integer("version")},
             {"at", base::to_rfc3339(row.time("created_at"))},
             {"byName", by_name(row, context, services)},
             {"bodyHtml", row.text("body_html")},
             {"diffHtml", has_older ? diff_html(rows[at + 1].text("body"), row.text("body")) : ""},
             {"isCurrent", row.flag("is_current")},
             {"isHidden", row.flag("is_hidden")},
             {"hiddenReason", row.text_or("hidden_reason", "")},
             {"changeUrl", may_change ? post_act_url(id, number, "/versies/" + std::to_string(row.integer("version"))) : ""}});
    }
    services.gate.about_to_show_versions(context.tx, viewer, base::PostId{post["id"].get<std::int64_t>()}, hidden);
    const auto title = shown_title(facts, services.texts, context.language);
    auto page = page_under(facts, post_url(id, facts.thread.slug, number), context, services);
    page.template_name = "post_history";
    page.title = services.texts.text("discussion.history_title", context.language);
    page.model = json{{"thread", {{"id", id.value}, {"title", title}, {"url", thread_page_url(id, facts.thread.slug, page_of(number))}}},
                      {"number", number},
                      {"author", post["author"]},
                      {"versions", std::move(versions)}};
    page.topics = thread_topics(id, viewer);
    // A kept answer would be read again without being logged.
    page.keep = viewer.is_staff() && (!hidden.empty() || !post["isLive"].get<bool>()) ? site::Keep::no : site::Keep::until_changed;
    return page;
}

}  // namespace forum::discussion
