#include "base/time.hpp"

#include <unicode/timezone.h>

#include <charconv>
#include <cstdio>
#include <stdexcept>

namespace forum::base {

namespace {

using std::chrono::days;
using std::chrono::floor;
using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::seconds;
using SecondTime = std::chrono::time_point<std::chrono::system_clock, seconds>;
using DayTime = std::chrono::time_point<std::chrono::system_clock, days>;

/// ICU because the C library's time zone functions need a process-wide TZ, and g++ 12 has no std::chrono zones.
/// Const calls on one TimeZone are safe from several threads.
const icu::TimeZone& amsterdam() {
    static const icu::TimeZone& zone = []() -> const icu::TimeZone& {
        auto* made = icu::TimeZone::createTimeZone(icu::UnicodeString{"Europe/Amsterdam"});
        if (*made == icu::TimeZone::getUnknown()) {
            throw std::runtime_error{"ICU has no data for the time zone Europe/Amsterdam"};
        }
        return *made;
    }();
    return zone;
}

seconds amsterdam_offset(SecondTime time) {
    int32_t raw = 0;
    int32_t summer = 0;
    UErrorCode status = U_ZERO_ERROR;
    const auto since_epoch = static_cast<UDate>(milliseconds{time.time_since_epoch()}.count());
    amsterdam().getOffset(since_epoch, /*local=*/0, raw, summer, status);
    if (U_FAILURE(status)) {
        throw std::runtime_error{"ICU cannot tell the offset of Europe/Amsterdam"};
    }
    return floor<seconds>(milliseconds{raw + summer});
}

Civil to_civil(SecondTime local) {
    const auto day = floor<days>(local);
    const std::chrono::year_month_day date{std::chrono::sys_days{day}};
    const std::chrono::hh_mm_ss clock{local - day};
    return Civil{.year = static_cast<int>(date.year()),
                 .month = static_cast<int>(static_cast<unsigned>(date.month())),
                 .day = static_cast<int>(static_cast<unsigned>(date.day())),
                 .hour = static_cast<int>(clock.hours().count()),
                 .minute = static_cast<int>(clock.minutes().count()),
                 .second = static_cast<int>(clock.seconds().count()),
                 .weekday = static_cast<int>(std::chrono::weekday{std::chrono::sys_days{day}}.c_encoding())};
}

/// Reads `count` digits at the front of `text` and takes them off; -1 when they are not all digits.
int take_digits(std::string_view& text, std::size_t count) {
    if (text.size() < count) {
        return -1;
    }
    int value = 0;
    for (const char c : text.substr(0, count)) {
        if (c < '0' || c > '9') {
            return -1;
        }
        value = value * 10 + (c - '0');
    }
    text.remove_prefix(count);
    return value;
}

bool take(std::string_view& text, std::string_view any_of) {
    if (text.empty() || any_of.find(text.front()) == std::string_view::npos) {
        return false;
    }
    text.remove_prefix(1);
    return true;
}

/// The digits behind the point in microseconds; nothing when there is no digit.
std::optional<microseconds> take_fraction(std::string_view& text) {
    long value = 0;
    int digits = 0;
    while (!text.empty() && text.front() >= '0' && text.front() <= '9') {
        if (digits < 6) {
            value = value * 10 + (text.front() - '0');
        }
        ++digits;
        text.remove_prefix(1);
    }
    if (digits == 0) {
        return std::nullopt;
    }
    for (; digits < 6; ++digits) {
        value *= 10;
    }
    return microseconds{value};
}

/// Z or ±hh:mm, which must be all that is left.
std::optional<seconds> take_offset(std::string_view& text) {
    if (take(text, "Zz")) {
        return text.empty() ? std::optional{seconds{0}} : std::nullopt;
    }
    const bool west = !text.empty() && text.front() == '-';
    if (!take(text, "+-")) {
        return std::nullopt;
    }
    const int hours = take_digits(text, 2);
    const bool colon = take(text, ":");
    const int minutes = take_digits(text, 2);
    if (hours < 0 || hours > 23 || !colon || minutes < 0 || minutes > 59 || !text.empty()) {
        return std::nullopt;
    }
    const seconds offset{hours * 3600 + minutes * 60};
    return west ? -offset : offset;
}

}  // namespace

Time now() { return std::chrono::system_clock::now(); }

std::string to_rfc3339(Time time) {
    const auto civil = to_civil(floor<seconds>(time));
    std::array<char, 64> buffer{};
    const int size = std::snprintf(buffer.data(), buffer.size(), "%04d-%02d-%02dT%02d:%02d:%02dZ", civil.year, civil.month, civil.day,
                                   civil.hour, civil.minute, civil.second);
    return {buffer.data(), static_cast<std::size_t>(size)};
}

std::optional<Time> parse_rfc3339(std::string_view text) {
    const int year = take_digits(text, 4);
    const bool dash1 = take(text, "-");
    const int month = take_digits(text, 2);
    const bool dash2 = take(text, "-");
    const int day = take_digits(text, 2);
    const bool separator = take(text, "Tt");
    const int hour = take_digits(text, 2);
    const bool colon1 = take(text, ":");
    const int minute = take_digits(text, 2);
    const bool colon2 = take(text, ":");
    const int second = take_digits(text, 2);
    if (year < 0 || !dash1 || month < 0 || !dash2 || day < 0 || !separator || hour < 0 || hour > 23 || !colon1 || minute < 0 || minute > 59
        || !colon2 || second < 0 || second > 60) {
        return std::nullopt;
    }
    // system_clock counts nanoseconds in 64 bits: 1677 to 2262.
    if (year < 1678 || year > 2261) {
        return std::nullopt;
    }
    const std::chrono::year_month_day date{std::chrono::year{year}, std::chrono::month{static_cast<unsigned>(month)},
                                           std::chrono::day{static_cast<unsigned>(day)}};
    if (!date.ok()) {
        return std::nullopt;
    }
    microseconds fraction{0};
    if (take(text, ".")) {
        const auto found = take_fraction(text);
        if (!found) {
            return std::nullopt;
        }
        fraction = *found;
    }
    const auto offset = take_offset(text);
    if (!offset) {
        return std::nullopt;
    }
    // A leap second (:60, RFC 3339 §5.7) becomes the first second of the next minute.
    return Time{std::chrono::sys_days{date}} + seconds{hour * 3600 + minute * 60 + second} + fraction - *offset;
}

std::string to_http_date(Time time) {
    static constexpr std::array weekdays{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    static constexpr std::array months{"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    const auto civil = to_civil(floor<seconds>(time));
    std::array<char, 64> buffer{};
    const int size = std::snprintf(
        buffer.data(), buffer.size(), "%s, %02d %s %04d %02d:%02d:%02d GMT", weekdays.at(static_cast<std::size_t>(civil.weekday)),
        civil.day, months.at(static_cast<std::size_t>(civil.month - 1)), civil.year, civil.hour, civil.minute, civil.second);
    return {buffer.data(), static_cast<std::size_t>(size)};
}

Civil to_amsterdam(Time time) {
    const auto utc = floor<seconds>(time);
    return to_civil(utc + amsterdam_offset(utc));
}

Time next_amsterdam_midnight(Time time) {
    const auto utc = floor<seconds>(time);
    const auto local = utc + amsterdam_offset(utc);
    const SecondTime midnight{floor<days>(local) + days{1}};
    // The clock changes at 01:00 UTC, never at a local midnight: the offset an hour before midnight holds there.
    return midnight - amsterdam_offset(midnight - amsterdam_offset(utc));
}

}  // namespace forum::base
