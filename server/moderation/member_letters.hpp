// Letters of moderation to members: who comes once in a few weeks would not see in time what the pages say. Rule: texts
// timers.<name>_subject and timers.<name>, in Dutch; in the transaction of what they tell about.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "base/ids.hpp"
#include "db/tx.hpp"
#include "view/templates.hpp"

namespace forum::moderation {

/// Sends letter `name` with these arguments, `name` (the member's) and `link` (his decisions). Nothing happens when the member is gone
/// or his address is none.
void write_to_member(db::Tx& tx, const view::Templates& texts, base::MemberId member, const std::string& name, nlohmann::json arguments);

}  // namespace forum::moderation
