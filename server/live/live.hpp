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
#include "base/histogram.hpp"
#include "http/server.hpp"
#include "live/event.hpp"
#include "view/model.hpp"

namespace forum::live {

/// What live asks of the rest; app fills it in (all run on worker threads and may block).
struct Sources {
    /// The viewer of a request by its cookies (guest when none or expired).
    std::function<access::Viewer(const http::Request&)> find_viewer;
    /// Are these sessions still good, and with which rights? One viewer for each id, in their order; a guest for a session
    /// that ended. Asked every 2 s for all sessions that follow something, and at once on "session.changed" of a member.
    std::function<std::vector<access::Viewer>(const std::vector<base::SessionId>&)> check_sessions;
    /// May the viewer follow the topic now? nothing = no (refused with not-found); otherwise the topic's present seq
    /// (0 for topics without) and its audience. Asked for thread/ and list/ topics; `me` and `moderation` need no asking.
    struct Opening {
        std::int64_t seq;
        Audience audience;
    };
    std::function<std::optional<Opening>(const access::Viewer&, const std::string& topic)> open_topic;
    /// Events of a topic with seq > since, oldest first, at most `limit`; nothing = too far back (resync).
    /// replay_events in live/event_store.hpp does it.
    std::function<std::optional<std::vector<Event>>(const std::string& topic, std::int64_t since, int limit)> replay;
    /// Events of all topics that became visible since the last call, by whatever process (EventCursor). One call at a time.
    std::function<std::vector<Event>()> poll_events;
    /// What an event shows, rendered once as a guest would see it: {"post":{...},"html":"..."}; `is`, `topic`, `seq` and
    /// `kind` are put in by live. null = nothing to show.
    std::function<view::Model(const Event&)> render;
    /// A hint for a list topic: {"value":...}; null = no hint.
    std::function<view::Model(const Event&, const std::string& list_topic)> render_hint;
    /// {"bell":2,"queue":5} for this viewer, computed now.
    std::function<view::Model(const access::Viewer&)> counters;
    /// Takes who is present here to Live::hear of all processes; a lost one does no harm.
    std::function<void(const std::string& beat)> tell;
};

struct LiveOptions {
    std::chrono::seconds heartbeat{25};    ///< at least 1 s
    std::size_t outbox_bytes{256 * 1024};  ///< per follower; beyond it the socket closes with 4000
    std::size_t topics_per_follower{200};
    std::size_t message_bytes{4096};   ///< of one message from a client
    std::chrono::seconds back_in{12};  ///< spread announced at goodbye: each gets a number from 1 to this
};

class Live {
public:
    /// Where followers come in, by GET: a WebSocket, server-sent events.
    static constexpr std::string_view socket_path{"/live"}, stream_path{"/live/events"};

    /// `run_on_worker` runs a job that may block and answers false when it cannot (it is asked again): best a small pool
    /// of live's own, so that events never wait behind pages. The contexts outlive this object.
    Live(LiveOptions options, Sources sources, std::vector<boost::asio::io_context*> contexts,
         std::function<bool(std::function<void()>)> run_on_worker);
    /// After stop(), when neither the I/O threads nor the workers run any more.
    ~Live();
    Live(const Live&) = delete;
    Live& operator=(const Live&) = delete;

    /// Is it GET /live with an upgrade, or GET /live/events?
    static bool wants(const http::Request& request);
    /// On the socket's I/O thread. Answers the handshake or refuses it.
    void take(http::Takeover takeover);

    /// Events of this process right after their commit; any thread. Seen again by poll, delivered once.
    void deliver(const std::vector<Event>& events);
    /// Someone else may have written: poll soon (coalesced); any thread.
    void wake();

    /// What Sources::tell of any process said; any thread.
    void hear(const std::string& beat);

    /// Goodbye to all followers (code 1013), then closed. Waits until all are gone, at most 2 s; not on an I/O thread.
    void stop();

    struct Figures {
        std::size_t followers, topics, deliveries, dropped, resyncs;
        base::Histogram::Figures lag;      ///< seconds from an event's commit until it was written for all its followers here
        base::Histogram::Figures replays;  ///< events that one who came back had missed
        base::Time read_until;             ///< up to here the table was read and passed on
    };
    Figures figures() const;

private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace forum::live
