#include "base/ids.hpp"

#include <gtest/gtest.h>

namespace forum::base {
namespace {

TEST(ParseId, TakesOnlyPlainPositiveNumbers) {
    EXPECT_EQ(parse_id<ThreadId>("1"), ThreadId{1});
    EXPECT_EQ(parse_id<ThreadId>("999999999999999999"), ThreadId{999'999'999'999'999'999});
    for (const char* text : {"", "0", "01", "-1", "+1", " 1", "1 ", "1a", "1.0", "0x1", "9223372036854775808", "1000000000000000000"}) {
        EXPECT_FALSE(parse_id<ThreadId>(text)) << text;
    }
    EXPECT_FALSE(parse_id<ThreadId>(std::string_view("1\0", 2)));
}

TEST(Id, IsFalseWithoutAValue) {
    EXPECT_FALSE(PostId{});
    EXPECT_TRUE(PostId{3});
    EXPECT_EQ(to_string(PostId{3}), "3");
}

}  // namespace
}  // namespace forum::base
