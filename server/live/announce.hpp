// From a use case to the followers: writes the event's row in the same transaction and wakes everyone after commit.
// Rule: the only way to make an event; a thread's sequence is raised under its row lock by the caller (threads.seq).
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "db/tx.hpp"
#include "live/event.hpp"

namespace forum::live {

/// What the process does with events of its own right after their commit, before the writer is answered: drops what the
/// page cache holds on these topics and hands the event to the hub. Set once at start by app.
class Announcer {
public:
    using Sink = std::function<void(const std::vector<Event>&)>;
    void set_sink(Sink sink) { sink_ = std::move(sink); }

    /// Inserts the row now (in tx) and delivers after commit. `event.id` and `at` are filled from the row.
    void announce(db::Tx& tx, Event event) const;

    /// For an event whose row the use case's own statement inserted already (one round trip): only delivers after commit.
    void announce_inserted(db::Tx& tx, Event event) const;

private:
    Sink sink_;
};

/// {"everyone","members","staff","administrators","member"} as stored in events.audience.
std::string_view audience_name(Audience audience);
Audience audience_from(std::string_view name);

}  // namespace forum::live
