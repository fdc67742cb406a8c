#include "moderation/working_time.hpp"

#include <algorithm>

namespace forum::moderation {

namespace {

using namespace std::chrono;
using Duration = base::Time::duration;

/// Easter Sunday of the Gregorian calendar: the rule of Butcher (1876) as in J. Meeus, Astronomical Algorithms, chapter 8;
/// the names of the steps are his.
year_month_day easter(year of) {
    const int y = static_cast<int>(of);
    const int a = y % 19, b = y / 100, c = y % 100;
    const int d = b / 4, e = b % 4, f = (b + 8) / 25, g = (b - f + 1) / 3;
    const int h = (19 * a + b - d - g + 15) % 30;
    const int i = c / 4, k = c % 4, l = (32 + 2 * e + 2 * i - h - k) % 7;
    const int m = (a + 11 * h + 22 * l) / 451;
    const int n = h + l - 7 * m + 114;
    return of / month{static_cast<unsigned>(n / 31)} / day{static_cast<unsigned>(n % 31 + 1)};
}

bool is_holiday(year_month_day date) {
    const auto first_day = date.year() / January / 1;
    const auto birthday = date.year() / April / 27;
    const bool is_sunday = weekday{sys_days{birthday}} == Sunday;
    const auto since_easter = sys_days{date} - sys_days{easter(date.year())};
    return date == first_day || date == (is_sunday ? date.year() / April / 26 : birthday) || date == date.year() / May / 5
           || date == date.year() / December / 25 || date == date.year() / December / 26 || since_easter == days{-2}
           || since_easter == days{1} || since_easter == days{39} || since_easter == days{50};
}

/// The working hours of the day in which `time` lies; empty (both the same) on a day off.
struct Hours {
    base::Time from, to;
};

Hours hours_of(base::Time time) {
    const auto civil = base::to_amsterdam(time);
    const auto date = year{civil.year} / month{static_cast<unsigned>(civil.month)} / day{static_cast<unsigned>(civil.day)};
    if (!is_working_day(date)) {
        return {time, time};
    }
    // The clock changes on Sundays only: on a working day the hours since midnight are those of the clock.
    const auto second = floor<seconds>(time);
    const auto midnight = second - hours{civil.hour} - minutes{civil.minute} - seconds{civil.second};
    return {midnight + opening_hour, midnight + opening_hour + working_day};
}

}  // namespace

bool is_working_day(year_month_day date) {
    const weekday day{sys_days{date}};
    return day != Saturday && day != Sunday && !is_holiday(date);
}

bool is_working_time(base::Time time) {
    const auto open = hours_of(time);
    return open.from <= time && time < open.to;
}

base::Time day_start(base::Time time) {
    // A day has 23, 24 or 25 hours: 25 hours back lies before this one, and from there no midnight is left out.
    auto start = base::next_amsterdam_midnight(time - hours{25});
    for (auto next = start; next <= time; next = base::next_amsterdam_midnight(next)) {
        start = next;
    }
    return start;
}

Duration working_time(base::Time from, base::Time to) {
    if (to < from) {
        return -working_time(to, from);
    }
    Duration sum{0};
    for (auto at = from; at < to; at = base::next_amsterdam_midnight(at)) {
        const auto open = hours_of(at);
        sum += std::max(Duration{0}, std::min(to, open.to) - std::max(at, open.from));
    }
    return sum;
}

base::Time add_working_time(base::Time from, Duration amount) {
    if (amount <= Duration{0}) {
        return from;
    }
    for (auto at = from;; at = base::next_amsterdam_midnight(at)) {
        const auto open = hours_of(at);
        const auto begin = std::max(at, open.from);
        if (begin < open.to && amount <= open.to - begin) {
            return begin + amount;
        }
        amount -= std::max(Duration{0}, open.to - begin);
    }
}

}  // namespace forum::moderation
