#include "moderation/judge_world.hpp"

namespace forum::moderation {
namespace {

using nlohmann::json;
using test::Answer;
using test::sql;
using ::testing::HasSubstr;
using ::testing::Not;

class AppealTest : public test::JudgeTest {
protected:
    void SetUp() override {
        JudgeTest::SetUp();
        rik = world().member("Rik Melder");
        sara = world().member("Sara Melder");
    }
    Answer object(const access::Viewer& by, std::int64_t decision, const std::string& text = "Er staat geen naam in.",
                  const std::string& key = {}) {
        return world().post(by, "/api/v1/appeals", {{"decision", decision}, {"text", text}}, key);
    }
    std::int64_t decided(const Case& about) { return last(about).integer("id"); }
    /// A post of anna that these members reported; its case.
    Case reported(const std::vector<access::Viewer>& reporters) {
        EXPECT_EQ(reply(anna, "Hier staat geheimwoord over een bewoner.").status, 201);
        number = static_cast<int>(sql(database(), "SELECT max(number) AS n FROM posts").one().integer("n"));
        for (const auto& member : reporters) {
            EXPECT_EQ(world()
                          .post(member, "/api/v1/reports", {{"thread", thread}, {"post", number}, {"category", "disrespect"}, {"text", ""}})
                          .status,
                      201);
        }
        return newest();
    }
    /// The same decision, made so long ago that the term has just passed.
    std::int64_t long_ago(std::int64_t decision) {
        return sql(database(),
                   "INSERT INTO decisions (case_id, number, kind, post_id, post_version, state_from, state_to, decided_by, decided_role, "
                   "rules, "
                   "facts, statement, decided_at, appeal_until) SELECT case_id, number + 1, kind, post_id, post_version, state_from, "
                   "state_to, "
                   "decided_by, decided_role, rules, facts, statement, now() - interval '6 months', now() - interval '1 second' "
                   "FROM decisions WHERE id = $1 RETURNING id",
                   db::Params::of(decision))
            .one()
            .integer("id");
    }
    json own(const access::Viewer& of) { return world().get(of, "/api/v1/me/decisions").model["items"]; }
    json own_report(const access::Viewer& of) { return world().get(of, "/api/v1/me/decisions").model["reports"]["items"][0]; }
    std::string html(const access::Viewer& of, const std::string& path) { return world().html(of, world().get(of, path)); }
    std::int64_t count(const std::string& from) { return sql(database(), "SELECT count(*) AS n FROM " + from).one().integer("n"); }
    std::string page(std::int64_t decision) { return "/bezwaar?besluit=" + std::to_string(decision); }

    access::Viewer rik, sara;
    int number{0};
};

TEST_F(AppealTest, AnAuthorObjectsAndHearsThatTheDecisionStays) {
    const auto about = waiting();
    decide(mo, about, "reject");
    const auto decision = decided(about);
    EXPECT_EQ(own(nova)[0]["decision"]["appealUrl"], page(decision));
    EXPECT_THAT(html(nova, "/ik/besluiten"), HasSubstr(page(decision)));
    const auto form = html(nova, page(decision));
    EXPECT_THAT(form, HasSubstr("Wij hebben uw bericht niet geplaatst"));
    EXPECT_THAT(form, HasSubstr("binnen 10 werkdagen"));

    const auto sent = object(nova, decision);
    EXPECT_EQ(sent.status, 201);
    const Case objection{sent.model["id"].get<std::int64_t>()};
    EXPECT_EQ(world().get(mo, "/api/v1/moderation/cases").model["items"][0]["kind"], "appeal");
    const auto shown = world().get(other, objection.url()).model;
    EXPECT_EQ(shown["appeal"]["text"], "Er staat geen naam in.");
    EXPECT_EQ(shown["appeal"]["isAuthor"], true);
    EXPECT_THAT(html(other, "/moderatie/" + std::to_string(objection.id)), HasSubstr("Er staat geen naam in."));
    EXPECT_EQ(shown["dueAt"], sent.model["dueAt"]);
    EXPECT_EQ(own(nova)[0]["appeal"]["decidedAt"], nullptr);
    EXPECT_EQ(own(nova)[0]["decision"]["appealUrl"], "") << "once";
    EXPECT_THAT(html(nova, "/ik/besluiten"), HasSubstr("Een andere moderator beslist uiterlijk"));

    EXPECT_EQ(decide(mo, objection, "refuse").status, 403) << "he took part";
    EXPECT_EQ(decide(other, objection, "refuse", {{"facts", "De naam staat er toch in."}}).status, 200);
    EXPECT_EQ(post_state(about), "rejected");
    EXPECT_THAT(own(nova)[0]["decision"]["statement"].get<std::string>(), HasSubstr("Uw bezwaar is afgewezen"));
    EXPECT_THAT(own(nova)[0]["decision"]["statement"].get<std::string>(), HasSubstr("naar de rechter"));
    EXPECT_EQ(own(nova)[1]["appeal"]["isRefused"], true);
    EXPECT_EQ(own(nova)[1]["appeal"]["facts"], "De naam staat er toch in.");
    EXPECT_THAT(object(nova, decision).detail, HasSubstr("al besloten"));
    expect_sound();
}

TEST_F(AppealTest, ReversalBringsThePostBackAndTellsAuthorAndReporters) {
    const auto about = reported({rik, sara});
    decide(mo, about, "remove");
    EXPECT_THAT(own_report(rik)["outcome"]["text"].get<std::string>(), HasSubstr("niet meer op het forum"));
    EXPECT_EQ(own_report(rik)["appealUrl"], "") << "he was right";
    EXPECT_EQ(object(rik, decided(about)).status, 404);
    const auto sent = object(anna, decided(about));
    ASSERT_EQ(sent.status, 201);
    const Case objection{sent.model["id"].get<std::int64_t>()};

    std::vector<live::Event> heard;
    world().announcer.set_sink([&](const std::vector<live::Event>& events) { heard.insert(heard.end(), events.begin(), events.end()); });
    const auto told = [&](const access::Viewer& member) {
        return std::count_if(heard.begin(), heard.end(),
                             [&](const auto& event) { return event.kind == "own.changed" && event.member == member.member; });
    };
    EXPECT_EQ(decide(other, objection, "grant", {{"rules", json::array()}}).status, 200);
    EXPECT_EQ(world().get(guest, world().api(thread, number)).model["body"], "Hier staat geheimwoord over een bewoner.");
    EXPECT_THAT(own(anna)[0]["decision"]["statement"].get<std::string>(), HasSubstr("Uw bericht staat er weer"));
    EXPECT_EQ(own(anna)[1]["appeal"]["isGranted"], true);
    for (const auto& reporter : {rik, sara}) {
        EXPECT_EQ(told(reporter), 1) << reporter.name;
        EXPECT_THAT(own_report(reporter)["outcome"]["text"].get<std::string>(),
                    HasSubstr("Na een bezwaar is opnieuw besloten. Het bericht mag blijven staan"));
        EXPECT_EQ(own_report(reporter)["appealUrl"], "");
    }
    EXPECT_GE(told(anna), 1);
    expect_sound();

    EXPECT_EQ(undo(other, objection).status, 200);
    EXPECT_THAT(own_report(rik)["outcome"]["text"].get<std::string>(), HasSubstr("niet meer op het forum"));
    EXPECT_EQ(told(rik), 2);
    EXPECT_EQ(own(anna)[0]["appeal"]["decidedAt"], nullptr) << "it is open again";
    expect_sound();
}

TEST_F(AppealTest, WhoReportedInVainObjectsAndTheAuthorHearsOnlyOfWhatIsDone) {
    const auto about = reported({rik, sara});
    decide(mo, about, "unfounded");
    const auto decision = decided(about);
    EXPECT_EQ(own_report(rik)["appealUrl"], page(decision));
    EXPECT_THAT(html(rik, page(decision)), HasSubstr("mag blijven staan"));
    EXPECT_EQ(object(anna, decision).status, 404) << "it is not about her";
    const auto sent = object(rik, decision, "Lees alinea 2.");
    ASSERT_EQ(sent.status, 201);
    EXPECT_EQ(object(sara, decision).status, 201) << "each of them once";
    const Case objection{sent.model["id"].get<std::int64_t>()};
    EXPECT_EQ(world().get(other, objection.url()).model["appeal"]["by"], "Rik Melder");
    EXPECT_EQ(own_report(rik)["appeal"]["text"], "Lees alinea 2.");
    EXPECT_THAT(html(rik, "/ik/besluiten"), HasSubstr("Lees alinea 2."));
    EXPECT_EQ(decide(rik, objection, "grant").status, 404);

    EXPECT_NE(decide(other, objection, "grant", {{"rules", json::array()}}).error("rules"), "") << "it restricts the author";
    EXPECT_EQ(decide(other, objection, "grant").status, 200);
    EXPECT_EQ(post_state(about), "removed");
    EXPECT_EQ(own_report(rik)["appeal"]["isGranted"], true);
    EXPECT_THAT(own_report(sara)["outcome"]["text"].get<std::string>(),
                HasSubstr("Na een bezwaar is opnieuw besloten. Het bericht staat niet meer"));
    ASSERT_EQ(own(anna).size(), 1U);
    const auto statement = own(anna)[0]["decision"];
    EXPECT_EQ(statement["isRemove"], true);
    EXPECT_NE(statement["appealUrl"], "");
    const auto seen = html(anna, "/ik/besluiten") + world().get(anna, "/api/v1/me/decisions").model.dump();
    EXPECT_THAT(seen, Not(HasSubstr("Rik Melder")));
    EXPECT_THAT(seen, Not(HasSubstr("Lees alinea 2.")));

    EXPECT_EQ(decide(mo, {sent.model["id"].get<std::int64_t>() + 1}, "refuse").status, 403);
    const auto back = object(anna, statement["id"]);
    ASSERT_EQ(back.status, 201) << "the author has the same right";
    auto third = world().moderator("Ko Derde");
    EXPECT_EQ(decide(other, {back.model["id"]}, "grant").status, 403);
    EXPECT_EQ(decide(third, {back.model["id"]}, "grant").status, 200);
    EXPECT_EQ(post_state(about), "live");
    EXPECT_THAT(own_report(sara)["outcome"]["text"].get<std::string>(), HasSubstr("mag blijven staan"));
    expect_sound();
}

TEST_F(AppealTest, OnlyOnceAndASecondTryChangesNothing) {
    const auto about = waiting();
    decide(mo, about, "reject");
    EXPECT_EQ(object(nova, decided(about), "Zo is het.", "sleutel").status, 201);
    EXPECT_EQ(object(nova, decided(about), "Zo is het.", "sleutel").status, 200) << "the answer was lost, the objection was not";
    const auto again = object(nova, decided(about), "En nog iets.");
    EXPECT_EQ(again.status, 409);
    EXPECT_THAT(again.detail, HasSubstr("U maakte al bezwaar"));
    const auto form = world().form(nova, "/bezwaar", "decision=" + std::to_string(decided(about)) + "&text=mijn+woorden");
    EXPECT_EQ(form.status, 409);
    EXPECT_THAT(world().html(nova, form), HasSubstr("mijn woorden"));
    EXPECT_THAT(html(nova, page(decided(about))), Not(HasSubstr("<textarea")));
    EXPECT_EQ(count("appeals"), 1);
    EXPECT_EQ(count("cases WHERE kind = 'appeal'"), 1);
}

TEST_F(AppealTest, ForWhomItDoesNotConcernThereIsNoSuchDecision) {
    const auto about = waiting();
    decide(mo, about, "reject");
    for (const auto& stranger : {anna, rik, mo, world().administrator()}) {
        EXPECT_EQ(object(stranger, decided(about)).status, 404) << stranger.name;
        EXPECT_EQ(world().get(stranger, page(decided(about))).status, 404) << stranger.name;
    }
    EXPECT_EQ(object(guest, decided(about)).status, 401);
    EXPECT_EQ(object(nova, 999'999).status, 404);
    EXPECT_EQ(world().get(nova, "/bezwaar?besluit=x").status, 404);
    EXPECT_EQ(world().get(nova, "/bezwaar").status, 404);
    const auto placed = waiting();
    decide(mo, placed, "approve");
    EXPECT_EQ(object(nova, decided(placed)).status, 404) << "there is nothing to object to";
    EXPECT_EQ(count("appeals"), 0);
}

TEST_F(AppealTest, WhatIsWrongIsSaidAndNothingIsOpened) {
    const auto about = waiting();
    decide(mo, about, "reject");
    const auto decision = decided(about);
    for (const auto& text : {std::string{}, std::string{" \n\t "}, std::string(8001, 'x')}) {
        EXPECT_NE(object(nova, decision, text).error("text"), "");
    }
    const auto unknown = world().post(nova, "/api/v1/appeals", {{"decision", "x"}, {"text", ""}, {"anders", 1}});
    EXPECT_EQ(unknown.status, 400);
    for (const auto* field : {"decision", "text", "anders"}) {
        EXPECT_NE(unknown.error(field), "") << field;
    }
    const auto form = world().form(nova, "/bezwaar", "decision=" + std::to_string(decision) + "&text=" + std::string(8001, 'x'));
    EXPECT_EQ(form.status, 400);
    EXPECT_THAT(world().html(nova, form), HasSubstr(std::string(8001, 'x') + "</textarea>"));
    const auto late = object(nova, long_ago(decision));
    EXPECT_EQ(late.status, 409);
    EXPECT_THAT(late.detail, HasSubstr("Die termijn is voorbij"));
    EXPECT_EQ(own(nova)[0]["decision"]["appealUrl"], "");
    EXPECT_EQ(count("appeals"), 0);
    EXPECT_EQ(count("cases"), 1);
    EXPECT_EQ(object(nova, decision, std::string(8000, 'x')).status, 201);
}

TEST_F(AppealTest, ADecisionThatWasTakenBackNeedsNoObjectionAndOneWithAnObjectionIsNotTakenBack) {
    const auto about = waiting();
    decide(mo, about, "reject");
    const auto first = decided(about);
    undo(mo, about);
    EXPECT_THAT(object(nova, first).detail, HasSubstr("geldt niet meer"));
    decide(mo, about, "reject");
    EXPECT_EQ(object(nova, decided(about)).status, 201);
    EXPECT_EQ(undo(mo, about).status, 409);
    expect_sound();
}

TEST_F(AppealTest, ADecisionCanStayForAnotherReasonToWhichOneCanObject) {
    const auto about = reported({rik});
    decide(mo, about, "remove");
    const Case objection{object(anna, decided(about)).model["id"].get<std::int64_t>()};
    EXPECT_EQ(world().get(other, objection.url()).model["fields"]["rules"]["slugs"], "refuse");
    EXPECT_EQ(decide(other, objection, "refuse", {{"rules", json::array({"respect"})}}).status, 200);
    const auto told = own(anna)[0]["decision"];
    EXPECT_THAT(told["statement"].get<std::string>(), HasSubstr("om een andere reden. Het gaat om deze huisregel: 2. Blijf respectvol"));
    EXPECT_EQ(world().get(guest, world().api(thread, number)).model["decision"]["rules"][0]["slug"], "respect")
        << "readers see why it is away";
    const auto again = object(anna, told["id"]);
    ASSERT_EQ(again.status, 201);
    auto third = world().moderator("Ko Derde");
    EXPECT_EQ(decide(third, {again.model["id"]}, "refuse", {{"rules", json::array({"respect"})}}).status, 200);
    EXPECT_EQ(own(anna)[0]["decision"]["appealUrl"], "") << "on the same ground it ends";
    EXPECT_EQ(own(anna)[0]["decision"]["rules"], json::array());
    expect_sound();
}

TEST_F(AppealTest, WhoWasHiddenWronglyHearsSoAlsoWhenThePostIsRemovedMeanwhile) {
    for (const auto& rules : {json::array(), json::array({"respect"})}) {
        const auto about = reported({rik});
        decide(mo, about, "hide");
        const auto sent = object(anna, decided(about));
        ASSERT_EQ(sent.status, 201);
        decide(mo, about, "remove");
        EXPECT_EQ(decide(other, {sent.model["id"]}, "grant", {{"rules", rules}}).status, 200);
        EXPECT_EQ(post_state(about), "removed");
        const auto told = own(anna)[0]["decision"];
        EXPECT_THAT(told["statement"].get<std::string>(), HasSubstr("U kreeg gelijk in uw bezwaar"));
        EXPECT_THAT(told["statement"].get<std::string>(), HasSubstr("blijft weg"));
        EXPECT_EQ(told["isGrant"], true);
        EXPECT_EQ(told["rules"][0]["slug"], rules.empty() ? "geen-inwoners" : "respect") << "why it is away";
        EXPECT_NE(told["appealUrl"], "");
    }
    expect_sound();
}

}  // namespace
}  // namespace forum::moderation
