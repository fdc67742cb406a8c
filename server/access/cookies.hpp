// The session's cookie. Rule: over https it is `__Host-forum` (Secure, whole host, no subdomain can set it); on http
// it is `forum`, which serves loopback only.
#pragma once

#include <optional>
#include <string>

#include "http/request.hpp"

namespace forum::access {

/// The token that the browser sent under the name that fits the transport, when it can be one (43 base64url characters).
std::optional<std::string> session_token(const http::Request& request);
std::optional<std::string> session_token(const http::RequestView& request);

/// Set-Cookie values. The cookie ends with the browser's session unless the session's own end comes first.
std::string session_cookie(const std::string& token, bool is_secure);
std::string clear_session_cookie(bool is_secure);

}  // namespace forum::access
