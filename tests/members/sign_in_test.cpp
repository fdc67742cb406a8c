#include <gmock/gmock.h>

#include "base/text.hpp"
#include "members/world.hpp"

namespace forum::members {
namespace {

using test::Client;
using test::header;
using test::json;
using test::password;
using testing::HasSubstr;
using testing::Not;

class SignIn : public test::RolledBackTest {
protected:
    void SetUp() override { member = world.make_member("Anna@Westland.example", password); }

    test::MembersWorld world{database()};
    /// A text as it stands in a page.
    static std::string say(const char* key, view::Language language = view::Language::dutch) {
        return base::escape_html(test::templates().text(key, language));
    }

    base::MemberId member;
    Client browser{world};
};

TEST_F(SignIn, ByFormGoesOnWithACookie) {
    const auto reply = browser.sign_in("anna@westland.example", password, "&terug=%2Fgesprekken%3Fsoort%3Dvraag");
    EXPECT_EQ(reply.status, 303);
    EXPECT_EQ(header(reply, "Location"), "/gesprekken?soort=vraag");
    EXPECT_THAT(header(reply, "Set-Cookie"), HasSubstr("; Path=/; HttpOnly; SameSite=Lax"));
    EXPECT_EQ(browser.token().size(), 43U);
    const auto me = json::parse(browser.get("/api/v1/me").body);
    EXPECT_EQ(me["name"], "Anna Bos");
    EXPECT_EQ(me["email"], "Anna@Westland.example");
}

TEST_F(SignIn, ByApiAnswersWhoItIs) {
    const auto reply = browser.post_json("/api/v1/session", {{"email", "anna@westland.example"}, {"password", password}, {"code", ""}});
    EXPECT_EQ(reply.status, 200);
    const auto model = json::parse(reply.body);
    EXPECT_EQ(model["id"], member.value);
    EXPECT_EQ(model["role"], "member");
    EXPECT_EQ(browser.get("/api/v1/me").status, 200);
}

TEST_F(SignIn, WrongAddressAndWrongPasswordGetTheSameAnswer) {
    const auto wrong_password = browser.sign_in("anna@westland.example", "fout-wachtwoord");
    const auto wrong_address = browser.sign_in("anja@westland.example", "fout-wachtwoord");
    EXPECT_EQ(wrong_password.status, 400);
    EXPECT_EQ(wrong_address.status, 400);
    EXPECT_THAT(wrong_password.body, HasSubstr(say("members.sign_in_wrong")));
    EXPECT_THAT(wrong_password.body, HasSubstr("value=\"anna@westland.example\""));
    EXPECT_THAT(wrong_password.body, Not(HasSubstr("fout-wachtwoord")));
    auto as_other = wrong_address.body;
    as_other.replace(as_other.find("anja@westland"), 4, "anna");
    EXPECT_EQ(as_other, wrong_password.body);
    EXPECT_EQ(browser.token(), "");
}

TEST_F(SignIn, EveryTryCostsOneComputation) {
    world.make_member("zonder@westland.example", "x");
    test::sql(database(), "UPDATE members SET password_hash = '' WHERE email = 'zonder@westland.example'");
    for (const auto* email : {"anna@westland.example", "niemand@westland.example", "zonder@westland.example"}) {
        const auto before = world.hasher.computed();
        browser.sign_in(email, "fout-wachtwoord");
        EXPECT_EQ(world.hasher.computed(), before + 1) << email;
    }
    const auto before = world.hasher.computed();
    browser.sign_in("anna@westland.example", std::string(2000, 'a'));
    browser.sign_in(std::string(300, 'a') + "@westland.example", "a");
    EXPECT_EQ(world.hasher.computed(), before + 2);
}

TEST_F(SignIn, EveryFaultIsNamedAtOnce) {
    const auto page = browser.sign_in("", "");
    EXPECT_EQ(page.status, 400);
    EXPECT_THAT(page.body, HasSubstr("<a href=\"#email\">" + say("members.email_missing") + "</a>"));
    EXPECT_THAT(page.body, HasSubstr("<a href=\"#password\">" + say("members.password_missing") + "</a>"));
    const auto reply = browser.post_json("/api/v1/session", {{"naam", "x"}});
    EXPECT_EQ(reply.status, 400);
    EXPECT_EQ(header(reply, "Content-Type"), "application/problem+json");
    const auto problem = json::parse(reply.body);
    std::vector<std::string> fields;
    for (const auto& error : problem["errors"]) {
        fields.push_back(error["field"]);
    }
    EXPECT_THAT(fields, testing::UnorderedElementsAre("naam", "email", "password"));
}

TEST_F(SignIn, AMemberWhoLeftIsNobody) {
    test::sql(database(), "UPDATE members SET ended_at = now()");
    EXPECT_EQ(browser.sign_in("anna@westland.example", password).status, 400);
}

TEST_F(SignIn, TooManyTriesAreRefusedWithATime) {
    for (int i = 0; i < 10; ++i) {
        EXPECT_EQ(browser.sign_in("anna@westland.example", "fout").status, 400);
    }
    const auto computed = world.hasher.computed();
    const auto page = browser.sign_in("anna@westland.example", password);
    EXPECT_EQ(page.status, 429);
    EXPECT_EQ(header(page, "Retry-After"), "30");
    EXPECT_THAT(page.body, HasSubstr(say("members.too_many_sign_ins")));
    const auto api = browser.post_json("/api/v1/session", {{"email", "anna@westland.example"}, {"password", password}});
    EXPECT_EQ(api.status, 429);
    EXPECT_EQ(header(api, "Content-Type"), "application/problem+json");
    EXPECT_EQ(world.hasher.computed(), computed) << "a refused try costs nothing";
    world.clock += std::chrono::seconds{30};
    EXPECT_EQ(browser.sign_in("anna@westland.example", password).status, 303);
}

TEST_F(SignIn, GoodSignInsDoNotUseUpTheLimit) {
    for (int i = 0; i < 25; ++i) {
        ASSERT_EQ(Client{world}.sign_in("ANNA@westland.example", password).status, 303) << i;
        world.clock += std::chrono::seconds{2};  // the general limit on writes
    }
}

TEST_F(SignIn, EverySignInIsANewSessionAndEndsTheOldOne) {
    browser.sign_in("anna@westland.example", password);
    const auto first = browser.token();
    browser.sign_in("anna@westland.example", password);
    EXPECT_NE(browser.token(), first);
    Client thief{world};
    thief.set_cookie("forum", first);
    EXPECT_EQ(thief.get("/api/v1/me").status, 401);
    EXPECT_EQ(browser.get("/api/v1/me").status, 200);
}

TEST_F(SignIn, ATokenThatWasThereBeforeIsNotTakenOver) {
    const std::string planted(43, 'x');
    browser.set_cookie("forum", planted);
    browser.sign_in("anna@westland.example", password);
    EXPECT_NE(browser.token(), planted);
    Client attacker{world};
    attacker.set_cookie("forum", planted);
    EXPECT_EQ(attacker.get("/api/v1/me").status, 401);
}

TEST_F(SignIn, RaisedParametersAreAppliedAtSignIn) {
    const crypto::PasswordHasher raised{{.memory_kib = 128, .passes = 1, .lanes = 1}};
    const auto hash = [&] {
        return test::sql(database(), "SELECT password_hash FROM members WHERE lower(email) = 'anna@westland.example'")
            .one()
            .text("password_hash");
    };
    const auto before = hash();
    browser.sign_in("anna@westland.example", password);
    EXPECT_EQ(hash(), before);
    test::sql(database(), "UPDATE members SET password_hash = $1", db::Params::of(raised.hash(password)));
    browser.sign_in("anna@westland.example", password);
    EXPECT_THAT(hash(), testing::StartsWith("$argon2id$v=19$m=64,t=1,p=1$"));
    EXPECT_EQ(browser.sign_in("anna@westland.example", password).status, 303);
}

TEST_F(SignIn, AnotherSitesFormIsRefusedBeforeAnythingIsDone) {
    const auto computed = world.hasher.computed();
    const auto reply = browser.post("/inloggen", "email=anna@westland.example&password=" + password,
                                    {{"sec-fetch-site", "cross-site"}, {"origin", "https://boef.example"}});
    EXPECT_EQ(reply.status, 403);
    EXPECT_EQ(browser.token(), "");
    EXPECT_EQ(world.hasher.computed(), computed);
}

TEST_F(SignIn, ThePageKnowsWhereToGoAndSendsOnWhoIsSignedIn) {
    EXPECT_THAT(browser.get("/inloggen?terug=%2Fik").body, HasSubstr("name=\"terug\" value=\"/ik\""));
    EXPECT_THAT(browser.get("/inloggen?terug=https%3A%2F%2Fboef.example").body, HasSubstr("name=\"terug\" value=\"/\""));
    browser.sign_in("anna@westland.example", password);
    const auto reply = browser.get("/inloggen?terug=%2Fik");
    EXPECT_EQ(reply.status, 303);
    EXPECT_EQ(header(reply, "Location"), "/ik");
}

TEST_F(SignIn, EnglishPageHasEnglishTexts) {
    browser.set_cookie("taal", "en");
    EXPECT_THAT(browser.sign_in("", "").body, HasSubstr(say("members.email_missing", view::Language::english)));
}

TEST_F(SignIn, DemoAccountsAreOfferedInTheDemoOnly) {
    EXPECT_THAT(browser.get("/inloggen").body, Not(HasSubstr("demo.example")));
    world.services.is_demo = true;
    const auto page = browser.get("/inloggen").body;
    for (const auto& account : demo_accounts()) {
        EXPECT_THAT(page, HasSubstr(account.email));
        EXPECT_THAT(page, HasSubstr(say(account.label)));
    }
}

TEST_F(SignIn, SignOutEndsTheSessionAtOnce) {
    browser.sign_in("anna@westland.example", password);
    EXPECT_EQ(browser.get("/ik").status, 200);
    const auto token = browser.token();
    const auto reply = browser.post("/uitloggen", "");
    EXPECT_EQ(reply.status, 303);
    EXPECT_EQ(header(reply, "Location"), "/");
    EXPECT_EQ(browser.token(), "");
    Client copy{world};
    copy.set_cookie("forum", token);
    EXPECT_EQ(copy.get("/api/v1/me").status, 401);
    ASSERT_FALSE(world.events.empty());
    EXPECT_EQ(world.events.back().kind, "session.changed");
    EXPECT_EQ(world.events.back().topic, "me/" + to_string(member));
    EXPECT_EQ(world.events.back().audience, live::Audience::member);
}

TEST_F(SignIn, SignOutByApiMayBeRepeated) {
    browser.sign_in("anna@westland.example", password);
    EXPECT_EQ(browser.send(http::Method::del, "/api/v1/session", "", {}).status, 204);
    EXPECT_EQ(browser.send(http::Method::del, "/api/v1/session", "", {}).status, 204);
    EXPECT_EQ(browser.get("/api/v1/me").status, 401);
}

TEST_F(SignIn, WhatWasTypedWithoutASessionComesBack) {
    const auto page = browser.post("/gesprekken/12/berichten", "body=Een+%22lange%22+tekst%0A%0Aen+meer&actie=plaats",
                                   {{"referer", "http://forum.test/gesprekken/12/titel?pagina=2"}});
    EXPECT_EQ(page.status, 401);
    EXPECT_THAT(page.body, HasSubstr(say("members.sign_in_again")));
    EXPECT_THAT(page.body, HasSubstr("name=\"terug\" value=\"/gesprekken/12/titel?pagina=2\""));
    EXPECT_THAT(page.body, HasSubstr("name=\"typed_path\" value=\"/gesprekken/12/berichten\""));
    EXPECT_THAT(page.body, HasSubstr("name=\"getypt.body\" value=\"Een &quot;lange&quot; tekst\n\nen meer\""));
    const std::string typed = "&typed_path=%2Fgesprekken%2F12%2Fberichten&getypt.body=Een+lange+"
                              "tekst%0D%0A%0D%0Aen+meer&getypt.actie=plaats";
    const auto wrong = browser.sign_in("anna@westland.example", "fout", typed);
    EXPECT_EQ(wrong.status, 400);
    EXPECT_THAT(wrong.body, HasSubstr("name=\"getypt.body\" value=\"Een lange tekst"));
    EXPECT_TRUE(world.kept.empty());
    const auto right = browser.sign_in("anna@westland.example", password, typed + "&terug=%2Fik");
    EXPECT_EQ(header(right, "Location"), "/gesprekken/12/titel#reageer");
    ASSERT_EQ(world.kept.size(), 1U);
    EXPECT_EQ(world.kept[0].viewer.member, member);
    EXPECT_EQ(world.kept[0].path, "/gesprekken/12/berichten");
    EXPECT_EQ(world.kept[0].body, "Een lange tekst\n\nen meer");
}

TEST_F(SignIn, AFormThatCannotBeKeptGoesBackToItsPage) {
    const auto reply = browser.sign_in("anna@westland.example", password, "&typed_path=%2Fanders&getypt.x=y&terug=%2Fik");
    EXPECT_EQ(header(reply, "Location"), "/ik");
}

TEST_F(SignIn, ARefererOfAnotherSiteIsNoWayBack) {
    for (const auto* referer :
         {"http://boef.example/x", "http://forum.test.boef.example/x", "forum.test/x", "http://forum.test//boef.example", ""}) {
        EXPECT_THAT(browser.post("/gesprekken/12/berichten", "body=x", {{"referer", referer}}).body,
                    HasSubstr("name=\"terug\" value=\"/\""))
            << referer;
    }
}

}  // namespace
}  // namespace forum::members
