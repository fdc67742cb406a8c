// Closing and pinning: what is logged and told, and what a closed thread still lets through. Rule: who may is asked through the
// front door (tests/flows/thread_acts_test.py).
#include <gmock/gmock.h>

#include "discussion/thread_ends.hpp"
#include "discussion/world.hpp"

namespace forum::discussion {
namespace {

using test::DiscussionTest;
using test::sql;
using testing::ElementsAre;
using testing::HasSubstr;
using enum http::Method;

class ThreadActsTest : public DiscussionTest {
protected:
    void SetUp() override {
        DiscussionTest::SetUp();
        anna = world().member("Anna Alpha");
        moderator = world().moderator();
        thread = world().thread(anna);
    }
    test::Answer act(http::Method method, const std::string& part, const std::string& reason = {},
                     nlohmann::json more = nlohmann::json::object()) {
        if (!reason.empty()) {
            more["reason"] = reason;
        }
        return world().send(moderator, method, world().api(thread) + part, more);
    }
    nlohmann::json page(const access::Viewer& viewer) { return world().get(viewer, world().api(thread)).model; }
    nlohmann::json row() { return world().get(guest, "/api/v1/threads?q=bewoners").model["items"][0]; }
    int run_ends(base::Time now = base::now()) {
        return database().write([&](db::Tx& tx) { return end_due_acts(tx, world().services, now); });
    }
    /// "kind member reason", in order.
    std::vector<std::string> log() {
        std::vector<std::string> lines;
        for (const auto& row :
             sql(database(), "SELECT kind, by_member, reason FROM thread_acts WHERE thread_id = $1 ORDER BY id", db::Params::of(thread))) {
            const auto by = row.id<base::MemberId>("by_member");
            EXPECT_TRUE(!by || by == moderator.member);
            lines.push_back((by ? "" : "by itself ") + row.text("kind") + ": " + row.text("reason"));
        }
        return lines;
    }
    std::vector<std::string> told() {
        std::vector<std::string> acts;
        for (const auto& event : world().events_of("thread/" + std::to_string(thread))) {
            if (event.kind == "thread.changed") {
                acts.push_back(nlohmann::json::parse(event.data)["act"]);
            }
        }
        return acts;
    }

    access::Viewer anna, moderator;
    std::int64_t thread{0};
};

TEST_F(ThreadActsTest, EachActIsLoggedAndToldOnce) {
    EXPECT_EQ(act(put, "/closure", "De vraag is beantwoord.").status, 200);
    EXPECT_EQ(act(put, "/closure", "De vraag is beantwoord.").status, 200) << "what is closed stays closed";
    EXPECT_EQ(act(del, "/closure").status, 204);
    EXPECT_EQ(act(del, "/closure").status, 204);
    EXPECT_EQ(act(put, "/pin", "Voor iedereen.").status, 200);
    EXPECT_EQ(act(del, "/pin").status, 204);
    EXPECT_THAT(log(), ElementsAre("close: De vraag is beantwoord.", "reopen: ", "pin: Voor iedereen.", "unpin: "));
    EXPECT_THAT(told(), ElementsAre("close", "reopen", "pin", "unpin"));
    EXPECT_EQ(world().get(guest, world().api(thread)).model["seq"], 5) << "one for the question, one for each act";
}

TEST_F(ThreadActsTest, AReasonIsNeededAndNotTooLong) {
    for (const auto* part : {"/closure", "/pin"}) {
        EXPECT_NE(act(put, part).error("reason"), "") << part;
        EXPECT_NE(act(put, part, " \n ").error("reason"), "") << part;
        EXPECT_THAT(act(put, part, std::string(301, 'x')).error("reason"), HasSubstr("301"));
    }
    EXPECT_THAT(log(), ElementsAre());
    EXPECT_THAT(told(), ElementsAre());
    const auto url = "/gesprekken/" + std::to_string(thread) + "/sluiten";
    const auto again = world().form(moderator, url, "reason=" + std::string(301, 'x'));
    EXPECT_EQ(again.status, 400);
    EXPECT_EQ(again.model["reason"], std::string(301, 'x')) << "what was typed stays";
    EXPECT_THAT(world().html(moderator, again), HasSubstr(std::string(301, 'x')));
    EXPECT_EQ(act(put, "/closure", std::string(300, 'x')).status, 200);
}

TEST_F(ThreadActsTest, AClosedThreadIsReadAndNotWrittenIn) {
    world().reply(anna, thread, "Een reactie.");
    act(put, "/closure", "De vraag is beantwoord.");
    const auto page = world().get(anna, world().api(thread)).model;
    EXPECT_EQ(page["isClosed"], true);
    EXPECT_EQ(page["closedReason"], "De vraag is beantwoord.");
    EXPECT_EQ(page["mayReply"], false);
    EXPECT_EQ(page["posts"]["items"].size(), 1U);
    const auto nova = world().member("Nova Nieuw", false);
    const auto url = "/gesprekken/" + std::to_string(thread) + "/berichten";
    for (const auto& author : {anna, nova}) {
        EXPECT_EQ(world().post(author, world().api(thread) + "/posts", {{"body", "Te laat."}}).detail, "discussion.thread_closed");
        const auto late = world().form(author, url, "body=Lang+over+nagedacht&nonce=1&actie=plaats");
        EXPECT_EQ(late.status, 409);
        EXPECT_EQ(late.model["reply"]["body"], "Lang over nagedacht");
        const auto html = world().html(author, late);
        EXPECT_THAT(html, HasSubstr("Lang over nagedacht"));
        EXPECT_THAT(html, HasSubstr("De vraag is beantwoord."));
    }
    EXPECT_EQ(world().send(anna, put, world().api(thread, 2), {{"body", "Anders."}, {"version", 1}}).status, 409);
    EXPECT_EQ(world().get(anna, world().api(thread)).model["replyCount"], 1);
    act(del, "/closure");
    EXPECT_EQ(world().reply(anna, thread, "Het kan weer.")["number"], 3);
}

TEST_F(ThreadActsTest, PinnedIsFirstUntilItIsUnpinned) {
    const auto newer = world().thread(anna, {{"title", "Nieuwer gesprek"}});
    sql(database(), "UPDATE threads SET last_post_at = now() + interval '1 minute' WHERE id = $1", db::Params::of(newer));
    const auto first = [&] { return world().get(guest, "/api/v1/threads").model["items"][0]["id"].get<std::int64_t>(); };
    EXPECT_EQ(first(), newer);
    act(put, "/pin", "Voor iedereen.");
    EXPECT_EQ(first(), thread);
    EXPECT_EQ(world().get(guest, world().api(thread)).model["pinnedReason"], "Voor iedereen.");
    act(del, "/pin");
    EXPECT_EQ(first(), newer);
}

TEST(LastDay, IsOverAtMidnightInTheNetherlands) {
    const auto now = *base::parse_rfc3339("2026-11-22T22:30:00Z");  // half past eleven in the evening
    const auto end = [&](const std::string& text) {
        const auto found = parse_last_day(text, now);
        return found ? base::to_rfc3339(*found) : "none";
    };
    EXPECT_EQ(end("2026-11-22"), "2026-11-22T23:00:00Z") << "today still comes to an end";
    EXPECT_EQ(end("2027-07-01"), "2027-07-01T22:00:00Z") << "summer time";
    EXPECT_EQ(end("2027-03-28"), "2027-03-28T22:00:00Z") << "the day on which the clock goes forward";
    EXPECT_EQ(end("31-12-2026"), "2026-12-31T23:00:00Z");
    EXPECT_EQ(end("1-2-2027"), "2027-02-01T23:00:00Z");
    for (const auto* text :
         {"2026-11-21", "2026-02-30", "31-02-2027", "2031-12-31", "9999-12-31", "morgen", "2026-12-31T10:00:00Z", "--", ""}) {
        EXPECT_EQ(end(text), "none") << text;
    }
    EXPECT_EQ(last_day(parse_last_day("31-12-2026", now)), "2026-12-31");
}

TEST_F(ThreadActsTest, WhatHasAnEndUndoesItselfThen) {
    const auto tomorrow = last_day(base::next_amsterdam_midnight(base::next_amsterdam_midnight(base::now())));
    EXPECT_EQ(act(put, "/closure", "Tijdelijk rustig.", {{"until", tomorrow}, {"conclusion", "Voorlopig klaar."}}).model["until"],
              tomorrow);
    EXPECT_EQ(act(put, "/pin", "Voor deze week.", {{"until", tomorrow}}).status, 200);
    EXPECT_EQ(page(guest)["closedUntilDate"], tomorrow);
    EXPECT_EQ(page(guest)["pinnedUntilDate"], tomorrow);
    EXPECT_EQ(row()["pinnedReason"], "Voor deze week.");
    EXPECT_EQ(row()["pinnedUntilDate"], tomorrow);
    EXPECT_EQ(row()["closedUntilDate"], tomorrow);
    const auto end = base::next_amsterdam_midnight(base::next_amsterdam_midnight(base::now()));
    EXPECT_EQ(run_ends(end - std::chrono::seconds{1}), 0);
    EXPECT_EQ(run_ends(end), 2);
    EXPECT_EQ(run_ends(end), 0) << "once";
    const auto now = page(guest);
    EXPECT_EQ(now["isClosed"], false);
    EXPECT_EQ(now["isPinned"], false);
    EXPECT_EQ(now["conclusion"], nullptr);
    EXPECT_EQ(now["seq"], 5);
    EXPECT_THAT(log(), ElementsAre("close: Tijdelijk rustig.", "pin: Voor deze week.", "by itself reopen: ", "by itself unpin: "));
    EXPECT_THAT(told(), ElementsAre("close", "pin", "reopen", "unpin"));
    EXPECT_EQ(world().reply(anna, thread, "Het kan weer.")["number"], 2);
}

TEST_F(ThreadActsTest, AnEndThatIsNoneIsRefusedAndKept) {
    for (const auto* until : {"01-01-2020", "volgende week"}) {
        EXPECT_NE(act(put, "/pin", "Voor iedereen.", {{"until", until}}).error("until"), "") << until;
        const auto again =
            world().form(moderator, "/gesprekken/" + std::to_string(thread) + "/vastzetten",
                         "reason=Voor+iedereen&until=" + std::string{until}.replace(std::string{until}.find_first_of(" -"), 1, "%20"));
        EXPECT_EQ(again.status, 400);
        EXPECT_EQ(again.model["reason"], "Voor iedereen");
        EXPECT_NE(again.model["until"], "");
    }
    EXPECT_THAT(log(), ElementsAre());
    EXPECT_EQ(act(put, "/pin", "Voor iedereen.", {{"conclusion", "Die hoort hier niet."}}).status, 400);
}

TEST_F(ThreadActsTest, AnEndIsChangedOnThePageWhereItWasSet) {
    act(put, "/pin", "Voor iedereen.", {{"until", "31-12-2027"}});
    const auto url = "/gesprekken/" + std::to_string(thread) + "/vastzetten";
    const auto form = world().get(moderator, url);
    EXPECT_EQ(form.model["reason"], "Voor iedereen.");
    EXPECT_EQ(form.model["until"], "31-12-2027");
    EXPECT_THAT(world().html(moderator, form), HasSubstr("Wijzig het vastzetten"));
    EXPECT_EQ(world().form(moderator, url, "reason=Voor+iedereen.&until=").status, 303);
    EXPECT_EQ(page(guest)["pinnedUntilDate"], nullptr);
    EXPECT_EQ(page(guest)["isPinned"], true);
    EXPECT_THAT(log(), ElementsAre("pin: Voor iedereen.", "pin: Voor iedereen."));
}

TEST_F(ThreadActsTest, AConclusionIsSignedDatedShownFirstAndFound) {
    act(put, "/closure", "Het is besproken.", {{"conclusion", "Begin met een **buurtmaaltijd**. Dat werkte in *zeven* gemeenten."}});
    auto shown = page(guest)["conclusion"];
    EXPECT_EQ(shown["byName"], "Mo Derator");
    EXPECT_THAT(shown["bodyHtml"].get<std::string>(), HasSubstr("<strong>buurtmaaltijd</strong>"));
    EXPECT_NE(shown["at"], "");
    const auto html = world().html(guest, world().get(guest, page(guest)["url"]));
    EXPECT_LT(html.find("Mo Derator, moderator"), html.find("Wij zoeken een")) << "before the question";
    const auto found = world().get(guest, "/api/v1/threads?q=buurtmaaltijden").model["items"];
    ASSERT_EQ(found.size(), 1U);
    EXPECT_EQ(found[0]["conclusion"], "Begin met een buurtmaaltijd. Dat werkte in zeven gemeenten.");

    // A colleague changes the reason: the conclusion stays whose it is. He changes the conclusion: it is his.
    const auto colleague = world().moderator("Col Lega");
    const auto change = [&](const std::string& reason, const std::string& conclusion) {
        return world().send(colleague, put, world().api(thread) + "/closure", {{"reason", reason}, {"conclusion", conclusion}}).status;
    };
    EXPECT_EQ(change("Echt besproken.", shown["body"]), 200);
    EXPECT_EQ(page(guest)["conclusion"]["byName"], "Mo Derator");
    EXPECT_EQ(change("Echt besproken.", "Begin met koffie."), 200);
    EXPECT_EQ(page(guest)["conclusion"]["byName"], "Col Lega");

    act(del, "/closure");
    EXPECT_EQ(page(guest)["conclusion"], nullptr);
    EXPECT_TRUE(world().get(guest, "/api/v1/threads?q=koffie").model["items"].empty());
    const auto kept = sql(database(), "SELECT conclusion FROM thread_acts WHERE thread_id = $1 ORDER BY id", db::Params::of(thread));
    EXPECT_EQ(kept.size(), 4U);
    EXPECT_THAT(kept[0].text("conclusion"), HasSubstr("buurtmaaltijd"));
    EXPECT_EQ(kept[2].text("conclusion"), "Begin met koffie.");
}

TEST_F(ThreadActsTest, AConclusionThatIsTooLongIsKeptInTheForm) {
    const auto url = "/gesprekken/" + std::to_string(thread) + "/sluiten";
    const auto again = world().form(moderator, url, "reason=Klaar&conclusion=" + std::string(4001, 'x'));
    EXPECT_EQ(again.status, 400);
    EXPECT_EQ(again.model["conclusion"], std::string(4001, 'x'));
    EXPECT_EQ(page(guest)["isClosed"], false);
}

}  // namespace
}  // namespace forum::discussion
