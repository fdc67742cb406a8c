#include "discussion/wall_page.hpp"

#include <nlohmann/json.hpp>

#include "base/text.hpp"
#include "discussion/held_beforehand.hpp"
#include "discussion/thread_frame.hpp"
#include "discussion/thread_store.hpp"
#include "discussion/urls.hpp"
#include "discussion/wall_store.hpp"
#include "view/markdown.hpp"

namespace forum::discussion {

namespace {

using nlohmann::json;

const db::Query draft_query{"discussion.wall_draft", R"(
    SELECT d.revision, d.data ->> 'body' AS body FROM drafts d WHERE d.member_id = $1 AND d.key = 'reply-' || $2::bigint)"};

/// What stands on the wall beside the post itself. `query`: "" or that of the page to which its buttons lead back.
void put_question(json& post, const Question& question, const PostThread& thread, const access::Viewer& viewer, bool is_open,
                  const std::string& query) {
    const auto put = [&](const char* permission, bool allowed, const char* address, const std::string& act) {
        post[permission] = allowed;
        post[address] = allowed ? post_act_url(thread.id, question.number, act + query) : std::string{};
    };
    const bool is_votable = is_open && viewer.is_signed_in() && !viewer.is_read_only() && question.author != viewer.member
                            && question.is_live && question.place != "dealt";
    const bool may_move = viewer.is_staff() && question.is_live;
    post["hasVoted"] = question.has_voted;
    post["place"] = question.place;
    post["isCurrent"] = question.place == "current";
    post["isDealt"] = question.place == "dealt";
    put("mayVote", is_votable && !question.has_voted, "voteUrl", "/stem");
    put("mayUnvote", is_votable && question.has_voted, "unvoteUrl", "/stem-terug");
    put("mayCall", may_move && is_open && question.place != "current", "callUrl", "/nu");
    put("mayDeal", may_move && question.place != "dealt", "dealUrl", "/behandeld");
    put("mayPutBack", may_move && question.place != "open", "putBackUrl", "/terug-in-rij");
    post["excerpt"] = base::excerpt(view::markdown_to_text(post["body"].get<std::string>()), 240);
}

/// Which of the questions the page has, and where the others are.
struct Paging {
    int from{0};                        ///< 0 = the first page
    std::size_t count{0};               ///< of all
    std::optional<int> previous, next;  ///< numbers with which the pages before and after begin
};

/// Leaves of all `questions` those of the page.
Paging keep_page(std::vector<Question>& questions, int from) {
    constexpr std::size_t size = wall_page_size;
    Paging paging{.from = from, .count = questions.size()};
    if (from == 0) {
        questions.resize(std::min(questions.size(), size), Question{});
        if (paging.count > size) {
            paging.next = 1;
        }
        return paging;
    }
    std::sort(questions.begin(), questions.end(), [](const auto& one, const auto& other) { return one.number < other.number; });
    const auto first = std::find_if(questions.begin(), questions.end(), [&](const auto& one) { return one.number >= from; });
    const auto before = static_cast<std::size_t>(first - questions.begin());
    const auto after = static_cast<std::size_t>(questions.end() - first);
    if (before > 0) {
        paging.previous = questions[before - std::min(before, size)].number;
    }
    if (after > size) {
        paging.next = questions[before + size].number;
    }
    questions = {first, first + static_cast<std::ptrdiff_t>(std::min(after, size))};
    return paging;
}

void put_paging(json& model, const Paging& paging, base::ThreadId thread) {
    const auto url = [&](std::optional<int> from) { return from ? wall_list_url(thread, *from) : std::string{}; };
    model["room"] = wall_page_size;
    model["questionCount"] = paging.count;
    model["previousUrl"] = url(paging.previous);
    model["nextUrl"] = url(paging.next);
    model["next"] = paging.next ? json(std::to_string(*paging.next)) : json{};
    model["hereUrl"] = paging.from == 0 ? wall_url(thread) : wall_list_url(thread, paging.from);
}

/// The number with which the page begins; 0 = the first page. Throws Problem{not_found} when it can be no number.
int asked_from(const site::PageContext& context) {
    const auto text = context.query("vanaf", "cursor");
    const auto number = text.empty() ? std::optional{0} : parse_post_number(text);
    if (!number) {
        throw base::Problem{base::ProblemKind::not_found};
    }
    return *number;
}

json reply_json(const site::PageContext& context, const ThreadFacts& facts, const std::optional<ReplyFormState>& form,
                const std::optional<db::Row>& draft) {
    const auto& thread = facts.thread.id;
    return {{"body", form    ? form->body
                     : draft ? draft->text_or("body", "")
                             : ""},
            {"notPlaced", form ? form->not_placed : ""},
            {"nonce", to_string(thread) + "-" + to_string(context.viewer.member) + "-" + std::to_string(facts.seq)},
            {"draftRevision", draft ? draft->integer("revision") : 0},
            {"check", check_json(form ? form->check : AuthorCheck{})}};
}

}  // namespace

json wall_json(const access::Viewer& viewer, const PostThread& thread, std::optional<bool> is_open) {
    const auto url = wall_url(thread.id);
    const bool opens = viewer.is_staff() && thread.is_published && !is_open.value_or(false);
    const bool closes = viewer.is_staff() && is_open.value_or(false);
    return {{"isThere", is_open.has_value()},
            {"isOpen", is_open.value_or(false)},
            {"url", is_open ? url : ""},
            {"openUrl", opens ? url + "/openen" : ""},
            {"closeUrl", closes ? url + "/sluiten" : ""}};
}

site::Page load_wall_page(const site::PageContext& context, const Services& services, const std::optional<ReplyFormState>& form) {
    const auto& viewer = context.viewer;
    const auto facts = get_thread(context.tx, viewer, context.id<base::ThreadId>("id"));
    const auto& thread = facts.thread;
    const auto is_open = find_wall(context.tx, thread.id);
    if (!is_open) {
        throw base::Problem{base::ProblemKind::not_found};
    }
    const bool is_screen = context.query("scherm", "screen") == "groot";
    auto questions = load_questions(context.tx, viewer, thread.id);
    const auto paging = keep_page(questions, form || is_screen ? 0 : asked_from(context));
    const bool is_list = paging.from != 0;
    std::vector<std::int64_t> numbers;
    for (const auto& question : questions) {
        numbers.push_back(question.number);
    }
    PostViewContext post_context{services, viewer, context.language, thread, std::nullopt, {}};
    if (viewer.is_signed_in()) {
        post_context.usual_wait = services.gate.usual_wait(context.tx, context.language);
    }
    std::map<int, json> posts;
    for (const auto& row : load_posts(context.tx, viewer, thread.id, numbers)) {
        posts.emplace(static_cast<int>(row.integer("number")), post_json(row, post_context));
    }

    json model{{"current", nullptr}, {"items", json::array()}, {"dealt", json::array()}};
    for (const auto& question : questions) {
        auto& post = posts.at(question.number);
        put_question(post, question, thread, viewer, *is_open, is_list ? "?vanaf=" + std::to_string(paging.from) : "");
        if (is_list) {
            model["items"].push_back(std::move(post));
        } else if (question.place == "current") {
            model["current"] = std::move(post);
        } else {
            model[question.place == "dealt" ? "dealt" : "items"].push_back(std::move(post));
        }
    }
    std::optional<db::Row> draft;
    if (viewer.is_signed_in()) {
        const auto rows = context.tx.exec(draft_query, db::Params::of(viewer.member, thread.id));
        draft = rows.find_one();
    }
    model["thread"] = thread.id.value;
    model["seq"] = facts.seq;
    model["title"] = shown_title(facts, services.texts, context.language);
    model["threadUrl"] = thread_url(thread.id, thread.slug);
    put_paging(model, paging, thread.id);
    model["screenUrl"] = wall_url(thread.id) + "?scherm=groot";
    put_held(model, context, services, thread.id, "wall.held");
    model["usualWait"] = post_context.usual_wait;
    model["mayAsk"] = *is_open && viewer.is_signed_in() && !viewer.is_read_only() && thread.is_published && !thread.is_closed;
    model["replyUrl"] = "/gesprekken/" + to_string(thread.id) + "/berichten";
    model.update(wall_json(viewer, thread, is_open));
    model["reply"] = reply_json(context, facts, form, draft);
    (form ? form->errors : site::FormErrors{}).write_to(model, {"body", confirm_field});

    auto page = page_under(facts, thread_url(thread.id, thread.slug), context, services);
    page.template_name = is_screen ? "wall_screen" : is_list ? "wall_list" : "wall";
    page.status = form && !form->not_placed.empty() ? 409 : 200;
    page.title = services.texts.text("wall.title", context.language, json{{"title", model["title"]}});
    page.here = services.texts.text("wall.name", context.language);
    page.seq = facts.seq;
    page.live_topics = "thread/" + to_string(thread.id) + (viewer.is_signed_in() ? " me" : "");
    page.topics = thread_topics(thread.id, viewer);
    page.keep = form || draft ? site::Keep::no : site::Keep::until_changed;
    page.model = std::move(model);
    return page;
}

}  // namespace forum::discussion
