#include "site/flash.hpp"

#include "http/cookie.hpp"

namespace forum::site {

namespace {

constexpr const char* cookie_name = "flash";

}  // namespace

std::string flash::cookie(const std::string& key, bool is_secure) {
    return http::set_cookie(cookie_name, key, http::transport_of(is_secure), std::chrono::minutes{1});
}

std::string flash::clear_cookie(bool is_secure) {
    return http::set_cookie(cookie_name, "", http::transport_of(is_secure), std::chrono::seconds{0});
}

std::optional<Flash> read_flash(const http::Request& request, const view::Templates& templates, view::Language language) {
    const auto key = request.cookie(cookie_name);
    // Only texts made for this: others may be nonsense alone at the top of a page.
    if (!key || key->find(".flash_") == std::string::npos || !templates.has_text(*key)) {
        return std::nullopt;
    }
    return Flash{key->ends_with("_warning"), templates.text(*key, language)};
}

bool flash::is_pending(const http::Request& request) { return request.cookie(cookie_name).has_value(); }

}  // namespace forum::site
