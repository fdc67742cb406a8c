#include "discussion/wall_store.hpp"

#include "base/problem.hpp"
#include "discussion/post_view.hpp"
#include "discussion/urls.hpp"

namespace forum::discussion {

namespace {

const db::Query find_wall_query{"discussion.find_wall", "SELECT is_open FROM walls WHERE thread_id = $1"};

const db::Query questions_query{"discussion.wall_questions", R"(
    SELECT q.post_id, q.number, q.author_id, q.is_live, q.votes, q.place, q.position,
           EXISTS (SELECT FROM post_votes v WHERE v.post_id = q.post_id AND v.member_id = $1) AS has_voted
      FROM wall_questions($3, $1, $2) q
     WHERE $4::integer IS NULL OR q.number = $4
     ORDER BY q.position)"};

std::vector<Question> load(db::Tx& tx, base::MemberId viewer, int level, base::ThreadId thread, std::optional<std::int64_t> number) {
    std::vector<Question> questions;
    for (const auto& row : tx.exec(questions_query, db::Params::of(viewer, level, thread, number))) {
        questions.push_back({.post = row.id<base::PostId>("post_id"),
                             .number = static_cast<int>(row.integer("number")),
                             .author = row.id<base::MemberId>("author_id"),
                             .is_live = row.flag("is_live"),
                             .votes = static_cast<int>(row.integer("votes")),
                             .has_voted = row.flag("has_voted"),
                             .place = row.text("place"),
                             .position = static_cast<int>(row.integer("position"))});
    }
    return questions;
}

}  // namespace

std::optional<bool> find_wall(db::Tx& tx, base::ThreadId thread) {
    const auto rows = tx.exec(find_wall_query, db::Params::of(thread));
    const auto row = rows.find_one();
    return row ? std::optional{row->flag("is_open")} : std::nullopt;
}

std::vector<Question> load_questions(db::Tx& tx, const access::Viewer& viewer, base::ThreadId thread) {
    return load(tx, viewer.member, viewer.level(), thread, std::nullopt);
}

std::vector<Question> load_questions_for_followers(db::Tx& tx, base::ThreadId thread) {
    return load(tx, {}, follower_level, thread, std::nullopt);
}

Question get_question(db::Tx& tx, const access::Viewer& viewer, base::ThreadId thread, int number) {
    auto found = load(tx, viewer.member, viewer.level(), thread, number);
    if (found.empty()) {
        throw base::Problem{base::ProblemKind::not_found};
    }
    return std::move(found.front());
}

std::string question_url(db::Tx& tx, const access::Viewer& viewer, base::ThreadId thread, int number) {
    const auto found = load(tx, viewer.member, viewer.level(), thread, number);
    const bool is_beyond = !found.empty() && found.front().position > wall_page_size;
    return (is_beyond ? wall_list_url(thread, number) : wall_url(thread)) + "#vraag-" + std::to_string(number);
}

}  // namespace forum::discussion
