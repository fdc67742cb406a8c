// Random secrets: session tokens, nonces. Rule: the browser keeps the token, the database its hash.
#pragma once

#include <string>

namespace forum::crypto {

/// 256 random bits from the kernel as 43 base64url characters. Throws std::runtime_error when there is no randomness.
std::string random_token();

}  // namespace forum::crypto
