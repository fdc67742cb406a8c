#include "discussion/post_acts.hpp"

#include <nlohmann/json.hpp>

#include "discussion/post_rules.hpp"
#include "discussion/post_states.hpp"
#include "discussion/post_view.hpp"
#include "discussion/thread_events.hpp"
#include "discussion/thread_frame.hpp"
#include "discussion/thread_store.hpp"
#include "discussion/urls.hpp"

namespace forum::discussion {

namespace {

using base::Problem;
using base::ProblemKind;
using nlohmann::json;

const db::Query post_query{"discussion.post_to_act", R"(
    SELECT p.id, p.author_id, p.state FROM visible_posts($1, $2) p WHERE p.thread_id = $3 AND p.number = $4)"};

const db::Query accept_query{"discussion.accept", R"(
    WITH act AS (
        INSERT INTO thread_acts (thread_id, kind, post_id, by_member) VALUES ($1, 'accept', $2, $3))
    UPDATE threads SET accepted_post = $2, accepted_by = $3 WHERE id = $1)"};

const db::Query unaccept_query{"discussion.unaccept", R"(
    WITH act AS (
        INSERT INTO thread_acts (thread_id, kind, post_id, by_member)
        SELECT id, 'unaccept', accepted_post, $2 FROM threads WHERE id = $1)
    UPDATE threads SET accepted_post = NULL, accepted_by = NULL WHERE id = $1)"};

struct Target {
    ThreadFacts facts;
    base::PostId post;
    base::MemberId author;
    std::string state;
    int number;

    bool is_live() const { return state == "live" || state == "live_change"; }
};

Target get_target(const site::PageContext& context, int number) {
    const auto thread = context.id<base::ThreadId>("id");
    auto facts = get_thread(context.tx, context.viewer, thread);
    const auto rows = context.tx.exec(post_query, db::Params::of(context.viewer.member, context.viewer.level(), thread, number));
    const auto row = rows.find_one();
    if (!row) {
        throw Problem{ProblemKind::not_found};
    }
    return {std::move(facts), row->id<base::PostId>("id"), row->id<base::MemberId>("author_id"), row->text("state"), number};
}

/// Under the thread's lock, so that what is judged is what is changed.
Target get_locked_target(const site::ActionContext& context, int number) {
    lock_thread(context.tx, context.id<base::ThreadId>("id"));
    return get_target(context, number);
}

Target get_own(Target target, const access::Viewer& viewer) {
    if (target.author != viewer.member) {
        throw Problem{ProblemKind::forbidden};
    }
    return target;
}

void check_may_choose(const ThreadFacts& facts, const access::Viewer& viewer) {
    if (facts.thread.kind != "question" || !(viewer.member == facts.thread.author || viewer.may_moderate())) {
        throw Problem{ProblemKind::forbidden};
    }
}

site::Page confirm_page(const site::PageContext& context, const Services& services, const Target& target, const std::string& name,
                        std::string_view act, const json& arguments = json::object()) {
    const auto text = [&](const std::string& part) {
        return services.texts.text("discussion.confirm_" + name + "_" + part, context.language, arguments);
    };
    const auto& thread = target.facts.thread;
    const auto back = post_url(thread.id, thread.slug, target.number);
    auto page = page_under(target.facts, back, context, services);
    page.template_name = "confirm";
    page.title = text("title");
    page.model = json{{"title", text("title")},
                      {"text", text("text")},
                      {"action", post_act_url(thread.id, target.number, act)},
                      {"nonce", to_string(target.post) + "-" + std::to_string(target.facts.seq)},
                      {"cancelUrl", back},
                      {"button", text("button")}};
    return page;
}

site::Done done_with(const site::ActionContext& context, const Services& services, const Target& target, const std::string& flash) {
    site::Done done;
    const auto& thread = target.facts.thread;
    done.location = post_url(thread.id, thread.slug, target.number);
    done.flash = flash;
    if (wants_json(context)) {
        // Read anew: the thread changed too.
        const auto facts = get_thread(context.tx, context.viewer, thread.id);
        done.model = get_post_json(context.tx, services, context.viewer, context.language, facts.thread, target.number);
    }
    return done;
}

}  // namespace

site::Page load_withdraw_page(const site::PageContext& context, const Services& services) {
    const auto target = get_own(get_target(context, post_number(context)), context.viewer);
    if (!target.is_live() && target.state != "waiting" && target.state != "returned") {
        throw Problem{ProblemKind::conflict, "discussion.post_moved"};
    }
    return confirm_page(context, services, target, "withdraw", "/intrekken");
}

site::ActionResult withdraw_post(const site::ActionContext& context, const Services& services) {
    const auto target = get_own(get_locked_target(context, post_number(context)), context.viewer);
    if (target.state == "withdrawn") {
        return done_with(context, services, target, "discussion.flash_withdrawn");
    }
    withdraw(context.tx, services.announcer, target.post);
    services.gate.author_settled(context.tx, context.viewer, target.post);  // also of a live one: a change may lie with him
    return done_with(context, services, target, target.is_live() ? "discussion.flash_withdrawn" : "discussion.flash_withdrawn_unseen");
}

site::Page load_undo_page(const site::PageContext& context, const Services& services) {
    const auto target = get_own(get_target(context, post_number(context)), context.viewer);
    if (target.state != "withdrawn") {
        throw Problem{ProblemKind::conflict, "discussion.post_moved"};
    }
    return confirm_page(context, services, target, "undo", "/terugzetten");
}

site::ActionResult undo_withdraw_post(const site::ActionContext& context, const Services& services) {
    const auto target = get_own(get_locked_target(context, post_number(context)), context.viewer);
    if (!target.is_live()) {
        undo_withdrawal(context.tx, services.announcer, target.post);
    }
    return done_with(context, services, target, "discussion.flash_undone");
}

site::Page load_accept_page(const site::PageContext& context, const Services& services) {
    const auto target = get_target(context, post_number(context));
    check_may_choose(target.facts, context.viewer);
    if (!target.is_live() || target.number < 2) {
        throw Problem{ProblemKind::conflict, "discussion.post_moved"};
    }
    const auto post = get_post_json(context.tx, services, context.viewer, context.language, target.facts.thread, target.number);
    return confirm_page(context, services, target, "accept", "/antwoord", json{{"name", post["author"]["name"]}});
}

site::ActionResult accept_answer(const site::ActionContext& context, const Services& services) {
    site::FormErrors errors;
    if (!context.path.contains("n")) {
        site::check_fields(errors, context.input, {.texts = {}, .others = {"number"}}, services.texts, context.language);
    }
    const int number = post_number(context, services.texts, errors);
    if (errors.any()) {
        return refuse(context, errors);
    }
    const auto target = get_locked_target(context, number);
    check_may_choose(target.facts, context.viewer);
    if (!target.is_live() || number < 2) {
        throw Problem{ProblemKind::conflict, "discussion.post_moved"};
    }
    const auto& thread = target.facts.thread;
    if (thread.accepted != target.post) {
        if (thread.accepted) {
            context.tx.exec(unaccept_query, db::Params::of(thread.id, context.viewer.member));
        }
        context.tx.exec(accept_query, db::Params::of(thread.id, target.post, context.viewer.member));
        announce_in_thread(context.tx, services.announcer, thread.id, target.author, kind::thread_changed,
                           json{{"thread", thread.id.value}, {"answer", number}});
    }
    return done_with(context, services, target, "discussion.flash_accepted");
}

site::Page load_unaccept_page(const site::PageContext& context, const Services& services) {
    const auto target = get_target(context, post_number(context));
    check_may_choose(target.facts, context.viewer);
    if (target.facts.thread.accepted != target.post) {
        throw Problem{ProblemKind::conflict, "discussion.post_moved"};
    }
    return confirm_page(context, services, target, "unaccept", "/geen-antwoord");
}

site::ActionResult unaccept_answer(const site::ActionContext& context, const Services& services) {
    const bool names_post = context.path.contains("n");
    const auto target = get_locked_target(context, names_post ? post_number(context) : 1);
    check_may_choose(target.facts, context.viewer);
    const auto& thread = target.facts.thread;
    if (names_post && thread.accepted && thread.accepted != target.post) {
        throw Problem{ProblemKind::conflict, "discussion.post_moved"};
    }
    if (thread.accepted) {
        context.tx.exec(unaccept_query, db::Params::of(thread.id, context.viewer.member));
        announce_in_thread(context.tx, services.announcer, thread.id, thread.author, kind::thread_changed,
                           json{{"thread", thread.id.value}, {"answer", 0}});
    }
    auto done = done_with(context, services, target, "discussion.flash_unaccepted");
    if (!names_post) {
        done.status = 204;
    }
    return done;
}

}  // namespace forum::discussion
