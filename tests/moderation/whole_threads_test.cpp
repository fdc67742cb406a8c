// Any order of acts with whole threads, among replies, reviews and decisions, leaves what `forum check` looks for true.
#include <random>

#include "moderation/judge_world.hpp"

namespace forum::moderation {
namespace {

using nlohmann::json;
using test::JudgeTest;
using test::sql;
using enum http::Method;

class WholeThreadsModelTest : public JudgeTest {
protected:
    std::int64_t one_of(const std::string& query) {
        const auto ids = sql(database(), query).integers("id");
        return ids.empty() ? 0 : ids[random() % ids.size()];
    }
    std::int64_t any_thread() { return one_of("SELECT id FROM threads WHERE merged_into IS NULL AND is_published"); }
    std::vector<std::string> faults() {
        return database().read([](db::Tx& tx) { return check_invariants(tx); });
    }
    std::int64_t posts() { return sql(database(), "SELECT count(*) AS n FROM posts").one().integer("n"); }

    std::mt19937 random{20261122};
};

TEST_F(WholeThreadsModelTest, AnyOrderOfActsKeepsEveryPromise) {
    const auto author = world().member("Anna Alpha"), newcomer = world().member("Nova Nieuw", false);
    const auto staff = world().moderator();
    for (int i = 0; i < 4; ++i) {
        world().thread(author);
    }
    int merged = 0, split = 0;
    for (int step = 0; step < 250; ++step) {
        const auto chosen = any_thread();
        const auto api = world().api(chosen);
        const auto before = posts();
        switch (random() % 8) {
        case 0: world().thread(author); break;
        case 1:
        case 2: world().post(random() % 3 == 0 ? newcomer : author, api + "/posts", {{"body", "Reactie " + std::to_string(step)}}); break;
        case 3:
            merged += world().post(staff, api + "/merge", {{"into", any_thread()}, {"reason", "Hetzelfde."}}).status == 200;
            EXPECT_EQ(posts(), before);
            break;
        case 4: {
            json numbers = json::array();
            for (const auto& row :
                 sql(database(), "SELECT number FROM posts WHERE thread_id = $1 AND number > 1", db::Params::of(chosen))) {
                if (random() % 2 == 0) {
                    numbers.push_back(row.integer("number"));
                }
            }
            split +=
                world().post(staff, api + "/split", {{"numbers", numbers}, {"title", "Apart"}, {"reason", "Iets anders."}}).status == 201;
            EXPECT_EQ(posts(), before);
            break;
        }
        case 5:
            world().send(staff, put, api + "/place",
                         {{"kind", random() % 2 == 0 ? "question" : "experience"}, {"theme", "expats"}, {"reason", "Hoort hier."}});
            break;
        case 6:
            if (const auto id = one_of("SELECT id FROM cases WHERE state = 'open'"); id != 0) {
                decide(staff, Case{id}, random() % 2 == 0 ? "approve" : "reject");
            }
            break;
        default:
            if (const auto number = one_of("SELECT number AS id FROM posts WHERE thread_id = " + std::to_string(chosen)); number != 0) {
                world().send(author, random() % 2 == 0 ? put : del,
                             api + (random() % 2 == 0 ? "/answer" : "/posts/" + std::to_string(number)), {{"number", number}});
            }
        }
        ASSERT_EQ(faults(), std::vector<std::string>{}) << "after step " << step;
    }
    EXPECT_GT(merged, 5);
    EXPECT_GT(split, 5);
    // Every address that was ever given still leads to its post.
    for (const auto& row : sql(database(), "SELECT thread_id, number FROM post_moves")) {
        const auto answer = world().get(staff, world().api(row.integer("thread_id"), static_cast<int>(row.integer("number"))));
        EXPECT_NE(answer.page.api_redirect, "") << row.integer("thread_id") << " " << row.integer("number");
    }
}

}  // namespace
}  // namespace forum::moderation
