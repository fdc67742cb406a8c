#include "discussion/thread_page.hpp"

#include <nlohmann/json.hpp>

#include "base/text.hpp"
#include "discussion/post_rules.hpp"
#include "discussion/post_view.hpp"
#include "discussion/thread_head.hpp"
#include "discussion/thread_rows.hpp"
#include "discussion/thread_store.hpp"
#include "discussion/urls.hpp"
#include "discussion/wall_page.hpp"
#include "site/paging.hpp"
#include "view/markdown.hpp"

namespace forum::discussion {

namespace {

using base::Problem;
using base::ProblemKind;
using nlohmann::json;

// Where a member goes on reading: the first post of another that is new to him.
const std::string first_new_text = R"(
           (SELECT p.number FROM posts p
             WHERE r.thread_id IS NOT NULL AND p.thread_id = t.id AND p.state IN ('live', 'live_change')
               AND p.author_id <> $1 AND (p.number > r.number OR p.published_at > r.updated_at)
             ORDER BY p.number LIMIT 1) AS first_new)";

// Everything about the thread that is one row: itself, its figures for this viewer, his marker and his draft.
const db::Query page_query{"discussion.thread_page", R"(
    SELECT t.id, t.kind, t.title, t.slug, t.theme_slug, t.visibility, t.author_id, t.fields, t.is_published, t.is_blanked,
           t.accepted_post, coalesce(a.name, '') AS accepted_by, t.is_closed, t.closed_reason, t.closed_until, t.is_pinned,
           t.pinned_reason, t.pinned_until, t.conclusion, t.conclusion_html, t.concluded_at, c.name AS concluded_by,
           c.ended_at IS NOT NULL AS concluder_removed, t.seq, t.reply_count, t.strand,
           is_staff($2) AND looks_after($1, t.id, NULL) AS is_looked_after,
           (SELECT w.is_open FROM walls w WHERE w.thread_id = t.id) AS wall_is_open,
           (SELECT p.number FROM posts p WHERE p.id = t.accepted_post) AS accepted_number,
           (SELECT p.number FROM visible_posts($1, $2) p WHERE p.thread_id = t.id ORDER BY p.number DESC LIMIT 1) AS last_number,
           ARRAY(SELECT v.number::text FROM post_moves v JOIN visible_posts($1, $2) p ON p.id = v.post_id
                  WHERE v.thread_id = t.id ORDER BY v.number) AS moved_numbers,
           (SELECT p.number FROM visible_posts($1, $2) p WHERE p.thread_id = t.id AND p.number > $5
             ORDER BY p.number LIMIT 1) AS next_number,
           (SELECT p.number FROM visible_posts($1, $2) p WHERE p.thread_id = t.id AND p.number BETWEEN 2 AND $4 - 1
             ORDER BY p.number DESC LIMIT 1) AS previous_number,
           (SELECT count(DISTINCT p.author_municipality) FROM posts p
             WHERE p.thread_id = t.id AND p.number > 1 AND p.state IN ('live', 'live_change')) AS municipality_count,
           ARRAY(SELECT tm.municipality_code || ':' || tm.role FROM thread_municipalities tm
                  WHERE tm.thread_id = t.id ORDER BY tm.role, tm.municipality_code) AS municipalities,
           ARRAY(SELECT ty.typology_slug FROM thread_typologies ty JOIN typologies y ON y.slug = ty.typology_slug
                  WHERE ty.thread_id = t.id ORDER BY y.position) AS typologies,
           r.number AS marker, r.updated_at AS marker_at,)"
                                                         + first_new_text + R"(,
           d.revision AS draft_revision, d.data ->> 'body' AS draft_body, d.data ->> 'reply_to' AS draft_reply_to
      FROM visible_threads($1, $2) t
      LEFT JOIN members a ON a.id = t.accepted_by
      LEFT JOIN members c ON c.id = t.concluded_by
      LEFT JOIN read_markers r ON r.thread_id = t.id AND r.member_id = $1
      LEFT JOIN drafts d ON d.member_id = $1 AND d.key = 'reply-' || t.id
     WHERE t.id = $3)"};

// Alike: the same theme, type or municipality; the more, the higher, then the latest. From what is alike to the threads: the
// other way round is a question for every thread there is, and a plan that PostgreSQL makes anew each time.
const db::Query related_query{"discussion.related", R"(
    SELECT t.id
      FROM (SELECT thread_id, sum(points) AS score
              FROM (SELECT s.id AS thread_id, 2 AS points FROM threads s WHERE s.theme_slug = $4 AND s.is_published
                    UNION ALL
                    SELECT x.thread_id, 2 FROM thread_municipalities y JOIN thread_municipalities x USING (municipality_code)
                     WHERE y.thread_id = $3
                    UNION ALL
                    SELECT x.thread_id, 1 FROM thread_typologies y JOIN thread_typologies x USING (typology_slug)
                     WHERE y.thread_id = $3) shared
             GROUP BY thread_id) alike
      JOIN visible_threads($1, $2) t ON t.id = alike.thread_id
     WHERE t.id <> $3 AND t.is_published AND NOT t.is_blanked
     ORDER BY alike.score DESC, t.last_post_at DESC, t.id DESC
     LIMIT 3)"};

const db::Query slug_query{"discussion.thread_slug", "SELECT t.slug," + first_new_text + R"(
      FROM visible_threads($1, $2) t
      LEFT JOIN read_markers r ON r.thread_id = t.id AND r.member_id = $1
     WHERE t.id = $3)"};

/// The page asked for, from 1; a page without number is the first.
int asked_page(const site::PageContext& context) {
    auto text = std::string{context.query("pagina", "cursor")};
    if (text.empty()) {
        return 1;
    }
    if (context.is_api) {
        text = site::decode_cursor(text, 1).front();
    }
    const auto page = base::parse_id<base::ThreadId>(text);
    if (!page || page->value > 1'000'000) {
        throw Problem{ProblemKind::bad_request, "frame.bad_cursor"};
    }
    return static_cast<int>(page->value);
}

int asked_quote(const site::PageContext& context) {
    const auto number = base::parse_id<base::PostId>(context.query("citeer", "quote"));
    return number && number->value < 1'000'000 ? static_cast<int>(number->value) : 0;
}

}  // namespace

site::Page load_thread_redirect(const site::PageContext& context) {
    const auto thread = context.id<base::ThreadId>("id");
    const auto rows = context.tx.exec(slug_query, db::Params::of(context.viewer.member, context.viewer.level(), thread));
    const auto row = rows.find_one();
    if (!row) {
        throw Problem{ProblemKind::not_found};
    }
    site::Page page;
    const auto slug = row->text("slug");
    const auto mark = context.request.target.find('?');
    if (mark != std::string::npos) {
        page.redirect = thread_url(thread, slug) + context.request.target.substr(mark);
    } else if (const auto first_new = row->find_integer("first_new")) {
        page.redirect = post_url(thread, slug, static_cast<int>(*first_new));
    } else {
        page.redirect = thread_url(thread, slug);
    }
    if (context.viewer.is_signed_in() && !wants_json(context)) {
        page.status = 303;  // another one for each member, and next time
    }
    page.model = json{{"url", page.redirect}};
    return page;
}

site::Page load_thread_page(const site::PageContext& context, const Services& services, const std::optional<ReplyFormState>& form) {
    const auto& viewer = context.viewer;
    const auto id = context.id<base::ThreadId>("id");
    const int page_number = asked_page(context);
    const int first = first_number(page_number);
    const int last = first + page_size - 1;

    const auto rows = context.tx.exec(page_query, db::Params::of(viewer.member, viewer.level(), id, first, last));
    const auto row = rows.find_one();
    if (!row) {
        throw Problem{ProblemKind::not_found};
    }
    const PostThread thread{.id = id,
                            .slug = row->text("slug"),
                            .kind = row->text("kind"),
                            .author = row->id<base::MemberId>("author_id"),
                            .is_published = row->flag("is_published"),
                            .is_closed = row->flag("is_closed"),
                            .accepted = row->id<base::PostId>("accepted_post"),
                            .accepted_by = row->text("accepted_by"),
                            .is_looked_after = row->flag("is_looked_after")};
    site::Page page;
    const auto given_slug = context.path.find("slug");
    if (given_slug != context.path.end() && given_slug->second != thread.slug && !row->flag("is_blanked")) {
        const auto mark = context.request.target.find('?');
        page.redirect = thread_url(id, thread.slug) + (mark == std::string::npos ? std::string{} : context.request.target.substr(mark));
        page.model = json{{"url", page.redirect}};
        return page;
    }
    std::vector<int> moved_numbers;
    for (const auto& number : row->texts("moved_numbers")) {
        moved_numbers.push_back(std::stoi(number));
    }
    const int last_moved = moved_numbers.empty() ? 1 : moved_numbers.back();
    const int page_count = page_of(std::max(static_cast<int>(row->integer("last_number")), last_moved));
    if (page_number > page_count) {
        throw Problem{ProblemKind::not_found};
    }

    // One query for all posts on the page: the opening, the window, the accepted answer and what is being quoted.
    std::vector<std::int64_t> numbers{1};
    for (int number = first; number <= last; ++number) {
        numbers.push_back(number);
    }
    const auto accepted_number = row->find_integer("accepted_number").value_or(0);
    if (accepted_number != 0) {
        numbers.push_back(accepted_number);
    }
    int quoted = form ? form->reply_to : asked_quote(context);
    if (!form && quoted == 0) {
        const auto kept = base::parse_id<base::PostId>(row->text_or("draft_reply_to", ""));
        quoted = kept && kept->value < 1'000'000 ? static_cast<int>(kept->value) : 0;
    }
    if (quoted != 0) {
        numbers.push_back(quoted);
    }
    const auto posts = load_posts(context.tx, viewer, id, numbers);
    PostViewContext post_context{services, viewer, context.language, thread, std::nullopt, {}};
    if (const auto marker = row->find_integer("marker")) {
        post_context.marker = {static_cast<int>(*marker), row->time("marker_at")};
    }
    const auto ids = decided_ids(posts);
    if (!ids.empty()) {
        post_context.decisions = services.gate.load_decisions(context.tx, viewer, context.language, ids);
        services.gate.about_to_show(context.tx, viewer, ids);
    }
    if (viewer.is_signed_in()) {
        post_context.usual_wait = services.gate.usual_wait(context.tx, context.language);
    }

    auto model = thread_json(*row, thread, context, services);
    model["wall"] = wall_json(viewer, thread, row->is_null("wall_is_open") ? std::nullopt : std::optional{row->flag("wall_is_open")});
    auto items = json::array();
    json answer, reply_to;
    bool may_undo_one = false, has_first_new = false;
    for (const auto& post_row : posts) {
        auto post = post_json(post_row, post_context);
        const int number = post["number"];
        may_undo_one = may_undo_one || post["mayUndo"].get<bool>();
        if (number == accepted_number && number > 4 && post["hasText"].get<bool>()) {
            answer = {{"excerpt", base::excerpt(view::markdown_to_text(post_row.text("body")), 240)},
                      {"authorName", post["author"]["name"]},
                      {"url", post["url"]},
                      {"number", number}};
        }
        if (number == quoted && post["hasText"].get<bool>() && post["isLive"].get<bool>()) {
            reply_to = {{"number", number},
                        {"authorName", post["author"]["name"]},
                        {"excerpt", base::excerpt(view::markdown_to_text(post_row.text("body")), 240)}};
        }
        const bool is_first_new = number > 1 && post["isNew"].get<bool>() && !has_first_new;
        post["isFirstNew"] = is_first_new && number >= first && number <= last;
        has_first_new = has_first_new || post["isFirstNew"].get<bool>();
        if (number == 1) {
            model["opening"] = std::move(post);
        } else if (number >= first && number <= last) {
            items.push_back(std::move(post));
        }
    }
    const auto next_number = row->find_integer("next_number");
    const auto previous_number = row->find_integer("previous_number");
    json next;
    model["nextUrl"] = "";
    if (next_number) {
        const int next_page = page_of(static_cast<int>(*next_number));
        next = site::encode_cursor({std::to_string(next_page)});
        model["nextUrl"] = thread_page_url(id, thread.slug, next_page);
        page.links.emplace_back("next", "/api/v1/threads/" + to_string(id) + "?cursor=" + next.get<std::string>());
    }
    model["previousUrl"] =
        page_number > 1 ? thread_page_url(id, thread.slug, previous_number ? page_of(static_cast<int>(*previous_number)) : 1) : "";
    auto& moved = model["moved"] = json::array();
    for (const int number : moved_numbers) {
        if (number >= first && number <= last) {
            moved.push_back({{"number", number}, {"url", post_act_url(id, number, "")}});
        }
    }
    model["posts"] = {{"items", std::move(items)}, {"next", next}};
    model["page"] = page_number;
    model["firstNumber"] = first;
    model["lastNumber"] = last;
    model["pageCount"] = page_count;
    model["answer"] = answer;
    model["related"] = load_rows(
        context.tx, viewer, context.language, services.texts, services.places,
        context.tx.exec(related_query, db::Params::of(viewer.member, viewer.level(), id, row->text_or("theme_slug", ""))).integers("id"));
    // The nonce must not differ from view to view, or the page could not be kept. It changes when the thread does, so the
    // same words again, later in the talk, are a new post.
    model["reply"] = {{"body", form ? form->body : row->text_or("draft_body", "")},
                      {"replyTo", reply_to},
                      {"previewHtml", form ? form->preview_html : ""},
                      {"notPlaced", form ? form->not_placed : ""},
                      {"nonce", to_string(id) + "-" + to_string(viewer.member) + "-" + std::to_string(row->integer("seq"))},
                      {"draftRevision", row->find_integer("draft_revision").value_or(0)},
                      {"check", check_json(form ? form->check : AuthorCheck{})}};
    model["usualWait"] = post_context.usual_wait;
    (form ? form->errors : site::FormErrors{}).write_to(model, {"body", "reply_to", confirm_field});

    page.template_name = "thread";
    page.status = form && !form->not_placed.empty() ? 409 : 200;
    page.title = model["title"];
    page.breadcrumbs = {{services.texts.text("discussion.threads_title", context.language), "/gesprekken"}};
    page.nav = "threads";
    page.seq = row->integer("seq");
    page.live_topics = "thread/" + to_string(id) + (viewer.is_signed_in() ? " me" : "");
    page.subject = thread.is_published ? "thread/" + to_string(id) : "";
    page.topics = thread_topics(id, viewer);
    // Related threads stand beside it: theirs are the lists of its theme, places and types.
    page.topics.push_back("list/theme/" + row->text_or("theme_slug", ""));
    for (const auto& linked : model["municipalities"]) {
        page.topics.push_back("list/municipality/" + linked["code"].get<std::string>());
    }
    for (const auto& linked : model["typologies"]) {
        page.topics.push_back("list/typology/" + linked["slug"].get<std::string>());
    }
    // A page with an unsent draft in its form changes with each save, which is no event; what staff read of hidden posts is logged each time.
    const bool has_draft = row->find_integer("draft_revision").has_value();
    const bool is_logged = viewer.is_staff() && !ids.empty();
    page.keep = form || may_undo_one || has_draft || is_logged ? site::Keep::no : site::Keep::until_changed;
    page.model = std::move(model);
    return page;
}

site::Page load_post_page(const site::PageContext& context, const Services& services) {
    const auto id = context.id<base::ThreadId>("id");
    const int number = post_number(context);
    const auto facts = get_thread(context.tx, context.viewer, id);
    const auto rows = load_posts(context.tx, context.viewer, id, {number});
    const auto row = rows.find_one();
    if (!row) {
        throw Problem{ProblemKind::not_found};
    }
    site::Page page;
    page.redirect = post_url(id, facts.thread.slug, number);
    page.status = 200;
    PostViewContext post_context{services, context.viewer, context.language, facts.thread, std::nullopt, {}};
    if (const auto ids = decided_ids(rows); !ids.empty()) {
        post_context.decisions = services.gate.load_decisions(context.tx, context.viewer, context.language, ids);
        services.gate.about_to_show(context.tx, context.viewer, ids);
    }
    if (context.viewer.is_signed_in()) {
        post_context.usual_wait = services.gate.usual_wait(context.tx, context.language);
    }
    page.model = post_json(*row, post_context);
    return page;
}

}  // namespace forum::discussion
