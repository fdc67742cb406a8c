// What a use case behind a POST, PUT or DELETE gets and gives. Rule: one write job; the result says where to go
// (form) and what to show (JSON); refusals are thrown Problems, mendable input is `invalid`.
#pragma once

#include <functional>
#include <string>
#include <utility>
#include <variant>

#include "site/form.hpp"
#include "site/page.hpp"

namespace forum::site {

struct ActionContext : PageContext {
    const Input& input;
    /// The client's key that makes a retry safe: `Idempotency-Key`, or for a form its nonce with a hash of the body;
    /// "" when none was sent. Scoped to the member by whoever stores it.
    std::string idempotency_key;
};

struct Done {
    int status{200};                                               ///< JSON face: 200, 201, 202 or 204
    std::string location;                                          ///< form face: 303 to here; JSON face: Location on 201
    std::string flash;                                             ///< text key shown once on the next page; "" = none
    view::Model model;                                             ///< JSON face
    std::vector<std::pair<std::string, std::string>> set_cookies;  ///< whole Set-Cookie values, first = name (for logs)
};

/// The same page again with the faults (400), or a preview (200, no errors).
struct ShowAgain {
    Page page;
    FormErrors errors;
};

using ActionResult = std::variant<Done, ShowAgain>;
using Action = std::function<ActionResult(const ActionContext&)>;

}  // namespace forum::site
