#include "access/rate_limit.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "base/problem.hpp"

namespace forum::access {

namespace {

constexpr std::chrono::minutes sign_in_period{5};
constexpr std::size_t max_buckets = 100'000;

/// An IPv6 user has a whole /64: one address of it is no more than one of many. Bytes, as one address has many spellings.
std::string network_of(const std::string& address) {
    std::array<char, sizeof(in6_addr)> bytes{};
    if (inet_pton(AF_INET6, address.c_str(), bytes.data()) != 1) {
        return address;
    }
    constexpr std::string_view mapped{"\0\0\0\0\0\0\0\0\0\0\xff\xff", 12};
    const std::string_view whole{bytes.data(), bytes.size()};
    return std::string{whole.starts_with(mapped) ? whole : whole.substr(0, 8)};
}

std::array<std::string, 2> sign_in_keys(const http::Request& request, const std::string& email) {
    return {"sign-in address " + network_of(request.client_address), "sign-in account " + email};
}

}  // namespace

RateLimiter::RateLimiter(RateLimits limits, Clock clock) : limits_{limits}, clock_{std::move(clock)} {}

void RateLimiter::check_write(const http::Request& request, const Viewer& viewer, bool is_light) {
    const auto who = viewer.is_signed_in() ? "member " + to_string(viewer.member) : "address " + network_of(request.client_address);
    take((is_light ? "light " : "write ") + who, is_light ? limits_.light_writes_per_minute : limits_.writes_per_minute,
         std::chrono::minutes{1});
}

void RateLimiter::check_sign_in(const http::Request& request, const std::string& email) {
    for (const auto& key : sign_in_keys(request, email)) {
        take(key, limits_.sign_ins_per_5_minutes, sign_in_period);
    }
}

void RateLimiter::check_notice(const http::Request& request, const std::string& email) {
    take("notice address " + network_of(request.client_address), limits_.notices_per_hour, std::chrono::hours{1});
    if (!email.empty()) {
        take("notice mail " + email, limits_.notices_per_hour, std::chrono::hours{1});
    }
}

void RateLimiter::forgive_sign_in(const http::Request& request, const std::string& email) {
    for (const auto& key : sign_in_keys(request, email)) {
        give_back(key);
    }
}

void RateLimiter::give_back(const std::string& key) {
    const std::lock_guard lock{mutex_};
    if (const auto found = by_key_.find(key); found != by_key_.end()) {
        // More than the capacity is cut when the bucket is next looked at.
        found->second->tokens += 1;
    }
}

void RateLimiter::take(const std::string& key, int capacity, std::chrono::seconds period) {
    if (capacity <= 0) {
        return;
    }
    const auto now = clock_();
    const double per_second = capacity / static_cast<double>(period.count());
    const std::lock_guard lock{mutex_};
    auto found = by_key_.find(key);
    if (found == by_key_.end()) {
        buckets_.push_front({key, static_cast<double>(capacity), now});
        found = by_key_.emplace(key, buckets_.begin()).first;
        if (buckets_.size() > max_buckets) {
            by_key_.erase(buckets_.back().key);
            buckets_.pop_back();
        }
    } else {
        buckets_.splice(buckets_.begin(), buckets_, found->second);
    }
    auto& bucket = *found->second;
    const std::chrono::duration<double> since = now - bucket.filled_at;
    bucket.tokens = std::min(static_cast<double>(capacity), bucket.tokens + since.count() * per_second);
    bucket.filled_at = now;
    if (bucket.tokens < 1) {
        base::Problem problem{base::ProblemKind::too_many_requests};
        problem.retry_after = std::chrono::seconds{static_cast<std::int64_t>(std::ceil((1 - bucket.tokens) / per_second))};
        throw problem;
    }
    bucket.tokens -= 1;
}

}  // namespace forum::access
