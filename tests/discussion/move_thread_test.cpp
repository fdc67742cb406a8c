// A thread put in another place: where it is found then, and what does not change by it.
#include <gmock/gmock.h>

#include "discussion/world.hpp"

namespace forum::discussion {
namespace {

using nlohmann::json;
using test::DiscussionTest;
using test::sql;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::UnorderedElementsAre;
using enum http::Method;

class MoveThreadTest : public DiscussionTest {
protected:
    void SetUp() override {
        DiscussionTest::SetUp();
        anna = world().member("Anna Alpha");
        moderator = world().moderator();
        thread = world().thread(anna, {{"municipalities", {"GM1783"}}, {"visibility", "members"}});
    }
    test::Answer move(json more = json::object()) {
        json body{{"kind", "question"}, {"theme", "expats"}, {"reason", "Hoort hier beter."}};
        body.update(more);
        return world().send(moderator, put, world().api(thread) + "/place", body);
    }
    std::vector<std::string> log() {
        return sql(database(),
                   "SELECT coalesce(array_agg(kind || ': ' || reason ORDER BY id), '{}') AS lines FROM thread_acts WHERE thread_id = $1",
                   db::Params::of(thread))
            .one()
            .texts("lines");
    }
    std::vector<std::int64_t> listed(const std::string& filter) {
        std::vector<std::int64_t> ids;
        const auto list = world().get(anna, "/api/v1/threads?" + filter).model;
        for (const auto& item : list["items"]) {
            ids.push_back(item["id"]);
        }
        return ids;
    }

    access::Viewer anna, moderator;
    std::int64_t thread{0};
};

TEST_F(MoveThreadTest, ItStandsInItsNewListsAndNoMoreInTheOldOnes) {
    EXPECT_EQ(move({{"kind", "experience"}, {"municipalities", {"GM0501:experience"}}, {"typologies", {"tuinbouwgemeenten"}}}).status, 200);
    const auto page = world().get(anna, world().api(thread)).model;
    EXPECT_EQ(page["kind"], "experience");
    EXPECT_EQ(page["theme"]["slug"], "expats");
    ASSERT_EQ(page["municipalities"].size(), 1U);
    EXPECT_EQ(page["municipalities"][0]["code"], "GM0501");
    EXPECT_EQ(page["municipalities"][0]["isExperienceFrom"], true);
    EXPECT_EQ(page["typologies"][0]["slug"], "tuinbouwgemeenten");
    EXPECT_THAT(listed("theme=expats"), Contains(thread));
    EXPECT_THAT(listed("theme=wonen"), Not(Contains(thread)));
    EXPECT_THAT(listed("municipality=GM0501"), Contains(thread));
    EXPECT_THAT(log(), ElementsAre("move: Hoort hier beter."));
    const auto events = world().events_of("thread/" + std::to_string(thread));
    EXPECT_EQ(events.back().kind, "thread.changed");
    for (const auto* topic :
         {"list/all", "list/theme/wonen", "list/theme/expats", "list/municipality/GM1783", "list/municipality/GM0501"}) {
        EXPECT_THAT(events.back().hints, Contains(topic));
    }
}

TEST_F(MoveThreadTest, WhoMayReadItNeverChanges) {
    EXPECT_EQ(move({{"visibility", "public"}}).status, 400) << "there is no such field";
    EXPECT_EQ(move().status, 200);
    EXPECT_EQ(world().get(guest, world().api(thread)).status, 404);
    EXPECT_EQ(world().get(anna, world().api(thread)).model["visibility"], "members");
}

TEST_F(MoveThreadTest, TwiceIsOnceAndAReasonIsNeeded) {
    EXPECT_NE(move({{"reason", " "}}).error("reason"), "");
    EXPECT_NE(move({{"theme", "bestaat-niet"}}).error("theme"), "");
    EXPECT_NE(move({{"kind", "announcement"}}).error("kind"), "") << "a member does not announce";
    EXPECT_NE(move({{"municipalities", {"GM9999"}}}).error("municipalities"), "");
    EXPECT_THAT(log(), ElementsAre());
    EXPECT_EQ(move().status, 200);
    EXPECT_EQ(move().status, 200);
    EXPECT_THAT(log(), ElementsAre("move: Hoort hier beter."));
}

TEST_F(MoveThreadTest, OnlyAQuestionKeepsItsAnswer) {
    world().reply(world().member("Bas Beta"), thread, "Zo doen wij het.");
    world().send(anna, put, world().api(thread) + "/answer", {{"number", 2}});
    move({{"kind", "experience"}});
    EXPECT_EQ(world().get(anna, world().api(thread)).model["isAnswered"], false);
    EXPECT_THAT(log(), ElementsAre("accept: ", "move: Hoort hier beter.", "lose-answer: "));
}

TEST_F(MoveThreadTest, WhatADilemmaSaysStaysWhenItIsOneNoMore) {
    const json dilemma{{"kind", "dilemma"}, {"context", "De wijk groeit."}, {"options", "Wel of niet."}, {"tried", "Nog niets."}};
    thread = world().thread(anna, dilemma);
    move();
    const auto page = world().get(guest, world().api(thread)).model;
    EXPECT_EQ(page["kind"], "question");
    EXPECT_EQ(page["fields"].size(), 3U);
}

TEST_F(MoveThreadTest, TheFormShowsWhereItStandsAndKeepsWhatWasTyped) {
    const auto url = "/gesprekken/" + std::to_string(thread) + "/verplaatsen";
    const auto form = world().get(moderator, url);
    EXPECT_THAT(world().html(moderator, form), HasSubstr("GM1783:about"));
    const auto sent = "kind=question&theme=wonen&municipalities=GM1783:about&municipality_add=Brielle&reason=Tja";
    const auto added = world().form(moderator, url, std::string{sent} + "&actie=gemeente-erbij");
    EXPECT_EQ(added.status, 200);
    EXPECT_EQ(added.model["municipalities"].size(), 2U);
    EXPECT_EQ(added.model["reason"], "Tja");
    EXPECT_THAT(log(), ElementsAre());
    EXPECT_EQ(world().form(moderator, url, std::string{sent} + "&actie=verplaats").status, 303);
    EXPECT_EQ(world().get(anna, world().api(thread)).model["municipalities"].size(), 2U);
    EXPECT_EQ(world().get(anna, url).status, 404);
}

}  // namespace
}  // namespace forum::discussion
