#include "moderation/review_post.hpp"

#include <gmock/gmock.h>

#include "moderation/judge_world.hpp"

namespace forum::moderation {
namespace {

using test::sql;
using ::testing::HasSubstr;
using ::testing::Not;

class ReviewPostTest : public test::JudgeTest {
protected:
    test::Answer review(const access::Viewer& by, int number) {
        return world().post(by, world().api(thread, number) + "/case", json::object());
    }
    std::int64_t reads() { return sql(database(), "SELECT count(*) AS n FROM hidden_reads").one().integer("n"); }
    using json = nlohmann::json;
};

TEST_F(ReviewPostTest, AModeratorStartsOnALivePostByHimself) {
    reply(anna, "Staat er.");
    const auto made = review(mo, 2);
    ASSERT_EQ(made.status, 201);
    EXPECT_EQ(review(other, 2).status, 200) << "the one that is open";
    EXPECT_EQ(review(other, 2).model["id"], made.model["id"]);
    const Case about{made.model["id"]};
    const auto shown = world().get(mo, about.url()).model;
    EXPECT_TRUE(shown["isOwnInitiative"].get<bool>());
    EXPECT_EQ(shown["decisions"].size(), 5U);
    EXPECT_EQ(decide(mo, about, "remove").status, 200);
    EXPECT_THAT(last(about).text("statement"), HasSubstr("uit eigen beweging"));
    expect_sound();
}

TEST_F(ReviewPostTest, OnlyModeratorsAndNotOnTheirOwn) {
    reply(anna, "Staat er.");
    EXPECT_EQ(review(anna, 2).status, 404);
    EXPECT_EQ(review(nova, 2).status, 404);
    EXPECT_EQ(review(world().administrator(), 2).status, 403);
    EXPECT_EQ(review(mo, 77).status, 404);
    reply(mo, "Van mij.");
    EXPECT_EQ(review(mo, 3).status, 403);
    EXPECT_EQ(review(other, 3).status, 201);
}

TEST_F(ReviewPostTest, ThePageOfAThreadOffersItToModeratorsOnly) {
    reply(anna, "Staat er.");
    const auto page = "/gesprekken/" + std::to_string(thread) + "/hoe-betrekt-u-nieuwe-bewoners";
    EXPECT_THAT(world().html(mo, world().get(mo, page)), HasSubstr("/berichten/2/beoordelen"));
    EXPECT_THAT(world().html(anna, world().get(anna, page)), Not(HasSubstr("/beoordelen")));
}

TEST_F(ReviewPostTest, WhoOfTheStaffReadWhatWasHiddenIsLogged) {
    const auto about = about_live();
    world().get(mo, world().api(thread, 2));
    EXPECT_EQ(reads(), 0) << "everybody reads it";
    decide(mo, about, "hide");
    world().get(guest, world().api(thread));
    world().get(anna, world().api(thread, 2));
    EXPECT_EQ(reads(), 0) << "no text for a reader, and an author's own is his";
    world().get(other, world().api(thread, 2));
    EXPECT_EQ(reads(), 1);
    world().get(other, world().api(thread));
    EXPECT_EQ(reads(), 1) << "the same text within ten minutes";
    world().get(mo, about.url());
    EXPECT_EQ(reads(), 2);
    world().get(world().administrator(), "/gesprekken/" + std::to_string(thread) + "/berichten/2/versies");
    EXPECT_EQ(reads(), 3);
}

TEST_F(ReviewPostTest, AWaitingPostThatWasOnceReadIsATombstone) {
    const auto about = waiting("Dit is stil.");
    decide(mo, about, "approve");
    undo(mo, about);
    const auto shown = world().get(guest, world().api(thread, 2)).model;
    EXPECT_EQ(shown["state"], "hidden");
    EXPECT_FALSE(shown["isWaiting"].get<bool>());
    EXPECT_THAT(shown.dump(), Not(HasSubstr("stil")));
    EXPECT_EQ(world().get(nova, world().api(thread, 2)).model["state"], "waiting");
}

}  // namespace
}  // namespace forum::moderation
