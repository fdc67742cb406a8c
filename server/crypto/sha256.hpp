// SHA-256 and what is made with it. Rule: OpenSSL does the work; secrets are compared in constant time only.
#pragma once

#include <string>
#include <string_view>

namespace forum::crypto {

/// 32 raw bytes.
std::string sha256(std::string_view bytes);
/// 64 lower-case hex digits.
std::string sha256_hex(std::string_view bytes);

/// True when equal; takes the same time wherever they differ (lengths are no secret).
bool equal_in_constant_time(std::string_view a, std::string_view b);

}  // namespace forum::crypto
