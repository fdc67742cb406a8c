// Keeps one person or address from doing too much at once: token buckets in memory. Rule: a refusal says when to come back
// (Retry-After); several processes each count for themselves.
#pragma once

#include <chrono>
#include <functional>
#include <list>
#include <mutex>
#include <string>
#include <unordered_map>

#include "access/viewer.hpp"
#include "http/request.hpp"

namespace forum::access {

struct RateLimits {
    int writes_per_minute{30};         ///< per member, for a guest per address; 0 = no limit
    int light_writes_per_minute{240};  ///< drafts, read markers, previews; 0 = no limit
    int sign_ins_per_5_minutes{10};    ///< per address and per account; 0 = no limit
    int notices_per_hour{10};          ///< of illegal content, per address and per mail address; 0 = no limit
};

class RateLimiter {
public:
    using Clock = std::function<std::chrono::steady_clock::time_point()>;

    explicit RateLimiter(
        RateLimits limits, Clock clock = [] { return std::chrono::steady_clock::now(); });

    /// Counts a change. Throws Problem{too_many_requests} with retry_after.
    void check_write(const http::Request& request, const Viewer& viewer, bool is_light);
    /// Counts a try to sign in, per address and per account (`email` in lower case).
    void check_sign_in(const http::Request& request, const std::string& email);
    /// Counts a notice by somebody without an account (`email` in lower case, "" when he gave none).
    void check_notice(const http::Request& request, const std::string& email);
    /// Takes back what check_sign_in counted: only tries that fail use the limit up, for a whole town hall may sit behind one
    /// address.
    void forgive_sign_in(const http::Request& request, const std::string& email);

private:
    struct Bucket {
        std::string key;
        double tokens;
        std::chrono::steady_clock::time_point filled_at;
    };

    void take(const std::string& key, int capacity, std::chrono::seconds period);
    void give_back(const std::string& key);

    RateLimits limits_;
    Clock clock_;
    std::mutex mutex_;
    std::list<Bucket> buckets_;  ///< most recently used first; bounded, the rest has been full for long
    std::unordered_map<std::string, std::list<Bucket>::iterator> by_key_;
};

}  // namespace forum::access
