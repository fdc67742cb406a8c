// Who reads and who writes, per thread, at this process and, as far as they say so, at the others on this database. Rule: a person
// counts once however many tabs he has; who stops writing without saying so stops after 15 seconds; changes leave throttled.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
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
    std::size_t readers{0};  ///< people with the thread open in front of them, writers included
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

    /// Between two beats to the other processes, and how long what one of them said holds: three beats may be late or lost.
    static constexpr std::chrono::seconds beat_interval{3};
    static constexpr std::chrono::seconds heard_time{10};
    /// NOTIFY takes less than 8,000.
    static constexpr std::size_t beat_bytes = 7'000;

    Presence();

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

    /// What the other processes are to know now, as JSON texts of at most beat_bytes; none when the last ones were sent less
    /// than beat_interval ago or nobody is or was here.
    std::vector<std::string> take_beats(Clock::time_point now);
    /// A beat of any process; one's own and what is none are ignored. Any thread.
    void hear(const std::string& beat, Clock::time_point now);

private:
    /// Who is in a topic at one process: what a beat says of it.
    struct Crowd {
        std::size_t guests{0}, writing_guests{0};
        std::unordered_set<std::int64_t> members;
        std::map<std::int64_t, std::string> writing;  // members, by id

        void add(const Crowd& other);
        bool operator==(const Crowd&) const = default;
    };
    struct Heard {
        Crowd crowd;
        Clock::time_point until;
    };
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
    static Crowd crowd_of(const Topic& topic);
    Present picture(const std::string& name, const Topic& topic) const;
    void note_change(const std::string& name);
    void forget(Clock::time_point now);

    const std::string process_;  // by which a process knows its own beats
    mutable std::mutex mutex_;
    std::unordered_map<std::string, Topic> topics_;
    std::unordered_set<std::string> watched_;                              // topics worth a look in take_changes
    std::unordered_map<std::string, std::map<std::string, Heard>> heard_;  // by topic, by process
    std::unordered_set<std::string> told_;  // topics of the last beat: one that is empty now is said to be so once
    Clock::time_point beat_at_{};
};

}  // namespace forum::live
