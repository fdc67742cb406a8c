// The canary: once a minute this process goes out of its own front door and posts, and follows what comes of it. Rule: nobody can
// see it; its beat is an event on a topic with a name that no one else knows, so it stands in no list, count, search or feed.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "base/histogram.hpp"
#include "base/time.hpp"
#include "live/announce.hpp"
#include "live/live.hpp"
#include "site/routes.hpp"

namespace forum::app {

/// A beat is a real request (POST by HTTP: origin, rate, route, a write job that is committed) and a real follower (WebSocket:
/// handshake, hello, follow, hint). It writes one row of `events`, which is pruned as all are.
class Canary {
public:
    explicit Canary(const live::Announcer& announcer);
    ~Canary();
    Canary(const Canary&) = delete;
    Canary& operator=(const Canary&) = delete;

    void add_routes(site::Routes& routes);
    /// Lets the canary's own topic be followed, and gives its hints their number.
    void fill(live::Sources& sources);

    /// Beats at once and then every so often, against this address and port, until stop().
    void start(std::string address, std::uint16_t port, std::chrono::seconds every);
    /// Begins no new beat. Its thread ends with the object, when its connections are closed or their time is over.
    void stop();

    struct Figures {
        std::uint64_t heard{0}, silent{0};  ///< beats
        bool is_up{false};                  ///< the last one was heard
        double round_seconds{0};            ///< of the last that was heard: from the request to its event
        base::Time at{};                    ///< of the last beat
        base::Histogram::Figures delivery;  ///< seconds from commit to the follower
    };
    Figures figures() const;

private:
    site::Done beat(const site::ActionContext& context);
    void run(const std::stop_token& token, const std::string& address, std::uint16_t port, std::chrono::seconds every);
    void go_round(const std::string& address, std::uint16_t port);

    using Clock = std::chrono::steady_clock;

    const live::Announcer& announcer_;
    const std::string key_;    ///< known to this process alone
    const std::string topic_;  ///< holds another such word
    mutable std::mutex mutex_;
    std::uint64_t number_{0};
    Clock::time_point committed_at_{};
    Figures figures_;
    base::Histogram delivery_{{0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10}};
    std::jthread thread_;
};

}  // namespace forum::app
