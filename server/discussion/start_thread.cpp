#include "discussion/start_thread.hpp"

#include <nlohmann/json.hpp>

#include "base/text.hpp"
#include "discussion/author_check.hpp"
#include "discussion/drafts.hpp"
#include "discussion/mentions.hpp"
#include "discussion/post_rules.hpp"
#include "discussion/thread_page.hpp"
#include "discussion/urls.hpp"
#include "discussion/wall_acts.hpp"

namespace forum::discussion {

namespace {

using nlohmann::json;

const db::Query start_query{"discussion.start_thread", R"(
    SELECT * FROM start_thread($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17))"};

// Two requests with one key at the same moment: the second waits here until the first has committed.
const db::Query lock_key_query{"discussion.lock_key", R"(
    SELECT pg_advisory_xact_lock(hashtextextended($1, 0)))"};

json fields_of(db::Tx& tx, const NewThread& thread) {
    if (thread.kind != "dilemma") {
        return json::object();
    }
    return {{"context", thread.context},
            {"options", thread.options},
            {"tried", thread.tried},
            {"html",
             {{"context", render_post(tx, thread.context)},
              {"options", render_post(tx, thread.options)},
              {"tried", render_post(tx, thread.tried)}}}};
}

/// What a dilemma says besides its body.
template <class Thread>
std::string more_of(const Thread& thread) {
    return thread.kind == "dilemma" ? thread.context + "\n\n" + thread.options + "\n\n" + thread.tried : std::string{};
}

template <class Thread>
Submission submission_of(const Thread& thread, const std::string& more) {
    return {.kind = Submission::Kind::thread,
            .thread = {},
            .title = thread.title,
            .body = thread.body,
            .old_body = {},
            .more = more,
            .theme = thread.theme,
            .typologies = thread.typologies};
}

site::ActionResult show_again(const site::ActionContext& context, const Services& services, ThreadForm form) {
    const auto errors = form.errors;
    return site::ShowAgain{thread_form_page(context, services, form), errors};
}

/// The buttons of the form that do not place anything; nothing when this is not one of them.
std::optional<site::ActionResult> answer_other_button(const site::ActionContext& context, const Services& services, ThreadForm& form) {
    const auto act = context.input.text("actie");
    const bool changes_places = act == "gemeente-erbij" || act.starts_with("gemeente-weg:");
    if (act == "bewaar") {
        const auto kept = keep_draft(
            context, services, "new-thread",
            {"kind", "title", "body", "context", "options", "tried", "theme", "municipalities", "typologies", "visibility", "wall"});
        form.errors = {};
        if (const auto* conflict = std::get_if<DraftConflict>(&kept)) {
            form.body = both_texts(form.body, *conflict, "body");
            form.draft_revision = conflict->revision;
            form.errors.add("body", services.texts.text("discussion.draft_conflict", context.language));
            return show_again(context, services, std::move(form));
        }
        site::Done done;
        done.location = "/gesprekken/nieuw";
        done.flash = "discussion.flash_draft";
        done.model = json{{"revision", std::get<DraftSaved>(kept).revision}};
        return done;
    }
    if (act == "voorbeeld" || act == "zoek" || changes_places) {
        // Not the moment to say what is still missing, except about the municipality that was just named.
        site::FormErrors errors;
        if (changes_places) {
            for (const auto& error : form.errors.list()) {
                if (error.field == "municipalities") {
                    errors.add(error.field, error.message);
                }
            }
        }
        form.errors = errors;
        form.is_searched = act == "zoek";
        if (act == "voorbeeld" && base::count_characters(form.body) <= body_limit) {
            form.preview_html = render_post(context.tx, form.body);
        }
        return show_again(context, services, std::move(form));
    }
    return std::nullopt;
}

}  // namespace

Started start_thread(db::Tx& tx, const Services& services, const access::Viewer& author, const NewThread& thread) {
    const auto rule = services.gate.decide(tx, author, submission_of(thread, more_of(thread)));
    if (!thread.key.empty()) {
        tx.exec(lock_key_query, db::Params::of(to_string(author.member) + "/" + thread.key));
    }
    std::vector<std::string> codes, roles;
    for (const auto& municipality : thread.municipalities) {
        codes.push_back(municipality.code);
        roles.push_back(municipality.role);
    }
    auto letter = services.places.letter_of(author.municipality);
    const auto rows =
        tx.exec(start_query, db::Params::of(author.member, author.function, author.municipality, letter.empty() ? std::string{"-"} : letter,
                                            rule.empty() ? "live" : "waiting", thread.kind, thread.title, thread_slug(thread.title),
                                            thread.theme, thread.visibility, fields_of(tx, thread).dump(), codes, roles, thread.typologies,
                                            thread.body, render_post(tx, thread.body), thread.key));
    const auto row = rows.one();
    Started started{.thread = row.id<base::ThreadId>("thread_id"),
                    .post = row.id<base::PostId>("post_id"),
                    .slug = row.text("thread_slug"),
                    .is_live = row.text("post_state") != "waiting",
                    .is_again = row.text("outcome") == "again"};
    if (started.is_again) {
        return started;
    }
    live::Event event;
    event.id = row.integer("event_id");
    event.at = row.time("created_at");
    event.audience = live::audience_from(row.text("audience"));
    event.data = json{{"thread", started.thread.value}, {"post", started.post.value}, {"number", 1}}.dump();
    event.hints = row.texts("hints");
    event.topic = started.is_live ? "thread/" + to_string(started.thread) : "me/" + to_string(author.member);
    event.seq = started.is_live ? row.integer("thread_seq") : 0;
    event.kind = started.is_live ? "post.new" : "own.changed";
    event.member = started.is_live ? base::MemberId{} : author.member;
    services.announcer.announce_inserted(tx, std::move(event));
    if (!rule.empty()) {
        services.gate.hold(tx, author, {.thread = started.thread, .post = started.post, .version = 1, .is_change = false, .rule = rule});
    }
    return started;
}

site::ActionResult post_thread(const site::ActionContext& context, const Services& services) {
    auto form = parse_thread_form(context, services);
    if (auto answer = answer_other_button(context, services, form)) {
        return std::move(*answer);
    }
    form.check = check_with_author(context, services, submission_of(form, more_of(form)), form.errors);
    if (form.errors.any()) {
        return show_again(context, services, std::move(form));
    }
    const auto started = start_thread(context.tx, services, context.viewer,
                                      {.kind = form.kind,
                                       .title = form.title,
                                       .body = form.body,
                                       .theme = form.theme,
                                       .visibility = form.visibility,
                                       .context = form.context,
                                       .options = form.options,
                                       .tried = form.tried,
                                       .municipalities = form.municipalities,
                                       .typologies = form.typologies,
                                       .key = scoped_key(context, "thread")});
    if (form.has_wall && !started.is_again) {
        start_wall(context.tx, started.thread, context.viewer.member);
    }
    site::Done done;
    done.status = started.is_live ? 201 : 202;
    done.location = context.is_api ? "/api/v1/threads/" + to_string(started.thread) : thread_url(started.thread, started.slug);
    done.flash = started.is_live ? "discussion.flash_thread" : "discussion.flash_waits";
    if (wants_json(context)) {
        // The thread as its page would give it, read in the same transaction.
        const http::PathValues path{{"id", to_string(started.thread)}};
        const http::Request plain;
        const site::PageContext of_thread{plain, path, context.viewer, context.tx, context.language, true};
        done.model = load_thread_page(of_thread, services).model;
    }
    return done;
}

}  // namespace forum::discussion
