// One sentence for the next page: "Uw reactie staat erbij." Rule: the cookie holds a text key only, never text, so nobody
// can put words on our pages by it.
#pragma once

#include <optional>
#include <string>

#include "http/request.hpp"
#include "view/templates.hpp"

namespace forum::site {

struct Flash {
    bool is_warning;   ///< keys that end in `_warning`
    std::string text;  ///< in the page's language
};

/// What the request's flash cookie says; nothing without one or with an unknown key.
std::optional<Flash> read_flash(const http::Request& request, const view::Templates& templates, view::Language language);

namespace flash {

bool is_pending(const http::Request& request);
/// The Set-Cookie value that shows the text `key` on the next page.
std::string cookie(const std::string& key, bool is_secure);
/// The Set-Cookie value that removes it.
std::string clear_cookie(bool is_secure);

}  // namespace flash

}  // namespace forum::site
