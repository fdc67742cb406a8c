// Wakes the other processes on this database after a commit. Rule: call it outside the transaction; NOTIFY inside one takes
// a lock over the whole server at commit and costs a third of the writes (measured, 2 to 8 writers).
#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "db/tx.hpp"

namespace forum::db {

/// Tells every listener on `channel` something of at most 7,999 bytes, not empty. In a write job of its own.
void tell(Tx& tx, const std::string& channel, const std::string& payload);

class Notifier {
public:
    /// A connection and thread of its own. Many calls within `at_most_every` become one NOTIFY with this payload (one by which
    /// its sender knows it): each is a commit of its own, and makes every process look at the table. 20 ms is far below what
    /// a reader notices. Throws std::invalid_argument when `url` is malformed.
    Notifier(const std::string& url, const std::string& channel, const std::string& payload,
             std::chrono::milliseconds at_most_every = std::chrono::milliseconds{20});
    /// Sends what is still waiting when the connection is there.
    ~Notifier();
    Notifier(const Notifier&) = delete;
    Notifier& operator=(const Notifier&) = delete;

    /// Returns at once, from any thread. The NOTIFY goes out after this call; while PostgreSQL is away it waits.
    void notify() noexcept;

private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace forum::db
