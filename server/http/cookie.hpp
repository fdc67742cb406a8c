// Reads Cookie and writes Set-Cookie (RFC 6265). Rule: a cookie we set is HttpOnly, SameSite=Lax and Path=/ without
// exception; only its life and Secure differ.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "http/request.hpp"

namespace forum::http {

/// All cookies of one Cookie header, in order, values without surrounding quotes. Parts without '=' or with an empty
/// name are skipped: the header comes from outside and one bad cookie of another application must not lock anyone out.
Pairs parse_cookies(std::string_view header);

/// The first cookie of that name in one Cookie header, as a view into it.
std::optional<std::string_view> find_cookie(std::string_view header, std::string_view name);

enum class CookieTransport { any, secure };
/// The one of a request: http::Request::is_secure.
inline CookieTransport transport_of(bool is_secure) { return is_secure ? CookieTransport::secure : CookieTransport::any; }

/// The value of a Set-Cookie header. Without `max_age` the cookie ends with the browser's session; 0 s removes it.
/// Throws std::invalid_argument when the name is no token, the value has other than cookie octets, or the name begins
/// with __Host- or __Secure- and the transport is not secure (the browser would drop it).
std::string set_cookie(std::string_view name, std::string_view value, CookieTransport transport,
                       std::optional<std::chrono::seconds> max_age = std::nullopt);

}  // namespace forum::http
