#include "moderation/standing_holds.hpp"

#include <gmock/gmock.h>

#include "moderation/guard_world.hpp"

namespace forum::moderation {
namespace {

using nlohmann::json;
using test::sql;
using testing::HasSubstr;
using testing::Not;

constexpr const char* holds_url = "/api/v1/moderation/holds";
constexpr const char* held_why = "Dit onderwerp ligt nu gevoelig.";

class StandingHoldsTest : public test::GuardTest {
protected:
    test::Answer begin(const std::string& about) { return world().post(mo, holds_url, {{"about", about}, {"reason", held_why}}); }
    std::string mark(const test::Answer& begun) { return "standing-" + begun.model["id"].dump(); }
    std::string page(const access::Viewer& viewer, const std::string& path) {
        const auto answer = world().get(viewer, path);
        return world().html(viewer, answer.location.empty() ? answer : world().get(viewer, answer.location));
    }
    std::string thread_url() const { return "/gesprekken/" + std::to_string(thread); }
    json newest_marks() {
        const auto id = sql(database(), "SELECT max(id) AS id FROM cases").one().integer("id");
        return world().get(mo, "/api/v1/moderation/cases/" + std::to_string(id)).model["marks"];
    }
};

TEST_F(StandingHoldsTest, AHeldThemeWaitsWhoeverWritesAndSaysSoBeforehand) {
    EXPECT_THAT(page(anna, thread_url()), Not(HasSubstr("gevoelig")));
    const auto begun = begin("theme/wonen");
    ASSERT_EQ(begun.status, 201);
    const std::string said = "Een moderator leest elk bericht met het thema ‘Wonen’ voordat anderen het zien. " + std::string{held_why};
    EXPECT_THAT(page(anna, thread_url()), HasSubstr(said));
    EXPECT_THAT(page(anna, "/gesprekken/nieuw"), HasSubstr(said));
    EXPECT_THAT(page(anna, thread_url() + "/berichten/1/wijzig"), HasSubstr(said));
    EXPECT_THAT(page(access::Viewer{}, thread_url()), Not(HasSubstr("gevoelig"))) << "a guest writes nothing";

    EXPECT_EQ(reply(anna, "Een reactie.").status, 202);
    EXPECT_EQ(newest_mark(), mark(begun));
    EXPECT_EQ(newest_marks()[0]["text"], said);
    EXPECT_EQ(reply(nova, "Een eerste reactie.").status, 202);
    EXPECT_EQ(newest_mark(), "new-member," + mark(begun)) << "the one does not hide the other";
    const json question{{"kind", "question"}, {"title", "Nog een vraag?"}, {"body", "Hoe doet u dat?"}, {"visibility", "public"}};
    auto held = question, free = question;
    held["theme"] = "wonen";
    free["theme"] = "onderwijs";
    EXPECT_EQ(world().post(anna, "/api/v1/threads", held).status, 202);
    EXPECT_EQ(world().post(anna, "/api/v1/threads", free).status, 201) << "another theme";
}

TEST_F(StandingHoldsTest, WhatItHoldsWasNotFoundByAMachine) {
    begin("theme/wonen");
    reply(anna, "Een reactie.");
    const auto about = sql(database(), "SELECT id FROM cases").one().integer("id");
    const auto url = "/api/v1/moderation/cases/" + std::to_string(about) + "/decision";
    EXPECT_EQ(
        world()
            .post(mo, url,
                  {{"version", 1}, {"decision", "reject"}, {"rules", json::array({"respect"})}, {"facts", "Dit is niet aardig gezegd."}})
            .status,
        200);
    const auto row = sql(database(), "SELECT source, is_detected_automatically AS is_detected FROM decisions").one();
    EXPECT_EQ(row.text("source"), "review");
    EXPECT_FALSE(row.flag("is_detected"));
}

TEST_F(StandingHoldsTest, AChangeOfALivePostWaitsToo) {
    begin("theme/wonen");
    const auto answer = world().send(anna, http::Method::put, test::World::api(thread, 1), {{"body", "Andere woorden."}, {"version", 1}});
    EXPECT_EQ(answer.status, 202) << answer.detail;
    EXPECT_EQ(world().get(access::Viewer{}, test::World::api(thread, 1)).model["bodyHtml"],
              "<p>Wij zoeken een <strong>vaste</strong> aanpak.</p>\n");
}

TEST_F(StandingHoldsTest, StaffDoNotWait) {
    begin("theme/wonen");
    begin("function/wethouder");
    EXPECT_EQ(reply(mo, "Een moderator schrijft.").status, 201);
    EXPECT_EQ(reply(world().administrator(), "Een beheerder schrijft.").status, 201);
    EXPECT_FALSE(world().get(mo, test::World::api(thread)).model["isHeld"].get<bool>());
}

TEST_F(StandingHoldsTest, ATypeHoldsThreadsThatAreAboutIt) {
    const auto begun = begin("typology/expatgemeenten");
    EXPECT_EQ(reply(anna, "Een reactie elders.").status, 201) << "this thread is about no type";
    thread = world().thread(mo, {{"typologies", json::array({"expatgemeenten", "grensgemeenten"})}});
    EXPECT_EQ(reply(anna, "Een reactie hier.").status, 202);
    EXPECT_EQ(newest_mark(), mark(begun));
    EXPECT_THAT(world().get(anna, test::World::api(thread)).model["held"][0]["text"].get<std::string>(),
                HasSubstr("het type ‘Expatgemeenten’"));
}

TEST_F(StandingHoldsTest, AFunctionHoldsItsAuthorsOnly) {
    const auto adviser = world().member("Ada Adviseur", true, "GM1783", "member", "beleidsadviseur");
    begin("function/beleidsadviseur");
    EXPECT_EQ(reply(anna, "Een wethouder schrijft.").status, 201);
    EXPECT_EQ(reply(adviser, "Een adviseur schrijft.").status, 202);
    EXPECT_TRUE(world().get(adviser, test::World::api(thread)).model["isHeld"].get<bool>());
    EXPECT_FALSE(world().get(anna, test::World::api(thread)).model["isHeld"].get<bool>());
}

TEST_F(StandingHoldsTest, ItEndsAndBothActsAreLogged) {
    const auto id = begin("theme/wonen").model["id"].dump();
    EXPECT_EQ(reply(anna, "Deze wacht.").status, 202);
    EXPECT_EQ(world().form(mo, "/moderatie/vooraf/" + id, "").status, 303);
    EXPECT_EQ(reply(anna, "Deze niet.").status, 201);
    EXPECT_THAT(newest_marks()[0]["text"].get<std::string>(), HasSubstr("‘Wonen’")) << "what held it stays known";
    EXPECT_EQ(world().send(mo, http::Method::del, std::string{holds_url} + "/" + id).status, 404);
    EXPECT_EQ(world().send(mo, http::Method::del, std::string{holds_url} + "/999").status, 404);
    const auto shown = world().get(mo, holds_url).model;
    EXPECT_TRUE(shown["items"].empty());
    ASSERT_EQ(shown["log"].size(), 2U);
    EXPECT_EQ(shown["log"][1]["what"], "Mo Derator koos ‘Wonen’ (Thema).");
    EXPECT_EQ(shown["log"][0]["what"], "Mo Derator stopte met ‘Wonen’ (Thema).");
    EXPECT_EQ(begin("theme/wonen").status, 201) << "and it can begin again";
}

TEST_F(StandingHoldsTest, EveryFaultIsNamedAndWhatWasTypedStays) {
    begin("theme/wonen");
    EXPECT_EQ(begin("theme/wonen").error("about"), "Dit lezen wij al vooraf.");
    for (const auto* about : {"theme/bestaat-niet", "theme", "", "function/nooit gehoord", "typology/wonen", "x/wonen"}) {
        EXPECT_EQ(begin(about).error("about"), "Kies een thema, een type of een functie uit de lijst.") << about;
    }
    const auto wrong = world().form(mo, "/moderatie/vooraf", "about=theme%2Fonderwijs&reason=kort");
    EXPECT_EQ(wrong.status, 400);
    EXPECT_EQ(wrong.error("reason"), "Schrijf 10 tot 300 tekens voor de schrijver. U gebruikt er nu 4.");
    const auto shown = world().html(mo, wrong);
    EXPECT_THAT(shown, HasSubstr("value=\"theme/onderwijs\" selected"));
    EXPECT_THAT(shown, HasSubstr("kort</textarea>"));
    EXPECT_EQ(world().post(mo, holds_url, {{"about", "theme/onderwijs"}, {"reason", std::string(1'000'000, 'a')}}).status, 400);
    EXPECT_EQ(sql(database(), "SELECT 1 FROM standing_holds").size(), 1U);
}

TEST_F(StandingHoldsTest, ModeratorsChangeItStaffReadItOthersDoNotKnowIt) {
    EXPECT_EQ(world().post(anna, holds_url, {{"about", "theme/wonen"}, {"reason", held_why}}).status, 404);
    EXPECT_EQ(world().get(anna, "/moderatie/vooraf").status, 404);
    const auto bea = world().administrator();
    EXPECT_EQ(world().post(bea, holds_url, {{"about", "theme/wonen"}, {"reason", held_why}}).status, 403);
    begin("theme/wonen");
    EXPECT_THAT(page(bea, "/moderatie/vooraf"), AllOf(HasSubstr("gevoelig"), Not(HasSubstr("<textarea")), Not(HasSubstr("Stop hiermee"))));
    EXPECT_THAT(page(mo, "/moderatie/vooraf"), AllOf(HasSubstr("<textarea"), HasSubstr("Stop hiermee")));
}

}  // namespace
}  // namespace forum::moderation
