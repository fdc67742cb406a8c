// Who reads and who writes, per thread, over all I/O threads of this process. Rule: a person counts once however many tabs
// he has; who stops writing without saying so stops after 15 seconds; changes leave in a throttled stream.
#pragma once

#include <chrono>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "base/ids.hpp"
#include "live/message.hpp"

namespace forum::live {

/// What a page may show of a topic. Names are for members only.
struct Present {
    std::size_t readers{0};            ///< people with the thread open in front of them, writers included
    std::size_t writers{0};
    std::vector<std::string> writing;  ///< names of at most `names_limit` members who write

    static constexpr std::size_t names_limit = 5;
    bool operator==(const Present&) const = default;
};

class Presence {
public:
    using Clock = std::chrono::steady_clock;
    static constexpr std::chrono::seconds writing_time{15};
    /// Between two changes of one topic; longer with many readers, since each change goes to all of them.
    static constexpr std::chrono::seconds least_interval{2};
    static constexpr std::chrono::seconds most_interval{10};

    /// A connection, with its member (none for a guest) and his name.
    struct Person {
        std::uint64_t connection;
        base::MemberId member;
        std::string name;
    };

    /// Sets what `person` does in `topic`; the first call is his coming.
    void set(const std::string& topic, const Person& person, HereState state, Clock::time_point now);
    void leave(const std::string& topic, std::uint64_t connection);

    struct Change {
        std::string topic;
        Present present;
    };
    /// The topics whose picture changed and whose interval has passed. Any thread; called every fraction of a second.
    std::vector<Change> take_changes(Clock::time_point now);

    Present find(const std::string& topic) const;

private:
    struct Tab {
        base::MemberId member;
        std::string name;
        HereState state;
        Clock::time_point writing_until;
    };
    struct Topic {
        std::unordered_map<std::uint64_t, Tab> tabs;  // by connection
        Present told;
        Clock::time_point told_at{};
        bool is_dirty{false};
        bool has_newcomer{false};  // who has not been told anything yet
        std::size_t writing_tabs{0};
    };
    static Present picture(const Topic& topic);

    mutable std::mutex mutex_;
    std::unordered_map<std::string, Topic> topics_;
    std::unordered_set<std::string> watched_;  // topics worth a look in take_changes
};

}  // namespace forum::live
