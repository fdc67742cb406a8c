#include "discussion/post_states.hpp"

#include <gmock/gmock.h>

#include "discussion/world.hpp"

namespace forum::discussion {
namespace {

using test::DiscussionTest;
using test::sql;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

class PostStatesTest : public DiscussionTest {
protected:
    void SetUp() override {
        DiscussionTest::SetUp();
        anna = world().member("Anna Alpha");
        nova = world().member("Nova Nieuw", false, "GM0184");
        moderator = world().moderator();
        thread = world().thread(anna);
    }
    base::PostId held() { return {world().reply(nova, thread, "Wacht even.")["id"]}; }
    base::PostId live() { return {world().reply(anna, thread, "Staat er.")["id"]}; }

    template <class Job>
    auto move(Job job) {
        return database().write([&](db::Tx& tx) { return job(tx); });
    }
    std::string state(base::PostId post) {
        return sql(database(), "SELECT state FROM posts WHERE id = $1", db::Params::of(post)).one().text("state");
    }
    std::string refusal(const std::function<void(db::Tx&)>& job) {
        try {
            database().write(job);
        } catch (const base::Problem& problem) {
            return problem.detail.empty() ? problem.what() : problem.detail;
        }
        return {};
    }
    std::vector<std::string> kinds() {
        std::vector<std::string> found;
        for (const auto& event : world().events_of("thread/" + std::to_string(thread))) {
            found.push_back(event.kind);
        }
        return found;
    }
    /// The kept figures equal what recounting gives.
    void expect_true_figures() {
        const auto before =
            sql(database(), "SELECT reply_count, strand, last_post_at FROM threads WHERE id = $1", db::Params::of(thread)).one();
        sql(database(), "SELECT recount_thread($1)", db::Params::of(thread));
        const auto after =
            sql(database(), "SELECT reply_count, strand, last_post_at FROM threads WHERE id = $1", db::Params::of(thread)).one();
        EXPECT_EQ(before.integer("reply_count"), after.integer("reply_count"));
        EXPECT_EQ(before.text("strand"), after.text("strand"));
        EXPECT_EQ(before.time("last_post_at"), after.time("last_post_at"));
    }

    access::Viewer anna, nova, moderator;
    std::int64_t thread{0};
};

TEST_F(PostStatesTest, PublishingShowsAWaitingPostOnceInItsPlace) {
    const auto waiting = held();
    live();
    const auto moved = move([&](db::Tx& tx) { return publish(tx, world().announcer, waiting, 1); });
    EXPECT_EQ(moved.state_from, "waiting");
    EXPECT_EQ(moved.state_to, "live");
    EXPECT_EQ(moved.number, 2);
    EXPECT_EQ(moved.author, nova.member);
    EXPECT_EQ(moved.seq, 3);
    EXPECT_THAT(kinds(), ElementsAre("post.new", "post.new", "post.new"));
    const auto page = world().get(guest, world().api(thread)).model;
    EXPECT_EQ(page["replyCount"], 2);
    EXPECT_EQ(page["posts"]["items"][0]["number"], 2);
    EXPECT_EQ(page["posts"]["items"][0]["author"]["name"], "Nova Nieuw");
    expect_true_figures();
    EXPECT_EQ(refusal([&](db::Tx& tx) { publish(tx, world().announcer, waiting, 1); }), "discussion.post_moved");
}

TEST_F(PostStatesTest, ADecisionOnAnotherVersionIsRefused) {
    const auto waiting = held();
    move([&](db::Tx& tx) { return resubmit(tx, world().announcer, waiting, 1, "Anders."); });
    EXPECT_EQ(refusal([&](db::Tx& tx) { publish(tx, world().announcer, waiting, 1); }), "discussion.post_moved");
    EXPECT_EQ(refusal([&](db::Tx& tx) { reject(tx, world().announcer, waiting, 1); }), "discussion.post_moved");
    EXPECT_EQ(state(waiting), "waiting");
    move([&](db::Tx& tx) { return publish(tx, world().announcer, waiting, 2); });
    EXPECT_EQ(world().get(guest, world().api(thread, 2)).model["body"], "Anders.");
}

TEST_F(PostStatesTest, ReturnedAndRejectedStayBetweenAuthorAndStaff) {
    const auto first = held(), second = held();
    move([&](db::Tx& tx) { return return_to_author(tx, world().announcer, first, 1); });
    move([&](db::Tx& tx) { return reject(tx, world().announcer, second, 1); });
    EXPECT_EQ(state(first), "returned");
    EXPECT_EQ(state(second), "rejected");
    EXPECT_THAT(kinds(), ElementsAre("post.new"));
    EXPECT_TRUE(world().get(guest, world().api(thread)).model["posts"]["items"].empty());
    EXPECT_EQ(world().get(nova, world().api(thread)).model["posts"]["items"].size(), 2U);
    const auto moved = move([&](db::Tx& tx) { return resubmit(tx, world().announcer, first, 1, "Aangepast."); });
    EXPECT_EQ(moved.state_to, "waiting");
    EXPECT_EQ(moved.version, 2);
    EXPECT_EQ(refusal([&](db::Tx& tx) { resubmit(tx, world().announcer, second, 1, "Toch."); }), "discussion.post_moved");
}

TEST_F(PostStatesTest, AProposedChangeKeepsTheOldTextUntilItIsDecided) {
    const auto post = live();
    move([&](db::Tx& tx) { return propose_change(tx, world().announcer, post, 1, "Gewijzigd."); });
    EXPECT_EQ(state(post), "live_change");
    const auto seen = world().get(guest, world().api(thread, 2)).model;
    EXPECT_EQ(seen["body"], "Staat er.");
    EXPECT_EQ(seen["state"], "live");
    EXPECT_EQ(seen["version"], 1);
    EXPECT_FALSE(seen["hasChange"].get<bool>());
    EXPECT_THAT(seen.dump(), Not(HasSubstr("Gewijzigd")));
    const auto own = world().get(anna, world().api(thread, 2)).model;
    EXPECT_TRUE(own["hasChange"].get<bool>());
    EXPECT_THAT(own["changeHtml"], "<p>Gewijzigd.</p>\n");
    EXPECT_EQ(own["version"], 2);

    move([&](db::Tx& tx) { return reject(tx, world().announcer, post, 2); });
    EXPECT_EQ(state(post), "live");
    EXPECT_EQ(world().get(guest, world().api(thread, 2)).model["body"], "Staat er.");
    EXPECT_THAT(kinds(), ElementsAre("post.new", "post.new"));

    move([&](db::Tx& tx) { return propose_change(tx, world().announcer, post, 2, "Nog een keer."); });
    move([&](db::Tx& tx) { return publish(tx, world().announcer, post, 3); });
    const auto published = world().get(guest, world().api(thread, 2)).model;
    EXPECT_EQ(published["body"], "Nog een keer.");
    EXPECT_EQ(published["version"], 3);
    EXPECT_TRUE(published["isEdited"].get<bool>());
    EXPECT_THAT(kinds(), ElementsAre("post.new", "post.new", "post.edited"));
    expect_true_figures();
}

TEST_F(PostStatesTest, WithdrawingLeavesATombstoneAndCanBeUndoneForADay) {
    const auto post = live();
    world().reply(anna, thread, "Daarop.", 2);
    move([&](db::Tx& tx) { return withdraw(tx, world().announcer, post); });
    auto page = world().get(guest, world().api(thread)).model;
    EXPECT_EQ(page["replyCount"], 1);
    ASSERT_EQ(page["posts"]["items"].size(), 2U) << "the tombstone stays";
    EXPECT_EQ(page["posts"]["items"][0]["state"], "withdrawn");
    EXPECT_FALSE(page["posts"]["items"][0]["hasText"].get<bool>());
    EXPECT_THAT(page.dump(), Not(HasSubstr("Staat er")));
    EXPECT_EQ(page["posts"]["items"][1]["replyTo"]["authorName"], "") << "nor in a quote";
    EXPECT_TRUE(world().get(anna, world().api(thread, 2)).model["mayUndo"].get<bool>());
    expect_true_figures();

    move([&](db::Tx& tx) { return undo_withdrawal(tx, world().announcer, post); });
    EXPECT_EQ(world().get(guest, world().api(thread)).model["replyCount"], 2);
    move([&](db::Tx& tx) { return withdraw(tx, world().announcer, post); });
    sql(database(), "UPDATE posts SET withdrawn_at = now() - interval '24 hours 1 second' WHERE id = $1", db::Params::of(post));
    EXPECT_FALSE(world().get(anna, world().api(thread, 2)).model["mayUndo"].get<bool>());
    EXPECT_EQ(refusal([&](db::Tx& tx) { undo_withdrawal(tx, world().announcer, post); }), "discussion.undo_too_late");
    EXPECT_THAT(kinds(), ElementsAre("post.new", "post.new", "post.new", "post.withdrawn", "post.restored", "post.withdrawn"));
}

TEST_F(PostStatesTest, WhatNobodySawIsWithdrawnWithoutATrace) {
    const auto post = held();
    move([&](db::Tx& tx) { return withdraw(tx, world().announcer, post); });
    EXPECT_TRUE(world().get(guest, world().api(thread)).model["posts"]["items"].empty());
    EXPECT_THAT(kinds(), ElementsAre("post.new"));
    EXPECT_EQ(refusal([&](db::Tx& tx) { undo_withdrawal(tx, world().announcer, post); }), "discussion.post_moved");
}

TEST_F(PostStatesTest, TheAcceptedAnswerIsLostWithItsText) {
    const auto post = live();
    EXPECT_EQ(world().send(anna, http::Method::put, world().api(thread) + "/answer", {{"number", 2}}).status, 200);
    EXPECT_TRUE(world().get(guest, world().api(thread)).model["isAnswered"].get<bool>());
    move([&](db::Tx& tx) { return withdraw(tx, world().announcer, post); });
    EXPECT_FALSE(world().get(guest, world().api(thread)).model["isAnswered"].get<bool>());
    const auto acts =
        sql(database(), "SELECT array_agg(kind ORDER BY id) AS kinds FROM thread_acts WHERE thread_id = $1", db::Params::of(thread));
    EXPECT_THAT(acts.one().texts("kinds"), ElementsAre("accept", "lose-answer"));
}

TEST_F(PostStatesTest, AThreadIsThereFromTheMomentItsOpeningPostIsLive) {
    const auto waiting = world().thread(nova, {{"title", "Mag dit erbij?"}});
    EXPECT_EQ(world().get(guest, world().api(waiting)).status, 404);
    EXPECT_EQ(world().get(anna, world().api(waiting)).status, 404);
    EXPECT_TRUE(world().get(nova, world().api(waiting)).model["isWaiting"].get<bool>());
    const base::PostId post{world().get(nova, world().api(waiting)).model["opening"]["id"]};
    move([&](db::Tx& tx) { return publish(tx, world().announcer, post, 1); });
    EXPECT_EQ(world().get(guest, world().api(waiting)).model["title"], "Mag dit erbij?");
    EXPECT_EQ(world().get(guest, world().api(waiting)).model["seq"], 1);
    const auto events = world().events_of("thread/" + std::to_string(waiting));
    ASSERT_EQ(events.size(), 1U);
    EXPECT_EQ(events[0].kind, "post.new");
}

TEST_F(PostStatesTest, ATitleGoesWithItsText) {
    const auto own = world().thread(
        anna,
        {{"title", "Zeer geheim onderwerp"}, {"kind", "dilemma"}, {"context", "Stil verhaal"}, {"options", "a of b"}, {"tried", "niets"}});
    world().reply(anna, own, "Toch een reactie.");
    const base::PostId opening{world().get(anna, world().api(own)).model["opening"]["id"]};
    move([&](db::Tx& tx) { return withdraw(tx, world().announcer, opening); });
    const auto url = world().get(guest, "/gesprekken/" + std::to_string(own));
    EXPECT_THAT(url.location, Not(HasSubstr("geheim")));
    const auto page = world().get(guest, world().api(own)).model;
    for (const auto* secret : {"geheim", "Stil verhaal", "a of b"}) {
        EXPECT_THAT(page.dump(), Not(HasSubstr(secret)));
        EXPECT_THAT(world().get(guest, "/api/v1/threads?q=geheim").model.dump(),
                    Not(HasSubstr(secret == std::string{"geheim"} ? "onderwerp" : secret)));
    }
    EXPECT_EQ(world().get(guest, "/api/v1/threads?q=geheim").model["count"], 0);
    EXPECT_TRUE(world().get(guest, "/api/v1/threads/similar?title=Zeer+geheim+onderwerp").model["items"].empty());
    EXPECT_EQ(world().get(anna, world().api(own)).model["title"], "Zeer geheim onderwerp");
}

TEST_F(PostStatesTest, WhatAModeratorHidesAndShowsAgainIsTheVersionThatReadersSawLast) {
    const auto post = live();
    move([&](db::Tx& tx) { return propose_change(tx, world().announcer, post, 1, "Gewijzigd."); });
    const auto hidden = move([&](db::Tx& tx) { return hide(tx, world().announcer, post); });
    EXPECT_EQ(hidden.live_version_from, 1);
    const auto gone = world().get(guest, world().api(thread, 2)).model;
    EXPECT_EQ(gone["state"], "hidden");
    EXPECT_FALSE(gone["hasText"].get<bool>());
    EXPECT_EQ(world().get(anna, world().api(thread, 2)).model["body"], "Staat er.");
    move([&](db::Tx& tx) { return restore(tx, world().announcer, post); });
    EXPECT_EQ(world().get(guest, world().api(thread, 2)).model["body"], "Staat er.");
    EXPECT_THAT(kinds(), ElementsAre("post.new", "post.new", "post.hidden", "post.restored"));
    move([&](db::Tx& tx) { return remove(tx, world().announcer, post); });
    EXPECT_EQ(world().get(guest, world().api(thread, 2)).model["state"], "removed");
    expect_true_figures();
}

TEST_F(PostStatesTest, AModeratorsVersionIsNamedAsHisAndCanBeTakenBack) {
    const auto post = held();
    move([&](db::Tx& tx) { return publish_changed(tx, world().announcer, post, 1, "Netjes.", moderator.member); });
    EXPECT_EQ(world().get(guest, world().api(thread, 2)).model["body"], "Netjes.");
    const PutBack back{.from = "live", .to = "waiting", .version = 2, .judged = 1, .live_version = std::nullopt};
    move([&](db::Tx& tx) { return put_back(tx, world().announcer, post, back); });
    const auto own = world().get(nova, world().api(thread, 2)).model;
    EXPECT_EQ(own["state"], "waiting");
    EXPECT_EQ(own["version"], 3);
    EXPECT_NE(own["body"], "Netjes.") << "the author's own words wait again";
    EXPECT_FALSE(world().get(guest, world().api(thread, 2)).model["hasText"].get<bool>());
    EXPECT_EQ(refusal([&](db::Tx& tx) { put_back(tx, world().announcer, post, back); }), "discussion.post_moved");
    move([&](db::Tx& tx) { return publish(tx, world().announcer, post, 3); });
    EXPECT_THAT(kinds(), ElementsAre("post.new", "post.new", "post.hidden", "post.restored")) << "new only once";
    expect_true_figures();
}

TEST_F(PostStatesTest, WhatIsErasedIsNowhereAnyMore) {
    const auto post = live();
    world().reply(nova, thread, "Daarop.", 2);
    move([&](db::Tx& tx) { return erase(tx, world().announcer, post); });
    for (const auto& viewer : {guest, anna, moderator}) {
        EXPECT_THAT(world().get(viewer, world().api(thread)).model.dump(), Not(HasSubstr("Staat er")));
    }
    EXPECT_TRUE(sql(database(), "SELECT 1 FROM post_versions WHERE post_id = $1 AND body LIKE '%Staat%'", db::Params::of(post)).empty());
    EXPECT_THAT(kinds(), ElementsAre("post.new", "post.new", "post.removed"));
}

// The whole table: from each state each move either ends where the state machine says or is refused and changes nothing.
TEST_F(PostStatesTest, OnlyTheMovesOfTheStateMachineHappen) {
    using MoveOf = std::function<Moved(db::Tx&, base::PostId, int)>;
    const auto& announcer = world().announcer;
    const std::map<std::string, MoveOf> moves{
        {"publish", [&](db::Tx& tx, base::PostId post, int version) { return publish(tx, announcer, post, version); }},
        {"return", [&](db::Tx& tx, base::PostId post, int version) { return return_to_author(tx, announcer, post, version); }},
        {"reject", [&](db::Tx& tx, base::PostId post, int version) { return reject(tx, announcer, post, version); }},
        {"withdraw", [&](db::Tx& tx, base::PostId post, int) { return withdraw(tx, announcer, post); }},
        {"undo", [&](db::Tx& tx, base::PostId post, int) { return undo_withdrawal(tx, announcer, post); }},
        {"resubmit", [&](db::Tx& tx, base::PostId post, int version) { return resubmit(tx, announcer, post, version, "nieuw"); }},
        {"edit", [&](db::Tx& tx, base::PostId post, int version) { return edit_live(tx, announcer, post, version, "nieuw"); }},
        {"propose", [&](db::Tx& tx, base::PostId post, int version) { return propose_change(tx, announcer, post, version, "nieuw"); }},
        {"publish changed", [&](db::Tx& tx, base::PostId post,
                                int version) { return publish_changed(tx, announcer, post, version, "anders", moderator.member); }},
        {"hide", [&](db::Tx& tx, base::PostId post, int) { return hide(tx, announcer, post); }},
        {"remove", [&](db::Tx& tx, base::PostId post, int) { return remove(tx, announcer, post); }},
        {"restore", [&](db::Tx& tx, base::PostId post, int) { return restore(tx, announcer, post); }},
        {"expire", [&](db::Tx& tx, base::PostId post, int) { return expire(tx, announcer, post); }},
        {"erase", [&](db::Tx& tx, base::PostId post, int) { return erase(tx, announcer, post); }},
    };
    const std::map<std::string, std::map<std::string, std::string>> table{
        {"waiting",
         {{"publish", "live"},
          {"publish changed", "live"},
          {"return", "returned"},
          {"reject", "rejected"},
          {"withdraw", "withdrawn"},
          {"resubmit", "waiting"},
          {"erase", "erased"}}},
        {"returned", {{"withdraw", "withdrawn"}, {"resubmit", "waiting"}, {"expire", "withdrawn"}, {"erase", "erased"}}},
        {"live",
         {{"withdraw", "withdrawn"},
          {"edit", "live"},
          {"propose", "live_change"},
          {"hide", "hidden"},
          {"remove", "removed"},
          {"erase", "erased"}}},
        {"live_change",
         {{"publish", "live"},
          {"publish changed", "live"},
          {"return", "live"},
          {"reject", "live"},
          {"withdraw", "withdrawn"},
          {"edit", "live"},
          {"propose", "live_change"},
          {"hide", "hidden"},
          {"remove", "removed"},
          {"erase", "erased"}}},
        {"withdrawn", {{"undo", "live"}, {"remove", "removed"}, {"erase", "erased"}}},
        {"hidden", {{"remove", "removed"}, {"restore", "live"}, {"erase", "erased"}}},
        {"removed", {{"restore", "live"}, {"erase", "erased"}}},
        {"rejected", {{"restore", "live"}, {"erase", "erased"}}},
        {"erased", {}},
    };
    for (const auto& [from, allowed] : table) {
        for (const auto& [name, act] : moves) {
            const bool was_seen = from != "waiting" && from != "returned" && from != "rejected";
            const auto post = was_seen ? live() : held();
            if (from == "live_change") {
                move([&](db::Tx& tx) { return propose_change(tx, announcer, post, 1, "wijziging"); });
            } else {
                sql(database(), "UPDATE posts SET state = $2, withdrawn_at = now() WHERE id = $1", db::Params::of(post, from));
                sql(database(), "SELECT recount_thread($1)", db::Params::of(thread));
            }
            const int version = from == "live_change" ? 2 : 1;
            const auto wanted = allowed.find(name);
            const auto refused = refusal([&](db::Tx& tx) { act(tx, post, version); });
            if (wanted == allowed.end()) {
                EXPECT_EQ(refused, "discussion.post_moved") << from << " " << name;
                EXPECT_EQ(state(post), from) << name;
            } else {
                EXPECT_EQ(refused, "") << from << " " << name;
                EXPECT_EQ(state(post), wanted->second) << from << " " << name;
            }
        }
    }
    expect_true_figures();
}

}  // namespace
}  // namespace forum::discussion
