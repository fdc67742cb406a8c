// What a member is told: at most one notice about a post, made after its commit from the table `events`, and read with his rights of the
// moment. Rule: a notice refers to a post and holds no text; what he may not read now does not stand there, nor in any count.
#pragma once

#include <cstdint>

#include "access/viewer.hpp"
#include "db/tx.hpp"
#include "live/announce.hpp"

namespace forum::following {

/// One turn: makes the notices of at most `limit` events that no turn of any process has handled yet, and announces new counters to whom they
/// concern. In a write job; turns of several processes wait for each other. Answers false when there was nothing to do.
bool make_notices(db::Tx& tx, const live::Announcer& announcer, int limit = 500);

/// Threads with something unread: as many as rows of his page are marked as new.
int count_unread(db::Tx& tx, const access::Viewer& viewer);

/// Marks as read what stood on a page of which the newest notice was `until`; of one thread, or (none) of all. Answers how many changed.
std::size_t mark_read(db::Tx& tx, base::MemberId member, std::int64_t until, base::ThreadId thread);

/// Deletes at most `limit` notices from before `older_than`, read or not; answers how many.
std::size_t prune_notices(db::Tx& tx, base::Time older_than, int limit = 10'000);

}  // namespace forum::following
