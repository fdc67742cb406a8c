#include "app/metrics_server.hpp"

#include <gtest/gtest.h>

#include <stdexcept>

namespace forum::app {
namespace {

TEST(Endpoint, IsAnAddressAndAPort) {
    EXPECT_EQ(parse_endpoint("127.0.0.1:9464").address, "127.0.0.1");
    EXPECT_EQ(parse_endpoint("127.0.0.1:9464").port, 9464);
    EXPECT_EQ(parse_endpoint("[::1]:0").address, "::1");
    EXPECT_EQ(parse_endpoint("[::1]:0").port, 0);
}

TEST(Endpoint, AnythingElseIsOneClearLine) {
    for (const char* text : {"9464", "127.0.0.1", "127.0.0.1:", ":9464", "127.0.0.1:65536", "127.0.0.1:94x", "127.0.0.1:-1"}) {
        EXPECT_THROW(parse_endpoint(text), std::runtime_error) << text;
    }
}

}  // namespace
}  // namespace forum::app
