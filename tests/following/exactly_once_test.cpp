// Random acts while two workers make notices at the same time: what stands in the end equals a small model, each notice once. Rule: levels
// change only when nothing waits, for they count as they are when the worker looks.
#include <gtest/gtest.h>

#include <random>
#include <thread>

#include "following/world.hpp"

namespace forum::following {
namespace {

using nlohmann::json;
using test::FollowingWorld;
using test::sql;

constexpr int members = 5;  // 0 and 1 office-holders, 2 an adviser, 3 a moderator, 4 new (what he writes waits)
const std::vector<std::string> themes{"wonen", "werk", "expats"};

struct Post {
    std::int64_t id;
    int author;
    int quotes;  // author, -1 = nobody
    bool is_published;
};
struct Thread {
    std::int64_t id;
    int author;
    std::string theme, visibility;
    std::vector<Post> posts;
    int answer{-1};
};

class Model {
public:
    std::map<std::pair<int, std::string>, std::string> levels;  // (member, subject)
    std::set<std::tuple<int, std::int64_t, bool>> notices;      // member, post, is the answer

    void published(const Thread& thread, std::size_t at) {
        const auto& post = thread.posts[at];
        const auto own = "thread/" + std::to_string(thread.id);
        levels.emplace(std::pair{post.author, own}, at == 0 ? "all" : "replies");
        for (int member = 0; member < members; ++member) {
            const auto of_thread = level(member, own);
            const bool by_list = at == 0 && level(member, "theme/" + thread.theme) == "all";
            const bool is_told = of_thread == "all" || by_list || post.quotes == member;
            if (is_told && !(at == 0 && !by_list) && may_hear(member, thread, of_thread) && member != post.author) {
                notices.emplace(member, post.id, false);
            }
        }
    }
    void accepted(const Thread& thread, const Post& post, int by) {
        for (const int member : {post.author, thread.author}) {
            if (member != by && may_hear(member, thread, level(member, "thread/" + std::to_string(thread.id)))) {
                notices.emplace(member, post.id, true);
            }
        }
    }

private:
    std::string level(int member, const std::string& subject) const {
        const auto found = levels.find({member, subject});
        return found == levels.end() ? "" : found->second;
    }
    static bool may_hear(int member, const Thread& thread, const std::string& level) {
        const bool sees = thread.visibility != "administrators" || (member != 2 && member != 4);
        return level != "digest" && level != "nothing" && (sees || thread.author == member);
    }
};

class ExactlyOnceTest : public test::DatabaseTest, public ::testing::WithParamInterface<unsigned> {};

TEST_P(ExactlyOnceTest, WithTwoWorkersAsTheModelSays) {
    test::seed_places(database());
    FollowingWorld world{database()};
    std::vector<access::Viewer> people{world.member("Anna Alpha"), world.member("Bert Bakker"),
                                       world.member("Carla Cremers", true, "GM0981", "member", "beleidsadviseur"), world.moderator(),
                                       world.member("Nina Nieuw", false, "GM0981", "member", "raadslid")};
    std::atomic<bool> is_over{false};
    std::vector<std::thread> workers;
    for (int n = 0; n < 2; ++n) {
        workers.emplace_back([&] {
            while (!is_over) {
                if (!database().write([&](db::Tx& tx) { return make_notices(tx, world.announcer, 3); })) {
                    std::this_thread::yield();
                }
            }
            database().close_this_thread();
        });
    }
    Model model;
    std::vector<Thread> threads;
    std::mt19937 random{GetParam()};
    const auto any = [&](std::size_t most) { return static_cast<std::size_t>(random() % most); };
    for (int act = 0; act < 150; ++act) {
        const auto who = any(members);
        const auto kind = threads.empty() ? 0 : any(10);
        auto* thread = threads.empty() ? nullptr : &threads[any(threads.size())];
        const bool is_held = who == 4;
        if (kind <= 1 && !is_held) {
            Thread made{.id = 0,
                        .author = static_cast<int>(who),
                        .theme = themes[any(themes.size())],
                        .visibility = any(3) == 0 ? "administrators" : "public",
                        .posts = {}};
            made.id =
                world.thread(people[who], {{"theme", made.theme}, {"visibility", made.visibility}, {"municipalities", json::array()}});
            const auto post = sql(database(), "SELECT id FROM posts WHERE thread_id = $1", db::Params::of(made.id)).one().integer("id");
            made.posts.push_back({post, made.author, -1, true});
            model.published(made, 0);
            threads.push_back(std::move(made));
        } else if (kind <= 5 && thread != nullptr) {
            const int quoted = any(2) == 0 ? -1 : static_cast<int>(any(thread->posts.size()));
            const bool may_quote = quoted >= 0 && thread->posts[static_cast<std::size_t>(quoted)].is_published;
            json body{{"body", "Een reactie."}};
            if (may_quote) {
                body["reply_to"] = quoted + 1;
            }
            const auto answer = world.post(people[who], world.api(thread->id) + "/posts", body);
            if (thread->visibility == "administrators" && (who == 2 || who == 4) && thread->author != static_cast<int>(who)) {
                EXPECT_EQ(answer.status, 404);
                continue;
            }
            ASSERT_EQ(answer.status, is_held ? 202 : 201) << answer.detail;
            thread->posts.push_back({answer.model["id"], static_cast<int>(who),
                                     may_quote ? thread->posts[static_cast<std::size_t>(quoted)].author : -1, !is_held});
            if (!is_held) {
                model.published(*thread, thread->posts.size() - 1);
            }
        } else if (kind == 6 && thread != nullptr) {
            for (std::size_t at = 0; at < thread->posts.size(); ++at) {
                if (!thread->posts[at].is_published) {
                    world.publish(thread->posts[at].id);
                    thread->posts[at].is_published = true;
                    model.published(*thread, at);
                    break;
                }
            }
        } else if (kind == 7 && thread != nullptr && thread->posts.size() > 1) {
            const auto at = 1 + any(thread->posts.size() - 1);
            if (thread->posts[at].is_published && thread->answer != static_cast<int>(at)) {
                ASSERT_EQ(world.send(people[3], http::Method::put, world.api(thread->id) + "/answer", {{"number", at + 1}}).status, 200);
                thread->answer = static_cast<int>(at);
                model.accepted(*thread, thread->posts[at], 3);
            }
        } else if (thread != nullptr) {
            world.turn();
            const auto subject = any(2) == 0 ? "theme/" + themes[any(themes.size())] : world.subject(thread->id);
            const std::string level{std::array{"all", "replies", "digest", "nothing"}[any(4)]};
            if (world.follow(people[who], subject, level).status == 200) {
                model.levels[{static_cast<int>(who), subject}] = level;
            }
        }
    }
    world.turn();
    is_over = true;
    for (auto& worker : workers) {
        worker.join();
    }
    std::set<std::tuple<int, std::int64_t, bool>> made;
    std::size_t count = 0;
    for (int member = 0; member < members; ++member) {
        for (const auto& row : sql(database(), "SELECT post_id, kind = 'answer' AS is_answer FROM notices WHERE member_id = $1",
                                   db::Params::of(people[static_cast<std::size_t>(member)].member))) {
            made.emplace(member, row.integer("post_id"), row.flag("is_answer"));
            ++count;
        }
    }
    EXPECT_EQ(made, model.notices);
    EXPECT_EQ(count, made.size()) << "never twice";
    EXPECT_GT(count, 20U) << "acts that tell nobody anything prove nothing";
}

INSTANTIATE_TEST_SUITE_P(Seeds, ExactlyOnceTest, ::testing::Values(1U, 2U, 3U, 4U));

}  // namespace
}  // namespace forum::following
