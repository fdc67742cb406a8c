#include "http/target.hpp"

#include <gtest/gtest.h>

#include <random>

#include "base/text.hpp"

namespace forum::http {
namespace {

TEST(Target, is_taken_apart_and_decoded_once) {
    struct Case {
        std::string target, path;
        Pairs query;
    };
    for (const auto& [target, path, query] : std::vector<Case>{
             {"/", "/", {}},
             {"/a/b", "/a/b", {}},
             {"/a/", "/a/", {}},
             {"//a", "//a", {}},
             {"/a?", "/a", {}},
             {"/a?b=c&d", "/a", {{"b", "c"}, {"d", ""}}},
             {"/a?b?c=d?", "/a", {{"b?c", "d?"}}},
             {"/a+b?c+d=e+f", "/a+b", {{"c d", "e f"}}},
             {"/%61%252f", "/a%2f", {}},
             {"/caf%c3%a9", "/café", {}},
             {"/.a/..b/c..", "/.a/..b/c..", {}},
             {"/a?x=../..", "/a", {{"x", "../.."}}},
             {"/a?x=%2f", "/a", {{"x", "/"}}},
             {"/a%20b", "/a b", {}},
             {"/a;b=c|d{e}", "/a;b=c|d{e}", {}},
         }) {
        const auto parsed = parse_target(target);
        ASSERT_TRUE(parsed) << target;
        EXPECT_EQ(parsed->path, path);
        EXPECT_EQ(parsed->query, query);
    }
}

TEST(Target, refuses_what_could_be_read_in_two_ways) {
    for (const auto* target :
         {"",        "a",      "*",    "http://a/", "?a",      "/a b",   "/a\tb",   "/a#b", "/caf\xc3\xa9", "/a\x7f",   "/%",      "/%4",
          "/%4x",    "/%00",   "/%0a", "/%7f",      "/%1f",    "/%ff",   "/%c0%ae", "/.",   "/..",          "/./",      "/../",    "/a/..",
          "/a/../b", "/a/./b", "/%2e", "/%2E%2e/a", "/a/.%2e", "/a%2fb", "/a%2Fb",  "/a?%", "/a?b=%zz",     "/a?b=%00", "/a?b=%ff"}) {
        EXPECT_FALSE(parse_target(target)) << target;
    }
    EXPECT_FALSE(parse_target(std::string_view{"/a\0", 3}));
}

// Whatever is accepted keeps the promises of Request::path.
TEST(Target, keeps_its_promises_on_garbage) {
    std::mt19937 random{5};
    const std::string_view letters = "//..%%2eEfF05aA?&=+ \x7f\xc3\xa9~";
    int accepted = 0;
    for (int round = 0; round < 50'000; ++round) {
        std::string target = "/";
        for (auto length = random() % 14; length > 0; --length) {
            target += letters[random() % letters.size()];
        }
        const auto parsed = parse_target(target);
        if (!parsed) {
            continue;
        }
        ++accepted;
        ASSERT_TRUE(parsed->path.starts_with('/')) << target;
        ASSERT_TRUE(base::is_valid_utf8(parsed->path)) << target;
        ASSERT_EQ((parsed->path + "/").find("/./"), std::string::npos) << target;
        ASSERT_EQ((parsed->path + "/").find("/../"), std::string::npos) << target;
        const auto raw = target.substr(0, target.find('?'));
        ASSERT_EQ(std::count(raw.begin(), raw.end(), '/'), std::count(parsed->path.begin(), parsed->path.end(), '/')) << target;
    }
    EXPECT_GT(accepted, 1000);
}

TEST(Target, absolute_form_is_split) {
    const auto full = split_absolute("HTTPS://a.example:8443/x/y?z");
    ASSERT_TRUE(full);
    EXPECT_EQ(full->scheme, "HTTPS");
    EXPECT_EQ(full->authority, "a.example:8443");
    EXPECT_EQ(full->rest, "/x/y?z");
    EXPECT_EQ(split_absolute("http://a")->rest, "");
    EXPECT_EQ(split_absolute("http://a?b")->rest, "?b");
    EXPECT_EQ(split_absolute("http://[::1]:80/")->authority, "[::1]:80");
    for (const auto* target : {"", "/", "http:/a", "http:a", "://a", "http://", "http:///a", "http://?", "ht tp://a", "http://u@a/",
                               "http://a b/", "http://a\\b/"}) {
        EXPECT_FALSE(split_absolute(target)) << target;
    }
}

}  // namespace
}  // namespace forum::http
