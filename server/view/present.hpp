// Dates, times and numbers in words for people, and the forms of a model's members that templates ask for by suffix.
// Rule: everything here is a pure function of its arguments; the clock comes in as `now`.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "base/time.hpp"
#include "view/templates.hpp"

namespace forum::view {

/// "vandaag, 9.02 uur", "gisteren, 16.40 uur", "dinsdag 10 november, 9.12 uur", with the year when it is not the year of
/// `now`; "today, 9:02" and so on in English. Days are those of Europe/Amsterdam.
std::string time_text(base::Time time, Language language, base::Time now);

/// "9.02 uur" or "9:02", in Europe/Amsterdam.
std::string clock_text(base::Time time, Language language);

/// "2026-11-10" -> "dinsdag 10 november 2026"; "" when it is no date.
std::string date_text(std::string_view iso_date, Language language);

/// 1284 -> "1.284" (Dutch) or "1,284" (English).
std::string number_text(std::int64_t number, Language language);

/// The form of a member that `name` asks for; nothing when `object` has no such member, or the member no such form:
///  x_any   string or array not empty, number not 0, boolean itself, object true, null false;
///  x_one   integer equal to 1;
///  x_text  RFC 3339 string whose name is or ends in At, Until or Since: time_text; date whose name ends in Date: date_text;
///          integer: number_text; null: null;
///  x_time  such a time: clock_text; null: null.
std::optional<nlohmann::json> find_form(const nlohmann::json& object, std::string_view name, Language language, base::Time now);

}  // namespace forum::view
