// What a text must be to be a post: the limits, and the sentences that say what to do when it is not. Rule: limits count
// code points, as the database does (sql/migrations/0004_discussion.sql).
#pragma once

#include <cstddef>
#include <string>

#include "site/action.hpp"
#include "site/form.hpp"
#include "view/templates.hpp"

namespace forum::discussion {

constexpr std::size_t title_limit = 140;
constexpr std::size_t body_limit = 20'000;
constexpr std::size_t field_limit = 4'000;  ///< each of a dilemma's own fields
constexpr std::size_t municipality_limit = 20;
constexpr std::size_t reason_limit = 300;
constexpr std::size_t conclusion_limit = 4'000;

/// Adds an error to `field` when the text is empty (key "discussion.error_<field>_empty") or longer than `limit`
/// ("discussion.error_too_long" with used and most).
void check_text(site::FormErrors& errors, const std::string& field, const std::string& text, std::size_t limit,
                const view::Templates& texts, view::Language language);

/// The number of a post in the address ({n}); Problem{not_found} when it is none.
int post_number(const site::PageContext& context);

/// The same where an address may do without: then it is the member `number` of what was sent, and what is wrong with it an error there.
int post_number(const site::ActionContext& context, const view::Templates& texts, site::FormErrors& errors);

/// The key under which one answer is kept: the client's, within one purpose ("reply/12"). "" when none was sent.
/// Throws Problem{bad_request} for a key that is longer than 150 or has other than visible ASCII characters.
std::string scoped_key(const site::ActionContext& context, const std::string& purpose);

/// The answer to faulty input where there is no page to show again: the list of faults as JSON; Problem{bad_request} with the
/// first of them for a browser.
site::ActionResult refuse(const site::PageContext& context, const site::FormErrors& errors);

/// Does the sender want JSON back? True on API paths and for a script that posts a form with Accept: application/json.
bool wants_json(const site::PageContext& context);

}  // namespace forum::discussion
