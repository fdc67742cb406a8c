// Every way in which a post changes state after it was written (state machine T3-T26), one function each. Rule: only here
// posts.state changes; each move names the states it may come from, and a post that stands elsewhere is Problem{conflict}.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "access/viewer.hpp"
#include "base/ids.hpp"
#include "db/tx.hpp"
#include "live/announce.hpp"

namespace forum::discussion {

/// Where the post stands after a move, for whoever made it.
struct Moved {
    base::ThreadId thread;
    base::MemberId author;
    int number;  ///< of the post in its thread; 1 = the opening post
    std::string state_from;
    std::string state_to;
    int version;                           ///< newest version
    std::optional<int> live_version_from;  ///< what readers saw before the move
    std::int64_t seq;                      ///< the thread's sequence after the move (unchanged when readers saw nothing of it)
};

// All of these lock the thread's row first and the post's after it (the lock order of sql/README.md), keep the thread's
// counters true, and announce: to the thread's followers what readers see (post.new, post.edited, ...), to the author
// `own.changed` on his own topic. They throw Problem{conflict, "discussion.post_moved"} when `version` is not the newest
// version or the post's state does not allow the move, and Problem{not_found} when there is no such post.

/// T5: waiting -> live, readers see it for the first time (post.new). T12: live_change -> live with the new version (post.edited).
Moved publish(db::Tx& tx, const live::Announcer& announcer, base::PostId post, int version);

/// T6: the same with the moderator's own version of the text, which becomes the version after `version`; `body`: 1 to 20,000
/// code points of valid UTF-8.
Moved publish_changed(db::Tx& tx, const live::Announcer& announcer, base::PostId post, int version, const std::string& body,
                      base::MemberId moderator);

/// T7: waiting -> returned. For a live_change: back to live with the version that readers see; the author may send a new one.
Moved return_to_author(db::Tx& tx, const live::Announcer& announcer, base::PostId post, int version);

/// T10: waiting -> rejected. T12: live_change -> live, the change is not shown.
Moved reject(db::Tx& tx, const live::Announcer& announcer, base::PostId post, int version);

/// T15: live, live_change -> hidden; a change that waited stays with the post as its newest version.
Moved hide(db::Tx& tx, const live::Announcer& announcer, base::PostId post);

/// T17: live, live_change, hidden, withdrawn -> removed.
Moved remove(db::Tx& tx, const live::Announcer& announcer, base::PostId post);

/// T16, T20: hidden, removed, rejected -> live, with the version that readers saw last; the newest when they saw none.
Moved restore(db::Tx& tx, const live::Announcer& announcer, base::PostId post);

/// How a post stands after a decision, and how it stood before.
struct PutBack {
    std::string from, to;             ///< from the state after the decision to the one before it
    int version;                      ///< newest now; another: Problem{conflict}
    int judged;                       ///< what the decision was about: when a moderator's text came after it, it is written anew
    std::optional<int> live_version;  ///< what readers saw before; none = as it is
};
/// T26: a decision is taken back. One that waits again, or is refused again, has no version for readers any more.
Moved put_back(db::Tx& tx, const live::Announcer& announcer, base::PostId post, const PutBack& back);

/// T9: returned -> withdrawn, when its author let the deadline pass.
Moved expire(db::Tx& tx, const live::Announcer& announcer, base::PostId post);

/// A8: a version that readers could look up, and that is not what they read now, is kept from them or comes back; who reads the thread or a
/// quote of it is told.
Moved hide_version(db::Tx& tx, const live::Announcer& announcer, base::PostId post, int version, bool is_hidden);

/// T24: any state -> erased: the text of every version, and what quotes of it showed, is gone for good.
Moved erase(db::Tx& tx, const live::Announcer& announcer, base::PostId post);

/// T4, T22: waiting, returned, live, live_change -> withdrawn, by the author (checked by the caller).
Moved withdraw(db::Tx& tx, const live::Announcer& announcer, base::PostId post);

/// T23: withdrawn -> live, within 24 hours of the withdrawal and only when readers had a version of it.
Moved undo_withdrawal(db::Tx& tx, const live::Announcer& announcer, base::PostId post);

// In the three below `version` is the newest version that the author saw; his text becomes the version after it. `body`: 1 to
// 20,000 code points of valid UTF-8.

/// A new version by the author of a post that nobody but him and staff sees: waiting -> waiting (T3), returned -> waiting (T8).
Moved resubmit(db::Tx& tx, const live::Announcer& announcer, base::PostId post, int version, const std::string& body);

/// A new version that readers see at once: live, live_change -> live (post.edited).
Moved edit_live(db::Tx& tx, const live::Announcer& announcer, base::PostId post, int version, const std::string& body);

/// T11: a new version that waits while readers keep seeing the one before: live, live_change -> live_change.
Moved propose_change(db::Tx& tx, const live::Announcer& announcer, base::PostId post, int version, const std::string& body);

}  // namespace forum::discussion
