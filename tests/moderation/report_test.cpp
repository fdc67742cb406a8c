#include "moderation/report_post.hpp"

#include <gmock/gmock.h>

#include "moderation/check_invariants.hpp"
#include "moderation/guard_world.hpp"
#include "moderation/report_categories.hpp"

namespace forum::moderation {
namespace {

using nlohmann::json;
using test::sql;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

class ReportTest : public test::GuardTest {
protected:
    void SetUp() override {
        GuardTest::SetUp();
        EXPECT_EQ(reply(anna, "Hier staat geheimwoord over een bewoner.").status, 201);
        rik = world().member("Rik Melder");
        sara = world().member("Sara Melder");
        tom = world().member("Tom Melder");
    }
    test::Answer report(const access::Viewer& by, const std::string& category = "resident-data",
                        const std::string& text = "geheimtoelichting", int number = 2, const std::string& key = {}) {
        return world().post(by, "/api/v1/reports", {{"thread", thread}, {"post", number}, {"category", category}, {"text", text}}, key);
    }
    std::int64_t count(const std::string& from) { return sql(database(), "SELECT count(*) AS n FROM " + from).one().integer("n"); }
    json newest_case() {
        const auto id = sql(database(), "SELECT max(id) AS id FROM cases").one().integer("id");
        return world().get(mo, "/api/v1/moderation/cases/" + std::to_string(id)).model;
    }
    test::Answer decide(const std::string& decision) {
        const auto about = newest_case();
        return world().post(mo, "/api/v1/moderation/cases/" + std::to_string(about["id"].get<std::int64_t>()) + "/decision",
                            {{"version", about["version"]},
                             {"decision", decision},
                             {"rules", json::array({"geen-inwoners"})},
                             {"facts", "In alinea 2 staat de naam van een bewoner."}});
    }
    std::string post_state() { return world().get(mo, test::World::api(thread, 2)).model["state"]; }
    json own_report(const access::Viewer& of) { return world().get(of, "/api/v1/me/decisions").model["reports"]["items"][0]; }

    access::Viewer rik, sara, tom, guest;
};

TEST_F(ReportTest, EveryGroundIsListedTakenAndInTheQueue) {
    const auto listed = world().get(guest, "/api/v1/report-categories").model["items"];
    ASSERT_EQ(listed.size(), report_categories().size());
    for (const auto& category : listed) {
        EXPECT_EQ(report(rik, category["slug"]).status, 201) << category;
        EXPECT_EQ(newest_case()["reportList"].back()["categoryName"], category["name"]);
    }
    EXPECT_EQ(count("cases"), 1) << "they join one open case";
    EXPECT_EQ(newest_case()["kind"], "report");
    EXPECT_EQ(newest_case()["reportList"][0]["reporter"], "Rik Melder");
}

TEST_F(ReportTest, OneIsOpenAPersonVersionAndGround) {
    EXPECT_EQ(report(rik, "resident-data", "eerste").status, 201);
    const auto again = report(rik, "resident-data", "tweede");
    EXPECT_EQ(again.status, 409);
    EXPECT_THAT(again.detail, HasSubstr("U meldde dit al"));
    EXPECT_EQ(report(rik, "resident-data", "eerste", 2, "sleutel").status, 200) << "the answer was lost, the report was not";
    EXPECT_EQ(report(rik, "disrespect").status, 201);
    EXPECT_EQ(report(sara, "resident-data").status, 201);
    EXPECT_EQ(count("reports"), 3);

    EXPECT_EQ(world().send(anna, http::Method::put, test::World::api(thread, 2), {{"body", "Een andere tekst."}, {"version", 1}}).status,
              200);
    EXPECT_EQ(report(rik, "resident-data", "nieuwe tekst").status, 201) << "another version";
    const auto about = newest_case();
    EXPECT_EQ(about["body"], "Een andere tekst.");
    EXPECT_EQ(about["reportList"].size(), 4U) << "what was said about the text of before stays";
    EXPECT_EQ(count("cases"), 1);
}

TEST_F(ReportTest, APersonGetsTheSamePageWithHisWords) {
    EXPECT_EQ(report(rik).status, 201);
    const auto again =
        world().form(rik, "/melden", "thread=" + std::to_string(thread) + "&post=2&category=resident-data&text=mijn+woorden");
    EXPECT_EQ(again.status, 409);
    const auto page = world().html(rik, again);
    EXPECT_THAT(page, HasSubstr("U meldde dit al"));
    EXPECT_THAT(page, HasSubstr("mijn woorden</textarea>"));
    const auto wrong = world().form(rik, "/melden", "thread=" + std::to_string(thread) + "&post=2&category=other&text=kort");
    EXPECT_EQ(wrong.status, 400);
    EXPECT_THAT(world().html(rik, wrong), HasSubstr("kort</textarea>"));
    EXPECT_THAT(wrong.error("text"), HasSubstr("10"));
    const auto sent = world().form(rik, "/melden", "thread=" + std::to_string(thread) + "&post=2&category=illegal&text=");
    EXPECT_EQ(sent.status, 303);
    EXPECT_THAT(sent.location, HasSubstr("#bericht-2"));
}

TEST_F(ReportTest, OnlyWhatIsReadAndNotOnesOwn) {
    EXPECT_EQ(report(anna).status, 403);
    EXPECT_EQ(world().get(anna, "/melden?gesprek=" + std::to_string(thread) + "&bericht=2").status, 403);
    EXPECT_EQ(report(guest).status, 401);
    EXPECT_EQ(report(rik, "resident-data", "x", 99).status, 404);
    EXPECT_EQ(report(rik, "nonsense").status, 400);
    EXPECT_EQ(report(rik, "disrespect", std::string(4001, 'x')).status, 400);
    const auto hidden = world().thread(anna, {{"visibility", "administrators"}});
    auto adviser = world().member("Ad Viseur", true, "GM1783", "member", "beleidsadviseur");
    EXPECT_EQ(world().post(adviser, "/api/v1/reports", {{"thread", hidden}, {"post", 1}, {"category", "illegal"}, {"text", ""}}).status,
              404);
    sql(database(), "UPDATE posts SET state = 'removed' WHERE thread_id = $1 AND number = 2", db::Params::of(thread));
    EXPECT_EQ(report(rik).status, 409);
    EXPECT_EQ(count("reports"), 0);
    EXPECT_EQ(count("cases"), 0);
}

TEST_F(ReportTest, TheButtonIsThereForWhoMayReport) {
    EXPECT_EQ(world().get(rik, test::World::api(thread, 2)).model["mayReport"], true);
    EXPECT_EQ(world().get(anna, test::World::api(thread, 2)).model["mayReport"], false);
    const auto url = world().get(rik, test::World::api(thread, 2)).model["reportUrl"].get<std::string>();
    EXPECT_THAT(world().html(rik, world().get(rik, url)), HasSubstr("Meld dit bericht"));
    EXPECT_THAT(world().get(guest, url).location, HasSubstr("/kennisgeving?adres=/gesprekken/"))
        << "without an account there is another form";
}

TEST_F(ReportTest, ManyTrustedMembersHideItForAWhile) {
    EXPECT_EQ(report(nova).status, 201) << "a new member counts for nothing here";
    report(rik);
    report(rik, "disrespect");
    report(sara);
    EXPECT_EQ(post_state(), "live");
    const auto before = base::now();
    report(tom, "disrespect");
    EXPECT_EQ(post_state(), "hidden");
    const auto hidden = sql(database(), "SELECT *, until > now() AS is_limited FROM decisions").one();
    EXPECT_EQ(hidden.text("source"), "threshold");
    EXPECT_TRUE(hidden.flag("is_automatic"));
    EXPECT_TRUE(hidden.flag("is_limited"));
    EXPECT_GE(hidden.time("until"), add_working_time(before, working_day));
    EXPECT_LE(hidden.time("until"), add_working_time(base::now(), working_day)) << "one working day";
    EXPECT_THAT(hidden.texts("rules"), testing::UnorderedElementsAre("geen-inwoners", "respect"));
    const auto told = world().get(anna, "/api/v1/me/decisions").model["items"][0]["decision"]["statement"].get<std::string>();
    EXPECT_THAT(told, HasSubstr("3 leden meldden dit bericht"));
    EXPECT_THAT(told, HasSubstr("automatisch"));
    EXPECT_EQ(newest_case()["isOpen"], true) << "a human decides";
    EXPECT_THAT(database().read([](db::Tx& tx) { return check_invariants(tx); }), IsEmpty());

    EXPECT_EQ(decide("unfounded").status, 200);
    EXPECT_EQ(post_state(), "live");
}

TEST_F(ReportTest, WhatAModeratorProposedOutlivesTheThreshold) {
    report(rik);
    const auto about = newest_case();
    const auto url = "/api/v1/moderation/cases/" + std::to_string(about["id"].get<std::int64_t>());
    EXPECT_EQ(world()
                  .post(mo, url + "/decision",
                        {{"version", about["version"]},
                         {"decision", "erase"},
                         {"legalGround", "Verzoek van de schrijver"},
                         {"facts", "De schrijver vroeg erom op 3 november."}})
                  .status,
              202);
    report(sara);
    report(tom);
    EXPECT_EQ(post_state(), "hidden");
    const auto other = world().moderator("Jo Collega");
    EXPECT_EQ(world().post(other, url + "/proposal", {{"version", newest_case()["version"]}, {"answer", "confirm"}}).status, 200);
    EXPECT_EQ(count("posts WHERE state = 'erased'"), 1);
    EXPECT_THAT(database().read([](db::Tx& tx) { return check_invariants(tx); }), IsEmpty());
}

TEST_F(ReportTest, TheThresholdCanBeOffAndHidesNothingWithoutAGround) {
    for (const auto& member : {rik, sara, tom}) {
        report(member, "other", "Dit is iets anders.");
    }
    EXPECT_EQ(post_state(), "live") << "nobody could say why";
    intake->report_threshold = 0;
    for (const auto& member : {rik, sara, tom}) {
        report(member);
    }
    EXPECT_EQ(post_state(), "live");
}

TEST_F(ReportTest, WhoReportedHearsWhatWasDecided) {
    std::vector<live::Event> heard;
    world().announcer.set_sink([&](const std::vector<live::Event>& events) { heard.insert(heard.end(), events.begin(), events.end()); });
    report(rik);
    EXPECT_TRUE(own_report(rik)["outcome"].is_null());
    EXPECT_EQ(decide("unfounded").status, 200);
    EXPECT_THAT(own_report(rik)["outcome"]["text"].get<std::string>(), HasSubstr("mag blijven staan"));
    EXPECT_THAT(world().html(rik, world().get(rik, "/ik/besluiten")), HasSubstr("mag blijven staan"));
    EXPECT_EQ(std::count_if(heard.begin(), heard.end(),
                            [&](const auto& event) { return event.kind == "own.changed" && event.member == rik.member; }),
              1);

    const auto judged = report(sara);
    EXPECT_EQ(judged.status, 409) << "this ground of this version was judged";
    EXPECT_THAT(judged.detail, HasSubstr("besloot hier al over"));
    EXPECT_EQ(report(sara, "disrespect").status, 201);
    EXPECT_EQ(decide("remove").status, 200);
    const auto outcome = own_report(sara)["outcome"]["text"].get<std::string>();
    EXPECT_THAT(outcome, HasSubstr("niet meer op het forum"));
    EXPECT_THAT(outcome, HasSubstr("3. Noem geen inwoners"));
    EXPECT_THAT(outcome, Not(HasSubstr("alinea 2"))) << "what is gone is not told again";
    EXPECT_THAT(world().get(sara, "/api/v1/me/decisions").model.dump(), Not(HasSubstr("geheimwoord")));
}

TEST_F(ReportTest, NobodyButStaffAndHimselfSeesWhoReported) {
    for (const auto& member : {rik, sara, tom}) {
        report(member);
    }
    const auto url = "/gesprekken/" + std::to_string(thread) + "/hoe-betrekt-u-nieuwe-bewoners";
    const auto case_url = "/api/v1/moderation/cases/" + std::to_string(newest_case()["id"].get<std::int64_t>());
    for (const auto& decision : {"", "remove"}) {
        if (*decision != '\0') {
            EXPECT_EQ(decide(decision).status, 200);
        }
        for (const auto& reader : {guest, anna, nova, sara, mo, world().administrator()}) {
            std::string seen = world().get(reader, test::World::api(thread)).model.dump() + world().html(reader, world().get(reader, url))
                               + world().get(reader, test::World::api(thread, 2)).model.dump();
            if (reader.is_signed_in()) {
                seen += world().html(reader, world().get(reader, "/ik/besluiten"));
            }
            EXPECT_THAT(seen, Not(HasSubstr("Rik Melder"))) << reader.name;
            const auto about = world().get(reader, case_url);
            EXPECT_EQ(about.status, reader.is_staff() ? 200 : !reader.is_signed_in() ? 401 : 404) << reader.name;
            EXPECT_EQ(about.model.dump().find("Rik Melder") != std::string::npos, reader.is_staff()) << reader.name;
            EXPECT_EQ(about.model.dump().find("geheimtoelichting") != std::string::npos, reader.is_staff()) << reader.name;
        }
    }
}

TEST_F(ReportTest, AModeratorDoesNotDecideOnHisOwnReport) {
    EXPECT_EQ(report(mo).status, 201);
    EXPECT_EQ(decide("remove").status, 403);
}

}  // namespace
}  // namespace forum::moderation
