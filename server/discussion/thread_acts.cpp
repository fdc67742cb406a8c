#include "discussion/thread_acts.hpp"

#include <nlohmann/json.hpp>

#include "base/text.hpp"
#include "discussion/post_rules.hpp"
#include "discussion/thread_events.hpp"
#include "discussion/thread_store.hpp"
#include "discussion/urls.hpp"

namespace forum::discussion {

namespace {

using nlohmann::json;

const db::Query lock_query{"discussion.lock_thread_to_moderate", R"(
    SELECT is_closed, is_pinned FROM threads WHERE id = $1 FOR NO KEY UPDATE)"};

const db::Query close_query{"discussion.set_closed", R"(
    UPDATE threads SET is_closed = $2 <> '', closed_reason = $2 WHERE id = $1)"};

const db::Query pin_query{"discussion.set_pinned", R"(
    UPDATE threads SET is_pinned = $2 <> '', pinned_reason = $2 WHERE id = $1)"};

const db::Query log_query{"discussion.log_thread_act", R"(
    INSERT INTO thread_acts (thread_id, kind, by_member, reason) VALUES ($1, $2, $3, $4))"};

/// One of the four acts. All differences stand here.
struct Act {
    std::string name;        ///< in thread_acts, text keys and route names
    std::string path;        ///< last part of the page's address
    std::string column;      ///< what says that it was done already
    const db::Query* query;
    bool sets;               ///< with a reason; else it takes away
    std::string flash;
};

const std::vector<Act>& acts() {
    static const std::vector<Act> all{
        {"close", "/sluiten", "is_closed", &close_query, true, "discussion.flash_closed"},
        {"reopen", "/openen", "is_closed", &close_query, false, "discussion.flash_reopened"},
        {"pin", "/vastzetten", "is_pinned", &pin_query, true, "discussion.flash_pinned"},
        {"unpin", "/losmaken", "is_pinned", &pin_query, false, "discussion.flash_unpinned"},
    };
    return all;
}

site::Page act_page(const site::PageContext& context, const Services& services, const Act& act, const std::string& reason,
                    const site::FormErrors& errors) {
    const auto id = context.id<base::ThreadId>("id");
    const auto facts = get_thread(context.tx, context.viewer, id);
    const auto text = [&](const std::string& part) {
        return services.texts.text("discussion.confirm_" + act.name + "_" + part, context.language);
    };
    const auto url = thread_url(id, facts.thread.slug);
    json model{{"title", text("title")},
               {"text", text("text")},
               {"action", "/gesprekken/" + to_string(id) + act.path},
               {"nonce", to_string(id) + "-" + std::to_string(facts.seq)},
               {"cancelUrl", url},
               {"button", text("button")}};
    if (act.sets) {
        model["reason"] = reason;
        errors.write_to(model, {"reason"});
    }
    site::Page page;
    page.template_name = act.sets ? "thread_act" : "confirm";
    page.title = text("title");
    page.breadcrumbs = {{services.texts.text("discussion.threads_title", context.language), "/gesprekken"},
                        {shown_title(facts, services.texts, context.language), url}};
    page.nav = "threads";
    page.model = std::move(model);
    return page;
}

site::ActionResult do_act(const site::ActionContext& context, const Services& services, const Act& act) {
    const auto id = context.id<base::ThreadId>("id");
    const auto rows = context.tx.exec(lock_query, db::Params::of(id));
    const auto facts = get_thread(context.tx, context.viewer, id);
    site::FormErrors errors;
    const auto reason = base::trim(context.input.text("reason"));
    site::check_fields(errors, context.input, {.texts = {"reason", "nonce"}, .others = {}}, services.texts, context.language);
    if (act.sets) {
        check_text(errors, "reason", reason, reason_limit, services.texts, context.language);
    }
    if (errors.any()) {
        return site::ShowAgain{act_page(context, services, act, context.input.text("reason"), errors), errors};
    }
    if (rows.one().flag(act.column.c_str()) != act.sets) {
        context.tx.exec(*act.query, db::Params::of(id, act.sets ? reason : std::string{}));
        context.tx.exec(log_query, db::Params::of(id, act.name, context.viewer.member, reason));
        announce_in_thread(context.tx, services.announcer, id, facts.thread.author, kind::thread_changed,
                           json{{"thread", id.value}, {"act", act.name}});
    }
    site::Done done;
    done.status = act.sets ? 200 : 204;
    done.location = thread_url(id, facts.thread.slug);
    done.flash = act.flash;
    done.model = json{{"id", id.value}, {"act", act.name}, {"reason", reason}};
    return done;
}

}  // namespace

void add_thread_acts(site::Routes& routes, const Services& services) {
    for (const auto& act : acts()) {
        const auto path = "/gesprekken/{id}" + act.path;
        const auto api = std::string{"/api/v1/threads/{id}/"} + (act.column == "is_closed" ? "closure" : "pin");
        routes.page("discussion." + act.name, path, "", site::Access::moderator,
                    [&services, &act](const site::PageContext& context) { return act_page(context, services, act, "", {}); });
        routes.action("discussion." + act.name + "_thread", path, act.sets ? http::Method::put : http::Method::del, api,
                      site::Access::moderator,
                      [&services, &act](const site::ActionContext& context) { return do_act(context, services, act); });
    }
}

}  // namespace forum::discussion
