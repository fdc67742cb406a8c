#include "discussion/thread_store.hpp"

#include "base/problem.hpp"

namespace forum::discussion {

namespace {

const std::string thread_text = R"(
    SELECT t.id, t.kind, t.title, t.slug, t.visibility, t.author_id, t.is_published, t.is_blanked, t.is_closed,
           t.accepted_post, coalesce(a.name, '') AS accepted_by, t.seq,
           is_staff($2) AND looks_after($1, t.id, NULL) AS is_looked_after
      FROM visible_threads($1, $2) t
      LEFT JOIN members a ON a.id = t.accepted_by )";

const db::Query get_thread_query{"discussion.get_thread", thread_text + "WHERE t.id = $3"};
const db::Query find_threads_query{"discussion.find_threads", thread_text + "WHERE t.id = ANY($3::bigint[])"};

// Also one that was merged: who has its page open must hear where it went.
const db::Query open_topic_query{"discussion.open_topic", R"(
    SELECT t.seq, thread_audience(t.visibility) AS audience FROM threads t
     WHERE t.id = $3 AND may_see_thread(t.visibility, t.is_published, t.author_id, $1, $2))"};

const db::Query get_post_id_query{"discussion.get_post_id", R"(
    SELECT p.id FROM visible_posts($1, $2) p WHERE p.thread_id = $3 AND p.number = $4)"};

const db::Query lock_thread_query{"discussion.lock_thread", R"(
    SELECT id FROM threads WHERE id = $1 FOR NO KEY UPDATE)"};

const db::Query find_place_query{"discussion.find_place", R"(
    SELECT t.theme_slug, ARRAY(SELECT l.typology_slug FROM thread_typologies l WHERE l.thread_id = t.id) AS typologies
      FROM threads t WHERE t.id = $1)"};

ThreadFacts read_facts(const db::Row& row) {
    return {.thread = {.id = row.id<base::ThreadId>("id"),
                       .slug = row.text("slug"),
                       .kind = row.text("kind"),
                       .author = row.id<base::MemberId>("author_id"),
                       .is_published = row.flag("is_published"),
                       .is_closed = row.flag("is_closed"),
                       .accepted = row.id<base::PostId>("accepted_post"),
                       .accepted_by = row.text("accepted_by"),
                       .is_looked_after = row.flag("is_looked_after")},
            .title = row.text("title"),
            .is_blanked = row.flag("is_blanked"),
            .visibility = row.text("visibility"),
            .seq = row.integer("seq")};
}

std::optional<ThreadFacts> find_thread(db::Tx& tx, base::MemberId viewer, int level, base::ThreadId thread) {
    const auto rows = tx.exec(get_thread_query, db::Params::of(viewer, level, thread));
    const auto row = rows.find_one();
    return row ? std::optional{read_facts(*row)} : std::nullopt;
}

}  // namespace

ThreadFacts get_thread(db::Tx& tx, const access::Viewer& viewer, base::ThreadId thread) {
    auto facts = find_thread(tx, viewer.member, viewer.level(), thread);
    if (!facts) {
        throw base::Problem{base::ProblemKind::not_found};
    }
    return std::move(*facts);
}

std::map<std::int64_t, ThreadFacts> find_threads(db::Tx& tx, const access::Viewer& viewer, const std::vector<std::int64_t>& ids) {
    std::map<std::int64_t, ThreadFacts> found;
    for (const auto& row : tx.exec(find_threads_query, db::Params::of(viewer.member, viewer.level(), ids))) {
        found.emplace(row.integer("id"), read_facts(row));
    }
    return found;
}

std::optional<ThreadFacts> find_thread_for_followers(db::Tx& tx, base::ThreadId thread) {
    return find_thread(tx, {}, follower_level, thread);
}

ThreadPlace find_place(db::Tx& tx, base::ThreadId thread) {
    const auto rows = tx.exec(find_place_query, db::Params::of(thread));
    const auto row = rows.find_one();
    return row ? ThreadPlace{row->text_or("theme_slug", ""), row->texts("typologies")} : ThreadPlace{};
}

void lock_thread(db::Tx& tx, base::ThreadId thread) { tx.exec(lock_thread_query, db::Params::of(thread)); }

std::string shown_title(const ThreadFacts& facts, const view::Templates& texts, view::Language language) {
    return facts.is_blanked ? texts.text("discussion.title_gone", language) : facts.title;
}

std::vector<std::string> thread_topics(base::ThreadId thread, const access::Viewer& viewer) {
    std::vector<std::string> topics{"thread/" + to_string(thread), "places"};
    if (viewer.is_signed_in()) {
        topics.push_back("me/" + to_string(viewer.member));
        topics.emplace_back(standing_holds_topic);
    }
    if (viewer.is_staff()) {
        // Staff see what waits, and that changes with the queue.
        topics.emplace_back("moderation");
    }
    return topics;
}

std::optional<TopicOpening> open_thread_topic(db::Tx& tx, const access::Viewer& viewer, base::ThreadId thread) {
    const auto rows = tx.exec(open_topic_query, db::Params::of(viewer.member, viewer.level(), thread));
    const auto row = rows.find_one();
    if (!row) {
        return std::nullopt;
    }
    return TopicOpening{row->integer("seq"), row->text("audience")};
}

base::PostId get_post_id(db::Tx& tx, const access::Viewer& viewer, base::ThreadId thread, int number) {
    const auto rows = tx.exec(get_post_id_query, db::Params::of(viewer.member, viewer.level(), thread, number));
    const auto row = rows.find_one();
    if (!row) {
        throw base::Problem{base::ProblemKind::not_found};
    }
    return row->id<base::PostId>("id");
}

}  // namespace forum::discussion
