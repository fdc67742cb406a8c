// Password hashes by argon2id. Rule: blocks for tens of milliseconds and megabytes, so only on worker threads and at most two
// at once (performance.md: 22 ms and 19 MiB each with the defaults); who would wait long is refused as busy.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <string>

namespace forum::crypto {

/// Defaults: OWASP Password Storage Cheat Sheet, argon2id with 19 MiB, 2 passes, 1 lane.
struct PasswordOptions {
    std::uint32_t memory_kib{19'456};
    std::uint32_t passes{2};
    std::uint32_t lanes{1};
    /// For a place among the two: some forty sign-ins with the defaults.
    std::chrono::milliseconds longest_wait{500};
};

class PasswordHasher {
public:
    explicit PasswordHasher(PasswordOptions options);

    // hash and both verify throw Problem{busy} when no place came free in time.

    /// An encoded hash ("$argon2id$v=19$m=...") with a fresh salt of 16 bytes. Throws std::runtime_error without memory.
    std::string hash(const std::string& password) const;
    /// Does the password fit the encoded hash? False for a malformed one.
    bool verify(const std::string& password, const std::string& encoded) const;
    /// Takes as long as verify and always says no: for names that do not exist, so that time tells nothing.
    bool verify_nobody(const std::string& password) const;
    /// Was it made with weaker or other parameters than today's?
    bool needs_rehash(const std::string& encoded) const;

    /// How many hashes were computed so far (tests).
    std::uint64_t computed() const { return computed_; }

private:
    class Place;

    PasswordOptions options_;
    mutable std::mutex mutex_;
    mutable std::condition_variable freed_;
    mutable int computing_{0};
    mutable std::atomic<std::uint64_t> computed_{0};
    // After what hash() uses: it is made by it.
    std::string nobody_;  ///< hash of a password that nobody knows
};

}  // namespace forum::crypto
