#include "site/flash.hpp"

namespace forum::site {

namespace {

constexpr const char* cookie_name = "flash";

std::string attributes(bool is_secure) {
    return is_secure ? "; Path=/; HttpOnly; SameSite=Lax; Secure" : "; Path=/; HttpOnly; SameSite=Lax";
}

}  // namespace

std::string flash::cookie(const std::string& key, bool is_secure) {
    return std::string{cookie_name} + "=" + key + "; Max-Age=60" + attributes(is_secure);
}

std::string flash::clear_cookie(bool is_secure) {
    return std::string{cookie_name} + "=; Max-Age=0" + attributes(is_secure);
}

std::optional<Flash> read_flash(const http::Request& request, const view::Templates& templates,
                                view::Language language) {
    const auto key = request.cookie(cookie_name);
    // Only texts made for this: others may be nonsense alone at the top of a page.
    if (!key || key->find(".flash_") == std::string::npos || !templates.has_text(*key)) {
        return std::nullopt;
    }
    return Flash{key->ends_with("_warning"), templates.text(*key, language)};
}

bool flash::is_pending(const http::Request& request) { return request.cookie(cookie_name).has_value(); }

}  // namespace forum::site
