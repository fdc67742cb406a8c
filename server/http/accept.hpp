// Chooses what a client asked for: encoding, media type, language (RFC 9110 §12.5). Rule: q=0 is a no, the client's
// order by q decides, and among equals ours does.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "http/reply.hpp"
#include "http/request.hpp"

namespace forum::http {

/// Of an Accept-Encoding header. Brotli before gzip before identity among equals; identity when the header is absent
/// ("") or accepts nothing that we have.
Encoding choose_encoding(std::string_view accept_encoding);

/// The best of `offered` ("text/html", in our order of liking) for an Accept header: the first when it is absent,
/// nothing when none is acceptable. The most specific range decides a type's q.
std::optional<std::string_view> choose_media_type(std::string_view accept, std::span<const std::string_view> offered);

/// A client that likes JSON better than HTML: a script on a page's own URL.
bool prefers_json(std::string_view accept);

/// The best of `offered` ("nl", "en": primary tags in lower case) for an Accept-Language header; "nl-BE" asks for "nl".
/// The first when nothing fits or the header is absent.
std::string_view choose_language(std::string_view accept_language, std::span<const std::string_view> offered);

}  // namespace forum::http
