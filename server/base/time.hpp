// Points in time as the product writes them. Rule: inside and in the API everything is UTC (RFC 3339, Z);
// Europe/Amsterdam appears only in what a person reads.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace forum::base {

using Time = std::chrono::system_clock::time_point;

Time now();

/// "2026-11-22T09:12:03Z"; milliseconds are cut.
std::string to_rfc3339(Time time);

/// RFC 3339 date-time with any offset, fraction ignored below a microsecond; nothing when malformed.
std::optional<Time> parse_rfc3339(std::string_view text);

/// "Sun, 22 Nov 2026 09:12:03 GMT" (RFC 9110 §5.6.7).
std::string to_http_date(Time time);

/// Civil time in Europe/Amsterdam.
struct Civil {
    int year, month, day, hour, minute, second;
    int weekday;  ///< 0 = Sunday
};
Civil to_amsterdam(Time time);

/// The first moment of the next calendar day in Europe/Amsterdam.
Time next_amsterdam_midnight(Time time);

}  // namespace forum::base
