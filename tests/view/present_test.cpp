#include "view/present.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace forum::view {
namespace {

base::Time at(std::string_view text) { return base::parse_rfc3339(text).value(); }

struct TimeCase {
    const char* name;
    const char* time;
    const char* now;
    const char* dutch;
    const char* english;
};

class TimeText : public testing::TestWithParam<TimeCase> {};

TEST_P(TimeText, IsInWords) {
    const auto& test = GetParam();
    EXPECT_EQ(time_text(at(test.time), Language::dutch, at(test.now)), test.dutch);
    EXPECT_EQ(time_text(at(test.time), Language::english, at(test.now)), test.english);
}

INSTANTIATE_TEST_SUITE_P(
    Days, TimeText,
    testing::Values(
        TimeCase{"today", "2026-11-22T08:02:00Z", "2026-11-22T20:00:00Z", "vandaag, 9.02 uur", "today, 9:02"},
        TimeCase{"later_today", "2026-11-22T20:02:00Z", "2026-11-22T08:00:00Z", "vandaag, 21.02 uur", "today, 21:02"},
        TimeCase{"yesterday", "2026-11-21T15:40:00Z", "2026-11-22T08:00:00Z", "gisteren, 16.40 uur", "yesterday, 16:40"},
        TimeCase{"midnight_is_of_the_new_day", "2026-11-21T23:00:00Z", "2026-11-22T08:00:00Z", "vandaag, 0.00 uur", "today, 0:00"},
        TimeCase{"a_minute_before_midnight", "2026-11-21T22:59:59Z", "2026-11-21T23:00:00Z", "gisteren, 23.59 uur", "yesterday, 23:59"},
        TimeCase{"same_utc_day_other_civil_day", "2026-11-22T22:30:00Z", "2026-11-22T23:30:00Z", "gisteren, 23.30 uur", "yesterday, 23:30"},
        TimeCase{"before_yesterday", "2026-11-10T08:12:00Z", "2026-11-22T08:00:00Z", "dinsdag 10 november, 9.12 uur",
                 "Tuesday 10 November, 9:12"},
        TimeCase{"tomorrow_has_its_date", "2026-11-23T08:12:00Z", "2026-11-22T08:00:00Z", "maandag 23 november, 9.12 uur",
                 "Monday 23 November, 9:12"},
        TimeCase{"other_year", "2025-12-31T22:00:00Z", "2026-11-22T08:00:00Z", "woensdag 31 december 2025, 23.00 uur",
                 "Wednesday 31 December 2025, 23:00"},
        TimeCase{"next_year", "2027-01-01T08:00:00Z", "2026-11-22T08:00:00Z", "vrijdag 1 januari 2027, 9.00 uur",
                 "Friday 1 January 2027, 9:00"},
        TimeCase{"yesterday_was_last_year", "2025-12-31T22:59:00Z", "2025-12-31T23:00:00Z", "gisteren, 23.59 uur", "yesterday, 23:59"},
        // 29 March 2026 has 23 hours: 0.30 on the 30th is 23 hours after 0.30 on the 29th, and still "yesterday".
        TimeCase{"day_of_23_hours", "2026-03-28T23:30:00Z", "2026-03-29T22:30:00Z", "gisteren, 0.30 uur", "yesterday, 0:30"},
        TimeCase{"day_of_25_hours", "2026-10-24T22:10:00Z", "2026-10-25T22:50:00Z", "vandaag, 0.10 uur", "today, 0:10"},
        TimeCase{"summer_time", "2026-07-01T06:05:00Z", "2026-07-01T20:00:00Z", "vandaag, 8.05 uur", "today, 8:05"},
        TimeCase{"hour_that_comes_twice_first", "2026-10-25T00:30:00Z", "2026-10-25T12:00:00Z", "vandaag, 2.30 uur", "today, 2:30"},
        TimeCase{"hour_that_comes_twice_second", "2026-10-25T01:30:00Z", "2026-10-25T12:00:00Z", "vandaag, 2.30 uur", "today, 2:30"}),
    [](const auto& test) { return std::string{test.param.name}; });

TEST(DateText, IsInWordsOrNothing) {
    EXPECT_EQ(date_text("2026-11-10", Language::dutch), "dinsdag 10 november 2026");
    EXPECT_EQ(date_text("2024-02-29", Language::english), "Thursday 29 February 2024");
    for (const auto* wrong : {"", "2026-02-29", "2026-13-01", "2026-1-1", "10-11-2026", "2026-11-1x", "2026-11-10T"}) {
        EXPECT_EQ(date_text(wrong, Language::dutch), "") << wrong;
    }
}

TEST(NumberText, GroupsThousands) {
    EXPECT_EQ(number_text(0, Language::dutch), "0");
    EXPECT_EQ(number_text(999, Language::dutch), "999");
    EXPECT_EQ(number_text(1284, Language::dutch), "1.284");
    EXPECT_EQ(number_text(1284, Language::english), "1,284");
    EXPECT_EQ(number_text(17942000, Language::dutch), "17.942.000");
    EXPECT_EQ(number_text(-999, Language::dutch), "-999");
    EXPECT_EQ(number_text(-1284, Language::dutch), "-1.284");
    EXPECT_EQ(number_text(INT64_MIN, Language::dutch), "-9.223.372.036.854.775.808");
}

class FindForm : public testing::Test {
protected:
    nlohmann::json form(std::string_view name) {
        const auto found = find_form(object, name, Language::dutch, at("2026-11-22T08:00:00Z"));
        return found ? *found : nlohmann::json{"absent"};
    }
    const nlohmann::json absent{"absent"};
    nlohmann::json object{{"title", "a"},
                          {"empty", ""},
                          {"list", {1}},
                          {"none", nlohmann::json::array()},
                          {"nothing", nullptr},
                          {"count", 1284},
                          {"one", 1},
                          {"zero", 0},
                          {"yes", true},
                          {"no", false},
                          {"place", {{"name", "a"}}},
                          {"createdAt", "2026-11-22T07:02:03Z"},
                          {"at", "2026-11-22T07:02:03Z"},
                          {"appealUntil", nullptr},
                          {"broughtAt", "geen tijd"},
                          {"validFromDate", "2026-01-01"},
                          {"chat", "2026-11-22T07:02:03Z"}};
};

TEST_F(FindForm, Any) {
    for (const auto* name : {"title_any", "list_any", "count_any", "yes_any", "place_any", "createdAt_any"}) {
        EXPECT_EQ(form(name), true) << name;
    }
    for (const auto* name : {"empty_any", "none_any", "nothing_any", "zero_any", "no_any"}) {
        EXPECT_EQ(form(name), false) << name;
    }
    EXPECT_EQ(form("unknown_any"), absent);
}

TEST_F(FindForm, TimesDatesAndNumbers) {
    EXPECT_EQ(form("createdAt_text"), "vandaag, 8.02 uur");
    EXPECT_EQ(form("at_text"), "vandaag, 8.02 uur");
    EXPECT_EQ(form("createdAt_time"), "8.02 uur");
    EXPECT_EQ(form("appealUntil_text"), nullptr);
    EXPECT_EQ(form("appealUntil_time"), nullptr);
    EXPECT_EQ(form("validFromDate_text"), "donderdag 1 januari 2026");
    EXPECT_EQ(form("count_text"), "1.284");
    EXPECT_EQ(form("one_one"), true);
    EXPECT_EQ(form("count_one"), false);
}

TEST_F(FindForm, IsAbsentWhereItMakesNoSense) {
    for (const auto* name :
         {"broughtAt_text", "title_text", "title_one", "chat_text", "chat_time", "list_text", "title_foo", "title", "_any", "title_"}) {
        EXPECT_EQ(form(name), absent) << name;
    }
}

}  // namespace
}  // namespace forum::view
