#include "base/time.hpp"

#include <gtest/gtest.h>

#include <random>

namespace forum::base {
namespace {

using namespace std::chrono_literals;

Time at(std::string_view text) {
    const auto time = parse_rfc3339(text);
    EXPECT_TRUE(time) << text;
    return time.value_or(Time{});
}

std::string amsterdam(std::string_view utc) {
    const auto civil = to_amsterdam(at(utc));
    std::array<char, 64> buffer{};
    std::snprintf(buffer.data(), buffer.size(), "%04d-%02d-%02d %02d:%02d:%02d/%d", civil.year, civil.month, civil.day, civil.hour,
                  civil.minute, civil.second, civil.weekday);
    return buffer.data();
}

TEST(Rfc3339, WritesUtc) {
    EXPECT_EQ(to_rfc3339(Time{}), "1970-01-01T00:00:00Z");
    EXPECT_EQ(to_rfc3339(Time{} + 1999ms), "1970-01-01T00:00:01Z");
    EXPECT_EQ(to_rfc3339(Time{} - 1ms), "1969-12-31T23:59:59Z");
    EXPECT_EQ(to_rfc3339(at("2028-02-29T23:59:59Z") + 1s), "2028-03-01T00:00:00Z");
}

TEST(Rfc3339, ReadsEveryOffset) {
    const auto same = at("2026-11-22T09:12:03Z");
    EXPECT_EQ(at("2026-11-22T10:12:03+01:00"), same);
    EXPECT_EQ(at("2026-11-21T21:12:03-12:00"), same);
    EXPECT_EQ(at("2026-11-22t09:12:03z"), same);
    EXPECT_EQ(at("2026-11-22T09:12:03-00:00"), same);
    EXPECT_EQ(at("2026-11-22T09:12:03.000001Z"), same + 1us);
    EXPECT_EQ(at("2026-11-22T09:12:03.5Z"), same + 500ms);
    EXPECT_EQ(at("2026-11-22T09:12:03.1234567890123Z"), same + 123456us);
    EXPECT_EQ(at("2016-12-31T23:59:60Z"), at("2017-01-01T00:00:00Z"));
}

TEST(Rfc3339, RefusesWhatIsMalformed) {
    for (const char* text : {"",
                             "2026",
                             "2026-11-22",
                             "2026-11-22T09:12Z",
                             "2026-11-22T09:12:03",
                             "2026-11-22 09:12:03Z",
                             "2026-13-01T00:00:00Z",
                             "2026-02-29T00:00:00Z",
                             "2026-00-10T00:00:00Z",
                             "2026-11-31T00:00:00Z",
                             "2026-11-22T24:00:00Z",
                             "2026-11-22T09:60:00Z",
                             "2026-11-22T09:12:61Z",
                             "2026-11-22T09:12:03.Z",
                             "2026-11-22T09:12:03+24:00",
                             "2026-11-22T09:12:03+01:60",
                             "2026-11-22T09:12:03+0100",
                             "2026-11-22T09:12:03+01",
                             "2026-11-22T09:12:03ZZ",
                             "2026-11-22T09:12:03Z ",
                             " 2026-11-22T09:12:03Z",
                             "-026-11-22T09:12:03Z",
                             "0001-01-01T00:00:00Z",
                             "9999-01-01T00:00:00Z",
                             "2026-11-22T09:12:0xZ",
                             "+026-11-22T09:12:03Z",
                             "2026-1-22T009:12:03Z"}) {
        EXPECT_FALSE(parse_rfc3339(text)) << text;
    }
}

TEST(Rfc3339, ReadsWhatItWrites) {
    std::mt19937_64 random{3};
    for (int round = 0; round < 5000; ++round) {
        // 1902 to 2245
        const Time time{std::chrono::seconds{static_cast<long>(random() % 10'825'000'000) - 2'145'000'000}};
        ASSERT_EQ(at(to_rfc3339(time)), time);
    }
}

TEST(HttpDate, IsFixedLength) {
    EXPECT_EQ(to_http_date(at("2026-11-22T09:12:03Z")), "Sun, 22 Nov 2026 09:12:03 GMT");
    EXPECT_EQ(to_http_date(at("1994-11-06T08:49:37Z")), "Sun, 06 Nov 1994 08:49:37 GMT");
}

TEST(Amsterdam, FollowsTheClockChange) {
    EXPECT_EQ(amsterdam("2026-01-15T12:00:00Z"), "2026-01-15 13:00:00/4");
    EXPECT_EQ(amsterdam("2026-07-15T12:00:00Z"), "2026-07-15 14:00:00/3");
    // 29 March 2026: 02:00 becomes 03:00
    EXPECT_EQ(amsterdam("2026-03-29T00:59:59Z"), "2026-03-29 01:59:59/0");
    EXPECT_EQ(amsterdam("2026-03-29T01:00:00Z"), "2026-03-29 03:00:00/0");
    // 25 October 2026: 03:00 becomes 02:00
    EXPECT_EQ(amsterdam("2026-10-25T00:59:59Z"), "2026-10-25 02:59:59/0");
    EXPECT_EQ(amsterdam("2026-10-25T01:00:00Z"), "2026-10-25 02:00:00/0");
    EXPECT_EQ(amsterdam("2026-12-31T23:30:00Z"), "2027-01-01 00:30:00/5");
}

TEST(Amsterdam, MidnightComesAfter23Or24Or25Hours) {
    EXPECT_EQ(to_rfc3339(next_amsterdam_midnight(at("2026-01-15T12:00:00Z"))), "2026-01-15T23:00:00Z");
    EXPECT_EQ(to_rfc3339(next_amsterdam_midnight(at("2026-01-15T23:00:00Z"))), "2026-01-16T23:00:00Z");
    // The day of the change: 23 hours in spring, 25 in autumn.
    EXPECT_EQ(to_rfc3339(next_amsterdam_midnight(at("2026-03-28T23:00:00Z"))), "2026-03-29T22:00:00Z");
    EXPECT_EQ(to_rfc3339(next_amsterdam_midnight(at("2026-10-24T22:00:00Z"))), "2026-10-25T23:00:00Z");
    EXPECT_EQ(to_rfc3339(next_amsterdam_midnight(at("2026-10-25T00:30:00Z"))), "2026-10-25T23:00:00Z");
}

TEST(Amsterdam, NextMidnightIsTheFirstMomentOfTheNextDay) {
    std::mt19937_64 random{5};
    for (int round = 0; round < 5000; ++round) {
        // 2000 to 2063
        const Time time{std::chrono::seconds{946'684'800 + static_cast<long>(random() % 2'000'000'000)}};
        const auto midnight = next_amsterdam_midnight(time);
        ASSERT_GT(midnight, time);
        ASSERT_LE(midnight - time, 25h);
        const auto first = to_amsterdam(midnight);
        ASSERT_EQ(first.hour + first.minute + first.second, 0) << to_rfc3339(time);
        const auto last = to_amsterdam(midnight - 1s);
        ASSERT_EQ(last.day, to_amsterdam(time).day);
        ASSERT_EQ((last.weekday + 1) % 7, first.weekday);
    }
}

}  // namespace
}  // namespace forum::base
