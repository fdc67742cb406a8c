#include "places/csv.hpp"

#include <gmock/gmock.h>

#include <stdexcept>

namespace forum::places {
namespace {

using testing::ElementsAre;

std::string fault(std::string_view text) {
    try {
        parse_csv(text);
        return "";
    } catch (const std::runtime_error& error) {
        return error.what();
    }
}

TEST(Csv, IsAHeaderAndRowsThatKnowTheirLine) {
    const auto csv = parse_csv("code,name\nGM0001, Één \n\nGM0002,\n");
    EXPECT_THAT(csv.columns, ElementsAre("code", "name"));
    ASSERT_EQ(csv.rows.size(), 2U);
    EXPECT_EQ(csv.rows[0].line, 2U);
    EXPECT_EQ(csv.rows[0]["code"], "GM0001");
    EXPECT_EQ(csv.rows[0]["name"], "Één");
    EXPECT_EQ(csv.rows[1].line, 4U) << "an empty line is no row, and counts as a line";
    EXPECT_EQ(csv.rows[1]["name"], "");
    EXPECT_EQ(csv.rows[1]["no such column"], "");
}

TEST(Csv, ReadsWhatSpreadsheetsWrite) {
    const auto csv = parse_csv("\xEF\xBB\xBF"
                               "a,b\r\n"
                               "\"een, twee\",\"zei \"\"ja\"\"\"\r\n"
                               "\"over\ntwee regels\",\"\"\r\n"
                               "laatste,\"zonder einde\"");
    EXPECT_THAT(csv.columns, ElementsAre("a", "b"));
    ASSERT_EQ(csv.rows.size(), 3U);
    EXPECT_EQ(csv.rows[0]["a"], "een, twee");
    EXPECT_EQ(csv.rows[0]["b"], "zei \"ja\"");
    EXPECT_EQ(csv.rows[1]["a"], "over\ntwee regels");
    EXPECT_EQ(csv.rows[1]["b"], "");
    EXPECT_EQ(csv.rows[2].line, 5U);
    EXPECT_EQ(csv.rows[2]["b"], "zonder einde");
}

TEST(Csv, SaysOnWhichLineItCannotBeRead) {
    EXPECT_EQ(fault(""), "line 1: the file is empty");
    EXPECT_EQ(fault("\n\n"), "line 1: the file is empty");
    EXPECT_EQ(fault("a,b\n\xff,1\n"), "line 1: the file is not UTF-8");
    EXPECT_EQ(fault("a,b\n1,2\n1\n"), "line 3: 1 values where 2 are expected");
    EXPECT_EQ(fault("a,b\n1,2,3\n"), "line 2: 3 values where 2 are expected");
    EXPECT_EQ(fault("a,b\n1,2\n\"een\ntwee,2\n"), "line 3: a quoted value does not end");
    EXPECT_EQ(fault("a,b\n\"een\ntwee\"x,2\n"), "line 3: text after a closing quote");
    EXPECT_EQ(fault("a,b\neen \"twee\",2\n"), "line 2: a quote inside a value without quotes");
}

}  // namespace
}  // namespace forum::places
