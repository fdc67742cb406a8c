#include <gmock/gmock.h>

#include "discussion/world.hpp"
#include "support/all_queries.hpp"

namespace forum::discussion {
namespace {

TEST(DiscussionQueriesTest, EveryQueryPrepares) {
    EXPECT_THAT(test::queries_that_do_not_prepare(test::shared_database().url()), testing::ElementsAre());
}

}  // namespace
}  // namespace forum::discussion
