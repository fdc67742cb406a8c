#include "moderation/review_post.hpp"

#include <nlohmann/json.hpp>

#include "discussion/post_rules.hpp"
#include "moderation/case_events.hpp"
#include "moderation/case_store.hpp"
#include "moderation/case_view.hpp"
#include "moderation/working_time.hpp"

namespace forum::moderation {

namespace {

using base::Problem;
using base::ProblemKind;

// The thread's row lock comes first (sql/README.md), so that two who press at once meet one case.
const db::Query post_to_review_query{"moderation.post_to_review", R"(
    SELECT p.id, p.author_id, p.state, p.version, looks_after($1, p.thread_id, NULL) AS looks_after
      FROM visible_posts($1, $2) v
      JOIN posts p ON p.id = v.id
      JOIN threads t ON t.id = p.thread_id
     WHERE p.id = post_at($3, $4)
       FOR NO KEY UPDATE OF t)"};

const db::Query open_case_of_post_query{"moderation.open_case_of_post", R"(
    SELECT id FROM cases WHERE post_id = $1 AND state = 'open' AND kind <> 'appeal' ORDER BY due_at, id LIMIT 1)"};

}  // namespace

site::ActionResult review_post(const site::ActionContext& context, const discussion::Services& services) {
    const int number = discussion::post_number(context);
    const auto& viewer = context.viewer;
    const auto row =
        context.tx.exec(post_to_review_query, db::Params::of(viewer.member, viewer.level(), context.id<base::ThreadId>("id"), number))
            .find_one();
    if (!row) {
        throw Problem{ProblemKind::not_found};
    }
    if (row->id<base::MemberId>("author_id") == viewer.member) {
        throw Problem{ProblemKind::forbidden, "moderation.own_post"};
    }
    if (!row->flag("looks_after")) {
        throw Problem{ProblemKind::forbidden, "moderation.bar_out_of_scope"};
    }
    const auto post = row->id<base::PostId>("id");
    auto id = base::CaseId{};
    if (const auto open = context.tx.exec(open_case_of_post_query, db::Params::of(post)).find_one()) {
        id = open->id<base::CaseId>("id");
    }
    const bool is_new = !id;
    if (is_new) {
        if (const auto state = row->text("state"); state == "erased" || state == "returned") {
            throw Problem{ProblemKind::conflict, "moderation.nothing_to_review"};
        }
        id = open_case(context.tx, "report", post, static_cast<int>(row->integer("version")), "", working_day).id;
        announce_case(context.tx, services.announcer, "case.new", id, viewer.name);
    }
    return site::Done{.status = is_new ? 201 : 200,
                      .location = context.is_api ? "/api/v1/moderation/cases/" + to_string(id) : case_url(id),
                      .flash = {},
                      .model = nlohmann::json{{"id", id.value}, {"url", case_url(id)}},
                      .set_cookies = {}};
}

}  // namespace forum::moderation
