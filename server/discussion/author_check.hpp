// What the gate says about a text, brought to its author: at the form as a question with a tick box, in the API as faults.
// Rule: he is asked before anything is written, and what he typed stands in the form again.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <vector>

#include "discussion/services.hpp"
#include "site/action.hpp"

namespace forum::discussion {

/// The name of the tick box; the API's member is confirmPrivate.
constexpr const char* confirm_field = "confirm_private";

struct AuthorCheck {
    std::vector<Objection> questions;
    bool is_confirmed{false};  ///< the author says that he has looked at them
};

/// Asks the gate about the text. What it refuses becomes an error of its field; questions that the author has not answered
/// become one error of the tick box.
AuthorCheck check_with_author(const site::ActionContext& context, const Services& services, const Submission& submission,
                              site::FormErrors& errors);

/// The page's `check`: {isPrivate, isConfirmed, items: [{found, why}]}, or null when there is nothing to ask.
nlohmann::json check_json(const AuthorCheck& check);

}  // namespace forum::discussion
