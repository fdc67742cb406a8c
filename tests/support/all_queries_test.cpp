#include "support/all_queries.hpp"

#include <fstream>
#include <regex>
#include <set>

#include "app/commands.hpp"
#include "db/tx.hpp"
#include "support/test_database.hpp"

namespace forum::test {
namespace {

/// Naming the program's entry links in every room that it reaches, and with them their queries.
int (*const volatile whole_program)(int, char**) = &app::run;

/// Names of queries as they stand in the source of the rooms.
std::set<std::string> written_queries() {
    const std::regex declaration{R"~(Query\s+\w+\s*\{\s*"([^"]+)")~"};
    std::set<std::string> names;
    for (const auto& entry : std::filesystem::recursive_directory_iterator{FORUM_SOURCE_DIR "/server"}) {
        if (entry.path().extension() != ".cpp") {
            continue;
        }
        std::ifstream input{entry.path()};
        const std::string text{std::istreambuf_iterator<char>{input}, {}};
        for (std::sregex_iterator found{text.begin(), text.end(), declaration}, end; found != end; ++found) {
            names.insert((*found)[1]);
        }
    }
    return names;
}

TEST(AllQueries, PrepareOnAFreshDatabase) {
    ASSERT_NE(whole_program, nullptr);
    TestDatabase fresh;
    for (const auto& fault : queries_that_do_not_prepare(fresh.url())) {
        ADD_FAILURE() << fault;
    }
}

TEST(AllQueries, AreTheOnesInTheSource) {
    std::set<std::string> linked;
    for (const auto* query : db::all_queries()) {
        if (!query->name.starts_with("test.")) {
            linked.insert(query->name);
        }
    }
    EXPECT_EQ(linked, written_queries());
}

TEST(AllQueries, AWrongOneIsNamed) {
    const db::Query wrong{"test.wrong", "SELECT nothing FROM nowhere"};
    const auto faults = queries_that_do_not_prepare(shared_database().url());
    ASSERT_EQ(faults.size(), 1U);
    EXPECT_TRUE(faults.front().starts_with("test.wrong: ERROR:  42P01")) << faults.front();
}

}  // namespace
}  // namespace forum::test
