#include "moderation/notice_page.hpp"

#include <gmock/gmock.h>

#include "moderation/guard_world.hpp"
#include "moderation/notice_store.hpp"
#include "moderation/post_address.hpp"

namespace forum::moderation {
namespace {

using nlohmann::json;
using test::sql;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

class NoticeTest : public test::GuardTest {
protected:
    json filled(json more = json::object()) {
        json body{{"address", "/gesprekken/" + std::to_string(thread)},
                  {"explanation", "In dit bericht staat een oproep tot geweld."},
                  {"legalGround", "Artikel 131 van het Wetboek van Strafrecht"},
                  {"name", "Nel Melder"},
                  {"email", "nel@buiten.example"},
                  {"goodFaith", true}};
        body.update(more);
        return body;
    }
    test::Answer send(json more = json::object()) { return world().post(guest, "/api/v1/notices", filled(std::move(more))); }
    /// The link in the newest letter.
    std::string link() {
        const auto body = newest_mail().text("body");
        const auto at = body.find("%SITE%") + 6;
        return body.substr(at, body.find('\n', at) - at);
    }
    db::Row newest_mail() { return sql(database(), "SELECT * FROM mails ORDER BY id DESC LIMIT 1").one(); }
    std::int64_t count(const std::string& from) { return sql(database(), "SELECT count(*) AS n FROM " + from).one().integer("n"); }
    test::Answer decide(const std::string& decision) {
        const auto row = sql(database(), "SELECT id, version FROM cases ORDER BY id DESC LIMIT 1").one();
        return world().post(mo, "/api/v1/moderation/cases/" + std::to_string(row.integer("id")) + "/decision",
                            {{"version", row.integer("version")},
                             {"decision", decision},
                             {"rules", json::array({"respect"})},
                             {"facts", "In alinea 1 staat een oproep tot geweld."}});
    }

    access::Viewer guest;
};

TEST_F(NoticeTest, FromTheFormToTheOutcome) {
    const auto sent = send();
    EXPECT_EQ(sent.status, 202) << (sent.errors.empty() ? "" : sent.errors[0].message);
    const auto receipt = sent.model["receipt"].get<std::string>();
    EXPECT_THAT(receipt, testing::MatchesRegex("K-[0-9]{4}-[0-9A-F]{6}"));
    EXPECT_EQ(sent.model["statusUrl"], "") << "the link is for who has the address";
    EXPECT_EQ(newest_mail().text("address"), "nel@buiten.example");
    EXPECT_THAT(newest_mail().text("subject"), HasSubstr(receipt));
    EXPECT_THAT(newest_mail().text("body"), Not(HasSubstr("geweld"))) << "the form writes nobody a letter of its own";
    EXPECT_EQ(count("cases"), 0) << "first the address";

    const auto url = link();
    EXPECT_THAT(url, StartsWith("/kennisgeving/"));
    EXPECT_EQ(count("content_notice_links WHERE position(convert_to('" + url.substr(14) + "', 'UTF8') IN hash) > 0"), 0);
    EXPECT_THAT(world().html(guest, world().get(guest, url)), HasSubstr("Bevestig mijn adres"));
    EXPECT_EQ(count("cases"), 0) << "that the link is opened changes nothing";
    EXPECT_EQ(world().form(guest, url, "").status, 303);
    EXPECT_EQ(world().form(guest, url, "").status, 303) << "twice is once";
    EXPECT_EQ(count("cases"), 1);
    EXPECT_EQ(count("cases WHERE kind = 'notice' AND state = 'open'"), 1);
    EXPECT_THAT(world().html(guest, world().get(guest, url)), HasSubstr("bekijkt uw melding"));
    EXPECT_EQ(count("mails"), 1);

    EXPECT_EQ(decide("remove").status, 200);
    EXPECT_EQ(count("mails"), 3) << "the author hears as well";
    EXPECT_THAT(newest_mail().text("body"), HasSubstr("niet meer op het forum"));
    EXPECT_THAT(newest_mail().text("body"), HasSubstr("2. Blijf respectvol"));
    EXPECT_THAT(newest_mail().text("body"), Not(HasSubstr("bezwaar"))) << "he was right";
    for (const auto& each : {url, link()}) {
        EXPECT_THAT(world().html(guest, world().get(guest, each)), HasSubstr("niet meer op het forum"));
    }
}

TEST_F(NoticeTest, WhoWasNotRightObjectsByHisLink) {
    send();
    world().form(guest, link(), "");
    EXPECT_EQ(world().get(guest, link() + "/bezwaar").status, 404) << "there is no decision yet";
    EXPECT_EQ(decide("unfounded").status, 200);
    EXPECT_THAT(newest_mail().text("body"), HasSubstr("bezwaar maken tot en met"));
    const auto url = link();
    EXPECT_THAT(world().html(guest, world().get(guest, url)), HasSubstr(url + "/bezwaar"));
    EXPECT_THAT(world().html(guest, world().get(guest, url + "/bezwaar")), HasSubstr("mag blijven staan"));
    EXPECT_EQ(world().form(guest, url + "/bezwaar", "text=").status, 400);
    EXPECT_EQ(world().form(guest, url.substr(0, url.size() - 1) + "!/bezwaar", "text=Toch").status, 404);
    EXPECT_EQ(count("appeals"), 0);
    EXPECT_EQ(world().form(guest, url + "/bezwaar", "text=Toch+wel.").status, 303);
    EXPECT_THAT(newest_mail().text("body"), HasSubstr("Wij hebben uw bezwaar ontvangen"));
    EXPECT_EQ(world().form(guest, url + "/bezwaar", "text=Nog+eens.").status, 409);
    EXPECT_EQ(count("appeals"), 1);
    EXPECT_THAT(world().html(guest, world().get(guest, url)), HasSubstr("Toch wel."));

    EXPECT_EQ(decide("refuse").status, 403) << "he took part";
    mo = world().moderator("Jo Collega");
    EXPECT_EQ(decide("refuse").status, 200);
    EXPECT_THAT(newest_mail().text("body"), HasSubstr("Uw bezwaar is afgewezen"));
    EXPECT_THAT(world().html(guest, world().get(guest, link())), HasSubstr("naar de rechter"));
    const auto id = sql(database(), "SELECT max(id) AS id FROM cases").one().integer("id");
    EXPECT_EQ(world().send(mo, http::Method::del, "/api/v1/moderation/cases/" + std::to_string(id) + "/decision").status, 200);
    EXPECT_THAT(newest_mail().text("body"), HasSubstr("ingetrokken"));
    EXPECT_EQ(decide("grant").status, 200);
    EXPECT_THAT(newest_mail().text("body"), HasSubstr("Na een bezwaar is opnieuw besloten. Het bericht staat niet meer op het forum"));
    EXPECT_THAT(world().html(guest, world().get(guest, url)), HasSubstr("U kreeg gelijk"));
}

TEST_F(NoticeTest, WhoSentItDoesNotDecideOnIt) {
    const auto email = sql(database(), "SELECT email FROM members WHERE id = $1", db::Params::of(mo.member)).one().text("email");
    send({{"email", email}});
    world().form(guest, link(), "");
    EXPECT_EQ(decide("unfounded").status, 403);
    const auto sender = std::exchange(mo, world().moderator("Jo Collega"));
    EXPECT_EQ(decide("unfounded").status, 200);
    world().form(guest, link() + "/bezwaar", "text=Toch+wel.");
    mo = sender;
    EXPECT_EQ(decide("grant").status, 403);
    send({{"isChildAbuse", true}, {"email", email}});
    EXPECT_EQ(decide("unfounded").status, 200) << "nobody confirmed that it is his address";
}

TEST_F(NoticeTest, ADecisionThatIsTakenBackIsToldToo) {
    send();
    world().form(guest, link(), "");
    EXPECT_EQ(decide("unfounded").status, 200);
    EXPECT_THAT(newest_mail().text("body"), HasSubstr("mag blijven staan"));
    const auto id = sql(database(), "SELECT max(id) AS id FROM cases").one().integer("id");
    EXPECT_EQ(world().send(mo, http::Method::del, "/api/v1/moderation/cases/" + std::to_string(id) + "/decision").status, 200);
    EXPECT_THAT(newest_mail().text("body"), HasSubstr("ingetrokken"));
    EXPECT_THAT(world().html(guest, world().get(guest, link())), HasSubstr("bekijkt uw melding"));
}

TEST_F(NoticeTest, ChildAbuseNeedsNoNameAndWaitsForNothing) {
    const auto sent = send({{"isChildAbuse", true}, {"name", ""}, {"email", ""}});
    EXPECT_EQ(sent.status, 202);
    EXPECT_EQ(sent.model["isConfirmed"], true);
    EXPECT_EQ(count("cases"), 1);
    EXPECT_EQ(count("mails"), 0);
    EXPECT_EQ(world().get(guest, sent.model["statusUrl"]).status, 200) << "there is no other way to tell him";
}

TEST_F(NoticeTest, AllFaultsAtOnceAndTheWordsAreKept) {
    const auto wrong =
        send({{"explanation", "te kort"}, {"name", ""}, {"email", "nel@"}, {"goodFaith", false}, {"address", "/gesprekken/999999"}});
    EXPECT_EQ(wrong.errors.size(), 5U);
    EXPECT_EQ(send({{"explanation", std::string(8001, 'x')}}).status, 400);
    EXPECT_EQ(send({{"legalGround", std::string(301, 'x')}}).status, 400);
    EXPECT_EQ(send({{"name", std::string(101, 'x')}}).status, 400);
    for (const auto* bad :
         {"nel@buiten.example\r\nBcc: a@b.example", "nel", "@b.example", "a@b", "a b@c.example", "a@b.example,c@d.example"}) {
        EXPECT_NE(send({{"email", bad}}).error("email"), "") << bad;
    }
    const auto form = world().form(guest, "/kennisgeving", "explanation=Half+af&name=Nel");
    EXPECT_EQ(form.status, 400);
    EXPECT_THAT(world().html(guest, form), HasSubstr("Half af</textarea>"));
    EXPECT_EQ(count("content_notices"), 0);
    EXPECT_EQ(count("mails"), 0);
}

TEST_F(NoticeTest, WhatAGuestDoesNotReadIsAsUnknownAsWhatIsNotThere) {
    const auto unknown = send({{"address", "/gesprekken/999999"}}).error("address");
    EXPECT_NE(unknown, "");
    const auto for_members = world().thread(anna, {{"visibility", "members"}});
    EXPECT_EQ(send({{"address", "/gesprekken/" + std::to_string(for_members)}}).error("address"), unknown);
    EXPECT_EQ(reply(nova, "Wacht nog.").status, 202);
    EXPECT_EQ(send({{"address", "/gesprekken/" + std::to_string(thread) + "/x#bericht-2"}}).error("address"), unknown);
    sql(database(), "UPDATE posts SET state = 'hidden' WHERE thread_id = $1 AND number = 1", db::Params::of(thread));
    EXPECT_EQ(send().error("address"), unknown);
}

TEST_F(NoticeTest, TheSameTwiceIsOneAndManyAreRefused) {
    const auto first = send();
    EXPECT_EQ(send().model["receipt"], first.model["receipt"]);
    EXPECT_EQ(count("content_notices"), 1);
    EXPECT_EQ(count("mails"), 1);
    int refused = 0;
    for (int number = 0; number < 12; ++number) {
        refused += send({{"explanation", "Nog een andere uitleg, nummer " + std::to_string(number)}}).status == 429 ? 1 : 0;
    }
    EXPECT_GT(refused, 0);
    EXPECT_LT(refused, 12);
}

TEST_F(NoticeTest, AForeignOrOldLinkOpensNothing) {
    EXPECT_EQ(world().get(guest, "/kennisgeving/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA").status, 404);
    EXPECT_EQ(world().form(guest, "/kennisgeving/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "").status, 404);
    send();
    const auto url = link();
    database().write([](db::Tx& tx) { prune_notices(tx, base::now() + std::chrono::hours{1}); });
    EXPECT_EQ(world().get(guest, url).status, 404) << "nobody confirmed it in time";
    send();
    world().form(guest, link(), "");
    database().write([](db::Tx& tx) { prune_notices(tx, base::now() + std::chrono::hours{1}); });
    EXPECT_EQ(count("content_notices"), 1) << "a confirmed one stays";
}

TEST_F(NoticeTest, OnlyStaffReadWhoSentIt) {
    send();
    world().form(guest, link(), "");
    const auto id = sql(database(), "SELECT max(id) AS id FROM cases").one().integer("id");
    for (const auto& reader : {guest, anna, nova, mo, world().administrator()}) {
        const auto seen = world().get(reader, "/api/v1/moderation/cases/" + std::to_string(id)).model.dump()
                          + world().get(reader, test::World::api(thread)).model.dump();
        EXPECT_EQ(seen.find("Nel Melder") != std::string::npos, reader.is_staff()) << reader.name;
        EXPECT_EQ(seen.find("oproep tot geweld") != std::string::npos, reader.is_staff()) << reader.name;
        EXPECT_THAT(seen, Not(HasSubstr("nel@buiten"))) << "the address is for letters";
    }
}

TEST(PostAddress, IsWhatABrowserShows) {
    const auto parse = [](std::string_view text) {
        const auto found = parse_post_address(text, "forum.example.nl");
        return found ? to_string(found->thread) + "/" + std::to_string(found->number) : "none";
    };
    EXPECT_EQ(parse("https://forum.example.nl/gesprekken/12/hallo?pagina=2#bericht-25"), "12/25");
    EXPECT_EQ(parse("HTTP://Forum.Example.NL/gesprekken/12"), "12/1");
    EXPECT_EQ(parse("forum.example.nl/gesprekken/12/hallo"), "12/1");
    EXPECT_EQ(parse("/gesprekken/12/berichten/3"), "12/3");
    for (const auto* bad :
         {"", "https://", "https://elders.example/gesprekken/12", "//elders.example/gesprekken/12", "/gesprekken", "/gesprekken/x",
          "/gesprekken/0", "/gesprekken/12/berichten/x", "/gesprekken/12/a#bericht-0", "/gemeenten/GM1783", "gesprekken/12"}) {
        EXPECT_EQ(parse(bad), "none") << bad;
    }
}

}  // namespace
}  // namespace forum::moderation
