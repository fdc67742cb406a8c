#include "moderation/word_rules.hpp"

#include <gmock/gmock.h>

namespace forum::moderation {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

WordRule words(std::int64_t id, std::string pattern) { return {id, false, std::move(pattern), "warn", "want"}; }
WordRule host(std::int64_t id, std::string pattern) { return {id, true, std::move(pattern), "warn", "want"}; }

/// The words of the text that meet the rule; "-" when nothing does.
std::string met(const WordRule& rule, std::string_view text) {
    const auto found = WordMatcher{{rule}}.find(text);
    return found.empty() ? "-" : std::string{text.substr(found[0].begin, found[0].end - found[0].begin)};
}

TEST(WordRules, MeetWholeWords) {
    const struct {
        const char* pattern;
        const char* text;
        const char* met;
    } table[] = {
        {"geheim", "Dit is geheim.", "geheim"},
        {"geheim", "GEHEIM!", "GEHEIM"},
        {"Geheim", "dit is geheim", "geheim"},
        {"geheim", "geheime stukken", "-"},
        {"geheim", "staatsgeheim", "-"},
        {"geheim", "auto-geheim", "geheim"},
        {"geheim", "(geheim)", "geheim"},
        {"geheim", "", "-"},
        {"café", "in het cafe", "cafe"},
        {"cafe", "in het café, daar", "café"},
        {"cafe", "in het cafe\xCC\x81, daar", "cafe\xCC\x81"},
        {"strasse", "Straße", "Straße"},
        {"geheim", "ｇｅｈｅｉｍ", "ｇｅｈｅｉｍ"},
        {"geheim", "ge\xC2\xADheim", "ge\xC2\xADheim"},
        {"geheim",
         "g\xE2\x80\x8B"
         "eheim",
         "g\xE2\x80\x8B"
         "eheim"},
        {"geheim", "ge**heim**", "ge**heim"},
        {"geheim", "g3h31m", "g3h31m"},
        {"geheim", "g e h e i m is het", "g e h e i m"},
        {"geheim", "g.e.h.e.i.m", "g.e.h.e.i.m"},
        {"geheim", "gehe im", "-"},
        {"1345", "1345", "1345"},
        {"ieas", "1345", "-"},
        {"goed koop", "wat goed, koop nu", "goed, koop"},
        {"goed koop", "Goed\nkoop", "Goed\nkoop"},
        {"goed koop", "goed niet koop", "-"},
        {"goed koop", "goed", "-"},
        {"c++", "in c geschreven", "c"},
    };
    for (const auto& row : table) {
        EXPECT_EQ(met(words(1, row.pattern), row.text), row.met) << row.pattern << " in " << row.text;
    }
}

TEST(WordRules, MeetHostsWithTheirSubdomains) {
    const struct {
        const char* text;
        bool is_met;
    } table[] = {
        {"zie https://slecht.example/pad", true},
        {"[hier](http://www.slecht.example)", true},
        {"SLECHT.example", true},
        {"a.b.slecht.example.", true},
        {"mail@slecht.example", true},
        {"slecht.example", true},
        {"slecht.example.nl", false},
        {"onslecht.example", false},
        {"on-slecht.example", false},
        {"slecht.examples", false},
        {"slecht. example", false},
        {"slecht", false},
        {"slecht.example.", true},
        {"slecht.example-x", false},
        {"", false},
    };
    for (const auto& row : table) {
        EXPECT_EQ(met(host(1, "slecht.example"), row.text) != "-", row.is_met) << row.text;
    }
}

TEST(WordRules, EachRuleIsMetOnceAtItsFirstPlace) {
    const WordMatcher matcher{{words(1, "een"), host(2, "x.example"), words(3, "twee drie"), words(4, "een twee")}};
    const std::string text = "een twee drie een x.example";
    const auto found = matcher.find(text);
    ASSERT_EQ(found.size(), 4U);
    EXPECT_EQ(found[0].begin, 0U);
    EXPECT_EQ(found[0].end, 3U);
    EXPECT_EQ(found[1].rule, 1U);
    EXPECT_EQ(found[2].begin, 4U);
    EXPECT_EQ(found[3].end, 8U);
    EXPECT_THAT(WordMatcher{{}}.find(text), IsEmpty());
}

TEST(WordRules, APatternIsCleaned) {
    EXPECT_EQ(clean_pattern("  goed \n  koop ", false), "goed koop");
    EXPECT_EQ(clean_pattern("één twee drie vier vijf", false), "één twee drie vier vijf");
    for (const char* wrong : {"", "  ", "!?", "een twee drie vier vijf zes"}) {
        EXPECT_EQ(clean_pattern(wrong, false), "") << wrong;
    }
    EXPECT_EQ(clean_pattern(std::string(100, 'a'), false), std::string(100, 'a'));
    EXPECT_EQ(clean_pattern(std::string(101, 'a'), false), "");
    EXPECT_EQ(clean_pattern(" HTTPS://www.Slecht.example/pad?x ", true), "slecht.example");
    EXPECT_EQ(clean_pattern("slecht.example:8080", true), "slecht.example");
    for (const char* wrong : {"", "slecht", "een woord", ".nl", "nl.", "a..nl", "café.nl", "https://"}) {
        EXPECT_EQ(clean_pattern(wrong, true), "") << wrong;
    }
}

}  // namespace
}  // namespace forum::moderation
