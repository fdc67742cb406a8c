#include "discussion/split_thread.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/text.hpp"
#include "discussion/moved.hpp"
#include "discussion/post_rules.hpp"
#include "discussion/thread_events.hpp"
#include "discussion/thread_frame.hpp"
#include "discussion/thread_store.hpp"
#include "discussion/urls.hpp"
#include "view/markdown.hpp"

namespace forum::discussion {

namespace {

using nlohmann::json;

const db::Query posts_query{"discussion.posts_to_split", R"(
    SELECT p.id, p.number, p.author_id, p.state, p.created_at, left(p.body, 400) AS body, m.name AS author_name,
           m.ended_at IS NOT NULL AS author_removed
      FROM visible_posts($1, $2) p JOIN members m ON m.id = p.author_id
     WHERE p.thread_id = $3 AND p.number > 1
     ORDER BY p.number)"};

const db::Query split_query{"discussion.split_thread", R"(SELECT split_thread($1, $2, $3, $4, $5, $6) AS id)"};

struct SplitForm {
    std::vector<std::string> numbers;
    std::string title, reason;
};

bool is_chosen(const SplitForm& filled, std::int64_t number) {
    return std::find(filled.numbers.begin(), filled.numbers.end(), std::to_string(number)) != filled.numbers.end();
}

site::Page split_page(const site::PageContext& context, const Services& services, const ThreadFacts& facts, const SplitForm& filled,
                      const site::FormErrors& errors) {
    const auto& thread = facts.thread;
    const auto url = thread_url(thread.id, thread.slug);
    const auto text = [&](const std::string& key) { return services.texts.text("discussion." + key, context.language); };
    auto posts = json::array();
    std::vector<std::int64_t> hidden;
    for (const auto& row : context.tx.exec(posts_query, db::Params::of(context.viewer.member, context.viewer.level(), thread.id))) {
        const auto state = row.text("state");
        const bool is_seen = state == "live" || state == "live_change";
        if (!is_seen) {
            hidden.push_back(row.integer("id"));
        }
        posts.push_back({{"number", row.integer("number")},
                         {"authorName", row.flag("author_removed") ? text("former_member") : row.text("author_name")},
                         {"createdAt", base::to_rfc3339(row.time("created_at"))},
                         {"excerpt", base::excerpt(view::markdown_to_text(row.text("body")), 160)},
                         {"isSeen", is_seen},
                         {"isChosen", is_chosen(filled, row.integer("number"))}});
    }
    services.gate.about_to_show(context.tx, context.viewer, hidden);
    json model{{"title", text("split_title")},
               {"text", text("split_text")},
               {"action", "/gesprekken/" + to_string(thread.id) + "/splitsen"},
               {"nonce", to_string(thread.id) + "-" + std::to_string(facts.seq)},
               {"cancelUrl", url},
               {"posts", std::move(posts)},
               {"newTitle", filled.title},
               {"reason", filled.reason},
               {"isReasonShown", false}};
    errors.write_to(model, {"numbers", "title", "reason"});
    auto page = page_under(facts, url, context, services);
    page.template_name = "thread_split";
    page.title = text("split_title");
    page.model = std::move(model);
    return page;
}

}  // namespace

site::Page load_split_page(const site::PageContext& context, const Services& services) {
    const auto facts = get_thread(context.tx, context.viewer, context.id<base::ThreadId>("id"));
    return split_page(context, services, facts, {}, {});
}

site::ActionResult split_thread(const site::ActionContext& context, const Services& services) {
    const auto id = context.id<base::ThreadId>("id");
    auto& tx = context.tx;
    const auto& viewer = context.viewer;
    lock_thread(tx, id);
    const auto facts = get_thread(tx, viewer, id);
    site::FormErrors errors;
    site::check_fields(errors, context.input, {.texts = {"title", "reason", "nonce"}, .others = {"numbers"}}, services.texts,
                       context.language);
    SplitForm filled{.numbers = context.input.all("numbers"),
                     .title = base::trim(context.input.text("title")),
                     .reason = base::trim(context.input.text("reason"))};
    std::replace(filled.title.begin(), filled.title.end(), '\n', ' ');

    std::vector<std::int64_t> posts;
    std::vector<std::string> touched{"moderation"};
    bool begins_seen = false;
    base::MemberId opener;
    for (const auto& row : tx.exec(posts_query, db::Params::of(viewer.member, viewer.level(), id))) {
        if (is_chosen(filled, row.integer("number"))) {
            if (posts.empty()) {
                begins_seen = row.text("state") == "live" || row.text("state") == "live_change";
                opener = row.id<base::MemberId>("author_id");
            }
            posts.push_back(row.integer("id"));
            touched.push_back("me/" + std::to_string(row.integer("author_id")));
        }
    }
    const auto fault = [&](const std::string& key) { errors.add("numbers", services.texts.text("discussion." + key, context.language)); };
    if (!facts.thread.is_published) {
        fault("error_split_waiting");
    } else if (filled.numbers.empty()) {
        fault("error_split_none");
    } else if (posts.size() != filled.numbers.size()) {
        fault("error_split_numbers");
    } else if (!begins_seen) {
        fault("error_split_first");
    }
    check_text(errors, "title", filled.title, title_limit, services.texts, context.language);
    check_text(errors, "reason", filled.reason, reason_limit, services.texts, context.language);
    if (errors.any()) {
        filled.title = context.input.text("title");
        filled.reason = context.input.text("reason");
        return site::ShowAgain{split_page(context, services, facts, filled, errors), errors};
    }

    const auto slug = thread_slug(filled.title);
    const auto made =
        tx.exec(split_query, db::Params::of(id, posts, filled.title, slug, viewer.member, filled.reason)).one().id<base::ThreadId>("id");
    announce_in_thread(tx, services.announcer, id, facts.thread.author, kind::thread_changed,
                       json{{"thread", id.value}, {"act", "split"}, {"into", made.value}}, touched);
    // Number 1: in the lists it is a thread that was not there before.
    announce_in_thread(tx, services.announcer, made, opener, kind::thread_changed,
                       json{{"thread", made.value}, {"act", "split"}, {"from", id.value}, {"number", 1}});
    site::Done done;
    done.status = 201;
    done.location = context.is_api ? "/api/v1/threads/" + to_string(made) : thread_url(made, slug);
    done.flash = "discussion.flash_split";
    done.model = json{{"id", id.value}, {"act", "split"}, {"reason", filled.reason}, {"into", made.value}, {"url", thread_url(made, slug)}};
    return done;
}

}  // namespace forum::discussion
