#include "moderation/judge.hpp"

#include <gmock/gmock.h>

#include "moderation/judge_world.hpp"

namespace forum::moderation {
namespace {

using http::Method;
using nlohmann::json;
using test::sql;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

using test::facts;
using test::JudgeTest;

TEST_F(JudgeTest, EveryDecisionDoesWhatItsRowOfTheTableSays) {
    const std::map<std::string, std::pair<std::string, std::string>> before{{"approve", {"live", "decided"}},
                                                                            {"approve-with-changes", {"live", "decided"}},
                                                                            {"return", {"returned", "with_author"}},
                                                                            {"reject", {"rejected", "decided"}},
                                                                            {"escalate", {"waiting", "open"}}};
    for (const auto& [decision, after] : before) {
        const auto about = waiting();
        const auto answer =
            decide(mo, about, decision,
                   {{"questions", "Kunt u de naam weghalen?"}, {"sendTo", "legal"}, {"body", "Ik woon er al lang en wil graag helpen."}});
        EXPECT_EQ(answer.status, 200) << decision << answer.detail << (answer.errors.empty() ? "" : answer.errors[0].message);
        EXPECT_EQ(post_state(about), after.first) << decision;
        EXPECT_EQ(state(about), after.second) << decision;
        EXPECT_EQ(last(about).text("kind"), decision);
        EXPECT_EQ(last(about).text("state_to"), after.first);
    }
    const std::map<std::string, std::pair<std::string, std::string>> afterwards{
        {"unfounded", {"live", "decided"}}, {"hide", {"hidden", "open"}}, {"remove", {"removed", "decided"}}};
    for (const auto& [decision, after] : afterwards) {
        const auto about = about_live();
        EXPECT_EQ(decide(mo, about, decision).status, 200) << decision;
        EXPECT_EQ(post_state(about), after.first) << decision;
        EXPECT_EQ(state(about), after.second) << decision;
    }
    for (const auto& kind : decision_kinds()) {
        const auto about = waiting();
        if (!before.contains(std::string{kind.slug})) {
            EXPECT_THAT(decide(mo, about, std::string{kind.slug}).error("decision"), HasSubstr("past niet")) << kind.slug;
        }
    }
    expect_sound();
}

TEST_F(JudgeTest, ARestrictionWithoutRuleFactsOrLawIsRefusedAndChangesNothing) {
    const auto about = about_live();
    for (const auto* decision : {"hide", "remove"}) {
        EXPECT_NE(decide(mo, about, decision, {{"rules", json::array()}}).error("rules"), "");
        EXPECT_NE(decide(mo, about, decision, {{"facts", "te kort"}}).error("facts"), "");
    }
    EXPECT_EQ(post_state(about), "live");
    EXPECT_EQ(
        decide(mo, about, "remove", {{"rules", json::array()}, {"legalGround", "Artikel 137c van het Wetboek van Strafrecht"}}).status,
        200);
    EXPECT_THAT(last(about).text("statement"), HasSubstr("Artikel 137c"));
}

TEST_F(JudgeTest, WrongInputIsAnsweredAtItsFieldAndChangesNothing) {
    const auto about = waiting();
    const std::string megabyte(1024 * 1024, 'x');
    for (const auto& [decision, field] : {std::pair{"reject", "facts"},
                                          {"return", "questions"},
                                          {"approve", "note"},
                                          {"reject", "legalGround"},
                                          {"approve-with-changes", "body"}}) {
        const auto answer = decide(mo, about, decision, {{field, megabyte}});
        EXPECT_EQ(answer.status, 400) << field;
        EXPECT_NE(answer.error(field), "") << field;
    }
    EXPECT_NE(decide(mo, about, "reject", {{"facts", ""}}).error("facts"), "");
    EXPECT_NE(decide(mo, about, "reject", {{"rules", json::array({"bestaat-niet"})}}).error("rules"), "");
    EXPECT_NE(decide(mo, about, "bestaat-niet").error("decision"), "");
    EXPECT_EQ(decide(mo, about, "approve", {{"version", 2}}).status, 409);
    EXPECT_EQ(world().post(mo, Case{about.id + 1000}.url() + "/decision", {{"version", 1}, {"decision", "approve"}}).status, 404);
    EXPECT_EQ(world().post(mo, "/api/v1/moderation/cases/x/decision", {{"version", 1}, {"decision", "approve"}}).status, 404);
    EXPECT_EQ(post_state(about), "waiting");
    EXPECT_EQ(state(about), "open");
    EXPECT_EQ(sql(database(), "SELECT count(*) AS n FROM decisions WHERE case_id = $1", db::Params::of(about.id)).one().integer("n"), 0);
    EXPECT_EQ(decide(mo, about, "approve").status, 200);
}

TEST_F(JudgeTest, TheStatementSaysWhatTheRowSays) {
    const auto held = waiting();
    decide(mo, held, "reject");
    const auto human = last(held).text("statement");
    EXPECT_THAT(human, HasSubstr("niet geplaatst"));
    EXPECT_THAT(human, HasSubstr("3. Noem geen inwoners"));
    EXPECT_THAT(human, HasSubstr(facts));
    EXPECT_THAT(human, HasSubstr("geen automatische controle"));
    EXPECT_THAT(human, HasSubstr("Maak bezwaar tot en met"));
    EXPECT_THAT(human, Not(HasSubstr("vandaag"))) << "it is read later";

    EXPECT_EQ(reply(anna, "Bel mij op 06 12345678 alstublieft.", true).status, 202);
    const auto found = newest();
    decide(mo, found, "reject");
    EXPECT_THAT(last(found).text("statement"), HasSubstr("automatische controle wees op dit bericht"));
    EXPECT_TRUE(last(found).flag("is_detected_automatically"));

    const auto about = about_live();
    decide(mo, about, "hide");
    EXPECT_THAT(last(about).text("statement"), HasSubstr("voorlopig verborgen"));
    EXPECT_THAT(last(about).text("statement"), HasSubstr("uit eigen beweging"));
    EXPECT_THAT(last(about).text("statement"), HasSubstr("totdat een moderator definitief besluit"));
}

TEST_F(JudgeTest, AModeratorsChangesAreSmallAndShownToTheAuthor) {
    const auto about = waiting();
    EXPECT_THAT(decide(mo, about, "approve-with-changes", {{"body", "Ik woon er al heel lang en wil graag helpen."}}).error("body"),
                HasSubstr("niets"));
    EXPECT_THAT(decide(mo, about, "approve-with-changes", {{"body", "Iets heel anders."}}).error("body"), HasSubstr("derde"));
    EXPECT_NE(decide(mo, about, "approve-with-changes").error("body"), "");
    EXPECT_EQ(decide(mo, about, "approve-with-changes", {{"body", "Ik woon er al heel lang en wil graag meehelpen."}}).status, 200);
    EXPECT_EQ(world().get(guest, world().api(thread, 2)).model["body"], "Ik woon er al heel lang en wil graag meehelpen.");
    const auto history = world().get(nova, "/gesprekken/" + std::to_string(thread) + "/berichten/2/versies").model;
    EXPECT_EQ(history["versions"].size(), 2U);
    EXPECT_THAT(history["versions"][0]["diffHtml"].get<std::string>(), HasSubstr("<ins>"));
    const auto public_history = world().get(guest, "/gesprekken/" + std::to_string(thread) + "/berichten/2/versies").model;
    EXPECT_EQ(public_history["versions"].size(), 1U) << "what was never live is not for readers";
    expect_sound();
}

TEST_F(JudgeTest, ADecisionIsUndoneByTheSameModeratorWithinTenMinutes) {
    for (const auto* decision : {"approve", "approve-with-changes", "return", "reject", "escalate"}) {
        const auto about = waiting();
        ASSERT_EQ(decide(mo, about, decision,
                         {{"questions", "Wat?"}, {"sendTo", "legal"}, {"body", "Ik woon er al heel lang en wil graag meehelpen."}})
                      .status,
                  200);
        EXPECT_EQ(undo(other, about).status, 409) << decision << ": it is not his";
        EXPECT_EQ(undo(mo, about).status, 200) << decision;
        EXPECT_EQ(post_state(about), "waiting") << decision;
        EXPECT_EQ(state(about), "open") << decision;
        EXPECT_EQ(last(about).text("kind"), "undo");
        EXPECT_EQ(undo(mo, about).status, 409) << decision << ": once";
        EXPECT_EQ(world().get(mo, about.url()).model["body"], "Ik woon er al heel lang en wil graag helpen.");
        EXPECT_EQ(decide(mo, about, "approve").status, 200) << decision;
    }
    for (const auto* decision : {"unfounded", "hide", "remove"}) {
        const auto about = about_live();
        decide(mo, about, decision);
        EXPECT_EQ(undo(mo, about).status, 200) << decision;
        EXPECT_EQ(post_state(about), "live") << decision;
        EXPECT_EQ(state(about), "open") << decision;
    }
    expect_sound();
}

TEST_F(JudgeTest, AfterTenMinutesADecisionStands) {
    for (const auto& [age, is_undone] : std::map<std::string, bool>{{"9 minutes 50 seconds", true}, {"10 minutes 1 second", false}}) {
        const auto about = waiting();
        sql(database(),
            "INSERT INTO decisions (case_id, number, kind, post_id, post_version, state_from, state_to, decided_by, decided_role, facts, "
            "                       sent_to, decided_at) "
            "SELECT id, 1, 'escalate', post_id, 1, 'waiting', 'waiting', $2, 'moderator', 'Kijk mee.', 'legal', now() - $3::interval "
            "  FROM cases WHERE id = $1",
            db::Params::of(about.id, mo.member, age));
        EXPECT_EQ(world().get(mo, about.url()).model["undoUrl"] != "", is_undone) << age;
        EXPECT_EQ(!world().get(mo, "/moderatie").model["lastDecision"].is_null(), is_undone) << age;
        EXPECT_EQ(undo(mo, about).status, is_undone ? 200 : 409) << age;
    }
}

TEST_F(JudgeTest, ErasingTakesTwoAndLeavesNoText) {
    const auto about = about_live();
    const json order{{"rules", json::array()}, {"legalGround", "Verzoek van de schrijver van 3 november 2026"}};
    EXPECT_NE(decide(mo, about, "erase", {{"legalGround", ""}}).error("legalGround"), "");
    EXPECT_NE(decide(mo, about, "erase", {{"legalGround", "AVG"}, {"facts", "Kort."}}).error("facts"), "");
    EXPECT_EQ(decide(mo, about, "erase", order).status, 202) << "a proposal";
    EXPECT_EQ(post_state(about), "live");
    const auto answer = [&](const access::Viewer& by) {
        return world().post(by, about.url() + "/proposal", {{"version", version(about)}, {"answer", "confirm"}});
    };
    EXPECT_EQ(answer(mo).status, 403) << "not his own";
    EXPECT_EQ(answer(other).status, 200);
    EXPECT_EQ(post_state(about), "erased");
    EXPECT_EQ(state(about), "decided");
    const auto left = sql(database(),
                          "SELECT p.body || string_agg(v.body || v.body_html, '') AS text FROM cases c JOIN posts p ON p.id = c.post_id "
                          "JOIN post_versions v ON v.post_id = p.id WHERE c.id = $1 GROUP BY p.id",
                          db::Params::of(about.id));
    EXPECT_EQ(left.one().text("text"), "-");
    EXPECT_THAT(last(about).text("statement"),
                AllOf(HasSubstr("gewist"), HasSubstr("3 november"), HasSubstr("Twee moderatoren"), HasSubstr("rechter")));
    EXPECT_THAT(world().html(anna, world().get(anna, "/ik/besluiten")), HasSubstr("Uw bericht is gewist."));
    const auto thread_page = world().get(anna, "/gesprekken/" + std::to_string(thread) + "/hoe-betrekt-u-nieuwe-bewoners");
    EXPECT_THAT(world().html(anna, thread_page), HasSubstr("De tekst van dit bericht is gewist"));
    EXPECT_EQ(undo(mo, about).status, 409);
    EXPECT_EQ(undo(other, about).status, 409);
    expect_sound();
}

TEST_F(JudgeTest, NobodyErasesWhatIsKeptForThePolice) {
    const auto about = about_live();
    const json order{{"legalGround", "Verzoek van de schrijver"}};
    EXPECT_EQ(decide(mo, about, "erase", order).status, 202);
    const auto post =
        sql(database(), "SELECT post_id FROM cases WHERE id = $1", db::Params::of(about.id)).one().id<base::PostId>("post_id");
    database().write([&](db::Tx& tx) { moderation::open_case(tx, "notice", post, 1, "", std::chrono::hours{8}); });
    const auto notice = newest();
    EXPECT_EQ(decide(mo, notice, "escalate", {{"sendTo", "police"}}).status, 200);
    EXPECT_EQ(world().post(other, about.url() + "/proposal", {{"version", version(about)}, {"answer", "confirm"}}).status, 409)
        << "also when it was proposed before";
    EXPECT_NE(decide(mo, notice, "erase", order).error("decision"), "");
    EXPECT_EQ(post_state(about), "live");
    EXPECT_EQ(decide(mo, notice, "unfounded").status, 200);
    EXPECT_EQ(world().post(other, about.url() + "/proposal", {{"version", version(about)}, {"answer", "confirm"}}).status, 200);
    EXPECT_EQ(post_state(about), "erased");
    expect_sound();
}

TEST_F(JudgeTest, WhoSentANoticeIsToldWhyAlsoWhenThePostStays) {
    const auto report = about_live();
    const auto post =
        sql(database(), "SELECT post_id FROM cases WHERE id = $1", db::Params::of(report.id)).one().id<base::PostId>("post_id");
    database().write([&](db::Tx& tx) { moderation::open_case(tx, "notice", post, 1, "", std::chrono::hours{8}); });
    const auto notice = newest();
    EXPECT_NE(decide(mo, notice, "unfounded", {{"facts", ""}}).error("facts"), "");
    EXPECT_EQ(state(notice), "open");
    EXPECT_EQ(decide(mo, notice, "unfounded").status, 200);
    EXPECT_EQ(decide(mo, report, "unfounded", {{"facts", ""}}).status, 200) << "a colleague's report needs none";
    expect_sound();
}

TEST_F(JudgeTest, WhatWaitsAndWhatWasDecidedStandOnOnePage) {
    const auto about = waiting();
    const auto page = [&] { return world().get(nova, "/api/v1/me/decisions").model; };
    ASSERT_EQ(page()["waiting"].size(), 1U);
    EXPECT_EQ(page()["waiting"][0]["post"]["isWaiting"], true);
    EXPECT_THAT(world().html(nova, world().get(nova, "/ik/besluiten")), AllOf(HasSubstr("Dit wacht nog"), HasSubstr("al heel lang")));
    EXPECT_EQ(world().get(anna, "/api/v1/me/decisions").model["waiting"].size(), 0U) << "nobody else's";
    decide(mo, about, "reject");
    EXPECT_EQ(page()["waiting"].size(), 0U);
    EXPECT_EQ(page()["items"].size(), 1U);
}

TEST_F(JudgeTest, WhatSomebodyBuiltOnIsNotUndone) {
    const auto returned = waiting();
    decide(mo, returned, "return", {{"questions", "Wat bedoelt u?"}});
    EXPECT_EQ(world().send(nova, Method::put, world().api(thread, 2), {{"body", "Dit bedoel ik."}, {"version", 1}}).status, 202);
    EXPECT_EQ(undo(mo, returned).status, 409) << "the author answered";
    decide(mo, returned, "approve");
    EXPECT_EQ(world().send(nova, Method::put, world().api(thread, 2), {{"body", "Of toch dit."}, {"version", 2}}).status, 202);
    EXPECT_EQ(undo(mo, returned).status, 409) << "a change of it waits";
    EXPECT_EQ(post_state(returned), "live_change");
    expect_sound();
}

TEST_F(JudgeTest, RemovingEndsTheOtherCasesOfThePost) {
    const auto about = about_live();
    const auto post = sql(database(), "SELECT max(id) AS id FROM posts").one().id<base::PostId>("id");
    database().write([&](db::Tx& tx) { open_case(tx, "notice", post, 1, "", std::chrono::hours{8}); });
    const auto notice = newest();
    decide(mo, about, "remove");
    EXPECT_EQ(state(notice), "merged");
    undo(mo, about);
    EXPECT_EQ(state(notice), "open");
    decide(mo, notice, "unfounded");
    EXPECT_EQ(state(about), "open") << "what one is about may hold for the other";
    expect_sound();
}

TEST_F(JudgeTest, AHiddenPostKeepsItsCaseUntilItIsDecided) {
    const auto about = about_live();
    decide(mo, about, "hide");
    EXPECT_EQ(world().get(guest, world().api(thread, 2)).model["state"], "hidden");
    EXPECT_EQ(decide(mo, about, "unfounded").status, 200);
    EXPECT_EQ(post_state(about), "live");
    EXPECT_NE(last(about).find_integer("reverses"), std::nullopt);
    expect_sound();
}

TEST_F(JudgeTest, NobodyDecidesOnWhatIsHis) {
    EXPECT_EQ(reply(mo, "Van mij.").status, 201);
    const auto post = sql(database(), "SELECT max(id) AS id FROM posts").one().id<base::PostId>("id");
    database().write([&](db::Tx& tx) { open_case(tx, "report", post, 1, "", std::chrono::hours{8}); });
    const auto own = newest();
    EXPECT_EQ(decide(mo, own, "remove").status, 403);
    const auto about = about_live();
    sql(database(),
        "INSERT INTO reports (case_id, post_id, post_version, reporter_id, category) SELECT id, post_id, 1, $2, 'anders' FROM cases WHERE "
        "id = $1",
        db::Params::of(about.id, mo.member));
    EXPECT_EQ(decide(mo, about, "remove").status, 403);
    EXPECT_EQ(decide(other, about, "remove").status, 200);
    EXPECT_EQ(last(about).text("source"), "report");
    EXPECT_EQ(sql(database(), "SELECT decision_id FROM reports WHERE case_id = $1", db::Params::of(about.id)).one().integer("decision_id"),
              last(about).integer("id"));
    expect_sound();
}

TEST_F(JudgeTest, WhoReportedWhatHeDecidedOnDoesNotTakeItBackEither) {
    const auto about = about_live();
    EXPECT_EQ(decide(mo, about, "escalate", {{"sendTo", "legal"}}).status, 200);
    EXPECT_EQ(world().post(mo, "/api/v1/reports", {{"thread", thread}, {"post", 2}, {"category", "disrespect"}, {"text", ""}}).status, 201);
    EXPECT_EQ(undo(mo, about).status, 403);
    EXPECT_EQ(last(about).text("kind"), "escalate");
}

TEST_F(JudgeTest, AnObjectionIsDecidedByWhoTookNoPartAndTurnsRoundWhatWasDone) {
    const auto rejected = waiting();
    decide(mo, rejected, "reject");
    const auto objection = appeal(rejected, nova);
    EXPECT_EQ(decide(mo, objection, "grant").status, 403);
    EXPECT_EQ(decide(other, objection, "grant", {{"facts", ""}}).status, 400);
    EXPECT_EQ(decide(other, objection, "grant").status, 200);
    EXPECT_EQ(post_state(objection), "live");
    EXPECT_EQ(last(objection).integer("reverses"), last(rejected).integer("id"));
    EXPECT_EQ(undo(other, objection).status, 200);
    EXPECT_EQ(post_state(objection), "rejected");
    EXPECT_EQ(decide(other, objection, "refuse").status, 200);
    EXPECT_EQ(post_state(objection), "rejected");
    expect_sound();
}

TEST_F(JudgeTest, AnObjectionOfWhoReportedInVainCanEndInRemoval) {
    const auto about = about_live();
    decide(mo, about, "unfounded");
    const auto objection = appeal(about, nova);
    EXPECT_NE(decide(other, objection, "grant", {{"rules", json::array()}}).error("rules"), "") << "it restricts the author";
    EXPECT_EQ(decide(other, objection, "grant").status, 200);
    EXPECT_EQ(post_state(objection), "removed");
    EXPECT_THAT(last(objection).text("statement"), HasSubstr("verwijderd"));
    EXPECT_NE(last(objection).find_time("appeal_until"), std::nullopt);
    expect_sound();
}

TEST_F(JudgeTest, AnObjectionThatEndsInRemovalEndsTheOtherCasesOfThePost) {
    const auto first = waiting();
    decide(mo, first, "approve");
    EXPECT_EQ(world().post(mo, world().api(thread, 2) + "/case", json::object()).status, 201);
    const auto about = newest();
    decide(mo, about, "unfounded");
    EXPECT_EQ(world().send(nova, Method::put, world().api(thread, 2), {{"body", "Een andere tekst."}, {"version", 1}}).status, 202);
    const auto change = newest();
    const auto objection = appeal(about, anna);
    EXPECT_EQ(decide(other, objection, "grant").status, 200);
    EXPECT_EQ(post_state(objection), "removed");
    EXPECT_EQ(state(change), "merged") << "there is nothing left to review";
    expect_sound();
    EXPECT_EQ(undo(other, objection).status, 200);
    EXPECT_EQ(post_state(objection), "live_change");
    EXPECT_EQ(state(change), "open");
    expect_sound();
}

TEST_F(JudgeTest, WhatWasGrantedAboutAPostThatItsAuthorWithdrewIsNothingToObjectTo) {
    const auto about = about_live();
    decide(mo, about, "unfounded");
    const auto objection = appeal(about, nova);
    EXPECT_EQ(world().send(anna, Method::del, world().api(thread, 2)).status, 200);
    EXPECT_EQ(decide(other, objection, "grant").status, 200);
    EXPECT_EQ(post_state(objection), "withdrawn");
    EXPECT_EQ(last(objection).find_time("appeal_until"), std::nullopt);
    EXPECT_EQ(world().post(anna, "/api/v1/appeals", {{"decision", last(objection).integer("id")}, {"text", "Niet waar."}}).status, 404);
    expect_sound();
}

TEST_F(JudgeTest, AnObjectionAboutAModeratorsChangesShowsTheAuthorsOwnText) {
    const auto about = waiting();
    decide(mo, about, "approve-with-changes", {{"body", "Ik woon er al heel lang en wil graag meehelpen."}});
    EXPECT_EQ(decide(other, appeal(about, nova), "grant").status, 200);
    EXPECT_EQ(world().get(guest, world().api(thread, 2)).model["body"], "Ik woon er al heel lang en wil graag helpen.");
    expect_sound();
}

}  // namespace
}  // namespace forum::moderation
