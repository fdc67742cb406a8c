// What is done on a wall: members vote and take back; staff open it, choose what is dealt with and close it. Rule: a vote tells
// followers nothing by itself; a turn tells the counts of all, at most once a second.
#pragma once

#include "discussion/services.hpp"
#include "site/routes.hpp"

namespace forum::discussion {

/// A wall on a thread that is started in this transaction: the thread's own first event tells of it.
void start_wall(db::Tx& tx, base::ThreadId thread, base::MemberId by);

void add_wall_acts(site::Routes& routes, const Services& services);

/// Announces the counts of each wall on which somebody voted since the last turn. Answers whether there is more to do at once.
bool announce_votes(db::Tx& tx, const live::Announcer& announcer);

}  // namespace forum::discussion
