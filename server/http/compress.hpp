// Makes bodies smaller: gzip and brotli. Rule: only text is compressed, and only when it is long enough to gain.
#pragma once

#include <string>
#include <string_view>

#include "http/reply.hpp"

namespace forum::http {

/// Is it text by its Content-Type (text/*, JSON, XML, SVG, JavaScript, web manifest) and over 512 bytes?
bool is_worth_compressing(std::string_view content_type, std::string_view body);

/// How much time a smaller body may cost: gzip level and brotli quality.
enum class Effort {
    answer,  ///< made for one request
    page,    ///< kept until something changes
};

/// `body` in that encoding (identity: as it is). Throws std::runtime_error when the library gives up.
std::string compress(std::string_view body, Encoding encoding, Effort effort);

}  // namespace forum::http
