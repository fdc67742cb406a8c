#include "crypto/password.hpp"

#include <argon2.h>
#include <sys/random.h>

#include <array>
#include <stdexcept>

#include "base/problem.hpp"
#include "crypto/token.hpp"

namespace forum::crypto {

namespace {

constexpr std::size_t salt_bytes = 16;
constexpr std::size_t hash_bytes = 32;

}  // namespace

/// Holds a place among those who compute. Whoever waits keeps a worker and its connection from others, so he does not wait
/// long; by the steady clock, because a clock that is set must not lengthen it. A condition variable and no semaphore: the
/// one of g++ 12 can sleep past its wake-up (GCC bug 104928).
class PasswordHasher::Place {
public:
    explicit Place(const PasswordHasher& hasher) : hasher_{hasher} {
        std::unique_lock lock{hasher_.mutex_};
        const auto end = std::chrono::steady_clock::now() + hasher_.options_.longest_wait;
        if (!hasher_.freed_.wait_until(lock, end, [this] { return hasher_.computing_ < most_at_once; })) {
            throw base::Problem{base::ProblemKind::busy};
        }
        ++hasher_.computing_;
    }
    ~Place() {
        {
            const std::lock_guard lock{hasher_.mutex_};
            --hasher_.computing_;
        }
        hasher_.freed_.notify_one();
    }
    Place(const Place&) = delete;
    Place& operator=(const Place&) = delete;

private:
    static constexpr int most_at_once = 2;  // performance.md: 19 MiB each
    const PasswordHasher& hasher_;
};

PasswordHasher::PasswordHasher(PasswordOptions options) : options_{options}, nobody_{hash(random_token())} {}

std::string PasswordHasher::hash(const std::string& password) const {
    std::array<unsigned char, salt_bytes> salt{};
    if (getrandom(salt.data(), salt.size(), 0) != static_cast<ssize_t>(salt.size())) {
        throw std::runtime_error{"no randomness from the kernel"};
    }
    std::string encoded(argon2_encodedlen(options_.passes, options_.memory_kib, options_.lanes, salt_bytes, hash_bytes, Argon2_id), '\0');
    const Place place{*this};
    ++computed_;
    const int status = argon2id_hash_encoded(options_.passes, options_.memory_kib, options_.lanes, password.data(), password.size(),
                                             salt.data(), salt.size(), hash_bytes, encoded.data(), encoded.size());
    if (status != ARGON2_OK) {
        throw std::runtime_error{std::string{"argon2: "} + argon2_error_message(status)};
    }
    encoded.resize(encoded.find('\0'));
    return encoded;
}

bool PasswordHasher::verify(const std::string& password, const std::string& encoded) const {
    const Place place{*this};
    ++computed_;
    return argon2id_verify(encoded.c_str(), password.data(), password.size()) == ARGON2_OK;
}

bool PasswordHasher::verify_nobody(const std::string& password) const {
    static_cast<void>(verify(password, nobody_));
    return false;
}

bool PasswordHasher::needs_rehash(const std::string& encoded) const {
    const auto wanted = "$m=" + std::to_string(options_.memory_kib) + ",t=" + std::to_string(options_.passes)
                        + ",p=" + std::to_string(options_.lanes) + "$";
    return !encoded.starts_with("$argon2id$") || encoded.find(wanted) == std::string::npos;
}

}  // namespace forum::crypto
