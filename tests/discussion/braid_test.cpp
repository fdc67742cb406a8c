#include "discussion/braid.hpp"

#include <gmock/gmock.h>

#include <regex>

namespace forum::discussion {
namespace {

using testing::HasSubstr;
using testing::Not;

std::size_t count(const std::string& text, const std::string& part) {
    std::size_t found = 0;
    for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) {
        ++found;
    }
    return found;
}

TEST(BraidTest, OneStrandPerTypeInTheOrderOfTheirFirstWords) {
    const auto svg = braid_svg("TGVTTPTGMT");
    EXPECT_EQ(count(svg, "<path"), 5U);
    EXPECT_LT(svg.find(R"(data-type="T")"), svg.find(R"(data-type="G")"));
    EXPECT_THAT(svg, HasSubstr(R"(viewBox="0 0 260 48")"));
    EXPECT_THAT(svg, Not(HasSubstr("nan")));
}

TEST(BraidTest, EachReplyCrossesOnceAndTheLowerStrandHasAGap) {
    // Two strands, three posts: one column at rest and two crossings, so each strand is cut once in each crossing that it lies
    // under; every strand begins with one M.
    const auto svg = braid_svg("TGT");
    EXPECT_EQ(count(svg, "M"), 2U + 2U);
}

TEST(BraidTest, AMunicipalityWithoutATypeIsAStrandToo) {
    const auto svg = braid_svg("T-");
    EXPECT_THAT(svg, HasSubstr(R"(data-type="")"));
}

TEST(BraidTest, NothingToBraidIsEmpty) {
    EXPECT_EQ(braid_svg(""), "");
    EXPECT_EQ(braid_svg("T"), "");
    EXPECT_EQ(count(braid_svg("TT"), "<path"), 1U);
}

TEST(BraidTest, StaysInItsBoxHoweverLong) {
    std::string strand;
    for (int i = 0; i < 400; ++i) {
        strand += "MVPSETGH-"[(i * 7 + i / 5) % 9];
    }
    const auto svg = braid_svg(strand);
    std::smatch box;
    ASSERT_TRUE(std::regex_search(svg, box, std::regex{R"(viewBox="0 0 (\d+) (\d+)\")"}));
    const double width = std::stod(box[1]), height = std::stod(box[2]);
    const std::regex path{R"x( d="([^"]*)")x"};
    for (auto at = std::sregex_iterator{svg.begin(), svg.end(), path}; at != std::sregex_iterator{}; ++at) {
        const auto data = (*at)[1].str();
        const std::regex point{R"((-?[\d.]+) (-?[\d.]+))"};
        for (auto p = std::sregex_iterator{data.begin(), data.end(), point}; p != std::sregex_iterator{}; ++p) {
            EXPECT_GE(std::stod((*p)[1]), 0);
            EXPECT_LE(std::stod((*p)[1]), width);
            EXPECT_GE(std::stod((*p)[2]), 0);
            EXPECT_LE(std::stod((*p)[2]), height);
        }
    }
    EXPECT_LT(svg.size(), 20'000U);
}

TEST(BraidTest, TheHeroHasEightStrands) { EXPECT_EQ(count(hero_svg(), "<path"), 8U); }

}  // namespace
}  // namespace forum::discussion
