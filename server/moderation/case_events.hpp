// What moderators' open queues are told. Rule: ids and names of staff only; a queue that hears of a case asks the page for it.
#pragma once

#include <string>

#include "base/ids.hpp"
#include "db/tx.hpp"
#include "live/announce.hpp"

namespace forum::moderation {

/// `kind`: case.new, case.changed, case.leased, case.released, case.decided. `who`: name of the moderator, "" when nobody.
/// `until`: RFC 3339, "" when it does not matter.
void announce_case(db::Tx& tx, const live::Announcer& announcer, std::string_view kind, base::CaseId id, const std::string& who = {},
                   const std::string& until = {});

}  // namespace forum::moderation
