#include <gmock/gmock.h>

#include "members/create_administrator.hpp"
#include "members/member_rights.hpp"
#include "members/world.hpp"

namespace forum::members {
namespace {

using test::Client;
using test::header;
using test::json;
using test::password;
using testing::HasSubstr;

constexpr auto firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0";

class Me : public test::RolledBackTest {
protected:
    void SetUp() override {
        member = world.make_member("anna@westland.example", password);
        browser.post("/inloggen", "email=anna@westland.example&password=" + password, {{"user-agent", firefox}});
    }
    json me(Client& client) { return json::parse(client.get("/api/v1/me").body); }

    test::MembersWorld world{database()};
    base::MemberId member;
    Client browser{world};
};

TEST_F(Me, IsForMembersOnly) {
    Client guest{world};
    EXPECT_EQ(guest.get("/api/v1/me").status, 401);
    const auto page = guest.get("/ik");
    EXPECT_TRUE(page.status == 303 || page.status == 401) << page.status;
    EXPECT_EQ(page.body.find("anna@westland"), page.body.npos);
}

TEST_F(Me, ShowsOwnDataAndSessions) {
    const auto model = me(browser);
    EXPECT_EQ(model["email"], "anna@westland.example");
    EXPECT_EQ(model["function"], "raadslid");
    EXPECT_EQ(model["role"], "member");
    EXPECT_EQ(model["isTrusted"], false);
    EXPECT_EQ(model["municipality"], nullptr);
    ASSERT_EQ(model["sessions"].size(), 1U);
    EXPECT_EQ(model["sessions"][0]["device"], "Firefox, Linux");
    EXPECT_EQ(model["sessions"][0]["isCurrent"], true);
}

TEST_F(Me, PageAndApiAreOneModel) {
    const auto page = browser.get("/ik");
    EXPECT_EQ(page.status, 200);
    EXPECT_THAT(page.body, HasSubstr("<h1 class=\"nl-heading nl-heading--level-1\">Anna Bos</h1>"));
    EXPECT_THAT(page.body, HasSubstr("Firefox, Linux"));
    browser.set_cookie("taal", "en");
    EXPECT_THAT(browser.get("/ik").body, HasSubstr("<html lang=\"en\""));
}

TEST_F(Me, AnotherDeviceCanBeSignedOut) {
    Client phone{world};
    phone.sign_in("anna@westland.example", password);
    std::string end_url;
    const auto model = me(browser);
    for (const auto& session : model["sessions"]) {
        if (!session["isCurrent"]) {
            end_url = session["endUrl"];
            EXPECT_EQ(session["device"], test::templates().text("members.device_unknown", view::Language::dutch));
        }
    }
    EXPECT_THAT(browser.get("/ik").body, HasSubstr("action=\"" + end_url + "\""));
    const auto reply = browser.post(end_url, "");
    EXPECT_EQ(reply.status, 303);
    EXPECT_EQ(header(reply, "Location"), "/ik");
    EXPECT_EQ(phone.get("/api/v1/me").status, 401);
    EXPECT_EQ(browser.get("/api/v1/me").status, 200);
    EXPECT_EQ(browser.post(end_url, "").status, 404);
}

TEST_F(Me, EndingTheOwnSessionIsSigningOut) {
    const auto id = me(browser)["sessions"][0]["id"].get<std::int64_t>();
    const auto reply = browser.send(http::Method::del, "/api/v1/me/sessions/" + std::to_string(id), "", {});
    EXPECT_EQ(reply.status, 204);
    EXPECT_EQ(browser.token(), "");
}

TEST_F(Me, NobodyEndsTheSessionOfAnother) {
    world.make_member("boef@westland.example", password);
    Client other{world};
    other.sign_in("boef@westland.example", password);
    const auto id = me(browser)["sessions"][0]["id"].get<std::int64_t>();
    EXPECT_EQ(other.post("/ik/sessies/" + std::to_string(id) + "/einde", "").status, 404);
    EXPECT_EQ(other.post("/ik/sessies/x/einde", "").status, 404);
    EXPECT_EQ(browser.get("/api/v1/me").status, 200);
}

TEST_F(Me, ALostOrGainedRightIsThereAtTheNextRequest) {
    EXPECT_EQ(me(browser)["role"], "member");
    database().write([&](db::Tx& tx) { change_role(tx, world.announcer, member, access::Role::moderator); });
    EXPECT_EQ(me(browser)["role"], "moderator");
    database().write([&](db::Tx& tx) { change_trust(tx, world.announcer, member, true); });
    EXPECT_EQ(me(browser)["isTrusted"], true);
    const auto count = world.events.size();
    database().write([&](db::Tx& tx) { change_trust(tx, world.announcer, member, true); });
    EXPECT_EQ(world.events.size(), count) << "nothing changed, nothing to tell";
    EXPECT_EQ(
        test::sql(database(), "SELECT count(*) AS n FROM events WHERE kind = 'session.changed' AND member_id = $1", db::Params::of(member))
            .one()
            .integer("n"),
        2);
}

class Accounts : public test::RolledBackTest {
protected:
    crypto::PasswordHasher hasher{test::cheap};
    std::string fault(const std::string& email, const std::string& name, const std::string& secret) {
        try {
            database().write([&](db::Tx& tx) { create_administrator(tx, hasher, email, name, secret); });
            return "";
        } catch (const std::invalid_argument& error) {
            return error.what();
        }
    }
};

TEST_F(Accounts, TheFirstAdministratorCanSignIn) {
    EXPECT_EQ(fault("beheer@forum.example", " Bea Heer ", password), "");
    test::MembersWorld world{database()};
    Client browser{world};
    EXPECT_EQ(browser.sign_in("beheer@forum.example", password).status, 303);
    const auto model = json::parse(browser.get("/api/v1/me").body);
    EXPECT_EQ(model["role"], "administrator");
    EXPECT_EQ(model["name"], "Bea Heer");
}

TEST_F(Accounts, WrongUseGetsOneClearLine) {
    for (const auto* email : {"", "beheer", "@forum.example", "beheer@", "a@b@c", "a b@c.nl", "<a@b.nl>", "\xff@b.nl"}) {
        EXPECT_EQ(fault(email, "Bea Heer", password), "the e-mail address is not an address") << email;
    }
    EXPECT_EQ(fault("a@b.nl", "B", password), "the name has 2 to 100 characters");
    EXPECT_EQ(fault("a@b.nl", std::string(101, 'b'), password), "the name has 2 to 100 characters");
    EXPECT_EQ(fault("a@b.nl", "Bea Heer", "kort-wachtwrd1"), "the password has at least 15 characters");
    EXPECT_EQ(fault("a@b.nl", "Bea Heer", "ééééééééééééééé"), "");
    EXPECT_EQ(fault("A@B.nl", "Bea Heer", password), "there is a member with this e-mail address");
}

TEST_F(Accounts, AnAddressIsUniqueWhateverItsCase) {
    const auto create = [&](const std::string& email) {
        database().write([&](db::Tx& tx) { create_member(tx, {.email = email, .name = "Anna Bos"}); });
    };
    create("anna@b.nl");
    EXPECT_THROW(create("ANNA@b.nl"), db::ConstraintViolation);
}

TEST_F(Accounts, DemoMembersAreMadeOnceAndAsPromised) {
    test::sql(database(), "INSERT INTO municipalities (code, name, official_name, cbs_name, "
                          "search_names, province, province_code) "
                          "SELECT code, code, code, code, code, '', '' FROM unnest(ARRAY['GM1783', "
                          "'GM1507', 'GM0981']) AS code");
    database().write([&](db::Tx& tx) {
        seed_demo_members(tx, hasher);
        seed_demo_members(tx, hasher);
    });
    const auto rows = test::sql(database(), "SELECT email, role, is_trusted, function, coalesce(municipality_code, '') AS "
                                            "code FROM members WHERE is_demo ORDER BY id");
    ASSERT_EQ(rows.size(), 6U);
    const auto is = [&](std::size_t at, const char* email, const char* role, bool is_trusted, const char* function, const char* code) {
        EXPECT_EQ(rows[at].text("email"), email);
        EXPECT_EQ(rows[at].text("role"), role) << email;
        EXPECT_EQ(rows[at].flag("is_trusted"), is_trusted) << email;
        EXPECT_EQ(rows[at].text("function"), function) << email;
        EXPECT_EQ(rows[at].text("code"), code) << email;
    };
    is(0, "wethouder@demo.example", "member", true, "wethouder", "GM1783");
    is(1, "nieuw@demo.example", "member", false, "wethouder", "GM1507");
    is(2, "adviseur@demo.example", "member", true, "beleidsadviseur", "GM0981");
    is(3, "moderator@demo.example", "moderator", true, "moderator", "");
    is(4, "moderator2@demo.example", "moderator", true, "moderator", "");
    is(5, "beheer@demo.example", "administrator", true, "beheerder", "");
    const auto found = database().read([](db::Tx& tx) { return find_credentials(tx, "Wethouder@demo.example"); });
    ASSERT_TRUE(found);
    EXPECT_TRUE(hasher.verify("forum-demo-2026", found->password_hash));
}

}  // namespace
}  // namespace forum::members
