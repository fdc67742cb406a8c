// What following makes of threads that were merged or split: nobody loses what he follows, authors hear where their posts went.
#include <gmock/gmock.h>

#include "following/world.hpp"

namespace forum::following {
namespace {

using nlohmann::json;
using test::FollowingTest;
using test::sql;
using testing::ElementsAre;
using testing::IsEmpty;
using enum http::Method;

class MovedTest : public FollowingTest {
protected:
    void SetUp() override {
        FollowingTest::SetUp();
        asker = world().member("Anna Alpha");
        writer = world().member("Bert Bakker", true, "GM0344");
        reader = world().member("Carla Cremers", true, "GM0981");
        moderator = world().moderator();
        one = world().thread(asker, {{"title", "Eerste"}});
        two = world().thread(asker, {{"title", "Tweede"}});
        world().reply(writer, one, "Een reactie.");
        world().turn();
    }
    void merge(std::int64_t from, std::int64_t into) {
        EXPECT_EQ(world().post(moderator, world().api(from) + "/merge", {{"into", into}, {"reason", "Hetzelfde."}}).status, 200);
    }
    std::string level(const access::Viewer& viewer, std::int64_t thread) { return world().level(viewer, world().subject(thread)); }
    /// "kind" of each notice as it stands, with the number of its post in the thread.
    std::vector<std::string> kinds(const access::Viewer& viewer, std::int64_t thread) {
        world().turn();
        std::vector<std::string> list;
        for (const auto& row :
             sql(database(), "SELECT kind, number, is_read FROM standing_notices($1, $2) WHERE thread_id = $3 ORDER BY id",
                 db::Params::of(viewer.member, viewer.level(), thread))) {
            list.push_back(row.text("kind") + " " + std::to_string(row.integer("number")) + (row.flag("is_read") ? " read" : ""));
        }
        return list;
    }

    access::Viewer asker, writer, reader, moderator;
    std::int64_t one{0}, two{0};
};

TEST_F(MovedTest, WhoFollowedAMergedThreadFollowsTheOther) {
    world().follow(reader, world().subject(one), "all");
    merge(one, two);
    world().turn();
    EXPECT_EQ(level(reader, two), "all");
    EXPECT_EQ(level(writer, two), "replies");
    EXPECT_EQ(
        sql(database(), "SELECT count(*) AS n FROM follows WHERE subject = $1", db::Params::of(world().subject(one))).one().integer("n"),
        0);
    world().reply(asker, two, "Verder hier.");
    EXPECT_THAT(kinds(reader, two), ElementsAre("reply 4"));
}

TEST_F(MovedTest, WhatSomebodyChoseForTheOtherStays) {
    world().follow(reader, world().subject(one), "all");
    world().follow(reader, world().subject(two), "nothing");
    world().follow(writer, world().subject(one), "digest");
    world().reply(writer, two, "Ook hier.");
    world().turn();
    merge(one, two);
    world().turn();
    EXPECT_EQ(level(reader, two), "nothing");
    EXPECT_EQ(level(writer, two), "digest") << "chosen goes before what came by itself";
}

TEST_F(MovedTest, TwoMergesInOneTurnBringHimToTheLast) {
    const auto three = world().thread(asker, {{"title", "Derde"}});
    world().follow(reader, world().subject(one), "all");
    world().turn();
    merge(one, two);
    merge(two, three);
    world().turn();
    EXPECT_EQ(level(reader, three), "all");
}

TEST_F(MovedTest, NoticesGoAlongAndAreNotDoubled) {
    EXPECT_THAT(kinds(asker, one), ElementsAre("reply 2"));
    const auto bell = world().bell(asker);
    merge(one, two);
    EXPECT_THAT(kinds(asker, one), IsEmpty());
    EXPECT_THAT(kinds(asker, two), ElementsAre("reply 3", "moved 2"));
    EXPECT_EQ(world().bell(asker), bell) << "one thread is one row";
    EXPECT_THAT(kinds(writer, two), ElementsAre("moved 3"));
    EXPECT_THAT(kinds(moderator, two), IsEmpty());
    const auto row = world().notices(writer).model["items"][0];
    EXPECT_EQ(row["isMovedOfMine"], true);
    EXPECT_EQ(row["url"], "/gesprekken/" + std::to_string(two) + "/tweede#bericht-3");
    EXPECT_EQ(world().send(asker, put, "/api/v1/me/notices/read", {{"until", 1'000'000}, {"thread", two}}).status, 200);
    EXPECT_EQ(world().bell(asker), 0);
}

TEST_F(MovedTest, WhoHadReadItHearsThatItMoved) {
    world().send(writer, put, world().api(one) + "/marker", {{"number", 2}});
    merge(one, two);
    EXPECT_THAT(kinds(writer, two), ElementsAre("moved 3"));
}

TEST_F(MovedTest, FollowersOfASplitThreadAreTold) {
    world().follow(reader, world().subject(one), "all");
    const auto quiet = world().member("Dirk Digest");
    world().follow(quiet, world().subject(one), "digest");
    const auto done =
        world().post(moderator, world().api(one) + "/split", {{"numbers", {2}}, {"title", "Apart"}, {"reason", "Iets anders."}});
    ASSERT_EQ(done.status, 201);
    const std::int64_t made = done.model["into"];
    EXPECT_THAT(kinds(reader, made), ElementsAre("moved 1"));
    EXPECT_THAT(kinds(writer, made), ElementsAre("moved 1"));
    EXPECT_THAT(kinds(asker, made), ElementsAre("moved 1")) << "in place of the notice of the same post";
    EXPECT_THAT(kinds(quiet, made), IsEmpty());
    EXPECT_EQ(level(reader, one), "all") << "what is left is still followed";
}

}  // namespace
}  // namespace forum::following
