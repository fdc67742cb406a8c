// The live engine as the application sees it: followers come in by WebSocket or SSE, events by the table. Rule: each
// follower sees each event of a topic once and in order, or the word resync.
#pragma once

#include <boost/asio/io_context.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "access/viewer.hpp"
#include "http/server.hpp"
#include "live/event.hpp"
#include "view/model.hpp"

namespace forum::live {

/// What live asks of the rest; app fills it in (all run on worker threads and may block).
struct Sources {
    /// The viewer of a request by its cookies (guest when none or expired).
    std::function<access::Viewer(const http::Request&)> find_viewer;
    /// Is this session still good, and with which rights? Asked every 2 s per follower's session at most, in bulk.
    std::function<access::Viewer(base::SessionId)> check_session;
    /// May the viewer follow the topic now? nothing = no (refused with not-found); otherwise the topic's present seq
    /// (0 for topics without) and its audience.
    struct Opening {
        std::int64_t seq;
        Audience audience;
    };
    std::function<std::optional<Opening>(const access::Viewer&, const std::string& topic)> open_topic;
    /// Events of a topic with seq > since, oldest first, at most `limit`; nothing = too far back (resync).
    std::function<std::optional<std::vector<Event>>(const std::string& topic, std::int64_t since, int limit)> replay;
    /// Events of all topics that became visible since the last call, by whatever process (reader keeps its own cursor).
    std::function<std::vector<Event>()> poll_events;
    /// The message of an event, rendered once as a guest would see it: {"is":"event",...}. null = nothing to send.
    std::function<view::Model(const Event&)> render;
    /// A hint's value for a list topic: {"is":"hint",...}.
    std::function<view::Model(const Event&, const std::string& list_topic)> render_hint;
    /// {"bell":2,"queue":5} for this viewer, computed now.
    std::function<view::Model(const access::Viewer&)> counters;
};

struct LiveOptions {
    std::chrono::seconds heartbeat{25};
    std::size_t outbox_bytes{256 * 1024};  ///< per follower; beyond it the socket closes with 4000
    std::size_t topics_per_follower{200};
    std::size_t message_bytes{4096};       ///< of one message from a client
    std::chrono::seconds back_in{12};      ///< spread announced at goodbye
};

class Live {
public:
    Live(LiveOptions options, Sources sources, std::vector<boost::asio::io_context*> contexts,
         std::function<bool(std::function<void()>)> run_on_worker);
    ~Live();
    Live(const Live&) = delete;
    Live& operator=(const Live&) = delete;

    /// Is it GET /live with an upgrade, or GET /live/events?
    static bool wants(const http::Request& request);
    void take(http::Takeover takeover);

    /// Events of this process right after their commit; any thread. Seen again by poll, delivered once.
    void deliver(const std::vector<Event>& events);
    /// Someone else may have written: poll soon (coalesced); any thread.
    void wake();

    /// Goodbye to all followers (code 1013), then closed.
    void stop();

    struct Figures {
        std::size_t followers, topics, deliveries, dropped, resyncs;
    };
    Figures figures() const;

private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace forum::live
