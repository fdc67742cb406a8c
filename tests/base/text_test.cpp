#include "base/text.hpp"

#include <gtest/gtest.h>

#include <random>

namespace forum::base {
namespace {

/// Encodes any number up to 0x1fffff, also those that UTF-8 forbids.
std::string encode(char32_t c) {
    const auto byte = [](char32_t value) { return static_cast<char>(static_cast<unsigned char>(value)); };
    if (c < 0x80)
        return {byte(c)};
    if (c < 0x800)
        return {byte(0xc0 | (c >> 6)), byte(0x80 | (c & 0x3f))};
    if (c < 0x10000) {
        return {byte(0xe0 | (c >> 12)), byte(0x80 | ((c >> 6) & 0x3f)), byte(0x80 | (c & 0x3f))};
    }
    return {byte(0xf0 | (c >> 18)), byte(0x80 | ((c >> 12) & 0x3f)), byte(0x80 | ((c >> 6) & 0x3f)), byte(0x80 | (c & 0x3f))};
}

bool is_scalar(char32_t c) { return c != 0 && c <= 0x10ffff && (c < 0xd800 || c > 0xdfff); }

/// Text of letters, accents, signs of several planes, spaces and marks that join to the letter before.
std::string random_text(std::mt19937& random, std::size_t most) {
    static const std::vector<char32_t> letters{U'a', U'Z', U'5',  U' ',   U' ', U'\n', U'-',    U'\'',    U'é',
                                               U'ø', U'ß', 0x301, 0x200d, U'…', U'中', 0x1f469, 0x10ffff, 0xa0};
    std::string text;
    for (auto left = random() % (most + 1); left > 0; --left) {
        text += encode(letters.at(random() % letters.size()));
    }
    return text;
}

TEST(Utf8, AcceptsExactlyTheScalarValues) {
    for (char32_t c = 0; c < 0x112000; ++c) {
        ASSERT_EQ(is_valid_utf8(encode(c)), is_scalar(c)) << "U+" << std::hex << static_cast<unsigned>(c);
    }
}

TEST(Utf8, RefusesBrokenBytes) {
    const std::vector<std::string> broken{
        "\x80",          // continuation without lead
        "\xc3",          // cut off
        "\xe2\x82",      // cut off
        "\xf0\x9f\x98",  // cut off
        "\xc0\xaf",      // overlong "/"
        "\xc1\xbf",      // overlong
        "\xe0\x80\xaf",  // overlong
        "\xf0\x80\x80\xaf",
        "\xed\xa0\x80",      // surrogate
        "\xf4\x90\x80\x80",  // above U+10FFFF
        "\xf8\x88\x80\x80\x80",
        "\xff",
        "a\xc3(",
        std::string("a\0b", 3),
    };
    for (const auto& text : broken) {
        EXPECT_FALSE(is_valid_utf8(text)) << ::testing::PrintToString(text);
    }
    EXPECT_TRUE(is_valid_utf8(""));
}

TEST(Utf8, JoinedValidTextsStayValidAndCutOnesDoNot) {
    std::mt19937 random{7};
    for (int round = 0; round < 2000; ++round) {
        const auto text = random_text(random, 20);
        ASSERT_TRUE(is_valid_utf8(text));
        for (std::size_t cut = 1; cut < text.size(); ++cut) {
            const bool at_boundary = (static_cast<unsigned char>(text[cut]) & 0xc0U) != 0x80U;
            ASSERT_EQ(is_valid_utf8(text.substr(0, cut)), at_boundary);
        }
    }
}

TEST(CountCharacters, CountsCodePoints) {
    EXPECT_EQ(count_characters(""), 0U);
    EXPECT_EQ(count_characters("Fryslân"), 7U);
    EXPECT_EQ(count_characters("👩‍🌾"), 3U);
}

TEST(Excerpt, KeepsShortTextAndCutsLongAtAWord) {
    EXPECT_EQ(excerpt("een twee drie", 13), "een twee drie");
    EXPECT_EQ(excerpt("een twee drie", 12), "een twee…");
    EXPECT_EQ(excerpt("een twee drie", 9), "een twee…");
    EXPECT_EQ(excerpt("een twee drie", 8), "een…");
    EXPECT_EQ(excerpt("arbeidsmigranten", 8), "arbeids…");
    EXPECT_EQ(excerpt("  aan het begin", 6), "  aan…");
    EXPECT_EQ(excerpt("een", 1), "…");
    EXPECT_EQ(excerpt("een", 0), "");
    EXPECT_EQ(excerpt("", 0), "");
}

TEST(Excerpt, NeverCutsInsideAVisibleCharacter) {
    // A woman farmer is three code points, one picture.
    EXPECT_EQ(excerpt("ab👩‍🌾cd", 5), "ab…");
    EXPECT_EQ(excerpt("cafe\xcc\x81s", 5), "caf…");
}

TEST(Excerpt, IsValidAndShortEnough) {
    std::mt19937 random{11};
    for (int round = 0; round < 3000; ++round) {
        const auto text = random_text(random, 40);
        const auto limit = random() % 30;
        const auto cut = excerpt(text, limit);
        ASSERT_TRUE(is_valid_utf8(cut));
        if (count_characters(text) <= limit) {
            ASSERT_EQ(cut, text);
        } else {
            // A first character of many code points is kept whole rather than shown as nothing.
            ASSERT_TRUE(limit == 0 ? cut.empty() : cut.ends_with("…"));
            ASSERT_LE(count_characters(cut), std::max<std::size_t>(limit, 1));
        }
    }
}

TEST(Trim, TakesAsciiAndNoBreakSpaceOffBothEnds) {
    EXPECT_EQ(trim(" \t\r\n a b\xc2\xa0\xc2\xa0"), "a b");
    EXPECT_EQ(trim("\xc2\xa0 "), "");
    EXPECT_EQ(trim("é"), "é");
    // U+00E0 ends in the byte of a no-break space and is a letter.
    EXPECT_EQ(trim("voilà"), "voilà");
}

TEST(NormalizeNewlines, LeavesOnlyLineFeeds) {
    EXPECT_EQ(normalize_newlines("a\r\nb\rc\nd\r\r\ne\r"), "a\nb\nc\nd\n\ne\n");
    EXPECT_EQ(normalize_newlines(""), "");
}

TEST(Slugify, MakesReadableAddresses) {
    EXPECT_EQ(slugify("Hoe betrekt u arbeidsmigranten?"), "hoe-betrekt-u-arbeidsmigranten");
    EXPECT_EQ(slugify("  Súdwest-Fryslân & 's-Hertogenbosch  "), "sudwest-fryslan-s-hertogenbosch");
    EXPECT_EQ(slugify("Foto’s in één café"), "fotos-in-een-cafe");
    EXPECT_EQ(slugify("Łódź, Ærø, Straße"), "lodz-aero-strasse");
    EXPECT_EQ(slugify("مرحبا"), "mrhba");
    EXPECT_EQ(slugify("?!"), "gesprek");
    EXPECT_EQ(slugify(""), "gesprek");
    EXPECT_EQ(slugify("🙂"), "gesprek");
}

TEST(Slugify, CutsAtAHyphen) {
    EXPECT_EQ(slugify(std::string(79, 'a') + " bcd"), std::string(79, 'a'));
    EXPECT_EQ(slugify(std::string(80, 'a') + " b"), std::string(80, 'a'));
    EXPECT_EQ(slugify(std::string(100, 'a')), std::string(80, 'a'));
    EXPECT_EQ(slugify(std::string(70, 'a') + " bbbbb ccccc"), std::string(70, 'a') + "-bbbbb");
}

TEST(Slugify, AlwaysHasTheForm) {
    std::mt19937 random{13};
    for (int round = 0; round < 1000; ++round) {
        const auto slug = slugify(random_text(random, 120));
        ASSERT_FALSE(slug.empty());
        ASSERT_LE(slug.size(), 80U);
        ASSERT_EQ(slug.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-"), std::string::npos);
        ASSERT_NE(slug.front(), '-');
        ASSERT_NE(slug.back(), '-');
        ASSERT_EQ(slug.find("--"), std::string::npos);
        ASSERT_EQ(slugify(slug), slug);
    }
}

TEST(Fold, LetsNamesMeet) {
    EXPECT_EQ(fold("Súdwest-Fryslân"), "sudwest-fryslan");
    EXPECT_EQ(fold("’s-Gravenhage"), fold("'S-GRAVENHAGE"));
    EXPECT_EQ(fold("IJSSELSTEIN"), fold("ĳsselstein"));
    EXPECT_EQ(fold("Ærø Łódź Straße"), "aero lodz strasse");
    EXPECT_EQ(fold("e\xcc\x81\xc3\xa9"), "ee");
}

TEST(Fold, OfFoldedTextChangesNothing) {
    std::mt19937 random{17};
    for (int round = 0; round < 1000; ++round) {
        const auto once = fold(random_text(random, 30));
        ASSERT_TRUE(is_valid_utf8(once));
        ASSERT_EQ(fold(once), once);
    }
}

TEST(EscapeHtml, LeavesNothingThatMeansSomething) {
    EXPECT_EQ(escape_html(R"(<a href="x" title='y'>&amp;</a>)"), "&lt;a href=&quot;x&quot; title=&#39;y&#39;&gt;&amp;amp;&lt;/a&gt;");
}

TEST(Split, KeepsEmptyParts) {
    EXPECT_EQ(split("a,,b,", ','), (std::vector<std::string>{"a", "", "b", ""}));
    EXPECT_EQ(split("", ','), (std::vector<std::string>{""}));
}

TEST(LowerAscii, LeavesOtherLettersAlone) { EXPECT_EQ(lower_ascii("ÉCOLE Az"), "École az"); }

}  // namespace
}  // namespace forum::base
