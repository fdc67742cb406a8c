#include "mail/message.hpp"

#include <gmock/gmock.h>

#include <sstream>

#include "mail/outbox.hpp"
#include "support/test_database.hpp"

namespace forum::mail {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;

std::string message(const std::string& subject, const std::string& body) {
    return to_message({.id = 7,
                       .address = "nel@buiten.example",
                       .subject = subject,
                       .body = body,
                       .created_at = base::parse_rfc3339("2026-11-22T09:12:03Z").value()},
                      "forum@gemeente.example", "Forum Diversiteit");
}

TEST(Message, HasTheHeadersOfTheStandard) {
    const auto text = message("Besluit", "Hallo");
    EXPECT_THAT(text, HasSubstr("Date: Sun, 22 Nov 2026 09:12:03 +0000\r\n"));
    EXPECT_THAT(text, HasSubstr("From: =?UTF-8?Q?Forum_Diversiteit?= <forum@gemeente.example>\r\n"));
    EXPECT_THAT(text, HasSubstr("To: <nel@buiten.example>\r\n"));
    EXPECT_THAT(text, HasSubstr("@gemeente.example>\r\n"));
    EXPECT_THAT(text, HasSubstr("Auto-Submitted: auto-generated\r\n"));
    EXPECT_THAT(text, EndsWith("\r\n\r\nHallo\r\n"));
    EXPECT_EQ(text, message("Besluit", "Hallo")) << "a second try is the same letter";
}

TEST(Message, NoLineIsLongerThanAllowedAndNoCharacterIsCut) {
    const auto text =
        message(std::string("Besluit over één melding – ") + std::string(300, 'a') + "é", std::string(500, 'x') + " é=\n.\n. \nFrom");
    std::istringstream lines{text};
    for (std::string line; std::getline(lines, line);) {
        EXPECT_LE(line.size(), 77U) << line;
    }
    EXPECT_THAT(text, HasSubstr("=C3=A9=3D\r\n=2E\r\n=2E=20\r\nFrom\r\n"));
    EXPECT_THAT(text, Not(HasSubstr("=C3?=")));
}

TEST(Message, NoTextAddsAHeader) {
    const auto text = message("Hallo\r\nBcc: a@b.example\r\n\r\nTekst", "Hallo");
    EXPECT_THAT(text, Not(HasSubstr("\nBcc:")));
    EXPECT_EQ(text.find("\r\n\r\n"), text.rfind("\r\n\r\n"));
    for (const auto* bad : {"a@b.example\r\nBcc: c@d.example", "a@b.example\n", "a@b.example>", "<a@b.example", "a,b@c.example",
                            "a@b..example", ".a@b.example", "a@b", "", "@", "a b@c.example", "jós@b.example"}) {
        EXPECT_FALSE(is_address(bad)) << bad;
    }
    EXPECT_TRUE(is_address("jan.de-vries+forum@post.gemeente.example"));
}

class OutboxTest : public test::DatabaseTest {};

TEST_F(OutboxTest, WithoutAServerLettersAreKeptAndTriedLaterAndLater) {
    database().write([](db::Tx& tx) { post_letter(tx, "nel@buiten.example", "Hallo", "%SITE%/kennisgeving/x"); });
    EXPECT_THROW(database().write([](db::Tx& tx) { post_letter(tx, "nel", "Hallo", "x"); }), std::logic_error);
    // Port 1 on this machine: nobody listens.
    Courier courier{database(), {.smtp_url = "smtp://127.0.0.1:1", .from = "f@g.example", .from_name = "F", .site = "https://g.example"}};
    const auto run = [&] { database().write([&](db::Tx& tx) { courier.run(tx); }); };
    const auto row = [&] {
        return test::sql(database(), "SELECT tries, body, last_fault, given_up_at, next_try > now() AS is_later, next_try > now() + "
                                     "interval '90 seconds' AS is_much_later FROM mails")
            .one();
    };
    run();
    EXPECT_EQ(row().integer("tries"), 1);
    EXPECT_TRUE(row().flag("is_later"));
    EXPECT_NE(row().text("last_fault"), "");
    run();
    EXPECT_EQ(row().integer("tries"), 1) << "it is not due";
    test::sql(database(), "UPDATE mails SET next_try = now()");
    run();
    EXPECT_TRUE(row().flag("is_much_later"));
    EXPECT_EQ(row().text("body"), "%SITE%/kennisgeving/x");
    test::sql(database(), "UPDATE mails SET next_try = now(), created_at = now() - interval '5 days'");
    run();
    EXPECT_FALSE(row().is_null("given_up_at"));
    EXPECT_EQ(row().text("body"), "") << "the link is in no backup";
    test::sql(database(), "UPDATE mails SET given_up_at = now() - interval '31 days'");
    run();
    EXPECT_EQ(test::sql(database(), "SELECT count(*) AS n FROM mails").one().integer("n"), 0);
}

}  // namespace
}  // namespace forum::mail
