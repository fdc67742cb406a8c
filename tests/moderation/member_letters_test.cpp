#include "moderation/member_letters.hpp"

#include <gmock/gmock.h>

#include "moderation/judge_world.hpp"

namespace forum::moderation {
namespace {

using test::sql;
using ::testing::HasSubstr;
using ::testing::Not;

class MemberLettersTest : public test::JudgeTest {};

TEST_F(MemberLettersTest, TheAuthorHearsOfADecisionByLetter) {
    const auto letters = [&](const access::Viewer& to) {
        std::vector<std::string> found;
        for (const auto& row : sql(database(),
                                   "SELECT l.subject || E'\\n' || l.body AS text FROM mails l JOIN members m ON m.email = l.address "
                                   "WHERE m.id = $1 ORDER BY l.id",
                                   db::Params::of(to.member))) {
            found.push_back(row.text("text"));
        }
        return found;
    };
    decide(mo, waiting(), "approve");
    EXPECT_EQ(letters(nova).size(), 0U) << "there is nothing to object to";
    decide(mo, waiting(), "return", {{"questions", "Wanneer was dit precies?"}});
    ASSERT_EQ(letters(nova).size(), 1U);
    EXPECT_THAT(letters(nova)[0], AllOf(HasSubstr("heeft een vraag"), HasSubstr("Wanneer was dit precies?"),
                                        HasSubstr("‘Hoe betrekt u nieuwe bewoners?’"), HasSubstr("/ik/besluiten")));
    const auto rejected = waiting();
    decide(mo, rejected, "reject");
    ASSERT_EQ(letters(nova).size(), 1U);
    EXPECT_THAT(letters(nova)[0], AllOf(HasSubstr("Een besluit over uw bericht"), HasSubstr(last(rejected).text("statement"))));
    undo(mo, rejected);
    ASSERT_EQ(letters(nova).size(), 2U);
    EXPECT_THAT(letters(nova)[1], HasSubstr("is teruggenomen"));

    const auto reported = about_live();
    const auto before = letters(anna).size();
    decide(mo, reported, "unfounded");
    EXPECT_EQ(letters(anna).size(), before) << "nothing changed for her";
    const auto carl = world().member("Carl Charlie");
    decide(other, appeal(reported, carl), "refuse");
    EXPECT_EQ(letters(anna).size(), before) << "an objection of somebody else that failed is not hers to hear of";
    EXPECT_EQ(letters(carl).size(), 0U);
}

TEST_F(MemberLettersTest, ALetterNamesNoTitleThatItsReaderMayNotRead) {
    const auto about = about_live();
    database().write([&](db::Tx& tx) {
        const auto opening = sql(tx, "SELECT id FROM posts WHERE thread_id = $1 AND number = 1", db::Params::of(thread));
        moderation::open_case(tx, "report", opening.one().id<base::PostId>("id"), 1, "", std::chrono::hours{8});
    });
    decide(mo, newest(), "remove");
    sql(database(), "UPDATE posts SET author_id = $1 WHERE number = 2", db::Params::of(nova.member));
    decide(mo, about, "remove");
    const auto body = sql(database(), "SELECT body FROM mails ORDER BY id DESC LIMIT 1").one().text("body");
    EXPECT_THAT(body, AllOf(HasSubstr("‘Gesprek waarvan het eerste bericht weg is’"), Not(HasSubstr("nieuwe bewoners"))));
}

}  // namespace
}  // namespace forum::moderation
