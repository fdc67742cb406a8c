#include <gtest/gtest.h>

#include "members/device_name.hpp"
#include "members/return_to.hpp"

namespace forum::members {
namespace {

TEST(ReturnTo, StaysOnThisSite) {
    for (const auto* path :
         {"/", "/ik", "/gesprekken?soort=vraag&na=x#bericht-3", "/gesprekken/12/titel", "/a//b", "/%2F%2Fboef.example"}) {
        EXPECT_EQ(safe_return_to(path), path);
    }
    for (const auto* path : {"", "ik", "//boef.example", "///boef.example", "/\\boef.example", "\\\\boef.example", "https://boef.example",
                             "javascript:alert(1)", "/\t/boef.example", "/a\r\nSet-Cookie: b=c", "/a b", "/\x01", "/é", " /ik", "/inloggen",
                             "/inloggen?terug=/inloggen", "/uitloggen#x"}) {
        EXPECT_EQ(safe_return_to(path), "/") << path;
    }
    EXPECT_EQ(safe_return_to("/" + std::string(1999, 'a')).size(), 2000U);
    EXPECT_EQ(safe_return_to("/" + std::string(2000, 'a')), "/");
}

TEST(DeviceName, SaysWhatPeopleKnow) {
    EXPECT_EQ(device_name("Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"), "Firefox, Linux");
    EXPECT_EQ(device_name("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, "
                          "like Gecko) Chrome/130.0.0.0 Safari/537.36 Edg/130.0.0.0"),
              "Edge, Windows");
    EXPECT_EQ(device_name("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 "
                          "(KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1"),
              "Safari, iPhone");
    EXPECT_EQ(device_name("Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 (KHTML, like Gecko) "
                          "Chrome/130.0.0.0 Mobile Safari/537.36"),
              "Chrome, Android");
    EXPECT_EQ(device_name("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 "
                          "(KHTML, like Gecko) Version/17.0 Safari/605.1.15"),
              "Safari, macOS");
    EXPECT_EQ(device_name("curl/8.5.0 (Linux)"), "Linux");
    EXPECT_EQ(device_name("<script>"), "");
    EXPECT_EQ(device_name(""), "");
}

}  // namespace
}  // namespace forum::members
