// One live connection: a WebSocket or an event stream with what it follows, reads and has yet to write. Rule: lives on its
// shard's I/O thread alone; holds no buffer while idle (reads go through the shard's).
#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "live/frame.hpp"
#include "live/outbox.hpp"
#include "live/outgoing.hpp"
#include "live/registry.hpp"

namespace forum::live {

class Shard;
class Topic;

enum class Travel : std::uint8_t { web_socket, event_stream };

/// A follower's place in a topic. `ticket` tells an answer that comes late (after leave and follow again) from the right one.
struct Subscription {
    Topic* topic;
    std::uint32_t ticket;
};

class Follower final : public std::enable_shared_from_this<Follower>, private FrameHandler {
public:
    /// `place` is what counts the connection at the HTTP server; it is given back at the end.
    Follower(std::shared_ptr<Shard> shard, boost::asio::ip::tcp::socket socket, std::shared_ptr<void> place, Travel travel,
             std::uint64_t id);

    std::uint64_t id() const { return id_; }
    Travel travel() const { return travel_; }
    const ViewerPtr& viewer() const { return viewer_; }
    void set_viewer(ViewerPtr viewer) { viewer_ = std::move(viewer); }
    std::vector<Subscription>& subscriptions() { return subscriptions_; }
    bool is_open() const { return state_ == State::open; }

    /// Raw bytes before the first message (the handshake's answer).
    void push_bytes(std::string bytes);
    /// A message for many; when his socket takes no more and the outbox is full, the follower is closed with `resync` instead.
    void push(const Message& message);
    /// May a replay be pushed? It takes at most half of what is free, so that there is room for what comes before it is written.
    /// Who is closed for a replay would ask for the same one again.
    bool has_room_for(const std::vector<Outgoing>& replay) const;
    /// A message for him alone.
    void say(std::string_view json);
    /// Writes all that waits in as few calls as possible; waits for the socket when it takes no more.
    void flush();

    /// For the shard's list of followers with something to write: sets the mark, answers whether it was set before.
    bool mark_dirty(bool dirty) { return std::exchange(is_dirty_, dirty); }

    /// Soon something is done with him: has the processor fetch what a delivery touches. Some 2 % of a delivery's time.
    void prefetch() const {
        __builtin_prefetch(this);
        __builtin_prefetch(reinterpret_cast<const char*>(this) + 64);
    }

    /// Begins to read; `leftover` are bytes that came with the request.
    void start_reading(std::string leftover);

    /// Takes no more events, says why, and ends when that is written and the other side has seen it.
    void close(CloseCode code, std::string_view reason = {});
    /// Something that he should not have sent; the tenth closes with 1008. Answers false then.
    bool strike();
    /// Heartbeat and deadlines. `now` in seconds of the shard's clock.
    void beat(const Message& beat, std::uint32_t now, std::uint32_t heartbeat);
    void check_deadline(std::uint32_t now);
    /// The connection is over: closes the socket and leaves the shard.
    void end();

private:
    enum class State : std::uint8_t { open, closing, ended };

    bool on_text(std::string_view message) override;
    bool on_ping(std::string_view payload) override;
    bool on_pong(std::string_view payload) override;
    bool on_close(std::uint16_t code, std::string_view reason) override;

    void push_frame(Bytes frame);
    const Bytes& frame_of(const Message& message) const;
    bool has_room_for(std::size_t bytes) const;
    boost::system::error_code write_waiting();
    std::size_t write_once(boost::system::error_code& error);
    void wait_readable();
    void on_readable();
    void wait_writable();
    void take_input(char* bytes, std::size_t size);
    bool spend(std::size_t frames);

    // What a delivery touches comes first and lies together.
    State state_{State::open};
    Travel travel_;
    bool is_dirty_{false};  // in the shard's list of those to flush
    bool waits_writable_{false};
    bool is_reading_{false};
    bool says_last_word_{false};  // his close frame came: end as soon as ours is written
    Outbox outbox_;
    boost::asio::ip::tcp::socket socket_;
    std::shared_ptr<Shard> shard_;
    ViewerPtr viewer_;
    std::vector<Subscription> subscriptions_;
    FrameReader reader_;
    std::shared_ptr<void> place_;
    std::uint64_t id_;
    std::uint32_t heard_at_;  // seconds of the shard's clock
    std::uint32_t budget_at_;
    std::uint32_t deadline_{0};  // when closing
    std::uint16_t budget_;       // frames he may still send at once
    std::uint8_t strikes_{0};
};

}  // namespace forum::live
