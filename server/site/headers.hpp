// The headers that every answer carries to keep readers safe. Rule: pages and API answers get theirs here and nowhere else.
#pragma once

#include "http/reply.hpp"
#include "http/request.hpp"

namespace forum::site {

/// For HTML: Content-Security-Policy without inline script or style (internet.nl, web tests); data: for images only, the style
/// sheet's check marks are such; framing,
/// sniffing, referrer and, over https, HSTS of a year.
void add_page_headers(http::Reply& reply, bool is_secure);

/// For the API: NL API Design Rules, /core/transport/security-headers, and API-Version.
void add_api_headers(http::Reply& reply, bool is_secure);

}  // namespace forum::site
