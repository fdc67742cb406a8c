#include "discussion/own_posts.hpp"

#include <nlohmann/json.hpp>

#include "base/text.hpp"
#include "discussion/drafts.hpp"
#include "discussion/post_view.hpp"
#include "discussion/thread_store.hpp"
#include "discussion/urls.hpp"
#include "view/markdown.hpp"

namespace forum::discussion {

namespace {

constexpr int posts_on_page = 10;
constexpr std::size_t excerpt_length = 160;

const db::Query own_posts_query{"discussion.own_posts", R"(
    SELECT p.id FROM posts p
     WHERE p.author_id = $1 AND p.state <> 'erased'
     ORDER BY p.created_at DESC, p.id DESC LIMIT $2)"};

const db::Query own_waiting_query{"discussion.own_waiting", R"(
    SELECT p.id FROM posts p JOIN post_versions v ON v.post_id = p.id AND v.version = p.version
     WHERE p.author_id = $1 AND p.state IN ('waiting', 'live_change')
     ORDER BY v.created_at, p.id)"};

const db::Query count_waiting_query{"discussion.count_own_waiting", R"(
    SELECT count(*) AS n FROM posts WHERE author_id = $1 AND state IN ('waiting', 'live_change'))"};

/// The thread of a path like "/gesprekken/12/berichten"; none for other paths.
base::ThreadId replied_thread(std::string_view path) {
    constexpr std::string_view before = "/gesprekken/";
    constexpr std::string_view after = "/berichten";
    if (!path.starts_with(before) || !path.ends_with(after) || path.size() <= before.size() + after.size()) {
        return {};
    }
    path.remove_prefix(before.size());
    path.remove_suffix(after.size());
    return base::parse_id<base::ThreadId>(path).value_or(base::ThreadId{});
}

/// What was typed last with what another draft says under it; of a choice the last one. The older title goes to the text that
/// belongs to it.
nlohmann::json both_drafts(nlohmann::json typed, const DraftConflict& stored) {
    auto older = stored.data.json();
    const auto text = [](const nlohmann::json& data, const char* name) {
        return data.contains(name) && data[name].is_string() ? data[name].get<std::string>() : std::string{};
    };
    const auto title = text(older, "title");
    if (!title.empty() && !text(typed, "title").empty() && title != text(typed, "title")) {
        older["body"] = title + "\n\n" + text(older, "body");
    }
    for (const auto* field : {"body", "context", "options", "tried"}) {
        if (auto both = both_texts(text(typed, field), {stored.revision, older}, field); !both.empty()) {
            typed[field] = std::move(both);
        }
    }
    older.update(typed);
    return older;
}

}  // namespace

std::map<std::int64_t, PostInThread> load_posts_in_threads(const site::PageContext& context, const Services& services,
                                                           const std::vector<std::int64_t>& posts) {
    const auto rows = load_posts_by_id(context.tx, context.viewer, posts);
    const auto threads = find_threads(context.tx, context.viewer, rows.integers("thread_id"));
    std::map<std::int64_t, PostInThread> found;
    for (const auto& row : rows) {
        const auto& facts = threads.at(row.integer("thread_id"));
        const PostViewContext post_context{services, context.viewer, context.language, facts.thread, std::nullopt, {}};
        found.emplace(row.integer("id"), PostInThread{post_json(row, post_context), shown_title(facts, services.texts, context.language),
                                                      thread_url(facts.thread.id, facts.thread.slug)});
    }
    return found;
}

view::Model load_own_posts(const site::PageContext& context, const Services& services) {
    const auto own = context.tx.exec(own_posts_query, db::Params::of(context.viewer.member, posts_on_page)).integers("id");
    const auto found = load_posts_in_threads(context, services, own);
    auto items = nlohmann::json::array();
    for (const auto id : own) {
        const auto one = found.find(id);
        if (one == found.end()) {
            continue;  // in a thread that he may no longer open
        }
        auto post = one->second.post.json();
        post["threadTitle"] = one->second.thread_title;
        post["threadUrl"] = one->second.thread_url;
        post["excerpt"] = base::excerpt(view::markdown_to_text(post["body"].get<std::string>()), excerpt_length);
        items.push_back(std::move(post));
    }
    return items;
}

view::Model load_own_waiting(const site::PageContext& context, const Services& services) {
    const auto own = context.tx.exec(own_waiting_query, db::Params::of(context.viewer.member)).integers("id");
    auto found = load_posts_in_threads(context, services, own);
    auto items = nlohmann::json::array();
    for (const auto id : own) {
        if (const auto one = found.find(id); one != found.end()) {
            items.push_back(
                {{"threadTitle", one->second.thread_title}, {"threadUrl", one->second.thread_url}, {"post", one->second.post.json()}});
        }
    }
    return items;
}

int count_own_waiting(db::Tx& tx, const access::Viewer& viewer) {
    return static_cast<int>(tx.exec(count_waiting_query, db::Params::of(viewer.member)).one().integer("n"));
}

std::string keep_typed(const site::ActionContext& context, const Services& services, const std::string& path) {
    const auto thread = replied_thread(path);
    if (path != "/gesprekken" && !thread) {
        return {};
    }
    const std::string key = thread ? "reply-" + to_string(thread) : "new-thread";
    auto data = nlohmann::json::object();
    for (const auto* field : {"kind", "title", "body", "context", "options", "tried", "theme", "visibility", "reply_to"}) {
        if (const auto value = context.input.find(field); value && !value->empty()) {
            data[field] = *value;
        }
    }
    for (const auto* field : {"municipalities", "typologies"}) {
        if (const auto values = context.input.all(field); !values.empty()) {
            data[field] = values;
        }
    }
    // The draft that the form began from is continued; one that was written elsewhere stays, under the new text.
    const auto from = base::parse_id<base::PostId>(context.input.text("draft_revision"));
    auto saved = save_draft(context.tx, services.announcer, context.viewer.member, key, from ? from->value : 0, data);
    while (const auto* stored = std::get_if<DraftConflict>(&saved)) {
        saved = save_draft(context.tx, services.announcer, context.viewer.member, key, stored->revision,
                           stored->revision == 0 ? data : both_drafts(data, *stored));
    }
    return thread ? "/gesprekken/" + to_string(thread) + "#reageer" : "/gesprekken/nieuw";
}

}  // namespace forum::discussion
