// Closing and pinning: what is logged and told, and what a closed thread still lets through. Rule: who may is asked through the
// front door (tests/flows/thread_acts_test.py).
#include <gmock/gmock.h>

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
    test::Answer act(http::Method method, const std::string& part, const std::string& reason = {}) {
        return world().send(moderator, method, world().api(thread) + part,
                            reason.empty() ? nlohmann::json::object() : nlohmann::json{{"reason", reason}});
    }
    /// "kind member reason", in order.
    std::vector<std::string> log() {
        std::vector<std::string> lines;
        for (const auto& row : sql(database(), "SELECT kind, by_member, reason FROM thread_acts WHERE thread_id = $1 ORDER BY id", db::Params::of(thread))) {
            EXPECT_EQ(row.id<base::MemberId>("by_member"), moderator.member);
            lines.push_back(row.text("kind") + ": " + row.text("reason"));
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
    EXPECT_EQ(act(put, "/closure", "Nog eens.").status, 200) << "what is closed stays closed";
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

}  // namespace
}  // namespace forum::discussion
