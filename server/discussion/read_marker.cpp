#include "discussion/read_marker.hpp"

#include <nlohmann/json.hpp>

#include "discussion/post_rules.hpp"
#include "discussion/thread_events.hpp"
#include "discussion/thread_store.hpp"
#include "discussion/urls.hpp"

namespace forum::discussion {

namespace {

// was_new: something (a post, an answer that was chosen) is no longer new by this, so that pages kept for the member are no longer
// right. A number beyond the last post that he may see counts as that post. The time moves too: what is published later is new, wherever it stands.
const db::Query move_marker_query{"discussion.move_marker", R"(
    WITH before AS (
        SELECT r.number, EXISTS (
                   SELECT 1 FROM posts p
                    WHERE p.thread_id = $3 AND p.state IN ('live', 'live_change')
                      AND (p.number > r.number OR p.published_at > r.updated_at))
                   OR EXISTS (SELECT 1 FROM thread_acts a WHERE a.thread_id = $3 AND a.kind = 'accept' AND a.at > r.updated_at) AS was_new
          FROM read_markers r WHERE r.member_id = $1 AND r.thread_id = $3
    ), moved AS (
        INSERT INTO read_markers AS r (member_id, thread_id, number)
        SELECT $1, t.id, least($4::integer, last.number)
          FROM visible_threads($1, $2) t
         CROSS JOIN LATERAL (SELECT p.number FROM visible_posts($1, $2) p
                              WHERE p.thread_id = t.id ORDER BY p.number DESC LIMIT 1) last
         WHERE t.id = $3
        ON CONFLICT (member_id, thread_id)
            DO UPDATE SET number = greatest(r.number, excluded.number), updated_at = now()
        RETURNING number
    )
    SELECT moved.number, coalesce((SELECT was_new FROM before), true) AS was_new FROM moved)"};

}  // namespace

site::ActionResult move_marker(const site::ActionContext& context, const Services& services) {
    const auto thread = context.id<base::ThreadId>("id");
    site::FormErrors errors;
    site::check_fields(errors, context.input, {.texts = {"nonce"}, .others = {"number"}}, services.texts, context.language);
    const auto number = base::parse_id<base::PostId>(context.input.text("number"));
    if (!number || number->value > 1'000'000'000) {
        errors.add("number", services.texts.text("discussion.error_number", context.language));
    }
    if (errors.any()) {
        return refuse(context, errors);
    }
    const auto& viewer = context.viewer;
    const auto rows = context.tx.exec(move_marker_query, db::Params::of(viewer.member, viewer.level(), thread, number->value));
    const auto row = rows.find_one();
    if (!row) {
        throw base::Problem{base::ProblemKind::not_found};
    }
    if (row->flag("was_new")) {
        announce_own(context.tx, services.announcer, viewer.member, {{"thread", thread.value}, {"marker", row->integer("number")}});
    }
    site::Done done;
    done.location = "/gesprekken/" + to_string(thread);
    done.model = nlohmann::json{{"number", row->integer("number")}};
    return done;
}

}  // namespace forum::discussion
