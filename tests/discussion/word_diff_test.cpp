#include "discussion/word_diff.hpp"

#include <gtest/gtest.h>

#include <random>

namespace forum::discussion {
namespace {

std::string join(const std::vector<DiffPart>& parts, DiffPart::Kind without) {
    std::string text;
    for (const auto& part : parts) {
        if (part.kind != without) {
            text += part.text;
        }
    }
    return text;
}

TEST(WordDiffTest, ShowsWhatChanged) {
    EXPECT_EQ(diff_html("een twee drie", "een vier drie"), "<p>een <del>twee</del><ins>vier</ins> drie</p>");
    EXPECT_EQ(diff_html("gelijk", "gelijk"), "<p>gelijk</p>");
    EXPECT_EQ(diff_html("", "nieuw"), "<p><ins>nieuw</ins></p>");
    EXPECT_EQ(diff_html("een\n\ntwee", "een\n\ndrie"), "<p>een</p><p><del>twee</del><ins>drie</ins></p>");
    EXPECT_EQ(diff_html("een", "een\ntwee"), "<p>een<ins><br>twee</ins></p>");
}

TEST(WordDiffTest, EscapesMarkup) {
    EXPECT_EQ(diff_html("<b>", "<script>alert(1)</script> & \"x\""),
              "<p><del>&lt;b&gt;</del><ins>&lt;script&gt;alert(1)&lt;/script&gt; &amp; &quot;x&quot;</ins></p>");
}

// Whatever the texts: without its additions a difference is the old text, without its removals the new one.
TEST(WordDiffTest, BothTextsCanBeReadBack) {
    std::mt19937 random{20'261'122};
    const std::vector<std::string> words{"gemeente", "wijk", " ", "  ", "\n", "\n\n", "é", "<p>", "buurt", "\t"};
    for (int round = 0; round < 500; ++round) {
        std::string before, after;
        for (auto count = random() % 40; count > 0; --count) {
            const auto& word = words[random() % words.size()];
            if (random() % 5 != 0) {
                before += word;
            }
            if (random() % 5 != 0) {
                after += word;
            }
        }
        const auto parts = diff_words(before, after);
        EXPECT_EQ(join(parts, DiffPart::Kind::added), before);
        EXPECT_EQ(join(parts, DiffPart::Kind::removed), after);
    }
}

TEST(WordDiffTest, LongDifferentTextsComeBackWhole) {
    std::string before, after;
    for (int i = 0; i < 4000; ++i) {
        before += "a" + std::to_string(i) + " ";
        after += "b" + std::to_string(i) + " ";
    }
    const auto parts = diff_words(before, after);
    ASSERT_GE(parts.size(), 2U);
    EXPECT_EQ(join(parts, DiffPart::Kind::added), before);
    EXPECT_EQ(join(parts, DiffPart::Kind::removed), after);
}

}  // namespace
}  // namespace forum::discussion
