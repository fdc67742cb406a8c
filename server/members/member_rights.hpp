// Changes in what a member may do, and the event by which his sessions hear of it. Rule: whoever changes rights or ends a
// session announces it in the same transaction; memories and live connections drop at once.
#pragma once

#include "access/viewer.hpp"
#include "base/ids.hpp"
#include "db/tx.hpp"
#include "live/announce.hpp"

namespace forum::members {

/// Tells every process that this member's sessions or rights are no longer what they were.
void announce_session_changed(db::Tx& tx, const live::Announcer& announcer, base::MemberId member);

/// Gives a member another role; nothing happens when he has it already.
void change_role(db::Tx& tx, const live::Announcer& announcer, base::MemberId member, access::Role role);

/// From now on his posts are live at once, or are reviewed again.
void change_trust(db::Tx& tx, const live::Announcer& announcer, base::MemberId member, bool is_trusted);

}  // namespace forum::members
