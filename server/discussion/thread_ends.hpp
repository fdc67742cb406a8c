// The end that a moderator gives to closing or pinning a thread (A6): a last day in the Netherlands, after which it undoes itself.
// Rule: a day that was named belongs to it, so it ends at the first midnight after it in Europe/Amsterdam.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "base/time.hpp"
#include "db/tx.hpp"
#include "discussion/services.hpp"

namespace forum::discussion {

/// How far ahead an end may lie: beyond that it is a slip of the keyboard.
constexpr std::chrono::days longest_end{5 * 366};

/// "2026-12-31", or "31-12-2026" as people here write it: the moment at which that day is over. Nothing for what is no day, a day
/// that is over at `now`, and one after `longest_end`.
std::optional<base::Time> parse_last_day(std::string_view text, base::Time now);

/// "2026-12-31" for the moment at which that day is over; "" for none.
std::string last_day(const std::optional<base::Time>& end);
/// The same for a model: null for none.
nlohmann::json last_day_json(const std::optional<base::Time>& end);

/// Opens and unpins the threads whose end has come at `now`, as an act of nobody, and tells who follows them. At most a hundred of
/// each in a run; returns how many. Done twice is as good as done once.
int end_due_acts(db::Tx& tx, const Services& services, base::Time now);

}  // namespace forum::discussion
