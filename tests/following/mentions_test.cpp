// Who is told that he or his municipality is named: in whatever field of a post, once, and only who may read it.
#include <gmock/gmock.h>

#include "following/world.hpp"

namespace forum::following {
namespace {

using nlohmann::json;
using test::FollowingTest;
using test::sql;
using ::testing::HasSubstr;

const std::vector<std::string> fields{"body", "context", "options", "tried"};

class MentionNoticesTest : public FollowingTest {
protected:
    void SetUp() override {
        FollowingTest::SetUp();
        author = world().member("Anna Alpha");
        named = world().member("Bert Bakker", true, "GM0344");
    }
    static json dilemma(const json& more = json::object()) {
        json thread{{"kind", "dilemma"},
                    {"context", "De wijk groeit."},
                    {"options", "Wel of niet."},
                    {"tried", "Nog niets."},
                    {"municipalities", json::array()}};
        thread.update(more);
        return thread;
    }
    /// Kinds of the notices that a member was ever given.
    std::vector<std::string> told(const access::Viewer& member) {
        world().turn();
        std::vector<std::string> kinds;
        for (const auto& row :
             sql(database(), "SELECT kind FROM notices WHERE member_id = $1 ORDER BY id", db::Params::of(member.member))) {
            kinds.push_back(row.text("kind"));
        }
        return kinds;
    }
    /// What was written is a while ago; now() stands still here.
    void later() {
        world().turn();
        sql(database(), "UPDATE posts SET published_at = published_at - interval '1 minute'");
    }
    access::Viewer author, named;
    const std::vector<std::string> once{"mention"};
    const std::vector<std::string> never;
};

TEST_F(MentionNoticesTest, InEachFieldOfADilemmaIsALinkAndANotice) {
    const auto neighbour = world().member("Carla Cremers", true, "GM0981");
    for (const auto& field : fields) {
        sql(database(), "DELETE FROM notices");
        const auto thread = world().thread(author, dilemma({{field, "Vraag het @Bert Bakker of @Vaals."}}));
        EXPECT_EQ(told(named), once) << field;
        EXPECT_EQ(told(neighbour), once) << field;
        EXPECT_EQ(told(author), never) << field;
        const auto page = world().get(guest, world().api(thread)).model;
        const auto shown = page["opening"]["bodyHtml"].get<std::string>() + page["fields"].dump();
        EXPECT_THAT(shown, HasSubstr("/leden/" + to_string(named.member))) << field;
        EXPECT_THAT(shown, HasSubstr("/gemeenten/GM0981")) << field;
    }
}

TEST_F(MentionNoticesTest, InAllOfThemIsOneNotice) {
    json all;
    for (const auto& field : fields) {
        all[field] = "Dag @Bert Bakker en @Utrecht en nog eens @Bert Bakker.";
    }
    world().thread(author, dilemma(all));
    EXPECT_EQ(told(named), once);
}

TEST_F(MentionNoticesTest, AnEditTellsWhoIsNamedNowAndNobodyTwice) {
    const auto other = world().member("Carla Cremers", true, "GM0981");
    const auto thread = world().thread(author, dilemma({{"tried", "Dag @Bert Bakker."}}));
    later();
    world().send(author, http::Method::put, world().api(thread, 1), {{"body", "Dag @Bert Bakker en @Carla Cremers."}, {"version", 1}});
    EXPECT_EQ(told(named), once);
    EXPECT_EQ(told(other), once);
}

TEST_F(MentionNoticesTest, OnlyWhoMayReadIsTold) {
    const auto adviser = world().member("Dirk Dalen", true, "GM0344", "member", "beleidsadviseur");
    for (const auto& field : fields) {
        sql(database(), "DELETE FROM notices");
        world().thread(author, dilemma({{"visibility", "administrators"}, {field, "Dag @Dirk Dalen van @Utrecht."}}));
        EXPECT_EQ(told(adviser), never) << field;
        EXPECT_EQ(told(named), once) << field;
    }
}

TEST_F(MentionNoticesTest, WhatWaitsTellsNobodyUntilItIsApproved) {
    const auto newcomer = world().member("Nina Nieuw", false);
    world().thread(newcomer, dilemma({{"options", "Vraag het @Bert Bakker."}}));
    const auto waiting = sql(database(), "SELECT max(id) AS id FROM posts").one().integer("id");
    EXPECT_EQ(told(named), never);
    world().publish(waiting);
    EXPECT_EQ(told(named), once);
}

TEST_F(MentionNoticesTest, AMergeBeforeTheTurnLosesNobody) {
    const auto into = world().thread(author, {{"municipalities", json::array()}});
    const auto from = world().thread(author, dilemma({{"context", "Dag @Bert Bakker."}}));
    const auto merged = world().post(world().moderator(), world().api(from) + "/merge", {{"into", into}, {"reason", "Hetzelfde."}});
    ASSERT_LT(merged.status, 300) << merged.detail;
    EXPECT_EQ(told(named), once);
    EXPECT_THAT(world().get(named, world().api(into)).model["posts"]["items"][0]["former"].dump(),
                HasSubstr("/leden/" + to_string(named.member)));
}

/// Rows of before names became links in fields have no HTML.
TEST_F(MentionNoticesTest, AnOldDilemmaIsStillShown) {
    const auto thread = world().thread(author, dilemma({{"context", "Dag **@Bert Bakker**."}}));
    sql(database(), "UPDATE threads SET fields = fields - 'html' WHERE id = $1", db::Params::of(base::ThreadId{thread}));
    EXPECT_EQ(world().get(guest, world().api(thread)).model["fields"][0]["bodyHtml"], "<p>Dag <strong>@Bert Bakker</strong>.</p>\n");
}

TEST_F(MentionNoticesTest, ASearchFindsWordsOfFieldsAndNotTheirLinks) {
    world().thread(author, dilemma({{"context", "Dag @Bert Bakker."}}));
    EXPECT_EQ(world().get(guest, "/api/v1/threads?q=bakker").model["count"], 1);
    EXPECT_EQ(world().get(guest, "/api/v1/threads?q=vermelding").model["count"], 0);
}

}  // namespace
}  // namespace forum::following
