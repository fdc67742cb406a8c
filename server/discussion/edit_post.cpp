#include "discussion/edit_post.hpp"

#include <nlohmann/json.hpp>

#include "base/text.hpp"
#include "discussion/author_check.hpp"
#include "discussion/held_beforehand.hpp"
#include "discussion/mentions.hpp"
#include "discussion/post_rules.hpp"
#include "discussion/post_states.hpp"
#include "discussion/post_view.hpp"
#include "discussion/thread_frame.hpp"
#include "discussion/thread_store.hpp"
#include "discussion/urls.hpp"

namespace forum::discussion {

namespace {

using base::Problem;
using base::ProblemKind;
using nlohmann::json;

// The text to work on: what waits when something waits, else what readers see.
const db::Query text_query{"discussion.edit_text", R"(
    SELECT p.id, p.author_id, p.state, p.version, p.body AS live_body, v.created_at, p.published_at,
           CASE WHEN p.state = 'live_change' THEN v.body ELSE p.body END AS body
      FROM visible_posts($1, $2) p
      JOIN post_versions v ON v.post_id = p.id AND v.version = p.version
     WHERE p.thread_id = $3 AND p.number = $4)"};

struct Editable {
    base::PostId post;
    int number, version;
    std::string state, body, live_body;
    base::Time at;  ///< of the newest version
    std::optional<base::Time> published_at;
    ThreadFacts facts;
};

/// The viewer's own post, in a state in which he may change it.
Editable get_editable(const site::PageContext& context) {
    const auto thread = context.id<base::ThreadId>("id");
    const int number = post_number(context);
    const auto& viewer = context.viewer;
    auto facts = get_thread(context.tx, viewer, thread);
    const auto rows = context.tx.exec(text_query, db::Params::of(viewer.member, viewer.level(), thread, number));
    const auto row = rows.find_one();
    if (!row) {
        throw Problem{ProblemKind::not_found};
    }
    if (row->id<base::MemberId>("author_id") != viewer.member) {
        throw Problem{ProblemKind::forbidden};
    }
    Editable found{.post = row->id<base::PostId>("id"),
                   .number = number,
                   .version = static_cast<int>(row->integer("version")),
                   .state = row->text("state"),
                   .body = row->text("body"),
                   .live_body = row->text("live_body"),
                   .at = row->time("created_at"),
                   .published_at = row->find_time("published_at"),
                   .facts = std::move(facts)};
    const bool is_unseen = found.state == "waiting" || found.state == "returned";
    const bool is_live = found.state == "live" || found.state == "live_change";
    if (is_live && found.facts.thread.is_closed) {
        throw Problem{ProblemKind::conflict, "discussion.thread_closed"};
    }
    if (!is_unseen && !is_live) {
        throw Problem{ProblemKind::conflict, "discussion.post_moved"};
    }
    return found;
}

struct EditForm {
    std::string body;
    std::string preview_html;
    AuthorCheck check{};
    site::FormErrors errors;
    bool is_conflict{false};
};

site::Page edit_page(const site::PageContext& context, const Services& services, const Editable& post, const EditForm& form) {
    const auto& thread = post.facts.thread;
    const auto title = shown_title(post.facts, services.texts, context.language);
    json model;
    model["thread"] = {{"id", thread.id.value}, {"title", title}, {"url", thread_url(thread.id, thread.slug)}};
    model["post"] = get_post_json(context.tx, services, context.viewer, context.language, thread, post.number);
    model["body"] = form.body;
    model["version"] = post.version;
    model["nonce"] = to_string(post.post) + "-" + std::to_string(post.version);
    model["previewHtml"] = form.preview_html;
    put_held(model, context, services, thread.id, "discussion.held_change");
    model["usualWait"] = services.gate.usual_wait(context.tx, context.language);
    model["check"] = check_json(form.check);
    model["conflict"] = form.is_conflict ? json{{"body", post.body}, {"at", base::to_rfc3339(post.at)}} : json{};
    form.errors.write_to(model, {"body", "version", confirm_field});
    auto page = page_under(post.facts, post_url(thread.id, thread.slug, post.number), context, services);
    page.template_name = "post_edit";
    page.title = services.texts.text("discussion.edit_title", context.language);
    page.status = form.is_conflict ? 409 : 200;
    page.model = std::move(model);
    return page;
}

site::ActionResult answer_conflict(const site::ActionContext& context, const Services& services, const Editable& post, EditForm form) {
    if (wants_json(context)) {
        Problem problem{ProblemKind::conflict, "discussion.post_changed"};
        problem.extra_json = json{{"version", post.version}, {"body", post.body}, {"at", base::to_rfc3339(post.at)}}.dump();
        throw problem;
    }
    form.is_conflict = true;
    form.errors.add("body", services.texts.text("discussion.post_changed", context.language));
    return site::ShowAgain{edit_page(context, services, post, form), form.errors};
}

bool is_unseen(const Editable& post) { return post.state == "waiting" || post.state == "returned"; }

Submission submission_of(const Editable& post, const std::string& body) {
    return {.kind = Submission::Kind::edit,
            .thread = post.facts.thread.id,
            .title = {},
            .body = body,
            .old_body = is_unseen(post) ? std::string_view{} : post.live_body,
            .published_at = post.published_at};
}

/// Writes the new version where it belongs; true when it waits for review.
bool write_version(db::Tx& tx, const Services& services, const access::Viewer& author, const Editable& post, const std::string& body) {
    const auto rule = services.gate.decide(tx, author, submission_of(post, body));
    const auto hold = [&](const Moved& moved, bool is_change) {
        services.gate.hold(tx, author,
                           {.thread = moved.thread, .post = post.post, .version = moved.version, .is_change = is_change, .rule = rule});
    };
    if (is_unseen(post)) {
        hold(resubmit(tx, services.announcer, post.post, post.version, body), false);
        return true;
    }
    if (!rule.empty()) {
        hold(propose_change(tx, services.announcer, post.post, post.version, body), true);
        return true;
    }
    edit_live(tx, services.announcer, post.post, post.version, body);
    services.gate.author_settled(tx, author, post.post);  // also when none waits: one may have come back to him
    return false;
}

}  // namespace

site::Page load_edit_page(const site::PageContext& context, const Services& services) {
    const auto post = get_editable(context);
    return edit_page(context, services, post, {.body = post.body, .preview_html = {}, .errors = {}});
}

site::ActionResult edit_post(const site::ActionContext& context, const Services& services) {
    // Locked before it is read, so that what is compared is what is changed.
    lock_thread(context.tx, context.id<base::ThreadId>("id"));
    const auto post = get_editable(context);
    const auto& input = context.input;
    const auto body = base::trim(input.text("body"));
    EditForm form{.body = input.text("body"), .preview_html = {}, .errors = {}};
    if (input.text("actie") == "voorbeeld") {
        if (base::count_characters(form.body) <= body_limit) {
            form.preview_html = render_post(context.tx, form.body);
        }
        return site::ShowAgain{edit_page(context, services, post, form), {}};
    }
    site::check_fields(form.errors, input,
                       {.texts = {"body", "nonce", "actie"}, .others = {"version", confirm_field, "confirmPrivate", "draft_revision"}},
                       services.texts, context.language);
    check_text(form.errors, "body", body, body_limit, services.texts, context.language);
    const auto version = base::parse_id<base::PostId>(input.text("version"));
    if (!version) {
        form.errors.add("version", services.texts.text("discussion.error_version", context.language));
    }
    // What was returned may be sent again as it is; everywhere else the same text is no change.
    const bool is_same = body == post.body && post.state != "returned";
    if (!is_same) {
        form.check = check_with_author(context, services, submission_of(post, body), form.errors);
    }
    if (form.errors.any()) {
        return site::ShowAgain{edit_page(context, services, post, form), form.errors};
    }
    if (version->value != post.version && !is_same) {
        return answer_conflict(context, services, post, std::move(form));
    }
    const bool waits = is_same ? post.state != "live" : write_version(context.tx, services, context.viewer, post, body);
    const auto& thread = post.facts.thread;
    site::Done done;
    done.status = waits ? 202 : 200;
    done.location = post_url(thread.id, thread.slug, post.number);
    const bool is_change = post.state == "live" || post.state == "live_change";
    done.flash = !waits ? "discussion.flash_edited" : is_change ? "discussion.flash_change_waits" : "discussion.flash_waits";
    if (wants_json(context)) {
        done.model = get_post_json(context.tx, services, context.viewer, context.language, thread, post.number);
    }
    return done;
}

}  // namespace forum::discussion
