// Conversations for the demo: invented persons in real municipalities, so that every page has something to show. Rule: all
// rows keep the promises that real ones keep (moderation/check_invariants.hpp), because the demo is what visitors try.
#pragma once

#include <string>

#include "db/tx.hpp"

namespace forum::app {

/// Fills in `<folder>/threads.json`; does nothing when there is a demo thread already.
/// The reference data and the demo accounts must be there. Throws std::runtime_error or nlohmann's exceptions for a
/// missing or malformed file, db::ConstraintViolation for a theme, type or municipality that does not exist.
///
/// The file: `members` who only write (slug: the address before @demo.example; is_new: held for review; left_minutes_ago)
/// and `threads` with what came after each of them in `then`, in order of time: replies, or acts (accept, withdraw, report,
/// return, reject, remove) on the reply with number `post`. Texts are lists of paragraphs in markdown, times minutes before
/// now, municipalities "GM1783:about" or ":experience". In a statement, {at}, {until} and {facts} are filled in.
void seed_demo_content(db::Tx& tx, const std::string& folder);

}  // namespace forum::app
