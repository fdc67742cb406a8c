#include "crypto/token.hpp"

#include <sys/random.h>

#include <array>
#include <stdexcept>
#include <string_view>

namespace forum::crypto {

std::string random_token() {
    std::array<unsigned char, 32> bytes{};
    if (getrandom(bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size())) {
        throw std::runtime_error{"no randomness from the kernel"};
    }
    constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    std::string token;
    unsigned buffer = 0;
    unsigned bits = 0;
    for (const auto byte : bytes) {
        buffer = (buffer << 8U) | byte;
        bits += 8;
        while (bits >= 6) {
            bits -= 6;
            token += alphabet[(buffer >> bits) & 63U];
        }
    }
    if (bits > 0) {
        token += alphabet[(buffer << (6 - bits)) & 63U];
    }
    return token;
}

}  // namespace forum::crypto
