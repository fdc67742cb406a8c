#include "http/cookie.hpp"

#include <algorithm>
#include <stdexcept>

#include "http/syntax.hpp"

namespace forum::http {

namespace {

struct CookieView {
    std::string_view name, value;
};

// Cuts the next cookie off `rest`; nothing for a part that is none.
std::optional<CookieView> next_cookie(std::string_view& rest) {
    const auto part = rest.substr(0, rest.find(';'));
    rest.remove_prefix(std::min(part.size() + 1, rest.size()));
    const auto equals = part.find('=');
    if (equals == std::string_view::npos) {
        return std::nullopt;
    }
    const auto name = trim_blanks(part.substr(0, equals));
    auto value = trim_blanks(part.substr(equals + 1));
    if (name.empty()) {
        return std::nullopt;
    }
    if (value.size() >= 2 && value.front() == '"' && value.back() == '"') {
        value = value.substr(1, value.size() - 2);
    }
    return CookieView{name, value};
}

// RFC 6265 §4.1.1: printable ASCII without white space, double quote, comma, semicolon and backslash.
bool is_cookie_octet(char c) { return c > ' ' && c < 0x7f && c != '"' && c != ',' && c != ';' && c != '\\'; }

}  // namespace

Pairs parse_cookies(std::string_view header) {
    Pairs cookies;
    while (!header.empty()) {
        if (const auto cookie = next_cookie(header)) {
            cookies.emplace_back(cookie->name, cookie->value);
        }
    }
    return cookies;
}

std::optional<std::string_view> find_cookie(std::string_view header, std::string_view name) {
    while (!header.empty()) {
        if (const auto cookie = next_cookie(header); cookie && cookie->name == name) {
            return cookie->value;
        }
    }
    return std::nullopt;
}

std::string set_cookie(std::string_view name, std::string_view value, CookieTransport transport,
                       std::optional<std::chrono::seconds> max_age) {
    if (!is_token(name)) {
        throw std::invalid_argument{"cookie name is not a token: " + std::string{name}};
    }
    if (!std::all_of(value.begin(), value.end(), is_cookie_octet)) {
        throw std::invalid_argument{"value of cookie " + std::string{name} + " has characters that no cookie may have"};
    }
    const bool is_secure = transport == CookieTransport::secure;
    if (!is_secure && (name.starts_with("__Host-") || name.starts_with("__Secure-"))) {
        throw std::invalid_argument{"cookie " + std::string{name} + " needs a secure transport"};
    }
    std::string out{name};
    out.append("=").append(value).append("; Path=/; HttpOnly; SameSite=Lax");
    if (is_secure) {
        out += "; Secure";
    }
    if (max_age) {
        out += "; Max-Age=" + std::to_string(std::max<std::int64_t>(max_age->count(), 0));
    }
    return out;
}

}  // namespace forum::http
