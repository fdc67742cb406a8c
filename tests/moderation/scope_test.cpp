// What a moderator looks after (features.md D17): who sees which case, who decides, who hears of it, and who says so.
#include <gmock/gmock.h>

#include "moderation/judge_world.hpp"
#include "moderation/scope_store.hpp"

namespace forum::moderation {
namespace {

using nlohmann::json;
using test::Answer;
using test::sql;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::UnorderedElementsAre;

class ScopeTest : public test::JudgeTest {
protected:
    void SetUp() override {
        JudgeTest::SetUp();
        part = world().moderator("Parth de Wit");
        bea = world().administrator();
    }
    static std::string url(const access::Viewer& of) { return "/api/v1/members/" + to_string(of.member) + "/scope"; }
    /// As the administrator sets it; the session knows it from then on.
    Answer give(access::Viewer& moderator, const json& scope) {
        auto answer = world().send(bea, http::Method::put, url(moderator), scope);
        if (answer.status == 200) {
            const auto now = sql(database(), "SELECT is_scoped($1) AS is_scoped", db::Params::of(moderator.member));
            moderator.is_scoped = now.one().flag("is_scoped");
        }
        return answer;
    }
    /// A case about a reply of a new member in a thread that stands there.
    Case in_thread(const json& place) {
        thread = world().thread(anna, place);
        return waiting();
    }
    Case about_member(const access::Viewer& member) {
        return {
            world().post(mo, "/api/v1/members/" + to_string(member.member) + "/measures", json::object()).model["id"].get<std::int64_t>()};
    }
    std::vector<std::int64_t> queue(const access::Viewer& of, const std::string& query = {}) {
        std::vector<std::int64_t> ids;
        const auto model = world().get(of, "/api/v1/moderation/cases" + query).model;
        for (const auto& item : model["items"]) {
            ids.push_back(item["id"]);
        }
        EXPECT_EQ(model["count"], ids.size()) << "the counter is the list";
        return ids;
    }
    int status(const access::Viewer& of, const Case& about) { return world().get(of, about.url()).status; }
    /// The members to whom live events about the case were addressed; 0: the staff who look after everything.
    std::vector<std::int64_t> heard(const Case& about) {
        std::vector<std::int64_t> members;
        for (const auto& row : sql(database(),
                                   "SELECT DISTINCT CASE audience WHEN 'staff' THEN 0 ELSE member_id END AS id FROM events "
                                   "WHERE topic = 'moderation' AND data -> 'case' ->> 'id' = $1 ORDER BY 1",
                                   db::Params::of(std::to_string(about.id)))) {
            members.push_back(row.integer("id"));
        }
        return members;
    }

    access::Viewer part, bea;
};

TEST_F(ScopeTest, TheQueueItsCounterAndTheNextCaseAreHisPart) {
    const auto by_theme = in_thread({{"theme", "onderwijs"}}), by_province = in_thread({{"municipalities", {"GM0106:experience"}}}),
               by_type = in_thread({{"typologies", {"tuinbouwgemeenten"}}}), elsewhere = in_thread({{"municipalities", {"GM0184"}}});
    EXPECT_EQ(queue(part).size(), 4U) << "without a scope: everything";
    const auto sees = [&](const json& scope) {
        EXPECT_EQ(give(part, scope).status, 200);
        return queue(part);
    };
    EXPECT_THAT(sees({{"themes", {"onderwijs"}}}), ElementsAre(by_theme.id));
    EXPECT_THAT(sees({{"provinces", {"Drenthe"}}}), ElementsAre(by_province.id));
    EXPECT_THAT(sees({{"types", {"tuinbouwgemeenten"}}}), ElementsAre(by_type.id));
    EXPECT_THAT(sees({{"themes", {"taal"}}}), IsEmpty());
    EXPECT_THAT(sees({{"themes", {"onderwijs"}}, {"provinces", {"Drenthe"}}, {"types", {"tuinbouwgemeenten"}}}),
                UnorderedElementsAre(by_theme.id, by_province.id, by_type.id));
    EXPECT_THAT(queue(part, "?theme=onderwijs"), ElementsAre(by_theme.id));
    EXPECT_THAT(queue(mo), UnorderedElementsAre(by_theme.id, by_province.id, by_type.id, elsewhere.id));
    EXPECT_EQ(queue(bea).size(), 4U);
    sql(database(), "UPDATE cases SET due_at = now() - interval '1 day' WHERE id = $1", db::Params::of(elsewhere.id));
    sql(database(), "UPDATE cases SET due_at = now() + interval '30 days' WHERE id = $1", db::Params::of(by_type.id));

    const auto decided = decide(part, by_theme, "approve");
    EXPECT_EQ(decided.status, 200) << decided.detail;
    EXPECT_EQ(decided.model["next"]["id"], by_province.id) << "not what is due first, elsewhere";
    EXPECT_EQ(decide(part, by_province, "approve").model["next"]["id"], by_type.id);
    EXPECT_TRUE(decide(part, by_type, "approve").model["next"].is_null());
    EXPECT_EQ(world().get(part, "/moderatie").model["decidedToday"], 3);
    decide(mo, elsewhere, "approve");
    EXPECT_EQ(world().get(part, "/moderatie").model["decidedToday"], 3);
    EXPECT_EQ(world().get(mo, "/moderatie").model["decidedToday"], 4);
    expect_sound();
}

TEST_F(ScopeTest, ACaseElsewhereIsNotThereForHim) {
    const auto held = in_thread({{"theme", "onderwijs"}});
    EXPECT_EQ(decide(part, held, "return", {{"questions", "Wie bent u?"}}).status, 200);
    const auto live = about_live();
    ASSERT_EQ(give(part, {{"themes", {"taal"}}}).status, 200);
    const Case none{987654};
    const auto answers = [&](const Case& about) {
        const auto path = "/moderatie/" + std::to_string(about.id);
        std::vector<std::string> list;
        const auto add = [&](const Answer& answer) { list.push_back(std::to_string(answer.status) + answer.detail); };
        add(world().get(part, about.url()));
        add(world().get(part, path));
        add(world().send(part, http::Method::put, about.url() + "/lease"));
        add(world().send(part, http::Method::del, about.url() + "/lease"));
        add(world().post(part, about.url() + "/decision", {{"version", 1}, {"decision", "approve"}}));
        add(world().form(part, path + "/besluit", "version=1&decision=approve"));
        add(world().post(part, about.url() + "/proposal", {{"version", 1}, {"answer", "confirm"}}));
        add(world().post(part, about.url() + "/notes", {{"text", "Gezien."}}));
        add(undo(part, about));
        return list;
    };
    EXPECT_EQ(answers(live), answers(none));
    EXPECT_EQ(answers(held), answers(none)) << "he decided on it himself, before";
    EXPECT_THAT(answers(none), Each(HasSubstr("404")));
    EXPECT_TRUE(world().get(part, "/moderatie").model["lastDecision"].is_null());
    EXPECT_EQ(status(mo, live), 200);
    EXPECT_EQ(status(bea, live), 200);
    const auto begun = world().post(part, test::World::api(thread) + "/posts/1/case", json::object());
    EXPECT_EQ(begun.status, 403);
    EXPECT_THAT(begun.detail, HasSubstr("bar_out_of_scope"));
    EXPECT_EQ(state(live), "open");
    EXPECT_EQ(sql(database(), "SELECT count(*) AS n FROM staff_notes").one().integer("n"), 0);
}

TEST_F(ScopeTest, TheDatabaseRefusesWhatAPageForgot) {
    const auto held = in_thread({{"theme", "onderwijs"}});
    const auto write = [&] {
        sql(database(),
            "INSERT INTO decisions (case_id, number, kind, post_id, post_version, state_from, state_to, decided_by, decided_role, "
            "is_automatic) "
            "SELECT id, 1, 'approve', post_id, 1, 'waiting', 'live', $2, 'moderator', false FROM cases WHERE id = $1",
            db::Params::of(held.id, part.member));
    };
    ASSERT_EQ(give(part, {{"themes", {"taal"}}}).status, 200);
    EXPECT_ANY_THROW(write());
    ASSERT_EQ(give(part, {{"themes", {"onderwijs"}}}).status, 200);
    EXPECT_NO_THROW(write());
}

TEST_F(ScopeTest, AMeasureIsHisWhenTheMembersMunicipalityIs) {
    const auto drent = world().member("Dre Nt", true, "GM0106", "member", "adviseur"),
               tuinder = world().member("Tui Nder", true, "GM1783", "member", "adviseur"),
               nowhere = world().member("No Where", true, "", "member", "adviseur");
    const auto about_drent = about_member(drent), about_tuinder = about_member(tuinder), about_nowhere = about_member(nowhere);
    ASSERT_EQ(give(part, {{"provinces", {"Drenthe"}}}).status, 200);
    EXPECT_THAT(queue(part), ElementsAre(about_drent.id));
    ASSERT_EQ(give(part, {{"types", {"tuinbouwgemeenten"}}}).status, 200);
    EXPECT_THAT(queue(part), ElementsAre(about_tuinder.id));
    EXPECT_EQ(decide(part, about_tuinder, "warn").status, 200);
    for (const auto& about : {about_drent, about_nowhere}) {
        EXPECT_EQ(decide(part, about, "warn").status, 404);
    }
    const auto begin = [&](const access::Viewer& of) {
        return world().post(part, "/api/v1/members/" + to_string(of.member) + "/measures", json::object()).status;
    };
    EXPECT_EQ(begin(drent), 403);
    EXPECT_EQ(begin(tuinder), 201);
    EXPECT_EQ(decide(mo, about_nowhere, "warn").status, 200);
    expect_sound();
}

TEST_F(ScopeTest, WhatWasDecidedAboutTheAuthorIsNamedAndLedToOnlyWhereHeMayCome) {
    const auto drent = world().member("Dre Nt", true, "GM0106", "member", "adviseur");
    decide(mo, about_member(drent), "warn");
    thread = world().thread(anna, {{"theme", "onderwijs"}});
    EXPECT_EQ(reply(drent, "Staat er.").status, 201);
    const auto about = Case{world().post(mo, test::World::api(thread) + "/posts/2/case", json::object()).model["id"].get<std::int64_t>()};
    ASSERT_EQ(give(part, {{"themes", {"onderwijs"}}}).status, 200);
    const auto shown = world().get(part, about.url()).model;
    EXPECT_EQ(shown["measures"][0]["name"], "Waarschuwing aan een deelnemer");
    EXPECT_EQ(shown["measures"][0]["url"], "");
    EXPECT_EQ(shown["measureUrl"], "");
    EXPECT_NE(world().get(mo, about.url()).model["measures"][0]["url"], "");
    EXPECT_THAT(world().html(part, world().get(part, "/moderatie/" + std::to_string(about.id))), HasSubstr("Waarschuwing"));
}

TEST_F(ScopeTest, AnObjectionFindsOtherEyesWithinTheScopeOrWithoutOne) {
    auto second = world().moderator("Tweede Deel");
    ASSERT_EQ(give(part, {{"themes", {"onderwijs"}}}).status, 200);
    ASSERT_EQ(give(second, {{"themes", {"taal"}}}).status, 200);
    thread = world().thread(anna, {{"theme", "onderwijs"}});
    const auto live = about_live();
    EXPECT_EQ(decide(part, live, "remove").status, 200);
    const auto objection = appeal(live, anna);
    EXPECT_EQ(decide(part, objection, "refuse").status, 403) << "took part";
    EXPECT_EQ(decide(second, objection, "refuse").status, 404) << "not his";
    EXPECT_EQ(decide(mo, objection, "refuse").status, 200) << "nobody within it may, so who has none";
    expect_sound();
}

TEST_F(ScopeTest, LiveOnlyThoseHearWhoLookAfterIt) {
    auto second = world().moderator("Tweede Deel");
    ASSERT_EQ(give(part, {{"themes", {"onderwijs"}}}).status, 200);
    ASSERT_EQ(give(second, {{"themes", {"taal"}}}).status, 200);
    const auto here = in_thread({{"theme", "onderwijs"}}), elsewhere = in_thread({{"theme", "wonen"}});
    world().send(mo, http::Method::put, elsewhere.url() + "/lease");
    decide(mo, elsewhere, "approve");
    decide(part, here, "approve");
    EXPECT_THAT(heard(here), ElementsAre(0, part.member.value));
    EXPECT_THAT(heard(elsewhere), ElementsAre(0));
}

TEST_F(ScopeTest, AThreadThatGoesElsewhereTakesItsCasesAlong) {
    const auto held = in_thread({{"theme", "onderwijs"}});
    ASSERT_EQ(give(part, {{"themes", {"taal"}}}).status, 200);
    EXPECT_EQ(status(part, held), 404);
    const auto moved = world().send(mo, http::Method::put, test::World::api(thread) + "/place",
                                    {{"kind", "question"},
                                     {"theme", "taal"},
                                     {"municipalities", json::array()},
                                     {"typologies", json::array()},
                                     {"reason", "Past hier beter."}});
    EXPECT_EQ(moved.status, 200) << moved.detail;
    EXPECT_EQ(status(part, held), 200);
    EXPECT_THAT(queue(part), ElementsAre(held.id));
    EXPECT_EQ(
        sql(database(), "SELECT count(*) AS n FROM events WHERE kind = 'thread.changed' AND 'moderation' = ANY (hints)").one().integer("n"),
        1)
        << "badges are counted anew";
}

TEST_F(ScopeTest, AProposalOfWhoMayNoLongerDecideIsNotConfirmed) {
    const auto alderman = world().member("Wet Houder", true, "GM0106");
    const auto about = about_member(alderman);
    const auto until = base::to_rfc3339(base::now() + std::chrono::days{20}).substr(0, 10);
    EXPECT_EQ(decide(part, about, "suspend", {{"until", until}}).status, 202);
    ASSERT_EQ(give(part, {{"themes", {"taal"}}}).status, 200);
    const auto answer = [&](const std::string& said) {
        return world().post(other, about.url() + "/proposal", {{"version", version(about)}, {"answer", said}, {"note", "Nu niet."}});
    };
    EXPECT_THAT(answer("confirm").error("answer"), HasSubstr("Parth de Wit"));
    EXPECT_EQ(answer("refuse").status, 200);
}

TEST_F(ScopeTest, WhatWasDecidedStandsInAThreadForWhoLooksAfterIt) {
    thread = world().thread(anna, {{"theme", "onderwijs"}});
    const auto live = about_live();
    decide(mo, live, "remove");
    const auto page = [&] {
        return world().html(part, world().get(part, world().get(part, test::World::api(thread)).model["url"].get<std::string>()));
    };
    EXPECT_THAT(page(), HasSubstr(test::facts));
    EXPECT_THAT(page(), HasSubstr("/beoordelen"));
    ASSERT_EQ(give(part, {{"themes", {"taal"}}}).status, 200);
    EXPECT_THAT(page(), Not(HasSubstr(test::facts)));
    EXPECT_THAT(page(), Not(HasSubstr("/beoordelen"))) << "nor is he offered what he may not do";
    EXPECT_THAT(page(), HasSubstr("Staat er.")) << "posts he reads as all of the staff do";
}

TEST_F(ScopeTest, AnAdministratorSaysWhoLooksAfterWhatAndItIsLogged) {
    const auto path = "/leden/" + to_string(part.member) + "/gebied";
    auto page = world().get(bea, path);
    EXPECT_TRUE(page.model["isEverything"].get<bool>());
    EXPECT_EQ(page.model["types"].size(), 8U);
    EXPECT_EQ(page.model["provinces"].size(), 12U);
    EXPECT_THAT(world().html(bea, page), HasSubstr("Gebied van Parth de Wit"));
    const auto saved = world().form(bea, path, "themes=onderwijs&themes=taal&provinces=Frysl%C3%A2n&types=tuinbouwgemeenten");
    EXPECT_EQ(saved.status, 303) << saved.detail;
    EXPECT_EQ(saved.flash, "scope.flash_saved");
    page = world().get(bea, url(part));
    EXPECT_FALSE(page.model["isEverything"].get<bool>());
    EXPECT_EQ(page.model["changes"][0]["what"], "Onderwijs, Taal, Fryslân, Tuinbouwgemeenten");
    EXPECT_EQ(page.model["changes"][0]["by"], bea.name);
    EXPECT_EQ(world().form(bea, path, "types=tuinbouwgemeenten&provinces=Frysl%C3%A2n&themes=taal&themes=onderwijs&themes=taal").status,
              303);
    EXPECT_EQ(world().get(bea, url(part)).model["changes"].size(), 1U) << "it was so already";
    EXPECT_EQ(world().form(bea, path, "").status, 303);
    EXPECT_EQ(world().get(bea, url(part)).model["changes"].size(), 2U);
    EXPECT_THAT(world().html(bea, world().get(bea, path)), HasSubstr("Bea Heer koos: alles."));
    EXPECT_EQ(
        sql(database(), "SELECT count(*) AS n FROM events WHERE kind = 'session.changed' AND member_id = $1", db::Params::of(part.member))
            .one()
            .integer("n"),
        2);

    EXPECT_EQ(world().get(bea, url(anna)).status, 404) << "no moderator";
    EXPECT_EQ(world().send(bea, http::Method::put, url(anna), json::object()).status, 404);
    EXPECT_EQ(world().send(bea, http::Method::put, "/api/v1/members/987654/scope", json::object()).status, 404);
    EXPECT_NE(give(part, {{"themes", {"nergens"}}}).error("themes"), "");
    EXPECT_NE(give(part, {{"provinces", {"Vlaanderen"}}}).error("provinces"), "");
    EXPECT_NE(give(part, {{"types", "tuinbouwgemeenten"}, {"kleur", "rood"}}).error("kleur"), "");
    EXPECT_TRUE(world().get(bea, url(part)).model["isEverything"].get<bool>());
}

TEST_F(ScopeTest, SomebodyAlwaysLooksAfterTheRest) {
    ASSERT_EQ(give(part, {{"themes", {"taal"}}}).status, 200);
    ASSERT_EQ(give(other, {{"themes", {"taal"}}}).status, 200);
    expect_sound();
    EXPECT_THAT(give(mo, {{"themes", {"onderwijs"}}}).error("themes"), HasSubstr("zonder gebied"));
    EXPECT_EQ(give(part, json::object()).status, 200);
    EXPECT_EQ(give(mo, {{"themes", {"onderwijs"}}}).status, 200);
    sql(database(), "UPDATE members SET ended_at = now() WHERE id = $1", db::Params::of(part.member));
    EXPECT_THAT(database().read([](db::Tx& tx) { return check_invariants(tx); }), ElementsAre(HasSubstr("every moderator has a scope")));
}

}  // namespace
}  // namespace forum::moderation
