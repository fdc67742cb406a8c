// Takes a request's target apart: path and query, decoded once. Rule: a target that two readers could understand
// differently (dot segments, an encoded slash, control characters) is refused, never normalised.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "http/request.hpp"

namespace forum::http {

struct Target {
    std::string path;
    Pairs query;
};

/// Of an origin-form target ("/a/b?c=d", RFC 9112 §3.2.1). Nothing when it does not begin with '/', holds bytes that are
/// not printable ASCII or a '#', a bad %xx, or decodes to bad UTF-8 or U+0000; nor when its path decodes to control
/// characters, to a slash more than it shows, or has a "." or ".." segment.
std::optional<Target> parse_target(std::string_view origin_form);

/// What an absolute-form target names (RFC 9112 §3.2.2).
struct AbsoluteTarget {
    std::string_view scheme;     ///< as sent, without "://"
    std::string_view authority;  ///< host and port, not empty, without user information
    std::string_view rest;       ///< path and query as sent; may be "" or begin with '?'
};

/// Nothing when it is not of the form scheme://authority...
std::optional<AbsoluteTarget> split_absolute(std::string_view target);

/// Can it stand in Host (RFC 9110 §7.2): not empty, and only characters that names, addresses and ports have.
bool is_valid_authority(std::string_view authority);

/// The target in the bytes of a head that could not be read, or not to its end: as far as it came and as it came, so that a
/// script hears in JSON what it did wrong; "" when there is none yet.
std::string_view target_in(std::string_view bytes);

}  // namespace forum::http
