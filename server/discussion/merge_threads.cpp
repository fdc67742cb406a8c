#include "discussion/merge_threads.hpp"

#include <nlohmann/json.hpp>

#include "base/text.hpp"
#include "discussion/moved.hpp"
#include "discussion/post_rules.hpp"
#include "discussion/thread_events.hpp"
#include "discussion/thread_frame.hpp"
#include "discussion/thread_rows.hpp"
#include "discussion/thread_store.hpp"
#include "discussion/urls.hpp"

namespace forum::discussion {

namespace {

using nlohmann::json;

const db::Query lock_two_threads_query{"discussion.lock_two_threads", R"(
    SELECT id FROM threads WHERE id IN ($1, $2) ORDER BY id FOR NO KEY UPDATE)"};

// What has most of the words first; only threads with which it may be merged.
const db::Query search_query{"discussion.threads_to_merge_with", R"(
    SELECT t.id
      FROM visible_threads($1, $2) t
      JOIN visible_threads($1, $2) s ON s.id = $3 AND s.visibility = t.visibility
     WHERE t.id <> s.id AND t.is_published AND NOT t.is_blanked
       AND (strpos(lower(t.title), lower($4)) > 0 OR to_tsvector('dutch', t.title) @@ websearch_to_tsquery('dutch', $4))
     ORDER BY ts_rank(to_tsvector('dutch', t.title), websearch_to_tsquery('dutch', $4)) DESC, t.last_post_at DESC, t.id DESC
     LIMIT 5)"};

// The lists in which it stands no more, the authors whose own pages name its posts, and the queue: its cases name thread and number.
const db::Query touched_query{"discussion.touched_by_merge", R"(
    SELECT t.list_topics || ARRAY(SELECT DISTINCT 'me/' || author_id FROM posts WHERE thread_id = t.id) || '{moderation}' AS topics
      FROM threads t WHERE t.id = $1)"};

const db::Query merge_query{"discussion.merge_threads", R"(SELECT merge_threads($1, $2, $3, $4))"};

/// What a moderator fills in, as he typed it. `target`: the number of the thread that he chose of those found.
struct MergeForm {
    std::string into, target, reason;
};

/// "12", "#12" or an address that holds "/gesprekken/12"; nothing for other words.
base::ThreadId number_in(const std::string& text) {
    constexpr std::string_view mark = "/gesprekken/";
    auto rest = std::string_view{text};
    if (const auto at = rest.find(mark); at != rest.npos) {
        rest.remove_prefix(at + mark.size());
    } else if (rest.starts_with('#')) {
        rest.remove_prefix(1);
    }
    const auto end = rest.find_first_not_of("0123456789");
    if (end != rest.npos && rest.find(mark) == rest.npos && rest[end] != '/' && rest[end] != '?' && rest[end] != '#') {
        return {};
    }
    return base::parse_id<base::ThreadId>(rest.substr(0, end)).value_or(base::ThreadId{});
}

/// The thread itself, or the one it went into.
std::optional<ThreadFacts> find_target(const site::PageContext& context, base::ThreadId id) {
    if (!id) {
        return std::nullopt;
    }
    auto found = find_threads(context.tx, context.viewer, {id.value});
    if (found.empty()) {
        if (const auto moved = find_moved(context.tx, context.viewer, id, 1)) {
            found = find_threads(context.tx, context.viewer, {moved->thread.value});
        }
    }
    return found.empty() ? std::nullopt : std::optional{std::move(found.begin()->second)};
}

/// Why these two cannot become one: a text key, "" when they can.
std::string obstacle(const ThreadFacts& from, const ThreadFacts& into) {
    if (from.thread.id == into.thread.id) {
        return "discussion.error_merge_same";
    }
    if (!from.thread.is_published || !into.thread.is_published) {
        return "discussion.error_merge_waiting";
    }
    return from.visibility == into.visibility ? "" : "discussion.error_merge_visibility";
}

site::Page merge_page(const site::PageContext& context, const Services& services, const ThreadFacts& facts, const MergeForm& filled,
                      const site::FormErrors& errors) {
    const auto& thread = facts.thread;
    const auto url = thread_url(thread.id, thread.slug);
    const auto text = [&](const std::string& key) { return services.texts.text("discussion." + key, context.language); };
    std::vector<std::int64_t> found;
    if (!filled.into.empty()) {
        const auto& viewer = context.viewer;
        if (const auto named = find_target(context, number_in(filled.into))) {
            found = {named->thread.id.value};
        } else {
            found = context.tx.exec(search_query, db::Params::of(viewer.member, viewer.level(), thread.id, filled.into)).integers("id");
        }
    }
    auto choices = load_rows(context.tx, context.viewer, context.language, services.texts, services.places, found);
    for (auto& choice : choices) {
        choice["isChosen"] = choices.size() == 1 || std::to_string(choice["id"].get<std::int64_t>()) == filled.target;
    }
    json model{{"title", text("merge_title")},
               {"text", text("merge_text")},
               {"from", shown_title(facts, services.texts, context.language)},
               {"action", "/gesprekken/" + to_string(thread.id) + "/samenvoegen"},
               {"nonce", to_string(thread.id) + "-" + std::to_string(facts.seq)},
               {"cancelUrl", url},
               {"into", filled.into},
               {"isSearched", !filled.into.empty()},
               {"choices", std::move(choices)},
               {"reason", filled.reason},
               {"isReasonShown", false}};
    errors.write_to(model, {"into", "target", "reason"});
    auto page = page_under(facts, url, context, services);
    page.template_name = "thread_merge";
    page.title = text("merge_title");
    page.model = std::move(model);
    return page;
}

void write(const site::ActionContext& context, const Services& services, const PostThread& from, const PostThread& into,
           const std::string& reason) {
    auto& tx = context.tx;
    const auto touched = tx.exec(touched_query, db::Params::of(from.id)).one().texts("topics");
    tx.exec(merge_query, db::Params::of(from.id, into.id, context.viewer.member, reason));
    announce_in_thread(tx, services.announcer, from.id, from.author, kind::thread_changed,
                       json{{"thread", from.id.value}, {"act", "merge"}, {"into", into.id.value}}, touched);
    announce_in_thread(tx, services.announcer, into.id, into.author, kind::thread_changed,
                       json{{"thread", into.id.value}, {"act", "merge"}, {"from", from.id.value}});
}

}  // namespace

site::Page load_merge_page(const site::PageContext& context, const Services& services) {
    const auto facts = get_thread(context.tx, context.viewer, context.id<base::ThreadId>("id"));
    return merge_page(context, services, facts, {.into = base::trim(context.query("zoek", "q")), .target = {}, .reason = {}}, {});
}

site::ActionResult merge_threads(const site::ActionContext& context, const Services& services) {
    const auto id = context.id<base::ThreadId>("id");
    const auto& input = context.input;
    site::FormErrors errors;
    site::check_fields(errors, input, {.texts = {"nonce", "actie", "reason"}, .others = {"into", "target"}}, services.texts,
                       context.language);
    const MergeForm filled{
        .into = base::trim(input.text("into")), .target = input.text("target"), .reason = base::trim(input.text("reason"))};
    const auto fault = [&](const std::string& field, const std::string& key) {
        errors.add(field, services.texts.text(key, context.language));
    };
    const auto show_again = [&]() -> site::ActionResult {
        const auto facts = get_thread(context.tx, context.viewer, id);
        return site::ShowAgain{merge_page(context, services, facts, filled, errors), errors};
    };
    const bool is_search = input.text("actie") == "zoek";
    if (filled.into.empty()) {
        fault("into", "discussion.error_merge_into_empty");
    }
    if (!is_search) {
        check_text(errors, "reason", filled.reason, reason_limit, services.texts, context.language);
    }
    if (errors.any() || is_search) {
        return show_again();
    }
    const auto wanted = find_target(context, number_in(filled.target.empty() ? filled.into : filled.target));
    if (!wanted) {
        fault(context.is_api ? "into" : "target", "discussion.error_merge_target");
        return show_again();
    }
    // What was found holds only under both locks.
    context.tx.exec(lock_two_threads_query, db::Params::of(id, wanted->thread.id));
    const auto from = get_thread(context.tx, context.viewer, id);
    const auto into = find_target(context, wanted->thread.id);
    const auto key = into && into->thread.id == wanted->thread.id ? obstacle(from, *into) : "discussion.error_merge_target";
    if (!key.empty()) {
        fault(context.is_api ? "into" : "target", key);
        return show_again();
    }
    write(context, services, from.thread, into->thread, filled.reason);
    const auto there = find_moved(context.tx, context.viewer, id, 1);
    site::Done done;
    done.location = there ? post_url(there->thread, there->slug, there->number) : thread_url(into->thread.id, into->thread.slug);
    done.flash = "discussion.flash_merged";
    done.model =
        json{{"id", id.value}, {"act", "merge"}, {"reason", filled.reason}, {"into", into->thread.id.value}, {"url", done.location}};
    return done;
}

}  // namespace forum::discussion
