#include "base/problem.hpp"

#include <gtest/gtest.h>

#include <set>

namespace forum::base {
namespace {

TEST(Problem, EveryKindHasItsOwnRowInTheOrderOfTheEnum) {
    std::set<std::string_view> slugs;
    int next = 0;
    for (const auto& row : all_problems()) {
        EXPECT_EQ(static_cast<int>(row.kind), next++);
        EXPECT_EQ(&problem_info(row.kind), &row);
        EXPECT_TRUE(slugs.insert(row.slug).second) << row.slug;
        EXPECT_EQ(row.slug.find_first_not_of("abcdefghijklmnopqrstuvwxyz-"), std::string_view::npos);
        EXPECT_TRUE(row.status >= 400 && row.status < 600) << row.slug;
        EXPECT_FALSE(row.title.empty());
    }
    EXPECT_EQ(next, static_cast<int>(ProblemKind::internal) + 1);
}

TEST(Problem, SaysKindAndDetailInTheLog) { EXPECT_STREQ(Problem(ProblemKind::conflict, "thread 3").what(), "conflict: thread 3"); }

}  // namespace
}  // namespace forum::base
