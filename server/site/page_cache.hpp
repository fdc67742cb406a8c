// Whole answers as ready bytes, given on the I/O thread. Rule: an answer falls when an event of one of its topics arrives,
// and the writer's own process drops it before the writer is answered; when in doubt an answer is not kept.
#pragma once

#include <chrono>
#include <cstdint>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/ids.hpp"
#include "http/reply.hpp"

namespace forum::site {

/// What makes two answers the same: URL, language, theme, encoding, and whose page it is (0 = guests). A signed-in member has pages
/// of his own: they hold his name, badges and buttons, and fall by his topic `me/<id>` too.
struct PageKey {
    std::string target;
    std::string variant;  ///< language and theme: "nl-dark"
    std::int64_t member{0};
    http::Encoding encoding{http::Encoding::identity};

    bool operator==(const PageKey&) const = default;
};

struct PageKeyHash {
    std::size_t operator()(const PageKey& key) const noexcept;
};

class PageCache {
public:
    /// At most `max_bytes` of answers (least recently used fall first); none is kept longer than `max_age`.
    explicit PageCache(std::size_t max_bytes, std::chrono::seconds max_age = std::chrono::minutes{10});

    std::shared_ptr<const http::PreparedReply> find(const PageKey& key);

    /// A point in the order of drops; take it before the database is read.
    std::uint64_t now() const;

    /// Keeps the answer unless one of its topics was dropped after `since`: then it may be older than that event.
    void keep(const PageKey& key, std::shared_ptr<const http::PreparedReply> reply, std::vector<std::string> topics, std::uint64_t since);

    /// Lets every answer fall that depends on one of the topics.
    void drop(const std::vector<std::string>& topics);
    void clear();

    /// Off: finds nothing and keeps nothing (events may be missed, for example while LISTEN is broken).
    void set_enabled(bool enabled);

    struct Figures {
        std::size_t entries, bytes, hits, misses;
    };
    Figures figures() const;

private:
    struct Entry {
        PageKey key;
        std::shared_ptr<const http::PreparedReply> reply;
        std::vector<std::string> topics;
        std::size_t bytes;
        std::chrono::steady_clock::time_point until;
    };
    using Entries = std::list<Entry>;  // most recently used first

    void erase(Entries::iterator entry);

    mutable std::mutex mutex_;
    std::size_t max_bytes_;
    std::chrono::seconds max_age_;
    Entries entries_;
    std::unordered_map<PageKey, Entries::iterator, PageKeyHash> by_key_;
    std::unordered_multimap<std::string, Entries::iterator> by_topic_;
    std::unordered_map<std::string, std::uint64_t> dropped_at_;
    std::uint64_t clock_{0};
    std::uint64_t forgotten_before_{0};  ///< drops up to here are no longer known one by one
    std::size_t bytes_{0};
    std::size_t hits_{0}, misses_{0};
    bool enabled_{true};
};

}  // namespace forum::site
