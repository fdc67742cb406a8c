#include "discussion/thread_acts.hpp"

#include <nlohmann/json.hpp>

#include "base/text.hpp"
#include "discussion/post_rules.hpp"
#include "discussion/thread_ends.hpp"
#include "discussion/thread_events.hpp"
#include "discussion/thread_frame.hpp"
#include "discussion/thread_store.hpp"
#include "discussion/urls.hpp"
#include "view/markdown.hpp"

namespace forum::discussion {

namespace {

using nlohmann::json;

const std::string standing_text = R"(
    SELECT is_closed, closed_reason, closed_until, conclusion, is_pinned, pinned_reason, pinned_until FROM threads WHERE id = $1)";
const db::Query thread_to_moderate_query{"discussion.thread_to_moderate", standing_text};
const db::Query lock_thread_to_moderate_query{"discussion.lock_thread_to_moderate", standing_text + " FOR NO KEY UPDATE"};

// Who changes only the reason or the end does not put his name under a colleague's conclusion.
const db::Query set_closed_query{"discussion.set_closed", R"(
    UPDATE threads
       SET is_closed = $2 <> '', closed_reason = $2, closed_until = $3,
           conclusion = $4, conclusion_html = $5,
           concluded_by = CASE WHEN $4 = '' THEN NULL WHEN $4 = conclusion THEN concluded_by ELSE $6::bigint END,
           concluded_at = CASE WHEN $4 = '' THEN NULL WHEN $4 = conclusion THEN concluded_at ELSE now() END
     WHERE id = $1)"};

const db::Query pin_query{"discussion.set_pinned", R"(
    UPDATE threads SET is_pinned = $2 <> '', pinned_reason = $2, pinned_until = $3 WHERE id = $1)"};

const db::Query log_thread_act_query{"discussion.log_thread_act", R"(
    INSERT INTO thread_acts (thread_id, kind, by_member, reason, until, conclusion) VALUES ($1, $2, $3, $4, $5, $6))"};

/// One of the four acts. All differences stand here.
struct Act {
    std::string name;  ///< in thread_acts, text keys and route names
    std::string path;  ///< last part of the page's address
    bool closes;       ///< is about closing; else about pinning
    bool sets;         ///< with a reason; else it takes away
    std::string flash;
};

const std::vector<Act>& acts() {
    static const std::vector<Act> all{
        {"close", "/sluiten", true, true, "discussion.flash_closed"},
        {"reopen", "/openen", true, false, "discussion.flash_reopened"},
        {"pin", "/vastzetten", false, true, "discussion.flash_pinned"},
        {"unpin", "/losmaken", false, false, "discussion.flash_unpinned"},
    };
    return all;
}

/// What a moderator fills in, as he typed it.
struct ActForm {
    std::string reason, until, conclusion;
};

/// "2026-12-31" as people here write it; "" stays.
std::string as_written_here(const std::string& day) {
    return day.empty() ? day : day.substr(8, 2) + "-" + day.substr(5, 2) + "-" + day.substr(0, 4);
}

/// How it stands now; all "" where it does not hold.
ActForm standing(const db::Row& row, const Act& act) {
    return {.reason = base::trim(row.text(act.closes ? "closed_reason" : "pinned_reason")),
            .until = last_day(row.find_time(act.closes ? "closed_until" : "pinned_until")),
            .conclusion = act.closes ? row.text("conclusion") : std::string{}};
}

site::Page act_page(const site::PageContext& context, const Services& services, const Act& act, const std::optional<ActForm>& typed = {},
                    const site::FormErrors& errors = {}) {
    const auto id = context.id<base::ThreadId>("id");
    const auto facts = get_thread(context.tx, context.viewer, id);
    const auto rows = context.tx.exec(thread_to_moderate_query, db::Params::of(id));
    const auto now = standing(rows.one(), act);
    const auto text = [&](const std::string& part) {
        const auto name = act.sets && !now.reason.empty() ? "change_" + act.name : act.name;
        return services.texts.text("discussion.confirm_" + name + "_" + part, context.language);
    };
    const auto url = thread_url(id, facts.thread.slug);
    json model{{"title", text("title")},
               {"text", text("text")},
               {"action", "/gesprekken/" + to_string(id) + act.path},
               {"nonce", to_string(id) + "-" + std::to_string(facts.seq)},
               {"cancelUrl", url},
               {"button", text("button")}};
    if (act.sets) {
        const auto& shown = typed ? *typed : now;
        model["reason"] = shown.reason;
        model["isReasonShown"] = true;
        model["until"] = typed ? shown.until : as_written_here(shown.until);
        model["closes"] = act.closes;
        model["conclusion"] = shown.conclusion;
        errors.write_to(model, {"reason", "until", "conclusion"});
    }
    auto page = page_under(facts, url, context, services);
    page.template_name = act.sets ? "thread_act" : "confirm";
    page.title = text("title");
    page.model = std::move(model);
    return page;
}

/// What was sent; the faults are in `errors`.
ActForm parse(const site::ActionContext& context, const Services& services, const Act& act, site::FormErrors& errors) {
    const auto& input = context.input;
    ActForm filled{.reason = base::trim(input.text("reason")),
                   .until = base::trim(input.text("until")),
                   .conclusion = base::trim(input.text("conclusion"))};
    site::Fields known{.texts = {"reason", "nonce"}, .others = {}};
    if (act.sets) {
        known.texts.emplace_back("until");
    }
    if (act.sets && act.closes) {
        known.texts.emplace_back("conclusion");
    }
    site::check_fields(errors, input, known, services.texts, context.language);
    if (!act.sets) {
        return filled;
    }
    check_text(errors, "reason", filled.reason, reason_limit, services.texts, context.language);
    if (!filled.until.empty()) {
        if (const auto end = parse_last_day(filled.until, base::now())) {
            filled.until = last_day(end);
        } else {
            errors.add("until", services.texts.text("discussion.error_until", context.language));
        }
    }
    if (act.closes && !filled.conclusion.empty()) {
        check_text(errors, "conclusion", filled.conclusion, conclusion_limit, services.texts, context.language);
    }
    return filled;
}

site::ActionResult do_act(const site::ActionContext& context, const Services& services, const Act& act) {
    const auto id = context.id<base::ThreadId>("id");
    const auto rows = context.tx.exec(lock_thread_to_moderate_query, db::Params::of(id));
    const auto facts = get_thread(context.tx, context.viewer, id);
    site::FormErrors errors;
    auto filled = parse(context, services, act, errors);
    if (errors.any()) {
        const auto& input = context.input;
        return site::ShowAgain{
            act_page(context, services, act, ActForm{input.text("reason"), input.text("until"), input.text("conclusion")}, errors), errors};
    }
    const auto reason = filled.reason;
    if (!act.sets) {
        filled = {};
    }
    const auto before = standing(rows.one(), act);
    if (before.reason != filled.reason || before.until != filled.until || before.conclusion != filled.conclusion) {
        const auto end = parse_last_day(filled.until, base::now());
        if (act.closes) {
            context.tx.exec(set_closed_query, db::Params::of(id, filled.reason, end, filled.conclusion,
                                                             filled.conclusion.empty() ? "" : view::render_markdown(filled.conclusion),
                                                             context.viewer.member));
        } else {
            context.tx.exec(pin_query, db::Params::of(id, filled.reason, end));
        }
        context.tx.exec(log_thread_act_query, db::Params::of(id, act.name, context.viewer.member, reason, end, filled.conclusion));
        announce_in_thread(context.tx, services.announcer, id, facts.thread.author, kind::thread_changed,
                           json{{"thread", id.value}, {"act", act.name}});
    }
    site::Done done;
    done.status = act.sets ? 200 : 204;
    done.location = thread_url(id, facts.thread.slug);
    done.flash = act.flash;
    if (act.sets) {
        done.model = json{{"id", id.value},
                          {"act", act.name},
                          {"reason", reason},
                          {"until", filled.until.empty() ? json{} : json(filled.until)},
                          {"conclusion", filled.conclusion}};
    }
    return done;
}

}  // namespace

void add_thread_acts(site::Routes& routes, const Services& services) {
    for (const auto& act : acts()) {
        const auto path = "/gesprekken/{id}" + act.path;
        const auto api = std::string{"/api/v1/threads/{id}/"} + (act.closes ? "closure" : "pin");
        routes.page("discussion." + act.name, path, "", site::Access::moderator,
                    [&services, &act](const site::PageContext& context) { return act_page(context, services, act); });
        routes.action("discussion." + act.name + "_thread", path, act.sets ? http::Method::put : http::Method::del, api,
                      site::Access::moderator,
                      [&services, &act](const site::ActionContext& context) { return do_act(context, services, act); });
    }
}

}  // namespace forum::discussion
