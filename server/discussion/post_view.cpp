#include "discussion/post_view.hpp"

#include <nlohmann/json.hpp>

#include "base/problem.hpp"
#include "base/text.hpp"
#include "discussion/urls.hpp"
#include "view/markdown.hpp"

namespace forum::discussion {

namespace {

using nlohmann::json;

// former: of a post that opened a thread of its own before that was merged, what was said there beside its text.
// A quote shows the version that was quoted, as long as its post still has a text for this reader.
const std::string posts_text = R"(
    SELECT p.id, p.thread_id, p.number, p.author_id, p.author_function, p.author_municipality, p.state, p.version, p.live_version,
           p.has_text, CASE WHEN p.has_text THEN (SELECT count(*) FROM post_votes pv WHERE pv.post_id = p.id) ELSE 0 END AS votes,
           p.has_text AND EXISTS (SELECT FROM dealt_questions dq WHERE dq.post_id = p.id) AS is_dealt_with, p.body, p.body_html, p.created_at, p.published_at, p.edited_at, p.withdrawn_at,
           m.name AS author_name, m.role AS author_role, m.ended_at IS NOT NULL AS author_removed,
           CASE WHEN p.state = 'live_change' AND (p.author_id = $1 OR is_staff($2))
                THEN (SELECT v.body_html FROM post_versions v WHERE v.post_id = p.id AND v.version = p.version)
           END AS change_html,
           former.title AS former_title, former.fields AS former_fields,
           q.thread_id AS quoted_thread, q.number AS quoted_number, q.has_text AS quoted_has_text, qm.name AS quoted_author,
           qm.ended_at IS NOT NULL AS quoted_author_removed,
           CASE WHEN q.has_text THEN left(coalesce(qv.body, q.body), 1000) END AS quoted_body,
           q.id IS NOT NULL AND (NOT q.has_text OR qv.body IS NULL OR qv.body <> q.body) AS quoted_changed
      FROM visible_posts($1, $2) p
      JOIN members m ON m.id = p.author_id
      LEFT JOIN visible_posts($1, $2) q ON q.id = p.reply_to
      LEFT JOIN members qm ON qm.id = q.author_id
      LEFT JOIN post_versions qv ON qv.post_id = q.id AND qv.version = p.reply_version AND NOT qv.is_hidden
      LEFT JOIN LATERAL (SELECT o.title, o.fields FROM post_moves v JOIN threads o ON o.id = v.thread_id AND o.merged_into IS NOT NULL
                          WHERE v.post_id = p.id AND v.number = 1 ORDER BY o.id DESC LIMIT 1) former ON p.has_text AND p.number > 1 )";

const db::Query load_posts_query{"discussion.load_posts", posts_text + R"(
     WHERE p.thread_id = $3 AND p.number = ANY($4::integer[])
     ORDER BY p.number)"};

const db::Query load_posts_by_id_query{"discussion.load_posts_by_id", posts_text + "WHERE p.id = ANY($3::bigint[])"};

json author_json(const db::Row& row, const PostViewContext& context) {
    const bool is_removed = row.flag("author_removed");
    const auto code = row.text_or("author_municipality", "");
    const auto& services = context.services;
    return {{"id", row.integer("author_id")},
            {"name", is_removed ? services.texts.text("discussion.former_member", context.language) : row.text("author_name")},
            {"function", is_removed ? "" : row.text("author_function")},
            {"municipality", services.places.municipality_ref(code)},
            {"letter", services.places.letter_of(code)},
            {"isModerator", row.text("author_role") == "moderator"},
            {"isRemoved", is_removed}};
}

json former_json(const db::Row& row, const PostViewContext& context) {
    const auto title = row.find_text("former_title");
    return title ? json{{"title", *title},
                        {"fields", fields_json(json::parse(row.text("former_fields")), context.services, context.language)}}
                 : json{};
}

json quote_json(const db::Row& row, const PostViewContext& context) {
    const auto number = row.find_integer("quoted_number");
    if (!number) {
        return nullptr;
    }
    const auto& texts = context.services.texts;
    const bool has_text = row.flag("quoted_has_text");
    std::string author;
    if (has_text) {
        author = row.flag("quoted_author_removed") ? texts.text("discussion.former_member", context.language) : row.text("quoted_author");
    }
    const auto quoted = static_cast<int>(*number);
    const auto thread = row.id<base::ThreadId>("quoted_thread");
    return {{"number", *number},
            {"authorName", author},
            {"url", thread == context.thread.id ? post_url(thread, context.thread.slug, quoted) : post_act_url(thread, quoted, "")},
            {"excerpt", has_text ? base::excerpt(view::markdown_to_text(row.text("quoted_body")), 240)
                                 : texts.text("discussion.quote_gone", context.language)},
            {"isChanged", has_text && row.flag("quoted_changed")}};
}

bool is_new(const db::Row& row, const PostViewContext& context, bool is_own) {
    const auto published_at = row.find_time("published_at");
    return context.marker && !is_own && published_at
           && (row.integer("number") > context.marker->first || *published_at > context.marker->second);
}

/// `has_text`: of a post that was published and of which he sees no more, a reader is told only that he cannot see it now.
void put_state(json& model, const std::string& state, bool has_text) {
    const bool is_between_author_and_staff = state == "waiting" || state == "returned" || state == "rejected";
    const auto shown = state == "live_change"                     ? std::string{"live"}
                       : state == "erased"                        ? "removed"
                       : is_between_author_and_staff && !has_text ? "hidden"
                                                                  : state;
    model["state"] = shown;
    model["isLive"] = shown == "live";
    model["isWaiting"] = shown == "waiting";
    model["isReturned"] = shown == "returned";
    model["isRejected"] = shown == "rejected";
    model["isWithdrawn"] = shown == "withdrawn";
    model["isHidden"] = shown == "hidden";
    model["isRemoved"] = shown == "removed";
    model["isErased"] = state == "erased";
}

void put_permissions(json& model, const db::Row& row, const PostViewContext& context, bool is_own) {
    const auto& viewer = context.viewer;
    const auto& thread = context.thread;
    const auto state = row.text("state");
    const auto number = static_cast<int>(row.integer("number"));
    const bool is_live = state == "live" || state == "live_change";
    const bool is_unseen = state == "waiting" || state == "returned";
    const auto withdrawn_at = row.find_time("withdrawn_at");
    const bool is_answer = row.id<base::PostId>("id") == thread.accepted;
    const bool may_choose = thread.kind == "question" && thread.is_published && number > 1 && viewer.is_signed_in()
                            && (viewer.member == thread.author || viewer.may_moderate());

    const auto put = [&](const char* permission, bool allowed, const char* address, std::string url) {
        model[permission] = allowed;
        model[address] = allowed ? std::move(url) : std::string{};
    };
    const auto act = [&](std::string_view name) { return post_act_url(thread.id, number, name); };
    put("mayEdit", is_own && !viewer.is_read_only() && (is_unseen || (is_live && !thread.is_closed)), "editUrl", act("/wijzig"));
    put("mayWithdraw", is_own && (is_unseen || is_live), "withdrawUrl", act("/intrekken"));
    put("mayUndo",
        is_own && state == "withdrawn" && !row.is_null("live_version") && withdrawn_at && base::now() < *withdrawn_at + undo_time,
        "undoUrl", act("/terugzetten"));
    put("mayQuote", viewer.is_signed_in() && is_live && thread.is_published && !thread.is_closed, "quoteUrl",
        thread_url(thread.id, thread.slug) + "?citeer=" + std::to_string(number) + "#reageer");
    put("mayAccept", may_choose && is_live && !is_answer, "acceptUrl", act("/antwoord"));
    put("mayUnaccept", may_choose && is_answer, "unacceptUrl", act("/geen-antwoord"));
    put("mayModerate", viewer.may_moderate() && thread.is_looked_after && !is_own && state != "erased" && state != "returned",
        "moderateUrl", act("/beoordelen"));
    put("mayReport", is_live && thread.is_published && !is_own, "reportUrl",
        "/melden?gesprek=" + to_string(thread.id) + "&bericht=" + std::to_string(number));
}

}  // namespace

db::Rows load_posts(db::Tx& tx, const access::Viewer& viewer, base::ThreadId thread, const std::vector<std::int64_t>& numbers) {
    return tx.exec(load_posts_query, db::Params::of(viewer.member, viewer.level(), thread, numbers));
}

db::Rows load_posts_by_id(db::Tx& tx, const access::Viewer& viewer, const std::vector<std::int64_t>& ids) {
    return tx.exec(load_posts_by_id_query, db::Params::of(viewer.member, viewer.level(), ids));
}

db::Rows load_posts_for_followers(db::Tx& tx, base::ThreadId thread, const std::vector<std::int64_t>& numbers) {
    return tx.exec(load_posts_query, db::Params::of(base::MemberId{}, follower_level, thread, numbers));
}

nlohmann::json get_post_json(db::Tx& tx, const Services& services, const access::Viewer& viewer, view::Language language,
                             const PostThread& thread, int number, RoundTrip trip) {
    const auto params = db::Params::of(viewer.member, viewer.level(), thread.id, std::vector<std::int64_t>{number});
    const auto rows = trip == RoundTrip::alone ? tx.exec_alone(load_posts_query, params) : tx.exec(load_posts_query, params);
    const auto row = rows.find_one();
    if (!row) {
        throw base::Problem{base::ProblemKind::not_found};
    }
    PostViewContext context{services, viewer, language, thread, std::nullopt, {}};
    if (row->text("state") == "waiting") {
        context.usual_wait = services.gate.usual_wait(tx, language);
    }
    return post_json(*row, context);
}

nlohmann::json fields_json(const json& fields, const Services& services, view::Language language) {
    auto list = json::array();
    const auto html = fields.value("html", json::object());
    for (const char* name : {"context", "options", "tried"}) {
        const auto text = fields.value(name, "");
        if (!text.empty()) {
            list.push_back({{"label", services.texts.text(std::string{"discussion.field_"} + name, language)},
                            {"text", text},
                            // What was written before names became links has no HTML of its own.
                            {"bodyHtml", html.contains(name) ? html.at(name).get<std::string>() : view::render_markdown(text)}});
        }
    }
    return list;
}

std::vector<std::int64_t> decided_ids(const db::Rows& rows) {
    std::vector<std::int64_t> ids;
    for (const auto& row : rows) {
        const auto state = row.text("state");
        if (state != "live" && state != "waiting") {
            ids.push_back(row.integer("id"));
        }
    }
    return ids;
}

nlohmann::json post_json(const db::Row& row, const PostViewContext& context) {
    const auto& viewer = context.viewer;
    const auto& thread = context.thread;
    const auto number = static_cast<int>(row.integer("number"));
    const bool is_own = viewer.is_signed_in() && row.integer("author_id") == viewer.member.value;
    const bool is_insider = is_own || viewer.is_staff();
    const auto edited_at = row.find_time("edited_at");
    const bool has_text = row.flag("has_text");
    const auto decision = context.decisions.find(row.integer("id"));

    json model;
    model["id"] = row.integer("id");
    model["number"] = number;
    // That a newer version waits is for its author and staff.
    model["version"] = is_insider ? row.integer("version") : row.find_integer("live_version").value_or(1);
    model["isOpening"] = number == 1;
    model["url"] = post_url(thread.id, thread.slug, number);
    model["author"] = author_json(row, context);
    model["isOwn"] = is_own;
    put_state(model, row.text("state"), has_text);
    model["usualWait"] = is_own && model["isWaiting"].get<bool>() ? context.usual_wait : "";
    model["hasText"] = has_text;
    model["createdAt"] = base::to_rfc3339(row.time("created_at"));
    model["editedAt"] = has_text && edited_at ? json(base::to_rfc3339(*edited_at)) : json{};
    model["isEdited"] = has_text && edited_at.has_value();
    model["historyUrl"] = post_act_url(thread.id, number, "/versies");
    model["body"] = row.text("body");
    model["bodyHtml"] = row.text("body_html");
    model["changeHtml"] = row.text_or("change_html", "");
    model["hasChange"] = row.find_text("change_html").has_value();
    model["replyTo"] = has_text ? quote_json(row, context) : json{};
    model["former"] = former_json(row, context);
    model["isAnswer"] = row.id<base::PostId>("id") == thread.accepted && has_text;
    model["acceptedBy"] = model["isAnswer"].get<bool>() ? thread.accepted_by : "";
    model["votes"] = row.integer("votes");
    model["isDealtWith"] = row.flag("is_dealt_with");
    model["isNew"] = is_new(row, context, is_own);
    put_permissions(model, row, context, is_own);
    model["decision"] = decision == context.decisions.end() ? json{} : decision->second.json();
    return model;
}

}  // namespace forum::discussion
