// Cursors of keyset paging: where the last row stood, opaque for clients. Rule: a cursor holds sort values only, is checked
// when it comes back, and a bad one is Problem{bad_request}, never an empty list.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace forum::site {

std::string encode_cursor(const std::vector<std::string>& values);

/// The values of a cursor made by encode_cursor; throws Problem{bad_request} when it is none or has another count.
std::vector<std::string> decode_cursor(std::string_view cursor, std::size_t count);

/// `path?query` of the request with one parameter replaced (or removed, when value is ""), percent-encoded.
std::string with_parameter(std::string_view target, std::string_view name, std::string_view value);

/// Percent-encodes for a query value (RFC 3986 unreserved characters stay).
std::string encode_query(std::string_view text);

}  // namespace forum::site
