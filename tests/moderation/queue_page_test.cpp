#include "moderation/queue_page.hpp"

#include <gmock/gmock.h>

#include "moderation/judge_world.hpp"

namespace forum::moderation {
namespace {

using nlohmann::json;
using test::sql;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

class QueuePageTest : public test::JudgeTest {
protected:
    std::vector<std::string> choices(const Case& about) {
        std::vector<std::string> list;
        const auto model = world().get(mo, about.url()).model;
        for (const auto& decision : model["decisions"]) {
            list.push_back(decision["value"]);
        }
        return list;
    }
    std::string html(const access::Viewer& viewer, const Case& about, const std::string& query = {}) {
        return world().html(viewer, world().get(viewer, "/moderatie/" + std::to_string(about.id) + query));
    }
    std::vector<std::int64_t> queue(const std::string& query = {}) {
        std::vector<std::int64_t> ids;
        const auto model = world().get(mo, "/api/v1/moderation/cases" + query).model;
        for (const auto& item : model["items"]) {
            ids.push_back(item["id"]);
        }
        EXPECT_EQ(model["count"], ids.size()) << "the counter is the list";
        return ids;
    }
    void due(const Case& about, const std::string& when) {
        sql(database(), "UPDATE cases SET due_at = now() + $2::interval WHERE id = $1", db::Params::of(about.id, when));
    }
};

TEST_F(QueuePageTest, LeastTimeLeftComesFirstAndWhatIsLateSaysSo) {
    const auto first = waiting(), second = waiting(), third = about_live();
    due(first, "3 days");
    due(second, "-1 minute");
    due(third, "1 day");
    EXPECT_THAT(queue(), ElementsAre(second.id, third.id, first.id));
    const auto page = world().get(mo, "/moderatie");
    EXPECT_EQ(page.model["late"], 1);
    EXPECT_EQ(page.model["items"][0]["dueText"], "Te laat");
    EXPECT_THAT(world().html(mo, page), HasSubstr("Te laat"));
    EXPECT_THAT(page.model["items"][2]["dueText"].get<std::string>(), HasSubstr("nog "));
}

TEST_F(QueuePageTest, AListOfManyPagesIsTheCounter) {
    std::vector<std::int64_t> made, shown;
    for (int n = 0; n < 53; ++n) {
        made.push_back(waiting().id);
    }
    for (std::string url = "/moderatie"; !url.empty();) {
        const auto page = world().get(mo, url);
        EXPECT_EQ(page.model["count"], made.size());
        EXPECT_EQ(page.model["firstUrl"].get<std::string>().empty(), shown.empty());
        for (const auto& item : page.model["items"]) {
            shown.push_back(item["id"]);
        }
        url = page.model["nextUrl"];
        EXPECT_EQ(world().html(mo, page).find(">Toon de volgende<") == std::string::npos, url.empty());
    }
    EXPECT_EQ(shown, made) << "each once, the one that waits longest first";
    const auto last = world().get(mo, world().get(mo, "/moderatie").model["nextUrl"].get<std::string>()).model["items"][2];
    EXPECT_THAT(last["url"].get<std::string>(), HasSubstr("?na=")) << "who opens one stays on his page of the list";
    EXPECT_EQ(world().get(mo, last["url"].get<std::string>()).model["items"].size(), 3);
}

TEST_F(QueuePageTest, APartOfTheQueueIsByThemeAndByProvinceOfTheAuthor) {
    const auto here = waiting();
    const auto elsewhere = [&] {
        const auto drent = world().member("Dre Nt", false, "GM0106");
        thread = world().thread(anna, {{"theme", "onderwijs"}});
        reply(drent, "Uit Assen.");
        return newest();
    }();
    EXPECT_EQ(queue().size(), 2U);
    EXPECT_THAT(queue("?theme=wonen"), ElementsAre(here.id));
    EXPECT_THAT(queue("?province=Drenthe"), ElementsAre(elsewhere.id));
    EXPECT_THAT(queue("?theme=wonen&province=Drenthe"), ElementsAre());
    EXPECT_EQ(world().get(mo, "/api/v1/moderation/cases?theme=nergens").status, 404);
    const auto page = world().get(mo, "/moderatie?provincie=Drenthe");
    EXPECT_THAT(page.model["items"][0]["url"], "/moderatie/" + std::to_string(elsewhere.id) + "?provincie=Drenthe");
    EXPECT_EQ(decide(mo, elsewhere, "approve").model["next"]["id"], here.id);
}

TEST_F(QueuePageTest, EachCaseOffersWhatCanBeDecidedOnIt) {
    const auto held = waiting();
    EXPECT_THAT(choices(held), ElementsAre("approve", "approve-with-changes", "return", "reject", "escalate"));
    const auto live = about_live();
    EXPECT_THAT(choices(live), ElementsAre("unfounded", "hide", "remove", "escalate", "erase"));
    decide(mo, live, "hide");
    EXPECT_THAT(choices(live), ElementsAre("unfounded", "restore", "remove", "escalate", "erase"));
    decide(mo, live, "remove");
    const auto objection = appeal(live, anna);
    const auto shown = world().get(other, objection.url()).model;
    EXPECT_TRUE(shown["mayDecide"].get<bool>());
    EXPECT_EQ(shown["appealed"]["kind"], "remove");
    EXPECT_THAT(choices(objection), ElementsAre("grant", "refuse", "escalate"));
    EXPECT_FALSE(world().get(mo, objection.url()).model["mayDecide"].get<bool>());
    EXPECT_THAT(html(mo, objection), HasSubstr("U besloot hier eerder over mee"));
    for (const auto& about : {held, live, objection}) {
        EXPECT_THAT(html(other, about), HasSubstr("fd-wacht__titel"));
    }
    EXPECT_THAT(html(other, held), HasSubstr("name=\"body\""));
    EXPECT_THAT(html(other, objection), Not(HasSubstr("name=\"body\"")));
}

TEST_F(QueuePageTest, WhatWasTypedComesBackWithWhatIsWrong) {
    const auto held = waiting();
    const auto answer =
        world().form(mo, "/moderatie/" + std::to_string(held.id) + "/besluit",
                     "version=1&decision=approve-with-changes&body=Heel+anders.&facts=kort&legalGround=Artikel+1&sendTo=legal");
    EXPECT_EQ(answer.status, 400);
    const auto page = world().html(mo, answer);
    for (const auto* typed : {"Heel anders.", ">kort<", "Artikel 1", "<option value=\"legal\" selected"}) {
        EXPECT_THAT(page, HasSubstr(typed));
    }
}

TEST_F(QueuePageTest, TheLastDecisionCanBeTakenBackFromTheQueue) {
    const auto held = waiting();
    decide(mo, held, "approve");
    const auto page = world().get(mo, "/moderatie");
    EXPECT_EQ(page.model["lastDecision"]["undoUrl"], "/moderatie/" + std::to_string(held.id) + "/ongedaan");
    EXPECT_THAT(world().html(mo, page), HasSubstr("Maak ongedaan"));
    EXPECT_TRUE(world().get(other, "/moderatie").model["lastDecision"].is_null());
    const auto undone = world().form(mo, "/moderatie/" + std::to_string(held.id) + "/ongedaan", "");
    EXPECT_EQ(undone.status, 303);
    EXPECT_EQ(undone.flash, "moderation.flash_undo");
    EXPECT_TRUE(world().get(mo, "/moderatie").model["lastDecision"].is_null());
}

TEST_F(QueuePageTest, AStandardReasonFillsWhatWasLeftEmptyAlsoWithoutScript) {
    EXPECT_EQ(world()
                  .post(mo, "/api/v1/moderation/reasons",
                        {{"decision", "remove"}, {"title", "Naam"}, {"text", "U noemt de naam van een inwoner."}})
                  .status,
              201);
    EXPECT_EQ(world().post(anna, "/api/v1/moderation/reasons", {}).status, 404);
    EXPECT_EQ(world().post(mo, "/api/v1/moderation/reasons", {{"decision", "approve"}, {"title", ""}, {"text", ""}}).errors.size(), 3U);
    EXPECT_THAT(world().html(mo, world().get(mo, "/moderatie/redenen")), HasSubstr("U noemt de naam"));
    const auto about = about_live();
    const auto id = world().get(mo, "/api/v1/moderation/reasons").model["items"][0]["id"];
    EXPECT_THAT(html(mo, about), HasSubstr("data-tekst=\"U noemt de naam"));
    EXPECT_EQ(decide(mo, about, "remove", {{"facts", ""}, {"reason", id}}).status, 200);
    EXPECT_EQ(last(about).text("facts"), "U noemt de naam van een inwoner.");
    EXPECT_EQ(world().send(mo, http::Method::del, "/api/v1/moderation/reasons/" + id.dump()).status, 200);
    EXPECT_TRUE(world().get(mo, "/api/v1/moderation/reasons").model["items"].empty());
}

TEST_F(QueuePageTest, NotesAreForStaff) {
    const auto held = waiting();
    EXPECT_EQ(world().post(mo, held.url() + "/notes", {{"text", "Zij belde hierover."}}).status, 201);
    EXPECT_EQ(world().post(mo, held.url() + "/notes", {{"text", " "}}).status, 400);
    EXPECT_EQ(world().post(nova, held.url() + "/notes", {{"text", "Hallo."}}).status, 404);
    EXPECT_THAT(world().get(other, held.url()).model["history"].dump(), HasSubstr("Zij belde hierover."));
    EXPECT_THAT(world().get(nova, "/api/v1/me/decisions").model.dump(), Not(HasSubstr("Zij belde")));
}

TEST_F(QueuePageTest, ANoteAboutAMemberStandsAtEveryCaseOfHisAndNeverAtHisOwn) {
    const auto first = about_live(), second = about_live();
    const json note{{"text", "Belde twee keer boos op."}, {"about", "member"}};
    EXPECT_EQ(world().post(mo, first.url() + "/notes", note).status, 201);
    EXPECT_NE(world().post(mo, first.url() + "/notes", {{"text", "Zo."}, {"about", "iedereen"}}).error("about"), "");
    EXPECT_EQ(world().get(other, second.url()).model["memberNotes"][0]["text"], note["text"]);
    EXPECT_THAT(html(other, second), HasSubstr("Belde twee keer boos op."));
    EXPECT_TRUE(world().get(other, waiting().url()).model["memberNotes"].empty()) << "not at another's";
    EXPECT_EQ(world().get(anna, "/api/v1/me/decisions").model.dump().find("boos"), std::string::npos);

    EXPECT_EQ(reply(mo, "Van een moderator.").status, 201);
    const auto post = sql(database(), "SELECT max(id) AS id FROM posts").one().id<base::PostId>("id");
    database().write([&](db::Tx& tx) { open_case(tx, "report", post, 1, "", std::chrono::hours{8}); });
    const auto own = newest();
    EXPECT_EQ(world().post(other, own.url() + "/notes", note).status, 201);
    EXPECT_EQ(world().get(other, own.url()).model["memberNotes"].size(), 1);
    EXPECT_TRUE(world().get(mo, own.url()).model["memberNotes"].empty()) << "a moderator reads nothing of himself";
    EXPECT_EQ(world().post(mo, own.url() + "/notes", note).status, 403);
}

TEST_F(QueuePageTest, WhatTheStaffReadsOfHiddenPostsIsLogged) {
    const auto reads = [&] { return sql(database(), "SELECT 1 FROM hidden_reads").size(); };
    const auto about = about_live();
    decide(other, about, "hide");
    world().get(other, "/api/v1/moderation/rules");
    EXPECT_EQ(reads(), 0U);
    world().get(mo, "/moderatie");
    EXPECT_EQ(reads(), 1U) << "the list shows how it begins";
    const auto third = world().moderator("Splits Er");
    world().get(third, "/gesprekken/" + std::to_string(thread) + "/splitsen");
    EXPECT_EQ(reads(), 2U);
    const auto fourth = world().moderator("Proef Er");
    world().post(fourth, "/api/v1/moderation/rules",
                 {{"kind", "words"}, {"pattern", "staat"}, {"effect", "hold"}, {"reason", "Een proef van deze regel."}, {"dryRun", true}});
    EXPECT_EQ(reads(), 3U);
}

TEST_F(QueuePageTest, WhichHiddenVersionsTheStaffReadIsLogged) {
    const auto reads = [&] { return sql(database(), "SELECT 1 FROM hidden_reads WHERE post_version = 1").size(); };
    const auto at = "/gesprekken/" + std::to_string(thread) + "/berichten/1/versies";
    world().send(anna, http::Method::put, world().api(thread, 1),
                 {{"body", "Wij zoeken een **vaste** en veilige aanpak."}, {"version", 1}});
    world().get(other, at);
    EXPECT_EQ(reads(), 0U) << "readers see both";
    EXPECT_EQ(world()
                  .send(mo, http::Method::put, world().api(thread, 1) + "/versions/1",
                        {{"isHidden", true}, {"reason", "Hier stond een naam in."}})
                  .status,
              200);
    world().get(anna, at);
    EXPECT_EQ(reads(), 0U) << "her own";
    const auto shown = world().get(other, at);
    EXPECT_EQ(reads(), 1U);
    EXPECT_EQ(shown.page.keep, site::Keep::no) << "a kept page would be read unseen";
    EXPECT_EQ(world().get(anna, at).page.keep, site::Keep::until_changed);
}

TEST_F(QueuePageTest, WhoOfTheStaffReadWhoSentSomethingInIsLogged) {
    const auto reads = [&](const Case& about) {
        return sql(database(), "SELECT 1 FROM sender_reads WHERE case_id = $1", db::Params::of(about.id)).size();
    };
    const auto own = about_live();
    world().get(mo, own.url());
    EXPECT_EQ(reads(own), 0U) << "nobody sent this in";
    const auto carl = world().member("Carl Charlie");
    EXPECT_EQ(world()
                  .post(carl, "/api/v1/reports", {{"thread", thread}, {"post", 1}, {"category", "off-topic"}, {"text", "Dit klopt niet."}})
                  .status,
              201);
    const auto reported = newest();
    world().get(mo, "/moderatie");
    EXPECT_EQ(reads(reported), 0U) << "the list says how many, not who";
    world().get(mo, reported.url());
    world().get(mo, "/moderatie/" + std::to_string(reported.id));
    EXPECT_EQ(reads(reported), 1U) << "once in ten minutes";
    world().get(other, reported.url());
    EXPECT_EQ(reads(reported), 2U);
    decide(other, own, "hide");
    const auto objection = appeal(own, anna);
    world().get(mo, objection.url());
    EXPECT_EQ(reads(objection), 1U);
}

}  // namespace
}  // namespace forum::moderation
