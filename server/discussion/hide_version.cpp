#include "discussion/hide_version.hpp"

#include <nlohmann/json.hpp>

#include "base/text.hpp"
#include "discussion/post_rules.hpp"
#include "discussion/post_states.hpp"
#include "discussion/thread_store.hpp"
#include "discussion/urls.hpp"

namespace forum::discussion {

namespace {

using base::Problem;
using base::ProblemKind;

// The database has the same bound (version_acts).
constexpr std::size_t most_reason = 300;

const db::Query version_query{"discussion.version_to_hide", R"(
    SELECT p.id, p.author_id, looks_after($1, p.thread_id, NULL) AS looks_after
      FROM visible_posts($1, $2) p JOIN post_versions v ON v.post_id = p.id
     WHERE p.thread_id = $3 AND p.number = $4 AND v.version = $5 AND v.was_live)"};

const db::Query log_version_act_query{"discussion.log_version_act", R"(
    INSERT INTO version_acts (post_id, version, is_hidden, reason, by_member) VALUES ($1, $2, $3, $4, $5))"};

}  // namespace

site::ActionResult change_version(const site::ActionContext& context, const Services& services) {
    const auto thread = context.id<base::ThreadId>("id");
    const int number = post_number(context);
    const auto version = context.id<base::PostId>("v").value;
    const auto& viewer = context.viewer;
    const auto facts = get_thread(context.tx, viewer, thread);
    const auto row = context.tx.exec(version_query, db::Params::of(viewer.member, viewer.level(), thread, number, version)).find_one();
    if (!row) {
        throw Problem{ProblemKind::not_found};
    }
    if (row->id<base::MemberId>("author_id") == viewer.member) {
        throw Problem{ProblemKind::forbidden, "moderation.own_post"};
    }
    if (!row->flag("looks_after")) {
        throw Problem{ProblemKind::forbidden, "moderation.bar_out_of_scope"};
    }
    site::FormErrors errors;
    site::check_fields(errors, context.input, {.texts = {"reason", "nonce"}, .others = {"isHidden"}}, services.texts, context.language);
    const auto is_hidden = context.input.text("isHidden");
    if (is_hidden != "true" && is_hidden != "false") {
        errors.add("isHidden", say(context, services, "discussion.error_is_hidden"));
    }
    const auto reason = base::trim(context.input.text("reason"));
    if (const auto used = base::count_characters(reason); used == 0 || used > most_reason) {
        errors.add("reason", say(context, services, "discussion.error_version_reason", {{"most", most_reason}, {"used", used}}));
    }
    if (errors.any()) {
        return refuse(context, errors);
    }
    const auto post = row->id<base::PostId>("id");
    hide_version(context.tx, services.announcer, post, static_cast<int>(version), is_hidden == "true");
    context.tx.exec(log_version_act_query, db::Params::of(post, version, is_hidden == "true", reason, viewer.member));
    return site::Done{.location = context.is_api ? "/api/v1/threads/" + to_string(thread) + "/posts/" + std::to_string(number) + "/versions"
                                                 : post_act_url(thread, number, "/versies"),
                      .flash = is_hidden == "true" ? "discussion.flash_version_hidden" : "discussion.flash_version_shown",
                      .model = nlohmann::json{{"version", version}, {"isHidden", is_hidden == "true"}},
                      .set_cookies = {}};
}

}  // namespace forum::discussion
