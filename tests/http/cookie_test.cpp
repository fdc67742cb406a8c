#include "http/cookie.hpp"

#include <gtest/gtest.h>

#include <random>

namespace forum::http {
namespace {

using std::chrono::hours;
using std::chrono::seconds;

TEST(Cookie, header_is_read_leniently) {
    struct Case {
        std::string header;
        Pairs cookies;
    };
    for (const auto& [header, cookies] : std::vector<Case>{
             {"", {}},
             {"a=1", {{"a", "1"}}},
             {"a=1; b=2", {{"a", "1"}, {"b", "2"}}},
             {"a=1;b=2 ;\tc=3", {{"a", "1"}, {"b", "2"}, {"c", "3"}}},
             {"a=1; a=2", {{"a", "1"}, {"a", "2"}}},
             {"a=", {{"a", ""}}},
             {"a==", {{"a", "="}}},
             {"a=b=c", {{"a", "b=c"}}},
             {"a=\"x y\"", {{"a", "x y"}}},
             {"a=\"", {{"a", "\""}}},
             {"broken; =x; ; a=1;", {{"a", "1"}}},
             {"__Host-sid=%20", {{"__Host-sid", "%20"}}},
         }) {
        EXPECT_EQ(parse_cookies(header), cookies) << header;
    }
}

TEST(Cookie, is_found_by_its_whole_name) {
    constexpr std::string_view header = "xsid=1; sid=2; sid=3; SID=4";
    EXPECT_EQ(find_cookie(header, "sid"), "2");
    EXPECT_EQ(find_cookie(header, "SID"), "4");
    EXPECT_EQ(find_cookie(header, "id"), std::nullopt);
    EXPECT_EQ(find_cookie("", "sid"), std::nullopt);
}

TEST(Cookie, finding_agrees_with_reading_all) {
    std::mt19937 random{11};
    const std::string_view letters = "ab=;\" ";
    for (int round = 0; round < 20'000; ++round) {
        std::string header;
        for (auto length = random() % 16; length > 0; --length) {
            header += letters[random() % letters.size()];
        }
        for (const auto* name : {"a", "b", "ab"}) {
            std::optional<std::string_view> expected;
            const auto all = parse_cookies(header);
            for (const auto& [key, value] : all) {
                if (key == name && !expected) {
                    expected = value;
                }
            }
            ASSERT_EQ(find_cookie(header, name), expected) << header;
        }
    }
}

TEST(Cookie, is_set_for_http_only_and_this_site_only) {
    EXPECT_EQ(set_cookie("sid", "abc", CookieTransport::any), "sid=abc; Path=/; HttpOnly; SameSite=Lax");
    EXPECT_EQ(set_cookie("__Host-sid", "abc", CookieTransport::secure, hours{1}),
              "__Host-sid=abc; Path=/; HttpOnly; SameSite=Lax; Secure; Max-Age=3600");
    EXPECT_EQ(set_cookie("sid", "", CookieTransport::any, seconds{0}), "sid=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0");
    EXPECT_EQ(set_cookie("sid", "", CookieTransport::any, seconds{-5}), "sid=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0");
}

TEST(Cookie, refuses_what_a_browser_would_drop_or_read_otherwise) {
    for (const auto* name : {"", "a b", "a=b", "a;b", "a\"", "é"}) {
        EXPECT_THROW(set_cookie(name, "x", CookieTransport::any), std::invalid_argument) << name;
    }
    for (const auto* value : {"a b", "a;b", "a,b", "a\"b", "a\\b", "a\r\nb", "é"}) {
        EXPECT_THROW(set_cookie("a", value, CookieTransport::any), std::invalid_argument) << value;
    }
    EXPECT_THROW(set_cookie("__Host-sid", "x", CookieTransport::any), std::invalid_argument);
    EXPECT_THROW(set_cookie("__Secure-sid", "x", CookieTransport::any), std::invalid_argument);
}

}  // namespace
}  // namespace forum::http
