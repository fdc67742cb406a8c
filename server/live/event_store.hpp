// The table `events`: the only SQL of live. Rule: ids are no cursor (a lower one may become visible later); a topic is read
// by its gap-free seq, the whole table by EventCursor.
#pragma once

#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/time.hpp"
#include "db/tx.hpp"
#include "live/event.hpp"

namespace forum::live {

/// Inserts the event's row and sets its `id` and `at`. A seq that the topic already has throws db::ConstraintViolation.
void insert_event(db::Tx& tx, Event& event);

/// Events of the topic with seq > since, oldest first, at most `limit` (1 or more). Nothing when one of them is missing from
/// since + 1 on: it was pruned, so the reader must read the page anew.
std::optional<std::vector<Event>> replay_events(db::Tx& tx, const std::string& topic, std::int64_t since, int limit);

/// Deletes at most `limit` events from before `older_than`; answers how many. Who comes back after longer gets a resync.
std::size_t prune_events(db::Tx& tx, base::Time older_than, int limit = 10'000);

/// Reads each event of the table once, whenever its transaction commits. Looks from the oldest transaction that still ran
/// at the previous look, and leaves out the rows seen already, and those of this process, which knows them without asking.
class EventCursor {
public:
    /// Committed, and passed on by who made them. Any thread.
    void skip(const std::vector<Event>& own);

    /// What became visible since the last call; the first call only finds the place to begin. `tx` is a read job
    /// (one snapshot). When the job is repeated or fails, the cursor stands where it stood. One thread at a time.
    std::vector<Event> poll(db::Tx& tx);

private:
    std::optional<std::uint64_t> horizon_;                  // all transactions below it were over at the last look
    std::unordered_map<std::int64_t, std::uint64_t> seen_;  // id and transaction of rows from horizon_ on

    struct Own {
        std::int64_t id;
        std::uint64_t below;  // its transaction is below this one; not known before the first look that leaves it out
    };
    std::mutex own_mutex_;
    std::vector<Own> own_;  // that may still be from horizon_ on
};

}  // namespace forum::live
