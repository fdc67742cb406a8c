// Hears NOTIFY on a connection and thread of its own, and knows whether it would hear one. Rule: a notification without payload
// is only a hint to look at the table; after each change to healthy, look too, because some may have been missed before.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>

namespace forum::db {

class Listener {
public:
    /// "" for any number of notifications without payload; what has one comes by itself.
    using OnNotify = std::function<void(const std::string& payload)>;
    /// True: connected, listening, and a notification of our own came back. False: from here on one may be missed.
    using OnHealth = std::function<void(bool is_healthy)>;

    /// Starts unhealthy. It notifies itself every `interval` on a channel of its own; when that does not come back within
    /// `interval`, or the connection is lost, it is unhealthy, reconnects (pauses from 50 ms up to `interval`) and goes on.
    /// Both functions run on the listener's thread, one at a time; what they throw is logged.
    /// Throws std::invalid_argument when `url` is malformed.
    Listener(const std::string& url, std::string channel, OnNotify on_notify, OnHealth on_health,
             std::chrono::milliseconds interval = std::chrono::seconds{5});
    /// Waits for a function that is running.
    ~Listener();
    Listener(const Listener&) = delete;
    Listener& operator=(const Listener&) = delete;

    bool is_healthy() const;

private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace forum::db
