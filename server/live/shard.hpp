// All followers of one I/O thread and their topics. Rule: everything here runs on that thread, so there is no lock; others
// reach it by asio::post, and what must block is asked of the desk.
#pragma once

#include <array>
#include <atomic>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "http/server.hpp"
#include "live/handshake.hpp"
#include "live/live.hpp"
#include "live/outgoing.hpp"
#include "live/registry.hpp"
#include "live/topic.hpp"

namespace forum::live {

class Follower;
class Hub;
class Presence;

/// Counted by all shards together.
struct Counts {
    std::atomic<std::size_t> followers{0}, deliveries{0}, dropped{0}, resyncs{0};
    base::Histogram lag{{0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10}};
    base::Histogram replays{{0, 1, 2, 5, 10, 20, 50, 100, 200}};
};

class Shard : public std::enable_shared_from_this<Shard> {
public:
    using Clock = std::chrono::steady_clock;

    Shard(Hub& hub, boost::asio::io_context& context, std::size_t index);

    boost::asio::io_context& context() { return context_; }
    std::size_t index() const { return index_; }

    /// A request for /live or /live/events: answers it, and asks who it is.
    void take(http::Takeover takeover);
    /// The answer: his hello. Without a viewer (the database is away) he is sent away for a while.
    void connected(std::uint64_t follower, ViewerPtr viewer, const std::string& hello);

    /// The answer to `follow`. `opening` without value = he may not, or there is no such topic.
    struct Joined {
        std::uint64_t follower;
        std::uint32_t ticket;
        std::string topic;
        std::optional<std::int64_t> since;
        ViewerPtr viewer;  // as whom it was asked
        std::optional<Sources::Opening> opening;
        bool is_replayed{false};
        std::vector<Outgoing> replay;
    };
    void joined(const Joined& answer);
    /// What the table has for a hole in a topic; nothing = it could not be asked.
    void filled(const std::string& topic, const std::optional<std::vector<Outgoing>>& replay);
    /// The right of one person (0 = all guests) to a topic, asked again.
    void rechecked(const std::string& topic, base::MemberId member, const std::optional<Sources::Opening>& opening);
    /// A session has other rights now, or none.
    void viewer_changed(base::SessionId session, const ViewerPtr& viewer);

    void deliver(const std::vector<Outgoing>& events);
    /// What happened up to `time` has been delivered here: what a beat may say.
    void read_until(base::Time time) { read_until_ = time; }
    /// Once a second: heartbeats, deadlines, holes that could not be asked for.
    void tick(Clock::time_point now);
    /// Says goodbye to all with a spread over `back_in`, then ends them; calls `done` when the last one is gone.
    void goodbye(std::chrono::seconds back_in, std::function<void()> done);
    /// Drops everything without a word. Only when the I/O thread no longer runs.
    void drop_all();

    // For followers.
    const LiveOptions& options() const;
    Counts& figures();
    std::uint32_t seconds() const { return seconds_; }
    std::span<char> read_buffer() { return read_buffer_; }
    void wants_flush(Follower& follower);
    void hear(Follower& follower, std::string_view text);
    void keep_pong(std::string_view payload) { pong_ = std::string{payload}; }
    std::optional<std::string> take_pong() { return std::exchange(pong_, std::nullopt); }
    void leave_all(Follower& follower);
    void forget(Follower& follower);

private:
    struct Pending {  // until it is known who he is
        std::string leftover;
        std::vector<Wish> wishes;
    };

    void follow(Follower& follower, const TopicName& topic, std::optional<std::int64_t> since);
    bool leave(Follower& follower, const std::string& stored_name);
    void refuse(Follower& follower, std::string_view topic, std::string_view problem);
    void here(Follower& follower, const TopicName& topic, HereState state);
    void recheck_all(Topic& topic);
    void settle(Topic& topic);
    void post_flush();
    void flush();
    Topic& find_or_add(const std::string& name, TopicKind kind);
    Topic* find(const std::string& name);
    Clock::time_point now() const;

    static constexpr std::size_t flush_portion = 512;  // followers between two looks at other work of the thread

    Hub& hub_;
    boost::asio::io_context& context_;
    std::size_t index_;
    std::uint64_t next_id_;
    std::uint32_t next_ticket_{0};
    std::uint32_t seconds_{0};
    base::Time read_until_;
    Clock::time_point started_;
    std::unordered_map<std::uint64_t, std::shared_ptr<Follower>> followers_;
    std::unordered_map<std::uint64_t, Pending> pending_;
    std::unordered_map<std::string, std::unique_ptr<Topic>> topics_;
    std::vector<Follower*> dirty_;
    std::vector<std::shared_ptr<Follower>> gone_;  // ended, and perhaps in dirty_: let go behind the flush
    std::size_t flushed_{0};                       // of dirty_
    bool is_flush_posted_{false};
    struct Unwritten {
        base::Time committed_at;
        std::size_t followers;
    };
    std::vector<Unwritten> unwritten_;  // events that the next flush writes
    std::optional<std::string> pong_;
    std::array<char, 16 * 1024> read_buffer_;
    std::function<void()> when_empty_;
    ViewerPtr guest_;  // one for all
};

}  // namespace forum::live
