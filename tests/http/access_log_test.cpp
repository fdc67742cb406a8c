#include "http/access_log.hpp"

#include <gmock/gmock.h>

namespace forum::http {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(AccessLogPath, HoldsNoSecretOfALink) {
    std::string written;
    {
        AccessLog log{[&](std::string_view lines) { written += lines; }};
        for (const auto* target : {"/kennisgeving/Zm9ydW0tYS1zZWNyZXQtdGhhdC1sZXRzLWluLTEyMzQ?x=1",
                                   "/gesprekken/12/hoe-vindt-u-een-taalmaatje-voor-nieuwe-bewoners", "/", ""}) {
            log.add({.id = 1, .method = "GET", .target = target, .status = 200, .bytes = 0, .time = {}});
        }
        log.tick({});
    }
    EXPECT_THAT(written, HasSubstr("path=/kennisgeving/... "));
    EXPECT_THAT(written, Not(HasSubstr("Zm9ydW0")));
    EXPECT_THAT(written, HasSubstr("path=/gesprekken/12/hoe-vindt-u-een-taalmaatje-voor-nieuwe-bewoners "));
    EXPECT_THAT(written, HasSubstr("path=/ "));
    EXPECT_THAT(written, HasSubstr("path=- "));
}

}  // namespace
}  // namespace forum::http
