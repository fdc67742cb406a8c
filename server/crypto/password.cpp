#include "crypto/password.hpp"

#include <argon2.h>
#include <sys/random.h>

#include <array>
#include <stdexcept>

#include "crypto/token.hpp"

namespace forum::crypto {

namespace {

constexpr std::size_t salt_bytes = 16;
constexpr std::size_t hash_bytes = 32;

/// Holds a place among those who compute.
class Place {
public:
    explicit Place(std::counting_semaphore<2>& semaphore) : semaphore_{semaphore} { semaphore_.acquire(); }
    ~Place() { semaphore_.release(); }
    Place(const Place&) = delete;
    Place& operator=(const Place&) = delete;

private:
    std::counting_semaphore<2>& semaphore_;
};

}  // namespace

PasswordHasher::PasswordHasher(PasswordOptions options) : options_{options}, nobody_{hash(random_token())} {}

std::string PasswordHasher::hash(const std::string& password) const {
    std::array<unsigned char, salt_bytes> salt{};
    if (getrandom(salt.data(), salt.size(), 0) != static_cast<ssize_t>(salt.size())) {
        throw std::runtime_error{"no randomness from the kernel"};
    }
    std::string encoded(argon2_encodedlen(options_.passes, options_.memory_kib, options_.lanes, salt_bytes, hash_bytes,
                                          Argon2_id),
                        '\0');
    const Place place{at_once_};
    ++computed_;
    const int status = argon2id_hash_encoded(options_.passes, options_.memory_kib, options_.lanes, password.data(),
                                             password.size(), salt.data(), salt.size(), hash_bytes, encoded.data(),
                                             encoded.size());
    if (status != ARGON2_OK) {
        throw std::runtime_error{std::string{"argon2: "} + argon2_error_message(status)};
    }
    encoded.resize(encoded.find('\0'));
    return encoded;
}

bool PasswordHasher::verify(const std::string& password, const std::string& encoded) const {
    const Place place{at_once_};
    ++computed_;
    return argon2id_verify(encoded.c_str(), password.data(), password.size()) == ARGON2_OK;
}

bool PasswordHasher::verify_nobody(const std::string& password) const {
    static_cast<void>(verify(password, nobody_));
    return false;
}

bool PasswordHasher::needs_rehash(const std::string& encoded) const {
    const auto wanted = "$m=" + std::to_string(options_.memory_kib) + ",t=" + std::to_string(options_.passes) +
                        ",p=" + std::to_string(options_.lanes) + "$";
    return !encoded.starts_with("$argon2id$") || encoded.find(wanted) == std::string::npos;
}

}  // namespace forum::crypto
