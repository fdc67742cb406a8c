#include "site/headers.hpp"

namespace forum::site {

namespace {

void add_common(http::Reply& reply, bool is_secure) {
    reply.set("X-Content-Type-Options", "nosniff");
    reply.set("X-Frame-Options", "DENY");
    if (is_secure) {
        reply.set("Strict-Transport-Security", "max-age=31536000");
    }
}

}  // namespace

void add_page_headers(http::Reply& reply, bool is_secure) {
    reply.set("Content-Security-Policy", "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; "
                                         "img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'self'; "
                                         "frame-src 'none'; frame-ancestors 'none'");
    reply.set("Referrer-Policy", "same-origin");
    reply.set("Cross-Origin-Opener-Policy", "same-origin");
    reply.set("Permissions-Policy", "camera=(), geolocation=(), microphone=()");
    add_common(reply, is_secure);
}

void add_api_headers(http::Reply& reply, bool is_secure) {
    reply.set("API-Version", http::api_version);
    reply.set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'");
    reply.set("Referrer-Policy", "no-referrer");
    add_common(reply, is_secure);
}

}  // namespace forum::site
