// Time in Dutch working hours: what a norm promises to authors and what is measured of it. Rule: every term and every figure
// of moderation is counted here, so that list, promise and report can never differ.
#pragma once

#include <chrono>

#include "base/time.hpp"

namespace forum::moderation {

/// Monday to Friday, 9.00 to 17.00 in Amsterdam: the hours in which an office may be expected to answer.
constexpr std::chrono::hours opening_hour{9};
constexpr std::chrono::hours working_day{8};

/// No Saturday, no Sunday and none of the days of the Algemene termijnenwet, article 3: New Year's Day, Easter Monday, the day
/// on which the King's birthday is celebrated (27 April, and 26 April when that is a Sunday), 5 May, Ascension Day, Whit
/// Monday, both days of Christmas (paragraph 1), and Good Friday (equalled to them by paragraph 2).
/// The law says 5 May of every year; that some employers give the day off once in five years is their collective agreement.
/// Days that a royal decree adds for some years (paragraph 3) are not known here. King's Day is right from 2014 on.
bool is_working_day(std::chrono::year_month_day date);

bool is_working_time(base::Time time);

/// The first moment of the calendar day in Amsterdam that `time` is in.
base::Time day_start(base::Time time);

/// Working time from one moment to another; negative when `to` comes first, so a term that has passed is below zero.
base::Time::duration working_time(base::Time from, base::Time to);

/// The first moment at which so much working time has passed since `from`; `from` itself for none. `amount`: not negative.
base::Time add_working_time(base::Time from, base::Time::duration amount);

}  // namespace forum::moderation
