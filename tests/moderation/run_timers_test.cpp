#include "moderation/run_timers.hpp"

#include <gmock/gmock.h>

#include "moderation/judge.hpp"
#include "moderation/judge_world.hpp"

namespace forum::moderation {
namespace {

using namespace std::chrono_literals;
using test::sql;
using ::testing::AllOf;
using ::testing::HasSubstr;

class TimersTest : public test::JudgeTest {
protected:
    TimersRun run(base::Time now) {
        return database().write([&](db::Tx& tx) { return run_due_timers(tx, world().services, now); });
    }
    Case returned() {
        const auto about = waiting();
        EXPECT_EQ(decide(mo, about, "return", {{"questions", "Wat bedoelt u?"}}).status, 200);
        return about;
    }
    void hide_by_the_system(const Case& about, base::Time until) {
        database().write([&](db::Tx& tx) {
            const auto row = lock_and_find(tx, base::CaseId{about.id});
            judge(tx, world().services, guest, *row,
                  {.kind = find_decision_kind("hide"),
                   .rules = {"respect"},
                   .legal_ground = {},
                   .facts = "Drie leden meldden dit bericht.",
                   .questions = {},
                   .note = {},
                   .body = {},
                   .sent_to = {},
                   .source = "threshold",
                   .until = until});
        });
    }
    /// The newest letter that the clock sent this member, subject and text; how many there were in `count`.
    std::string letter(const access::Viewer& to, std::size_t count) {
        const auto rows =
            sql(database(),
                "SELECT l.subject, l.body FROM mails l JOIN members m ON m.email = l.address WHERE m.id = $1 AND l.subject NOT IN "
                "('Een moderator heeft een vraag over uw bericht', 'Een besluit over uw bericht') ORDER BY l.id",
                db::Params::of(to.member));
        EXPECT_EQ(rows.size(), count);
        std::string text;
        for (const auto& row : rows) {
            text = row.text("subject") + "\n" + row.text("body");
        }
        return text;
    }
    std::int64_t told(const access::Viewer& member) {
        return sql(database(), "SELECT count(*) AS n FROM events WHERE topic = $1", db::Params::of("me/" + to_string(member.member)))
            .one()
            .integer("n");
    }
};

TEST_F(TimersTest, AnAuthorIsRemindedOnceAndThenLetGo) {
    const auto about = returned();
    const auto before = told(nova);
    const auto now = base::now();
    EXPECT_EQ(run(now + 22 * 24h), TimersRun{});
    EXPECT_EQ(run(now + 23 * 24h + 1min), (TimersRun{.reminded = 1}));
    EXPECT_EQ(run(now + 23 * 24h + 2min), TimersRun{});
    EXPECT_EQ(told(nova), before + 1);
    EXPECT_EQ(post_state(about), "returned");
    EXPECT_THAT(letter(nova, 1), HasSubstr("Uw bericht wacht op uw antwoord"));
    EXPECT_THAT(letter(nova, 1), HasSubstr("%SITE%/ik/besluiten"));

    EXPECT_EQ(run(now + 30 * 24h + 1min), (TimersRun{.expired = 1}));
    EXPECT_EQ(run(now + 30 * 24h + 2min), TimersRun{});
    EXPECT_EQ(post_state(about), "withdrawn");
    EXPECT_EQ(state(about), "withdrawn");
    EXPECT_EQ(last(about).text("kind"), "expire");
    EXPECT_THAT(last(about).text("statement"), HasSubstr("Uw tekst is bewaard"));
    EXPECT_THAT(letter(nova, 2), HasSubstr(last(about).text("statement")));
    EXPECT_GT(told(nova), before + 1);
    EXPECT_EQ(world().get(nova, world().api(thread, 2)).model["body"], "Ik woon er al heel lang en wil graag helpen.");
    EXPECT_EQ(world().get(guest, world().api(thread, 2)).status, 404);
    expect_sound();
}

TEST_F(TimersTest, WhoAnsweredInTimeWaitsAgainWithTheTimeThatWasLeft) {
    const auto about = returned();
    const auto due = sql(database(), "SELECT due_at FROM cases WHERE id = $1", db::Params::of(about.id)).one().time("due_at");
    EXPECT_EQ(world().send(nova, http::Method::put, world().api(thread, 2), {{"body", "Dit."}, {"version", 1}}).status, 202);
    EXPECT_EQ(run(base::now() + 40 * 24h), TimersRun{});
    const auto again = sql(database(), "SELECT due_at FROM cases WHERE id = $1", db::Params::of(about.id)).one().time("due_at");
    EXPECT_GE(again, due - 1min);
    EXPECT_LE(again, due + 5min);
    expect_sound();
}

TEST_F(TimersTest, WhatTheSystemHidComesBackWhenNobodyDecided) {
    const auto about = about_live();
    const auto until = base::now() + 8h;
    hide_by_the_system(about, until);
    EXPECT_EQ(post_state(about), "hidden");
    EXPECT_TRUE(last(about).flag("is_automatic"));
    EXPECT_THAT(last(about).text("statement"), HasSubstr("automatisch"));
    expect_sound();

    EXPECT_EQ(run(until - 1min), TimersRun{});
    EXPECT_EQ(run(until + 1min), (TimersRun{.shown_again = 1}));
    EXPECT_EQ(run(until + 2min), TimersRun{});
    EXPECT_EQ(post_state(about), "live");
    EXPECT_THAT(letter(anna, 1), HasSubstr("Uw bericht is weer zichtbaar"));
    EXPECT_EQ(state(about), "open") << "somebody has to look at it all the same";
    EXPECT_EQ(world().get(mo, about.url()).model["sentTo"], "senior");
    EXPECT_EQ(decide(mo, about, "remove").status, 200);
    expect_sound();
}

TEST_F(TimersTest, WhatTheSystemHidComesBackAlsoWhenADecisionAboutItWasTakenBack) {
    for (const auto* decision : {"remove", "unfounded", "restore"}) {
        const auto about = about_live();
        const auto until = base::now() + 8h;
        hide_by_the_system(about, until);
        EXPECT_EQ(decide(mo, about, decision).status, 200) << decision;
        EXPECT_EQ(undo(mo, about).status, 200) << decision;
        EXPECT_EQ(post_state(about), "hidden") << decision;
        EXPECT_EQ(run(until + 1min), (TimersRun{.shown_again = 1})) << decision;
        EXPECT_EQ(post_state(about), "live") << decision;
    }
    const auto about = about_live();
    decide(mo, about, "hide");
    decide(mo, about, "remove");
    undo(mo, about);
    EXPECT_EQ(run(base::now() + 365 * 24h), TimersRun{}) << "a person hides without an end";
    expect_sound();
}

TEST_F(TimersTest, WhoMayDecideHearsBeforeTheNormPasses) {
    const auto now = base::now();
    const auto near = waiting(), same = about_live(), far = waiting();
    const auto due = [&](const Case& about, std::chrono::minutes left) {
        sql(database(), "UPDATE cases SET due_at = $2 WHERE id = $1", db::Params::of(about.id, now + left));
    };
    due(near, 61min);
    due(same, 59min);
    due(far, 600min);
    EXPECT_EQ(run(now), (TimersRun{.warned = 1}));
    EXPECT_THAT(letter(mo, 1), AllOf(HasSubstr("1 geval"), HasSubstr("%SITE%/moderatie\n")));
    EXPECT_EQ(run(now + 1min), (TimersRun{.warned = 1})) << "each case once";
    EXPECT_EQ(run(now + 2min), TimersRun{});
    letter(mo, 2);
    letter(other, 2);
    letter(anna, 0);
    due(far, -1min);
    EXPECT_EQ(run(now), TimersRun{}) << "too late is no warning";
}

TEST_F(TimersTest, WhatIsPassedOnToTheSeniorsReachesThem) {
    const auto about = waiting();
    EXPECT_EQ(decide(mo, about, "escalate", {{"sendTo", "legal"}}).status, 200);
    letter(other, 0);
    EXPECT_EQ(decide(mo, about, "escalate", {{"sendTo", "senior"}}).status, 200);
    EXPECT_THAT(letter(other, 1), HasSubstr("%SITE%/moderatie/" + std::to_string(about.id)));
    letter(mo, 0);
}

TEST_F(TimersTest, WhatIsKeptForThePoliceStaysKept) {
    const auto about = about_live();
    const auto sent_to = [&] { return world().get(mo, about.url()).model["sentTo"].get<std::string>(); };
    const auto until = base::now() + 8h;
    hide_by_the_system(about, until);
    EXPECT_EQ(decide(mo, about, "escalate", {{"sendTo", "police"}}).status, 200);
    EXPECT_EQ(run(until + 1min), (TimersRun{.shown_again = 1}));
    EXPECT_EQ(sent_to(), "police") << "the timer takes nothing from them";
    EXPECT_EQ(decide(mo, about, "escalate", {{"sendTo", "legal"}}).status, 200);
    EXPECT_EQ(sent_to(), "legal");
    EXPECT_EQ(undo(mo, about).status, 200);
    EXPECT_EQ(sent_to(), "police") << "as it was before that decision";
    expect_sound();
}

TEST_F(TimersTest, OfAChangeThatWasNotSentInAgainTheTextOfBeforeStays) {
    decide(mo, waiting(), "approve");
    EXPECT_EQ(world().send(nova, http::Method::put, world().api(thread, 2), {{"body", "Of toch dit."}, {"version", 1}}).status, 202);
    const auto change = newest();
    EXPECT_EQ(decide(mo, change, "return", {{"questions", "Wat bedoelt u?"}}).status, 200);
    const auto before = told(nova);
    EXPECT_EQ(run(base::now() + 31 * 24h), (TimersRun{.expired = 1}));
    EXPECT_EQ(state(change), "withdrawn");
    EXPECT_EQ(post_state(change), "live");
    EXPECT_EQ(world().get(guest, world().api(thread, 2)).model["body"], "Ik woon er al heel lang en wil graag helpen.");
    EXPECT_EQ(told(nova), before + 1);
    EXPECT_THAT(letter(nova, 1), HasSubstr("Uw tekst is bewaard"));
    expect_sound();
}

TEST_F(TimersTest, WhoWentOnWithoutAChangeIsNotRemindedOfIt) {
    for (const bool is_withdrawn : {true, false}) {
        const auto first = waiting();
        decide(mo, first, "approve");
        const auto at = world().api(
            thread,
            static_cast<int>(
                sql(database(), "SELECT last_number FROM threads WHERE id = $1", db::Params::of(thread)).one().integer("last_number")));
        EXPECT_EQ(world().send(nova, http::Method::put, at, {{"body", "Of toch dit."}, {"version", 1}}).status, 202);
        const auto change = newest();
        EXPECT_EQ(decide(mo, change, "return", {{"questions", "Wat bedoelt u?"}}).status, 200);
        nova.is_trusted = true;
        const auto answer = is_withdrawn ? world().send(nova, http::Method::del, at)
                                         : world().send(nova, http::Method::put, at, {{"body", "Dit dan."}, {"version", 2}});
        EXPECT_EQ(answer.status, 200) << answer.detail;
        EXPECT_EQ(state(change), "withdrawn");
        EXPECT_EQ(run(base::now() + 31 * 24h), TimersRun{});
    }
    expect_sound();
}

TEST_F(TimersTest, WhoCannotBeWrittenToKeepsNobodyElseWaiting) {
    const auto ended = returned();
    sql(database(), "UPDATE members SET ended_at = now() WHERE id = $1", db::Params::of(nova.member));
    const auto gone = nova;
    const auto unreachable = returned();
    sql(database(), "UPDATE members SET email = 'geen adres' WHERE id = $1", db::Params::of(nova.member));
    const auto third = returned();
    EXPECT_EQ(run(base::now() + 31 * 24h), (TimersRun{.expired = 3}));
    for (const auto& about : {ended, unreachable, third}) {
        EXPECT_EQ(state(about), "withdrawn");
    }
    letter(gone, 0);
    letter(nova, 1);
    expect_sound();
}

TEST_F(TimersTest, AHidingByAPersonHasNoTimer) {
    const auto about = about_live();
    decide(mo, about, "hide");
    EXPECT_EQ(run(base::now() + 365 * 24h), TimersRun{});
    EXPECT_EQ(post_state(about), "hidden");
}

}  // namespace
}  // namespace forum::moderation
