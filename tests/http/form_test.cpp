#include "http/form.hpp"

#include <gtest/gtest.h>

#include <random>

#include "base/text.hpp"

namespace forum::http {
namespace {

TEST(Form, reads_fields_in_order_and_decodes_each_once) {
    struct Case {
        std::string text;
        Pairs fields;
    };
    for (const auto& [text, fields] : std::vector<Case>{
             {"", {}},
             {"a=1", {{"a", "1"}}},
             {"a=1&b=2&a=3", {{"a", "1"}, {"b", "2"}, {"a", "3"}}},
             {"a", {{"a", ""}}},
             {"a=", {{"a", ""}}},
             {"=b", {{"", "b"}}},
             {"&&a=1&&b=2&", {{"a", "1"}, {"b", "2"}}},
             {"a=b=c", {{"a", "b=c"}}},
             {"a+b=c+d", {{"a b", "c d"}}},
             {"a%2Bb=c%26d%3De", {{"a+b", "c&d=e"}}},
             {"a=%252B", {{"a", "%2B"}}},
             {"q=caf%C3%A9+%e2%82%ac", {{"q", "café €"}}},
             {"q=caf\xc3\xa9", {{"q", "café"}}},
             {"t=%0D%0A", {{"t", "\r\n"}}},
         }) {
        EXPECT_EQ(parse_form(text), fields) << text;
    }
}

TEST(Form, refuses_what_is_malformed) {
    for (const auto* text : {"a=%", "a=%1", "a=%zz", "%=1", "a=%2", "a=%g0", "a=%0g", "a=% 1", "a=%00", "%00=a", "a=%ff", "a=%c3", "a=\xff",
                             "a=%c0%80", "a=%ed%a0%80", "a=%f4%90%80%80"}) {
        EXPECT_EQ(parse_form(text), std::nullopt) << text;
    }
    EXPECT_EQ(parse_form(std::string_view{"a=\0", 3}), std::nullopt);
}

TEST(Form, has_a_limit_of_fields) {
    std::string text;
    for (std::size_t i = 0; i < max_form_fields; ++i) {
        text += "&a=1";
    }
    ASSERT_TRUE(parse_form(text));
    EXPECT_EQ(parse_form(text)->size(), max_form_fields);
    EXPECT_FALSE(parse_form(text + "&b"));
    EXPECT_TRUE(parse_form(text + "&&&"));
}

std::string encode(std::string_view text, std::mt19937& random) {
    std::string out;
    for (const char c : text) {
        const bool is_plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
        if (c == ' ' && random() % 2 == 0) {
            out += '+';
        } else if (is_plain && random() % 4 != 0) {
            out += c;
        } else {
            const std::string_view digits = random() % 2 == 0 ? "0123456789abcdef" : "0123456789ABCDEF";
            const auto byte = static_cast<unsigned char>(c);
            out += '%';
            out += digits[byte >> 4];
            out += digits[byte & 15];
        }
    }
    return out;
}

// Whatever text goes in comes out, and whatever comes out is good text.
TEST(Form, gives_back_what_was_encoded) {
    std::mt19937 random{1};
    const std::vector<std::string> letters{"a", "z", "0", " ", "+", "&", "=", "%", "é", "€", "😀", "\n", "\"", "<"};
    for (int round = 0; round < 2000; ++round) {
        Pairs fields;
        std::string text;
        for (auto count = random() % 6; count > 0; --count) {
            std::string name = "n";
            std::string value;
            for (auto length = random() % 10; length > 0; --length) {
                value += letters[random() % letters.size()];
                name += letters[random() % letters.size()];
            }
            text += (text.empty() ? "" : "&") + encode(name, random) + "=" + encode(value, random);
            fields.emplace_back(name, value);
        }
        ASSERT_EQ(parse_form(text), fields) << text;
    }
}

TEST(Form, what_comes_out_of_garbage_is_good_text) {
    std::mt19937 random{2};
    const std::string_view letters = "%%%0123abcf&=+\xc3\xa9\xff";
    int good = 0;
    for (int round = 0; round < 20'000; ++round) {
        std::string text;
        for (auto length = random() % 12; length > 0; --length) {
            text += letters[random() % letters.size()];
        }
        const auto fields = parse_form(text);
        if (!fields) {
            continue;
        }
        ++good;
        for (const auto& [name, value] : *fields) {
            ASSERT_TRUE(base::is_valid_utf8(name) && base::is_valid_utf8(value)) << text;
        }
    }
    EXPECT_GT(good, 1000);
}

}  // namespace
}  // namespace forum::http
