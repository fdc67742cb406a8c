// What was done with a thread as a whole, as staff read it.
#include <gmock/gmock.h>

#include "discussion/world.hpp"

namespace forum::discussion {
namespace {

using nlohmann::json;
using test::sql;
using test::World;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

class ThreadLogTest : public test::DiscussionTest {
protected:
    void SetUp() override {
        DiscussionTest::SetUp();
        anna = world().member("Anna Alpha");
        mo = world().moderator();
        bea = world().administrator();
        thread = world().thread(anna);
    }
    json items(std::int64_t of) { return world().get(mo, World::api(of) + "/acts").model["items"]; }
    std::vector<std::string> kinds(std::int64_t of) {
        std::vector<std::string> list;
        for (const auto& item : items(of)) {
            list.push_back(item["kind"]);
        }
        return list;
    }
    std::string path(std::int64_t of) { return "/gesprekken/" + std::to_string(of) + "/logboek"; }
    void act(http::Method method, const std::string& under, const json& body = json::object()) {
        EXPECT_LT(world().send(mo, method, World::api(thread) + under, body).status, 300) << under;
    }

    access::Viewer anna, mo, bea;
    std::int64_t thread{0};
};

TEST_F(ThreadLogTest, NewestFirstWithWhoWhenAndWhy) {
    const auto none = world().html(mo, world().get(mo, path(thread)));
    EXPECT_THAT(none, HasSubstr("nog niets gedaan"));
    act(http::Method::put, "/pin", {{"reason", "Leest iedereen."}});
    const auto day = base::to_rfc3339(base::now() + std::chrono::days{30}).substr(0, 10);
    act(http::Method::put, "/closure", {{"reason", "Er is alles gezegd."}, {"until", day}, {"conclusion", "Het kan **wel**."}});
    act(http::Method::del, "/pin");
    act(http::Method::put, "/place",
        {{"kind", "question"},
         {"theme", "taal"},
         {"municipalities", json::array()},
         {"typologies", json::array()},
         {"reason", "Past hier."}});
    EXPECT_THAT(kinds(thread), ElementsAre("move", "unpin", "close", "pin"));
    const auto closed = items(thread)[2];
    EXPECT_EQ(closed["by"], mo.name);
    EXPECT_EQ(closed["reason"], "Er is alles gezegd.");
    EXPECT_EQ(closed["lastDate"], day);
    EXPECT_EQ(closed["conclusion"], "Het kan wel.");
    EXPECT_EQ(closed["what"], "Gesloten");
    const auto page = world().html(bea, world().get(bea, path(thread)));
    for (const auto* words : {"Er is alles gezegd.", "Verplaatst", "Past hier.", "Tot en met", "Mo Derator"}) {
        EXPECT_THAT(page, HasSubstr(words));
    }
    // What ends on its day ends by itself.
    sql(database(), "INSERT INTO thread_acts (thread_id, kind) VALUES ($1, 'reopen')", db::Params::of(thread));
    EXPECT_EQ(items(thread)[0]["by"], "");
    EXPECT_THAT(world().html(mo, world().get(mo, path(thread))), HasSubstr("vanzelf"));
}

TEST_F(ThreadLogTest, AMergeAndASplitStandInBothAndLeadToEachOther) {
    const auto other = world().thread(anna, {{"title", "Nog een gesprek"}});
    const auto number = world().reply(anna, thread, "Iets anders.")["number"].get<int>();
    act(http::Method::put, "/pin", {{"reason", "Leest iedereen."}});
    const auto made =
        world()
            .post(mo, World::api(thread) + "/split", {{"numbers", {number}}, {"title", "Apart"}, {"reason", "Is iets anders."}})
            .model["into"]
            .get<std::int64_t>();
    EXPECT_THAT(kinds(thread), ElementsAre("split", "pin"));
    EXPECT_EQ(items(thread)[0]["other"]["id"], made);
    EXPECT_THAT(kinds(made), ElementsAre("split"));
    EXPECT_EQ(items(made)[0]["what"], "Dit gesprek komt uit een ander gesprek");
    EXPECT_EQ(items(made)[0]["other"]["id"], thread);
    EXPECT_EQ(world().post(mo, World::api(thread) + "/merge", {{"into", other}, {"reason", "Hoort bij elkaar."}}).status, 200);
    EXPECT_THAT(kinds(other), ElementsAre("merge", "split", "pin")) << "with what was done before it came here";
    EXPECT_FALSE(items(other)[0]["isBefore"].get<bool>());
    EXPECT_EQ(items(other)[0]["what"], "Een ander gesprek kwam hierbij");
    EXPECT_EQ(items(other)[0]["other"]["url"], "") << "it is there no more";
    EXPECT_TRUE(items(other)[2]["isBefore"].get<bool>());
    EXPECT_THAT(world().html(mo, world().get(mo, path(other))), HasSubstr("Toen dit nog een ander gesprek was"));
    EXPECT_THAT(world().get(mo, path(thread)).location, HasSubstr("/gesprekken/" + std::to_string(other)));
}

TEST_F(ThreadLogTest, TheLinkIsForStaff) {
    const auto url = world().get(anna, World::api(thread)).model["url"].get<std::string>();
    for (const auto& who : {anna, access::Viewer{}}) {
        EXPECT_THAT(world().html(who, world().get(who, url)), Not(HasSubstr("/logboek")));
    }
    for (const auto& who : {mo, bea}) {
        EXPECT_THAT(world().html(who, world().get(who, url)), HasSubstr(path(thread)));
    }
    EXPECT_EQ(world().get(mo, path(987654)).status, 404);
}

}  // namespace
}  // namespace forum::discussion
