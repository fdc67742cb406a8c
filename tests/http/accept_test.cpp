#include "http/accept.hpp"

#include <gtest/gtest.h>

#include <array>

namespace forum::http {
namespace {

TEST(Accept, encoding_follows_q) {
    using enum Encoding;
    struct Case {
        std::string header;
        Encoding encoding;
    };
    for (const auto& [header, encoding] : std::vector<Case>{
             {"", identity},
             {"gzip, deflate, br, zstd", brotli},
             {"gzip, deflate", gzip},
             {"GZIP", gzip},
             {"x-gzip", gzip},
             {"br", brotli},
             {"deflate", identity},
             {"identity", identity},
             {"*", brotli},
             {"*;q=0", identity},
             {"br;q=0, *", gzip},
             {"gzip;q=0, *;q=0.5", brotli},
             {"br;q=0.5, gzip;q=0.8", gzip},
             {"br;q=0.8, gzip;q=0.8", brotli},
             {"br ; Q=0.1 , gzip ; q=0.2", gzip},
             {"gzip;q=0", identity},
             {"gzip;q=0.000", identity},
             {"gzip;q=0.001", gzip},
             {"gzip;q=1.0, br;q=0.999", gzip},
             {"gzip;q=0.5, identity", identity},
             {"gzip;q=0.5, identity;q=0.5", gzip},
             {"gzip;q=oops", identity},
             {"gzip;q=2", identity},
             {"gzip;q=0.1234", identity},
             {"gzip;q=-1", identity},
             {"gzip;q=", identity},
             {",, ,gzip,", gzip},
             {"gzip;foo=\"a,br\"", gzip},
             {"\"", identity},
         }) {
        EXPECT_EQ(choose_encoding(header), encoding) << header;
    }
}

TEST(Accept, media_type_follows_q_and_the_closest_range) {
    constexpr std::array<std::string_view, 2> offered{"text/html", "application/json"};
    struct Case {
        std::string header, chosen;
    };
    for (const auto& [header, chosen] : std::vector<Case>{
             {"", "text/html"},
             {"  ", "text/html"},
             {"*/*", "text/html"},
             {"application/json", "application/json"},
             {"Application/JSON; charset=utf-8", "application/json"},
             {"application/*", "application/json"},
             {"text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "text/html"},
             {"text/html;q=0.5, application/json", "application/json"},
             {"text/*;q=0.9, */*;q=0.1, text/html;q=0", "application/json"},
             {"*/*;q=0.1, application/json;q=0.2", "application/json"},
             {"text/html;q=0", ""},
             {"image/png", ""},
             {"text", ""},
             {"text/htm", ""},
             {"textual/*", ""},
             {"text/html;level=\"1;q=0\"", "text/html"},
         }) {
        const auto result = choose_media_type(header, offered);
        EXPECT_EQ(result.value_or(""), chosen) << header;
    }
    EXPECT_EQ(choose_media_type("*/*", {}), std::nullopt);
}

TEST(Accept, language_follows_q_and_the_primary_tag) {
    constexpr std::array<std::string_view, 2> offered{"nl", "en"};
    struct Case {
        std::string header, chosen;
    };
    for (const auto& [header, chosen] : std::vector<Case>{
             {"", "nl"},
             {"en", "en"},
             {"EN-gb", "en"},
             {"nl-BE,nl;q=0.9,en;q=0.8", "nl"},
             {"en-US,en;q=0.9,nl;q=0.8", "en"},
             {"de, en;q=0.5, nl;q=0.4", "en"},
             {"de", "nl"},
             {"*", "nl"},
             {"en;q=0", "nl"},
             {"enx", "nl"},
             {"en;q=0.1, nl;q=0.2", "nl"},
         }) {
        EXPECT_EQ(choose_language(header, offered), chosen) << header;
    }
}

}  // namespace
}  // namespace forum::http
