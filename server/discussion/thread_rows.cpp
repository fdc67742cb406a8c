#include "discussion/thread_rows.hpp"

#include <nlohmann/json.hpp>

#include "base/text.hpp"
#include "base/time.hpp"
#include "discussion/thread_ends.hpp"
#include "discussion/urls.hpp"
#include "view/markdown.hpp"

namespace forum::discussion {

namespace {

using nlohmann::json;

// What is new for a member: readable posts of others above his marker, or published after he was last here (a post that
// waited for review takes its place among older ones).
const db::Query rows_query{"discussion.rows", R"(
    SELECT t.id, t.kind, t.title, t.slug, t.theme_slug, t.visibility, t.author_id, t.is_published, t.is_blanked,
           t.accepted_post IS NOT NULL AS is_answered, t.is_closed, t.closed_reason, t.closed_until, t.conclusion,
           t.is_pinned, t.pinned_reason, t.pinned_until, t.seq, t.reply_count, t.strand,
           t.created_at, t.last_post_at, m.name AS author_name, m.role AS author_role,
           m.ended_at IS NOT NULL AS author_removed, o.author_function, o.author_municipality,
           ARRAY(SELECT tm.municipality_code || ':' || tm.role FROM thread_municipalities tm
                  WHERE tm.thread_id = t.id ORDER BY tm.role, tm.municipality_code) AS municipalities,
           ARRAY(SELECT ty.typology_slug FROM thread_typologies ty JOIN typologies y ON y.slug = ty.typology_slug
                  WHERE ty.thread_id = t.id ORDER BY y.position) AS typologies,
           fresh.new_count, fresh.first_new
      FROM unnest($3::bigint[]) WITH ORDINALITY AS wanted (id, place)
      JOIN visible_threads($1, $2) t ON t.id = wanted.id
      JOIN posts o ON o.thread_id = t.id AND o.number = 1
      JOIN members m ON m.id = t.author_id
      LEFT JOIN read_markers r ON r.thread_id = t.id AND r.member_id = $1
      LEFT JOIN LATERAL (
           SELECT count(*) AS new_count, min(p.number) AS first_new
             FROM posts p
            WHERE r.thread_id IS NOT NULL AND p.thread_id = t.id AND p.state IN ('live', 'live_change')
              AND p.author_id <> $1 AND (p.number > r.number OR p.published_at > r.updated_at)) fresh ON true
     ORDER BY wanted.place)"};

json row_json(const db::Row& row, const access::Viewer& viewer, view::Language language, const view::Templates& texts,
              const places::Directory& places) {
    const auto thread = row.id<base::ThreadId>("id");
    const auto kind = row.text("kind");
    const auto slug = row.text("slug");
    const bool is_answered = row.flag("is_answered");
    const auto first_new = row.find_integer("first_new").value_or(0);
    const bool is_removed = row.flag("author_removed");
    const auto code = row.text_or("author_municipality", "");

    json model;
    model["id"] = thread.value;
    put_kind(model, kind);
    put_visibility(model, row.text("visibility"));
    model["title"] = row.flag("is_blanked") ? texts.text("discussion.title_gone", language) : row.text("title");
    model["url"] = first_new > 0 ? post_url(thread, slug, static_cast<int>(first_new)) : thread_url(thread, slug);
    model["theme"] = places.theme_ref(row.text_or("theme_slug", ""));
    model["author"] = {{"id", row.integer("author_id")},
                       {"name", is_removed ? texts.text("discussion.former_member", language) : row.text("author_name")},
                       {"function", is_removed ? "" : row.text("author_function")},
                       {"municipality", places.municipality_ref(code)},
                       {"letter", places.letter_of(code)},
                       {"isModerator", row.text("author_role") == "moderator"},
                       {"isRemoved", is_removed}};
    model["createdAt"] = base::to_rfc3339(row.time("created_at"));
    model["lastPostAt"] = base::to_rfc3339(row.time("last_post_at"));
    model["replyCount"] = row.integer("reply_count");
    model["newCount"] = row.find_integer("new_count").value_or(0);
    model["isAnswered"] = is_answered;
    model["isOpen"] = kind == "question" && !is_answered;
    model["isClosed"] = row.flag("is_closed");
    model["closedReason"] = row.text("closed_reason");
    model["closedUntilDate"] = last_day_json(row.find_time("closed_until"));
    const auto conclusion = row.text("conclusion");
    model["conclusion"] = conclusion.empty() ? "" : base::excerpt(view::markdown_to_text(conclusion), 160);
    model["isPinned"] = row.flag("is_pinned");
    model["pinnedReason"] = row.text("pinned_reason");
    model["pinnedUntilDate"] = last_day_json(row.find_time("pinned_until"));
    model["isWaiting"] = !row.flag("is_published") && row.integer("author_id") == viewer.member.value;

    auto& municipalities = model["municipalities"] = json::array();
    for (const auto& entry : row.texts("municipalities")) {
        const auto colon = entry.find(':');
        auto reference = places.municipality_ref(entry.substr(0, colon));
        if (!reference.is_null()) {
            reference["role"] = entry.substr(colon + 1);
            municipalities.push_back(std::move(reference));
        }
    }
    auto& typologies = model["typologies"] = json::array();
    for (const auto& typology : row.texts("typologies")) {
        typologies.push_back(places.typology_json(typology));
    }

    const auto strand = row.text("strand");
    model["strand"] = strand_json(strand, 24);
    auto& letters = model["letters"] = json::array();
    for (const auto& typology : places.typologies()) {
        if (letters.size() < 6 && strand.find(typology.letter) != std::string::npos) {
            letters.push_back({{"letter", typology.letter}, {"typeName", typology.name_singular}});
        }
    }
    model["seq"] = row.integer("seq");
    return model;
}

}  // namespace

nlohmann::json load_rows(db::Tx& tx, const access::Viewer& viewer, view::Language language, const view::Templates& texts,
                         const places::Directory& places, const std::vector<std::int64_t>& ids) {
    auto list = json::array();
    if (ids.empty()) {
        return list;
    }
    for (const auto& row : tx.exec(rows_query, db::Params::of(viewer.member, viewer.level(), ids))) {
        list.push_back(row_json(row, viewer, language, texts, places));
    }
    return list;
}

void put_kind(nlohmann::json& model, const std::string& kind) {
    model["kind"] = kind;
    model["isQuestion"] = kind == "question";
    model["isExperience"] = kind == "experience";
    model["isDilemma"] = kind == "dilemma";
    model["isAnnouncement"] = kind == "announcement";
}

void put_visibility(nlohmann::json& model, const std::string& visibility) {
    model["visibility"] = visibility;
    model["isPublic"] = visibility == "public";
    model["isMembersOnly"] = visibility == "members";
    model["isAdministratorsOnly"] = visibility == "administrators";
}

nlohmann::json strand_json(const std::string& strand, std::size_t limit) {
    auto list = json::array();
    const auto count = std::min(strand.size(), limit);
    for (std::size_t i = 0; i < count; ++i) {
        // The first and the last are always among them.
        const auto at = count < 2 ? 0 : i * (strand.size() - 1) / (count - 1);
        const char letter = strand[at];
        list.push_back({{"letter", letter == '-' ? std::string{} : std::string{letter}}});
    }
    return list;
}

}  // namespace forum::discussion
