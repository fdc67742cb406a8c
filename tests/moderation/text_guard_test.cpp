#include "moderation/text_guard.hpp"

#include <gmock/gmock.h>

#include "moderation/guard_world.hpp"

namespace forum::moderation {
namespace {

using nlohmann::json;
using test::GuardTest;
using test::sql;
using testing::HasSubstr;
using testing::Not;

constexpr const char* number = "Haar nummer is 123456782.";

TEST_F(GuardTest, AReplyWithDataOfAResidentIsAskedAboutAndThenHeld) {
    const auto asked = reply(anna, number);
    EXPECT_EQ(asked.status, 400);
    EXPECT_THAT(asked.error("confirmPrivate"), HasSubstr("123456782 (dit lijkt een burgerservicenummer)"));
    EXPECT_EQ(sql(database(), "SELECT 1 FROM posts WHERE number = 2").size(), 0U) << "nothing is written before the answer";

    const auto held = reply(anna, number, true);
    EXPECT_EQ(held.status, 202);
    EXPECT_EQ(held.model["state"], "waiting") << "also of a trusted author";
    EXPECT_EQ(newest_mark(), "privacy");
    EXPECT_THAT(world().html(anna, world().get(anna, world().api(thread))), HasSubstr("123456782"));
    EXPECT_EQ(world().get(guest, world().api(thread)).model["posts"]["items"].size(), 0U);
}

TEST_F(GuardTest, ALiveTextThatBecomesAnotherOneIsReadAgain) {
    const std::string text = "Wij gaan in de wijk langs de deuren en vragen wat er nodig is.";
    ASSERT_EQ(reply(anna, text).status, 201);
    const auto edit = [&](const std::string& body, int version) {
        return world().send(anna, http::Method::put, world().api(thread, 2), {{"body", body}, {"version", version}});
    };
    const auto seen = [&] { return world().get(guest, world().api(thread, 2)).model["body"].get<std::string>(); };
    EXPECT_EQ(edit("Nee: wij schrijven brieven.", 1).status, 200) << "his own slip, mended at once";
    EXPECT_EQ(edit(text, 2).status, 200);
    sql(database(), "UPDATE posts SET published_at = now() - interval '11 minutes' WHERE thread_id = $1", db::Params::of(thread));
    EXPECT_EQ(edit(text + " En dat werkt.", 3).status, 200) << "a small change";
    const auto held = edit("Koop nu onze nieuwe cursus, met korting voor gemeenten!", 4);
    EXPECT_EQ(held.status, 202);
    EXPECT_EQ(held.model["hasChange"], true);
    EXPECT_EQ(seen(), text + " En dat werkt.") << "readers keep what they answered to";
    EXPECT_EQ(newest_mark(), "much-changed");
    const auto id = std::to_string(sql(database(), "SELECT max(id) AS id FROM cases").one().integer("id"));
    EXPECT_THAT(world().html(mo, world().get(mo, "/moderatie/" + id)), HasSubstr("meer dan de helft"));
    EXPECT_EQ(
        world()
            .post(mo, "/api/v1/moderation/cases/" + id + "/decision",
                  {{"version", 1}, {"decision", "reject"}, {"rules", json::array({"respect"})}, {"facts", "Het is nu reclame geworden."}})
            .status,
        200);
    EXPECT_THAT(sql(database(), "SELECT statement FROM decisions").one().text("statement"), HasSubstr("geen automatische controle"));
}

TEST_F(GuardTest, AFormComesBackWithWhatWasTypedAndATickBox) {
    const auto url = "/gesprekken/" + std::to_string(thread) + "/berichten";
    const auto asked = world().form(anna, url, "body=Bel+06-12345678+%3C&nonce=n");
    EXPECT_EQ(asked.status, 400);
    const auto page = world().html(anna, asked);
    EXPECT_THAT(page, HasSubstr("Bel 06-12345678 &lt;</textarea>"));
    EXPECT_THAT(page, HasSubstr("<legend class=\"utrecht-form-fieldset__legend\">Staat hier iets van een inwoner in?</legend>"));
    EXPECT_THAT(page, HasSubstr("<li><b>06-12345678</b>: dit lijkt een telefoonnummer</li>"));
    EXPECT_THAT(page, HasSubstr("<a href=\"#confirm_private\">"));
    EXPECT_THAT(page, HasSubstr("name=\"confirm_private\" id=\"confirm_private\" value=\"1\" aria-invalid=\"true\""));

    const auto done = world().form(anna, url, "body=Bel+06-12345678+%3C&nonce=n&confirm_private=1");
    EXPECT_EQ(done.status, 303);
    EXPECT_EQ(done.flash, "discussion.flash_waits");
    EXPECT_EQ(newest_mark(), "privacy");
    EXPECT_THAT(world().html(anna, world().get(anna, world().api(thread))), Not(HasSubstr("confirm_private"))) << "asked once";
}

TEST_F(GuardTest, ATickStaysWhenSomethingElseIsWrong) {
    const auto again =
        world().form(anna, "/gesprekken", "kind=question&title=&body=Bel+06-12345678&theme=wonen&visibility=public&confirm_private=1");
    EXPECT_EQ(again.status, 400);
    EXPECT_EQ(again.error("confirm_private"), "");
    EXPECT_THAT(world().html(anna, again), HasSubstr("id=\"confirm_private\" value=\"1\" checked"));
}

TEST_F(GuardTest, EveryFieldOfANewThreadIsLookedAt) {
    const json plain{{"kind", "dilemma"},      {"title", "Wat doet u?"}, {"body", "Tekst."},         {"theme", "wonen"},
                     {"visibility", "public"}, {"context", "Hier."},     {"options", "Dit of dat."}, {"tried", "Niets."}};
    for (const char* field : {"title", "body", "context", "options", "tried"}) {
        auto thread_input = plain;
        thread_input[field] = "Mail naar jan@gmail.com";
        const auto asked = world().post(anna, "/api/v1/threads", thread_input);
        EXPECT_EQ(asked.status, 400) << field;
        EXPECT_THAT(asked.error("confirmPrivate"), HasSubstr("jan@gmail.com")) << field;
        thread_input["confirmPrivate"] = true;
        EXPECT_EQ(world().post(anna, "/api/v1/threads", thread_input).status, 202) << field;
        EXPECT_EQ(newest_mark(), "privacy") << field;
    }
    EXPECT_EQ(world().post(anna, "/api/v1/threads", plain).status, 201);
    auto other = plain;
    other["kind"] = "question";
    other["context"] = "Mail naar jan@gmail.com";
    EXPECT_EQ(world().post(anna, "/api/v1/threads", other).status, 201) << "a question has no such field";
}

TEST_F(GuardTest, AMunicipalityMayBeMailed) {
    EXPECT_EQ(reply(anna, "Mail j.jansen@denhaag.nl of info@gemeentewestland.nl, of bel 14 0174.").status, 201);
    EXPECT_EQ(reply(anna, "Mail j.jansen@gemeentebelangen.nl.").status, 400);
}

TEST_F(GuardTest, AnEditIsAskedAboutWhatIsNewInIt) {
    reply(anna, "Een gewone reactie.");
    const auto edit = [&](const std::string& body, int version, bool is_confirmed) {
        json input{{"body", body}, {"version", version}};
        if (is_confirmed) {
            input["confirmPrivate"] = true;
        }
        return world().send(anna, http::Method::put, world().api(thread, 2), input);
    };
    EXPECT_EQ(edit(number, 1, false).status, 400);
    EXPECT_EQ(edit(number, 1, true).status, 202);
    EXPECT_EQ(newest_mark(), "privacy");
    EXPECT_EQ(world().get(guest, world().api(thread, 2)).model["body"], "Een gewone reactie.") << "readers keep the version before";
    // As after an approval: what readers see already is not asked again.
    sql(database(), "UPDATE posts SET state = 'live', live_version = version, body = $1 WHERE number = 2", db::Params::of(number));
    EXPECT_EQ(edit(std::string{number} + " Punt.", 2, false).status, 200);
    EXPECT_EQ(edit(std::string{number} + " Bel 06-12345678.", 3, false).status, 400);
    const auto page = world().form(anna, "/gesprekken/" + std::to_string(thread) + "/berichten/2/wijzig", "body=Bel+06-12345678&version=3");
    EXPECT_EQ(page.status, 400);
    EXPECT_THAT(world().html(anna, page), HasSubstr("<li><b>06-12345678</b>: dit lijkt een telefoonnummer</li>"));
}

TEST_F(GuardTest, AnOpenCaseGetsTheMarkOfTheNewVersion) {
    EXPECT_EQ(reply(nova, "Mijn eerste bericht.").status, 202);
    EXPECT_EQ(newest_mark(), "new-member");
    const auto edit = [&](const std::string& body, int version) {
        return world().send(nova, http::Method::put, world().api(thread, 2),
                            {{"body", body}, {"version", version}, {"confirmPrivate", true}});
    };
    EXPECT_EQ(edit(number, 1).status, 202);
    EXPECT_EQ(newest_mark(), "privacy,new-member");
    EXPECT_EQ(sql(database(), "SELECT 1 FROM cases").size(), 1U);
}

TEST_F(GuardTest, TheModeratorReadsWhyTheCaseWaits) {
    reply(anna, number, true);
    const auto id = sql(database(), "SELECT id FROM cases").one().integer("id");
    const auto shown = world().get(mo, "/api/v1/moderation/cases/" + std::to_string(id)).model;
    ASSERT_EQ(shown["marks"].size(), 1U);
    EXPECT_EQ(shown["marks"][0]["slug"], "privacy");
    EXPECT_THAT(world().html(mo, world().get(mo, "/moderatie/" + std::to_string(id))),
                HasSubstr("Misschien staat hier iets van een inwoner in."));
}

TEST_F(GuardTest, AFaultyConfirmationIsNone) {
    for (const json& answer : {json(false), json("nee"), json(0), json(nullptr)}) {
        EXPECT_EQ(world().post(anna, world().api(thread) + "/posts", {{"body", number}, {"confirmPrivate", answer}}).status, 400) << answer;
    }
    EXPECT_EQ(world().post(anna, world().api(thread) + "/posts", {{"body", "Gewoon."}, {"confirmPrivate", true}}).status, 201)
        << "a tick too many does nothing";
}

TEST_F(GuardTest, ARetryOfAHeldReplyIsTheSamePost) {
    const json input{{"body", number}, {"confirmPrivate", true}};
    const auto first = world().post(anna, world().api(thread) + "/posts", input, "key-1");
    EXPECT_EQ(first.status, 202);
    EXPECT_EQ(world().post(anna, world().api(thread) + "/posts", input, "key-1").location, first.location);
    // Approved meanwhile: the answer is read in the transaction that found it.
    sql(database(), "UPDATE posts SET state = 'live', live_version = 1, published_at = now() WHERE number = 2");
    const auto later = world().post(anna, world().api(thread) + "/posts", input, "key-1");
    EXPECT_EQ(later.status, 201);
    EXPECT_EQ(later.location, first.location);
}

}  // namespace
}  // namespace forum::moderation
