#include "moderation/working_time.hpp"

#include <gtest/gtest.h>

#include <random>

namespace forum::moderation {
namespace {

using namespace std::chrono;
using namespace std::chrono_literals;

/// Moments are written as the clock in Amsterdam says them, with its offset: +01:00 in winter, +02:00 in summer.
base::Time at(std::string_view text) {
    const auto time = base::parse_rfc3339(text);
    EXPECT_TRUE(time) << text;
    return time.value_or(base::Time{});
}

year_month_day date(std::string_view text) { return floor<days>(at(std::string{text} + "T00:00:00Z")); }

TEST(WorkingDay, FollowsTheLaw) {
    const struct {
        const char* date;
        bool is_working;
        const char* why;
    } table[] = {
        {"2026-11-20", true, "Friday"},
        {"2026-11-21", false, "Saturday"},
        {"2026-11-22", false, "Sunday"},
        {"2026-01-01", false, "New Year's Day"},
        {"2026-01-02", true, "the day after it"},
        {"2027-01-01", false, "New Year's Day on a Friday"},
        {"2028-01-03", true, "the Monday after a New Year's Day on a Saturday: nothing moves"},
        {"2026-04-03", false, "Good Friday"},
        {"2026-04-06", false, "Easter Monday"},
        {"2026-04-07", true, "the day after it"},
        {"2026-04-27", false, "King's Day on a Monday"},
        {"2027-04-27", false, "King's Day on a Tuesday"},
        {"2025-04-28", true, "27 April 2025 is a Sunday: celebrated on Saturday the 26th, not on Monday"},
        {"2031-04-28", true, "the same in 2031"},
        {"2026-04-30", true, "Queen's Day is over"},
        {"2025-05-05", false, "5 May in a lustrum year"},
        {"2026-05-05", false, "5 May in any other year: the law makes no difference"},
        {"2026-05-04", true, "4 May"},
        {"2026-05-14", false, "Ascension Day"},
        {"2026-05-15", true, "the Friday after it is no day of the law itself"},
        {"2026-05-25", false, "Whit Monday"},
        {"2026-12-24", true, "the day before Christmas"},
        {"2026-12-25", false, "Christmas"},
        {"2025-12-26", false, "Boxing Day"},
        {"2026-12-28", true, "the Monday after a Boxing Day on a Saturday"},
        {"2026-12-31", true, "New Year's Eve"},
    };
    for (const auto& row : table) {
        EXPECT_EQ(is_working_day(date(row.date)), row.is_working) << row.date << ": " << row.why;
    }
}

TEST(WorkingDay, KnowsEaster) {
    // Meeus, Astronomical Algorithms, chapter 8, gives 1991, 1992, 1993, 1954, 2000 and 1818 as its examples; 2038 is
    // the latest day that Easter can be.
    for (const char* monday : {"1991-04-01", "1992-04-20", "1993-04-12", "1954-04-19", "2000-04-24", "1818-03-23", "2024-04-01",
                               "2025-04-21", "2026-04-06", "2027-03-29", "2028-04-17", "2038-04-26"}) {
        EXPECT_FALSE(is_working_day(date(monday))) << monday;
        EXPECT_FALSE(is_working_day(floor<days>(sys_days{date(monday)} - 3 * 24h))) << monday << " less three days";
        EXPECT_FALSE(is_working_day(floor<days>(sys_days{date(monday)} + 38 * 24h))) << monday << " and 38 days";
        EXPECT_FALSE(is_working_day(floor<days>(sys_days{date(monday)} + 49 * 24h))) << monday << " and 49 days";
    }
    int off = 0;
    for (auto day = sys_days{2026y / January / 1}; day < sys_days{2027y / January / 1}; day += days{1}) {
        off += is_working_day(day) ? 0 : 1;
    }
    // 104 days of weekends, and the nine days of the law, of which one (26 December) is a Saturday.
    EXPECT_EQ(off, 104 + 9 - 1);
}

TEST(DayStart, IsMidnightAlsoWhenTheClockChanges) {
    const struct {
        const char* time;
        const char* start;
        const char* why;
    } table[] = {
        {"2026-11-20T12:00:00+01:00", "2026-11-20T00:00:00+01:00", "noon"},
        {"2026-11-20T00:00:00+01:00", "2026-11-20T00:00:00+01:00", "midnight itself"},
        {"2026-11-19T23:59:59+01:00", "2026-11-19T00:00:00+01:00", "just before it"},
        {"2026-07-01T01:00:00+02:00", "2026-07-01T00:00:00+02:00", "the date is another one in UTC"},
        {"2026-03-29T23:30:00+02:00", "2026-03-29T00:00:00+01:00", "end of a day of 23 hours"},
        {"2026-03-30T00:30:00+02:00", "2026-03-30T00:00:00+02:00", "after a day of 23 hours"},
        {"2026-03-30T23:30:00+02:00", "2026-03-30T00:00:00+02:00", "a whole day after it"},
        {"2026-10-25T00:30:00+02:00", "2026-10-25T00:00:00+02:00", "begin of a day of 25 hours"},
        {"2026-10-25T23:30:00+01:00", "2026-10-25T00:00:00+02:00", "end of a day of 25 hours"},
        {"2026-10-26T00:30:00+01:00", "2026-10-26T00:00:00+01:00", "after a day of 25 hours"},
    };
    for (const auto& row : table) {
        EXPECT_EQ(base::to_rfc3339(day_start(at(row.time))), base::to_rfc3339(at(row.start))) << row.why;
    }
}

TEST(WorkingTime, OpensAtNineAndClosesAtFive) {
    EXPECT_FALSE(is_working_time(at("2026-11-20T08:59:59+01:00")));
    EXPECT_TRUE(is_working_time(at("2026-11-20T09:00:00+01:00")));
    EXPECT_TRUE(is_working_time(at("2026-11-20T16:59:59+01:00")));
    EXPECT_FALSE(is_working_time(at("2026-11-20T17:00:00+01:00")));
    EXPECT_TRUE(is_working_time(at("2026-07-01T09:00:00+02:00"))) << "in summer by the clock of summer";
    EXPECT_FALSE(is_working_time(at("2026-07-01T08:59:00+02:00")));
    EXPECT_FALSE(is_working_time(at("2026-11-21T12:00:00+01:00")));
    EXPECT_FALSE(is_working_time(at("2026-04-27T12:00:00+02:00")));
}

TEST(WorkingTime, IsMeasuredAndAdded) {
    const struct {
        const char* from;
        seconds amount;
        const char* due;
        const char* why;
    } table[] = {
        {"2026-11-19T10:00:00+01:00", 2h, "2026-11-19T12:00:00+01:00", "within a day"},
        {"2026-11-19T16:00:00+01:00", 2h, "2026-11-20T10:00:00+01:00", "over a night"},
        {"2026-11-19T09:00:00+01:00", 8h, "2026-11-19T17:00:00+01:00", "a whole day ends the same day"},
        {"2026-11-19T06:00:00+01:00", 8h, "2026-11-19T17:00:00+01:00", "before opening"},
        {"2026-11-20T17:05:00+01:00", 8h, "2026-11-23T17:00:00+01:00", "Friday 17:05"},
        {"2026-11-20T17:05:00+01:00", 1s, "2026-11-23T09:00:01+01:00", "Friday 17:05, a second"},
        {"2026-11-20T16:59:59+01:00", 1h, "2026-11-23T09:59:59+01:00", "Friday, a second before closing"},
        {"2026-11-21T23:30:00+01:00", 8h, "2026-11-23T17:00:00+01:00", "Saturday night"},
        {"2026-04-24T16:00:00+02:00", 2h, "2026-04-28T10:00:00+02:00", "over King's Day on a Monday"},
        {"2025-04-25T16:00:00+02:00", 2h, "2025-04-28T10:00:00+02:00", "King's Day on Saturday takes no Monday"},
        {"2026-04-02T16:00:00+02:00", 2h, "2026-04-07T10:00:00+02:00", "over Good Friday and Easter"},
        {"2026-12-24T16:00:00+01:00", 9h, "2026-12-28T17:00:00+01:00", "over Christmas"},
        {"2026-12-31T16:30:00+01:00", 1h, "2027-01-04T09:30:00+01:00", "over the turn of the year"},
        {"2026-03-27T16:00:00+01:00", 2h, "2026-03-30T10:00:00+02:00", "over the clock going forward"},
        {"2026-03-29T01:30:00+01:00", 1h, "2026-03-30T10:00:00+02:00", "from just before it"},
        {"2026-10-23T16:00:00+02:00", 2h, "2026-10-26T10:00:00+01:00", "over the clock going back"},
        {"2026-10-25T02:30:00+02:00", 1h, "2026-10-26T10:00:00+01:00", "from the hour that comes twice"},
        {"2026-10-25T02:30:00+01:00", 1h, "2026-10-26T10:00:00+01:00", "and from its second time"},
        {"2026-11-16T09:00:00+01:00", 80h, "2026-11-27T17:00:00+01:00", "ten working days"},
    };
    for (const auto& row : table) {
        EXPECT_EQ(base::to_rfc3339(add_working_time(at(row.from), row.amount)), base::to_rfc3339(at(row.due))) << row.why;
        EXPECT_EQ(working_time(at(row.from), at(row.due)), row.amount) << row.why;
        EXPECT_EQ(working_time(at(row.due), at(row.from)), -row.amount) << row.why << ", backward";
    }
    EXPECT_EQ(add_working_time(at("2026-11-21T12:00:00+01:00"), 0s), at("2026-11-21T12:00:00+01:00"));
    EXPECT_EQ(working_time(at("2026-11-20T17:00:00+01:00"), at("2026-11-23T09:00:00+01:00")), 0s);
}

TEST(WorkingTime, WhatIsAddedIsMeasuredAgain) {
    std::mt19937_64 random{20260427};
    std::uniform_int_distribution<std::int64_t> moment{0, std::int64_t{40} * 365 * 24 * 3600 * 1'000'000};
    std::uniform_int_distribution<std::int64_t> length{0, std::int64_t{60} * 3600 * 1'000'000};
    const auto begin = at("2014-01-01T00:00:00Z");
    for (int i = 0; i < 3000; ++i) {
        const auto from = begin + microseconds{moment(random)};
        const microseconds first{length(random)}, second{length(random)};
        const auto due = add_working_time(from, first);
        ASSERT_GE(due, from);
        ASSERT_EQ(working_time(from, due), first) << base::to_rfc3339(from) << " + " << first.count();
        ASSERT_EQ(add_working_time(due, second), add_working_time(from, first + second)) << base::to_rfc3339(from);
        if (first > 0us) {
            ASSERT_TRUE(is_working_time(due - 1us)) << "the last moment that counts is a working one";
        }
    }
}

}  // namespace
}  // namespace forum::moderation
