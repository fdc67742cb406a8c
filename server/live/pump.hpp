// From events to messages in the shards: drops what was seen, renders what is followed, gathers hints and counters. Rule:
// one job at a time per process, so events of a topic without numbers keep their order; what fails is tried again.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <deque>
#include <exception>
#include <map>
#include <mutex>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "live/live.hpp"
#include "live/outgoing.hpp"
#include "live/registry.hpp"
#include "live/renderer.hpp"

namespace forum::live {

class Hub;

class Pump {
public:
    using Clock = std::chrono::steady_clock;

    Pump(Hub& hub, const Sources& sources, Registry& registry, Renderer& renderer);

    void add(const std::vector<Event>& events);
    /// Look at the table soon.
    void want_poll();
    /// A few times a second: polls once a second, sends hints and counters that had to wait, tries again what failed.
    void tick(Clock::time_point now);

    /// Up to here the table was read and passed on.
    base::Time read_until() const { return base::Time{base::Time::duration{read_until_.load()}}; }

private:
    void start();
    void work();
    bool pass_on(std::vector<Event>& events);
    bool render(const Event& event, std::vector<Outgoing>& batch);
    void remember(std::int64_t id);
    void report(const char* what, const std::exception* error);
    static bool takes_away(const Event& event);
    void gather(const Event& event);
    void send_hints(std::vector<Outgoing>& batch);
    void send_counters(std::vector<Outgoing>& batch);
    void post(std::vector<Outgoing>& batch);

    static constexpr std::chrono::milliseconds poll_interval{1000};
    static constexpr std::chrono::milliseconds hint_interval{1000};    // per list
    static constexpr std::chrono::milliseconds counter_interval{400};  // per member
    static constexpr std::size_t batch_limit = 16;                     // rendered events that wait for each other
    static constexpr std::chrono::milliseconds retry_interval{1000};
    static constexpr int tries_limit = 3;
    static constexpr std::size_t remember_limit = 100'000;

    Hub& hub_;
    const Sources& sources_;
    Registry& registry_;
    Renderer& renderer_;

    std::mutex mutex_;
    std::vector<Event> queue_;
    bool is_poll_wanted_{false};
    bool is_running_{false};
    bool is_waiting_{false};  // something failed: only the tick starts again, a second later
    Clock::time_point failed_at_{};
    Clock::time_point polled_at_{};
    std::atomic<Clock::rep> now_;
    std::atomic<base::Time::rep> read_until_;

    // Only the running job touches what follows.
    int tries_{0};
    bool is_failing_{false};  // and the log says so
    std::unordered_set<std::int64_t> seen_;
    std::deque<std::int64_t> seen_order_;
    struct Hint {
        Event latest;
        bool is_due{false};
        Clock::time_point sent_at{};
    };
    std::map<std::pair<std::string, Audience>, Hint> hints_;
    struct Counters {
        ViewerPtr viewer;
        bool is_due{false};
        Clock::time_point sent_at{};
    };
    std::unordered_map<base::MemberId, Counters> counters_;
    std::atomic<bool> has_due_{false};  // hints or counters that wait for their interval
};

}  // namespace forum::live
