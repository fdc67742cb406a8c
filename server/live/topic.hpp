// A topic on one I/O thread: its followers and, for a thread, the number up to which they have everything. Rule: each
// follower gets each event once and in order; a hole is asked for (`needs_fill`) or ends in the word resync, never passed.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "live/outgoing.hpp"

namespace forum::live {

class Follower;

class Topic {
public:
    Topic(std::string name, TopicKind kind) : name_{std::move(name)}, kind_{kind} {}

    struct Place {
        Follower* follower;
        Audience granted;  ///< the topic's audience when he was let in
    };

    const std::string& name() const { return name_; }
    TopicKind kind() const { return kind_; }
    /// All that follow it now, for what is seldom done.
    std::vector<Place*> all_places();
    bool is_empty() const { return places_.empty() && parked_.empty() && joining_ == 0; }

    /// Someone asked to follow: from here on nothing that arrives is forgotten until `join` or `give_up`.
    void begin_join() { ++joining_; }
    void give_up();
    /// Rights to the topic changed: who is joining was perhaps let in by the old ones.
    void doubt_joining() { is_doubtful_ = joining_ > 0; }
    bool is_doubtful() const { return is_doubtful_; }

    /// What the database said: where the topic is, and what came after the follower's `since`.
    struct Joining {
        Follower* follower;
        std::int64_t seq;  ///< the topic's number when it was opened
        Audience audience;
        std::optional<std::int64_t> since;  ///< nothing = from now
        bool is_replayed;                   ///< `replay` holds all from `since` to at least `seq`
        const std::vector<Outgoing>& replay;
    };
    /// Ends a begin_join: tells the follower where he is, sends what he missed, or `resync`; from here on he is live.
    /// Answers false when he got a resync.
    bool join(const Joining& joining);

    /// An event, in whatever order and however often it arrives. Answers how many followers it was sent to.
    std::size_t deliver(const Outgoing& event);

    /// A number is missing between what was sent and what arrived, and nobody has been asked for it yet.
    bool needs_fill() const;
    std::int64_t fill_since() const { return seq_; }
    void begin_fill() { filling_since_ = seq_; }
    /// The answer: what follows fill_since(). Nothing = resync for all, from the highest number known.
    std::size_t fill(const std::vector<Outgoing>& replay);
    /// The question could not be asked; it may be asked again.
    void fail_fill() { filling_since_ = unknown; }

    void remove(Follower* follower);

private:
    static constexpr std::int64_t unknown = -1;
    static constexpr std::size_t keep_limit = 1000;  // events held back; more is a resync

    struct Parked {
        Place place;
        std::int64_t position;  // he has everything up to here, and the topic is not there yet
    };

    std::size_t advance(const Outgoing& event);
    std::size_t send(const Outgoing& event);
    std::size_t drain();
    void settle_parked();
    std::size_t resync_all();

    std::string name_;
    TopicKind kind_;
    std::int64_t seq_{unknown};  // everything up to here was sent to all places
    std::vector<Place> places_;
    std::vector<Parked> parked_;
    std::size_t joining_{0};
    bool is_doubtful_{false};
    std::int64_t filling_since_{unknown};     // where it was when the table was asked; unknown = nobody asks
    std::map<std::int64_t, Outgoing> ahead_;  // arrived before an earlier number
    std::vector<Outgoing> recent_;            // sent while someone was joining
};

}  // namespace forum::live
