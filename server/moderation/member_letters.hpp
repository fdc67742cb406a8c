// Letters of moderation to members: who comes once in a few weeks would not see in time what the pages say. Rule: texts
// timers.<name>_subject and timers.<name>, in Dutch; in the transaction of what they tell about.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "base/ids.hpp"
#include "base/time.hpp"
#include "db/tx.hpp"
#include "view/templates.hpp"

namespace forum::moderation {

/// Sends letter `name` with these arguments, `name` (the member's) and `link` (his decisions, unless the arguments hold another). Nothing
/// happens when the member is gone or his address is none.
void write_to_member(db::Tx& tx, const view::Templates& texts, base::MemberId member, const std::string& name, nlohmann::json arguments);

/// Where a member reads this decision first on his page: a letter's `link`.
std::string link_to_decision(base::DecisionId id);

/// The same to the author of a post, with `title`: that of its thread.
void write_to_author(db::Tx& tx, const view::Templates& texts, base::PostId post, const std::string& name, nlohmann::json arguments);

/// How long before its time is up the moderators hear of a case (D18).
constexpr std::chrono::hours warned_before{1};

/// Each open case of which the time is up within warned_before, once: a letter to each moderator who may decide on it, one for all his
/// cases. Returns how many cases; at most `limit`.
int write_of_norm(db::Tx& tx, const view::Templates& texts, base::Time now, int limit);

/// The seniors are the moderators who look after everything: a letter to each who may decide on the case (T16, T25), not to `except`.
void write_to_seniors(db::Tx& tx, const view::Templates& texts, base::CaseId id, base::MemberId except = {});

}  // namespace forum::moderation
