// Every way in which a post changes state after it was written (state machine T3-T23), one function each. Rule: only here
// posts.state changes; each move names the states it may come from, and a post that stands elsewhere is Problem{conflict}.
#pragma once

#include <string>

#include "access/viewer.hpp"
#include "base/ids.hpp"
#include "db/tx.hpp"
#include "live/announce.hpp"

namespace forum::discussion {

/// Where the post stands after a move, for whoever made it.
struct Moved {
    base::ThreadId thread;
    base::MemberId author;
    int number;          ///< of the post in its thread; 1 = the opening post
    std::string state_from;
    std::string state_to;
    int version;         ///< newest version
    std::int64_t seq;    ///< the thread's sequence after the move (unchanged when readers saw nothing of it)
};

// All of these lock the thread's row first and the post's after it (the lock order of sql/README.md), keep the thread's
// counters true, and announce: to the thread's followers what readers see (post.new, post.edited, ...), to the author
// `own.changed` on his own topic. They throw Problem{conflict, "discussion.post_moved"} when `version` is not the newest
// version or the post's state does not allow the move, and Problem{not_found} when there is no such post.

/// T5: waiting -> live, readers see it for the first time (post.new). T12: live_change -> live with the new version (post.edited).
Moved publish(db::Tx& tx, const live::Announcer& announcer, base::PostId post, int version);

/// T7: waiting -> returned. For a live_change: back to live with the version that readers see; the author may send a new one.
Moved return_to_author(db::Tx& tx, const live::Announcer& announcer, base::PostId post, int version);

/// T10: waiting -> rejected. T12: live_change -> live, the change is not shown.
Moved reject(db::Tx& tx, const live::Announcer& announcer, base::PostId post, int version);

/// T4, T22: waiting, returned, live, live_change -> withdrawn, by the author (checked by the caller).
Moved withdraw(db::Tx& tx, const live::Announcer& announcer, base::PostId post);

/// T23: withdrawn -> live, within 24 hours of the withdrawal and only when it had been live.
Moved undo_withdrawal(db::Tx& tx, const live::Announcer& announcer, base::PostId post);

// In the three below `version` is the newest version that the author saw; his text becomes the version after it. `body`: 1 to
// 20,000 code points of valid UTF-8.

/// A new version by the author of a post that nobody but him and staff sees: waiting -> waiting (T3), returned -> waiting (T8).
Moved resubmit(db::Tx& tx, const live::Announcer& announcer, base::PostId post, int version, const std::string& body);

/// A new version that readers see at once: live, live_change -> live (post.edited).
Moved edit_live(db::Tx& tx, const live::Announcer& announcer, base::PostId post, int version, const std::string& body);

/// T11: a new version that waits while readers keep seeing the one before: live, live_change -> live_change.
Moved propose_change(db::Tx& tx, const live::Announcer& announcer, base::PostId post, int version,
                     const std::string& body);

}  // namespace forum::discussion
