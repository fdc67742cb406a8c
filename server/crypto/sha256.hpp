// SHA-256, for tokens that are kept and contents that are compared. Rule: OpenSSL does the work.
#pragma once

#include <string>
#include <string_view>

namespace forum::crypto {

/// 32 raw bytes.
std::string sha256(std::string_view bytes);
/// 64 lower-case hex digits.
std::string sha256_hex(std::string_view bytes);

}  // namespace forum::crypto
