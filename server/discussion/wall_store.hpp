// The SQL of a thread's wall: is there one, and its questions in order. Rule: questions come from wall_questions
// (sql/replaceable/22_wall_questions.sql) only, for a viewer or for a plain reader; votes are counted from their rows, nowhere kept.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "access/viewer.hpp"
#include "base/ids.hpp"
#include "db/tx.hpp"

namespace forum::discussion {

/// Is the thread's wall open? Nothing = it has none.
std::optional<bool> find_wall(db::Tx& tx, base::ThreadId thread);

struct Question {
    base::PostId post;
    int number;
    base::MemberId author;
    bool is_live;  ///< false: it waits, and its author and staff alone see it
    int votes;
    bool has_voted;     ///< the viewer
    std::string place;  ///< "current", "open" or "dealt"
    int position;       ///< on the wall, from 1
};

/// In the order of the wall: what is being dealt with, the open ones by votes and then the oldest, those that were dealt with.
std::vector<Question> load_questions(db::Tx& tx, const access::Viewer& viewer, base::ThreadId thread);
/// As a plain reader sees them, whoever he is: what live followers get.
std::vector<Question> load_questions_for_followers(db::Tx& tx, base::ThreadId thread);
/// Throws Problem{not_found} when post `number` is no question that the viewer may see.
Question get_question(db::Tx& tx, const access::Viewer& viewer, base::ThreadId thread, int number);

/// Questions on one page of a wall. The first page has those that stand first; the pages after it have all of them in the order in
/// which they were asked, so that no vote takes a question to a page that somebody has read already.
constexpr int wall_page_size = 200;

/// "/gesprekken/12/wand#vraag-5"; beyond the first page, on the page that begins with it. Also for what is no question.
std::string question_url(db::Tx& tx, const access::Viewer& viewer, base::ThreadId thread, int number);

}  // namespace forum::discussion
