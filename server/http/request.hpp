// A request as the features see it: plain strings, decoded once, checked by the session before anyone sees it.
// Rule: no Beast here, and nothing in it points outside of it, so it may cross threads by move.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace forum::http {

enum class Method { get, head, post, put, del, options, other };

/// As on the wire: "GET"; "" for `other`.
std::string_view method_name(Method method);

using Pairs = std::vector<std::pair<std::string, std::string>>;

struct Request {
    Method method{Method::get};
    std::string target;  ///< as sent: path and query, origin-form
    std::string path;    ///< percent-decoded once, valid UTF-8, begins with '/', no NUL, no "." or ".." segments
    Pairs query;         ///< decoded, in order; valid UTF-8
    Pairs headers;       ///< names in lower case, in order, values trimmed
    std::string body;
    std::string client_address;  ///< the real one: behind trusted proxies from Forwarded/X-Forwarded-For
    std::string request_id;      ///< 16 hex digits, also in the log and on error pages
    bool is_secure{false};       ///< https at the browser's side (the server's setting, or a trusted proxy says so)
    bool is_loopback{false};     ///< the peer's own address is 127.0.0.0/8 or ::1

    /// First header of that name (lower case), "" when absent.
    std::string_view header(std::string_view name) const;
    /// First cookie of that name, nothing when absent.
    std::optional<std::string> cookie(std::string_view name) const;
    /// First query parameter of that name, "" when absent.
    std::string_view query_value(std::string_view name) const;
};

/// A request's head before anything of it is copied or decoded, for answers that lie ready (Application::find_ready).
/// Everything in it are views into the connection's read buffer: good during the call only.
struct RequestView {
    Method method{Method::get};
    std::string_view target;  ///< as sent: path and query, origin-form; not decoded and not checked yet
    std::span<const std::pair<std::string_view, std::string_view>> headers;  ///< names as sent, values trimmed
    bool is_secure{false};                                                   ///< as in Request

    /// First header of that name (any case), "" when absent.
    std::string_view header(std::string_view name) const;
    /// First cookie of that name, nothing when absent.
    std::optional<std::string_view> cookie(std::string_view name) const;
};

}  // namespace forum::http
