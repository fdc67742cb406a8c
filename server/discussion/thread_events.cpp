#include "discussion/thread_events.hpp"

#include <nlohmann/json.hpp>

#include "discussion/post_view.hpp"
#include "discussion/thread_store.hpp"
#include "discussion/urls.hpp"
#include "discussion/wall_store.hpp"

namespace forum::discussion {

namespace {

using nlohmann::json;

const db::Query raise_query{"discussion.raise_seq", R"(
    UPDATE threads t SET seq = t.seq + 1
     WHERE t.id = $1
    RETURNING t.seq, thread_audience(t.visibility) AS audience, thread_hints(t.list_topics, $2) AS hints)"};

const db::Query figures_query{"discussion.thread_figures", R"(
    SELECT t.reply_count, t.accepted_post IS NOT NULL AS is_answered, t.is_closed, t.is_pinned,
           coalesce((SELECT p.number FROM posts p WHERE p.id = t.accepted_post), 0) AS answer_number
      FROM visible_threads($1, $2) t WHERE t.id = $3)"};

// Asked when there is no such thread any more.
const db::Query merged_query{"discussion.where_thread_went", R"(
    SELECT p.thread_id, p.number, t.slug
      FROM post_moves v
      JOIN posts p ON p.id = v.post_id
      JOIN visible_threads(NULL, $2) t ON t.id = p.thread_id
     WHERE v.thread_id = $1 AND v.number = 1)"};

base::ThreadId thread_of(const std::string& topic) {
    constexpr std::string_view prefix = "thread/";
    if (!topic.starts_with(prefix)) {
        return {};
    }
    return base::parse_id<base::ThreadId>(std::string_view{topic}.substr(prefix.size())).value_or(base::ThreadId{});
}

}  // namespace

std::int64_t announce_in_thread(db::Tx& tx, const live::Announcer& announcer, base::ThreadId thread, base::MemberId author,
                                std::string_view event_kind, const nlohmann::json& data, const std::vector<std::string>& more_hints) {
    const auto rows = tx.exec(raise_query, db::Params::of(thread, author));
    const auto row = rows.one();
    live::Event event;
    event.topic = "thread/" + to_string(thread);
    event.seq = row.integer("seq");
    event.kind = event_kind;
    event.audience = live::audience_from(row.text("audience"));
    event.data = data.dump();
    event.hints = row.texts("hints");
    event.hints.insert(event.hints.end(), more_hints.begin(), more_hints.end());
    const auto seq = event.seq;
    announcer.announce(tx, std::move(event));
    return seq;
}

void announce_own(db::Tx& tx, const live::Announcer& announcer, base::MemberId member, const nlohmann::json& data) {
    live::Event event;
    event.topic = "me/" + to_string(member);
    event.kind = kind::own_changed;
    event.audience = live::Audience::member;
    event.member = member;
    event.data = data.dump();
    announcer.announce(tx, std::move(event));
}

view::Model render_event(db::Database& database, const Services& services, const live::Event& event) {
    const auto thread = thread_of(event.topic);
    if (!thread) {
        return {};
    }
    const auto data = json::parse(event.data, nullptr, false);
    json message{{"is", "event"}, {"topic", event.topic}, {"seq", event.seq}, {"kind", event.kind}};
    return database.read([&](db::Tx& tx) -> view::Model {
        if (event.kind == kind::thread_changed) {
            const auto rows = tx.exec(figures_query, db::Params::of(base::MemberId{}, follower_level, thread));
            const auto row = rows.find_one();
            if (!row) {
                const auto went = tx.exec(merged_query, db::Params::of(thread, follower_level));
                const auto place = went.find_one();
                if (!place) {
                    return {};
                }
                const auto there = place->id<base::ThreadId>("thread_id");
                const auto url = post_url(there, place->text("slug"), static_cast<int>(place->integer("number")));
                message["thread"] = {{"id", thread.value}, {"movedTo", {{"id", there.value}, {"url", url}}}};
                return message;
            }
            message["thread"] = {{"id", thread.value},
                                 {"replyCount", row->integer("reply_count")},
                                 {"isAnswered", row->flag("is_answered")},
                                 {"answerNumber", row->integer("answer_number")},
                                 {"isClosed", row->flag("is_closed")},
                                 {"isPinned", row->flag("is_pinned")},
                                 {"movedTo", nullptr}};
            return message;
        }
        if (event.kind == kind::post_voted) {
            auto& votes = message["votes"] = json::array();
            for (const auto& question : load_questions_for_followers(tx, thread)) {
                votes.push_back({{"number", question.number}, {"votes", question.votes}});
            }
            return message;
        }
        const auto number = data.is_object() ? data.value("number", 0) : 0;
        const auto facts = find_thread_for_followers(tx, thread);
        const auto rows = load_posts_for_followers(tx, thread, {number});
        const auto row = rows.find_one();
        if (!facts || !row) {
            return {};
        }
        const access::Viewer nobody;
        auto post = post_json(*row, {services, nobody, view::Language::dutch, facts->thread, std::nullopt, {}});
        post["isFirstNew"] = false;
        message["html"] = services.texts.render("_post", post, view::Language::dutch);
        message["post"] = std::move(post);
        return message;
    });
}

view::Model render_hint(db::Database& database, const live::Event& event, const std::string& list_topic) {
    const auto thread = thread_of(event.topic);
    // Pages of his own show what he wrote; a queue shows cases in threads, and a thread may go elsewhere.
    if (thread && (list_topic.starts_with("me/") || list_topic == "moderation")) {
        return json{{"value", {{"thread", thread.value}, {"kind", event.kind}}}};
    }
    if (!thread || !list_topic.starts_with("list/")) {
        return {};
    }
    const auto data = json::parse(event.data, nullptr, false);
    const bool is_opening = data.is_object() && data.value("number", 0) == 1;
    return database.read([&](db::Tx& tx) -> view::Model {
        const auto rows = tx.exec(figures_query, db::Params::of(base::MemberId{}, follower_level, thread));
        const auto row = rows.find_one();
        // What was merged stands in the list no more.
        if (!row && tx.exec(merged_query, db::Params::of(thread, follower_level)).empty()) {
            return {};
        }
        return json{{"is", "hint"},
                    {"topic", list_topic},
                    {"value",
                     {{"thread", thread.value},
                      {"kind", event.kind},
                      {"seq", event.seq},
                      {"replyCount", row ? row->integer("reply_count") : 0},
                      {"isAnswered", row && row->flag("is_answered")},
                      {"isNew", is_opening && (event.kind == kind::post_new || event.kind == kind::thread_changed)}}}};
    });
}

}  // namespace forum::discussion
