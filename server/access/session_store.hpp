// Sessions: rows with the hash of a random token, and a short memory of them for the I/O threads. Rule: a session's rights are
// the member's rights now; what memory says is at most two seconds old.
#pragma once

#include <chrono>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "access/viewer.hpp"
#include "base/time.hpp"
#include "db/tx.hpp"

namespace forum::access {

/// Without any visit a session ends after this long; with visits it goes on.
constexpr std::chrono::hours session_time{14 * 24};

/// A new session of the member; the token goes to the browser and nowhere else. `device` is what the browser calls itself,
/// cut at 200 bytes.
std::string create_session(db::Tx& tx, base::MemberId member, std::string_view device);

/// The viewer of a token; a guest when it is unknown, ended or expired, or the member is gone.
Viewer find_viewer(db::Tx& tx, std::string_view token);
/// The same by session ids, one for each in their order; live asks it for those who follow.
std::vector<Viewer> find_viewers(db::Tx& tx, const std::vector<base::SessionId>& sessions);

/// Ends one session of this member; false when he has no such session.
bool end_session(db::Tx& tx, base::MemberId member, base::SessionId session);
/// Moves the session's end ahead and remembers the visit; at most once in five minutes it writes.
void touch_session(db::Tx& tx, base::SessionId session);

/// Forgets sessions that ended or expired before `older_than`, at most 10,000 at a time: they let nobody in any more.
void prune_sessions(db::Tx& tx, base::Time older_than);

struct SessionRow {
    base::SessionId id;
    std::string device;
    base::Time created_at, seen_at;
};
std::vector<SessionRow> list_sessions(db::Tx& tx, base::MemberId member);

class SessionCache {
public:
    /// How old an answer of `find` can be: within this time a lost right is lost everywhere.
    static constexpr std::chrono::seconds max_age{2};
    using Clock = std::function<std::chrono::steady_clock::time_point()>;

    explicit SessionCache(Clock clock = [] { return std::chrono::steady_clock::now(); }) : clock_{std::move(clock)} {}

    /// From memory only; nothing when it is not known well enough. Thread-safe.
    std::optional<Viewer> find(std::string_view token) const;
    /// From the database, remembered unless it is a guest.
    Viewer load(db::Tx& tx, std::string_view token);
    /// The member's rights or sessions changed.
    void forget(base::MemberId member);
    void clear();

private:
    struct Entry {
        Viewer viewer;
        std::chrono::steady_clock::time_point until;
    };
    Clock clock_;
    mutable std::mutex mutex_;
    std::unordered_map<std::string, Entry> by_token_hash_;
    std::uint64_t changes_{0};  ///< counts `forget`: what was read before one is not remembered after it
};

}  // namespace forum::access
