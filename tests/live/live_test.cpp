// The engine through real sockets: what contract.md promises a follower.
#include <gtest/gtest.h>

#include "world.hpp"

namespace forum::live {
namespace {

using namespace std::chrono_literals;

constexpr std::uint32_t mask = 0x01020304;

TEST(LiveTest, GreetsWithCounters) {
    World world;
    world.sign_in(5, 7);
    world.last_id = 2;
    const auto member = world.arrive(5);
    ASSERT_TRUE(world.until_count(*member, "hello", 1));
    EXPECT_EQ(member->messages[0].at("heartbeat"), 25);
    EXPECT_EQ(member->messages[0].at("counters"), json::parse(R"({"bell":2,"queue":0})"));
    const auto guest = world.arrive();
    ASSERT_TRUE(world.until_count(*guest, "hello", 1));
    EXPECT_EQ(guest->messages[0].at("counters"), json::object());
    EXPECT_NE(guest->messages[0].at("session"), member->messages[0].at("session"));
}

TEST(LiveTest, SendsAnEventToItsFollowersOnly) {
    World world;
    world.threads["thread/1"];
    world.threads["thread/2"];
    const auto one = world.arrive();
    const auto two = world.arrive();
    one->follow("thread/1");
    two->follow("thread/2");
    ASSERT_TRUE(world.until_count(*one, "following", 1));
    ASSERT_TRUE(world.until_count(*two, "following", 1));
    world.post("thread/1");
    ASSERT_TRUE(world.until_count(*one, "event", 1));
    EXPECT_EQ(one->of("event")[0],
              json::parse(R"({"is":"event","topic":"thread/1","seq":1,"kind":"post.new","post":{"number":1},"html":"<p>post.new</p>"})"));
    ASSERT_TRUE(world.barrier(*two));
    EXPECT_TRUE(two->of("event").empty());
}

TEST(LiveTest, RendersOnceForAll) {
    World world;
    world.threads["thread/1"];
    std::vector<std::unique_ptr<Client>> clients;
    for (int i = 0; i < 20; ++i) {
        clients.push_back(world.arrive());
        clients.back()->follow("thread/1");
    }
    world.settle();
    world.post("thread/1");
    for (const auto& client : clients) {
        ASSERT_TRUE(world.until_count(*client, "event", 1));
    }
    EXPECT_EQ(world.renders, 1);
    world.post("thread/9");
    world.settle();
    EXPECT_EQ(world.renders, 1) << "nobody follows it";
}

TEST(LiveTest, FollowsFromNowWithoutSince) {
    World world;
    world.commit("thread/1", "post.new");
    world.commit("thread/1", "post.new");
    const auto client = world.arrive();
    client->follow("thread/1");
    ASSERT_TRUE(world.until_count(*client, "following", 1));
    EXPECT_EQ(client->of("following")[0].at("seq"), 2);
    world.post("thread/1");
    ASSERT_TRUE(world.until_count(*client, "event", 1));
    EXPECT_EQ(client->seqs(), std::vector<std::int64_t>{3});
}

TEST(LiveTest, ReplaysWhatCameAfterSince) {
    World world;
    for (int i = 0; i < 6; ++i) {
        world.commit("thread/1", "post.new");
    }
    const auto client = world.arrive();
    client->follow("thread/1", 2);
    ASSERT_TRUE(world.until_count(*client, "event", 4));
    EXPECT_EQ(client->seqs(), (std::vector<std::int64_t>{3, 4, 5, 6}));
    EXPECT_EQ(client->of("following")[0].at("seq"), 6);
    const auto again = world.arrive();
    again->follow("thread/1", 2);
    ASSERT_TRUE(world.until_count(*again, "event", 4));
    EXPECT_EQ(world.renders, 4) << "replayed messages are kept";
}

TEST(LiveTest, ReplaysNothingOldAfterARemoval) {
    World world;
    world.commit("thread/1", "post.new");
    const auto client = world.arrive();
    client->follow("thread/1", 0);
    ASSERT_TRUE(world.until_count(*client, "event", 1));
    EXPECT_EQ(world.renders, 1);
    world.post("thread/1", "post.removed");
    ASSERT_TRUE(world.until_count(*client, "event", 2));
    const auto late = world.arrive();
    late->follow("thread/1", 0);
    ASSERT_TRUE(world.until_count(*late, "event", 2));
    EXPECT_EQ(world.renders, 3) << "the message that may hold the removed text was made anew";
}

TEST(LiveTest, SaysResyncWhenTheTableNoLongerHasIt) {
    World world;
    for (int i = 0; i < 5; ++i) {
        world.commit("thread/1", "post.new");
    }
    world.threads["thread/1"].pruned = 3;
    const auto client = world.arrive();
    client->follow("thread/1", 1);
    ASSERT_TRUE(world.until_count(*client, "resync", 1));
    world.post("thread/1");
    ASSERT_TRUE(world.until_count(*client, "event", 1));
    EXPECT_EQ(client->seqs(), std::vector<std::int64_t>{6});
    EXPECT_EQ(world.hub->counts().resyncs, 1U);
}

TEST(LiveTest, SaysResyncForTooMuch) {
    World world;
    for (int i = 0; i < 300; ++i) {
        world.commit("thread/1", "post.new");
    }
    const auto client = world.arrive();
    client->follow("thread/1", 10);
    ASSERT_TRUE(world.until_count(*client, "resync", 1));
    ASSERT_TRUE(world.barrier(*client));
    EXPECT_TRUE(client->of("event").empty());
}

TEST(LiveTest, SaysResyncForASinceInTheFuture) {
    World world;
    world.commit("thread/1", "post.new");
    const auto client = world.arrive();
    client->follow("thread/1", 1'000'000);
    ASSERT_TRUE(world.until_count(*client, "resync", 1));
    world.post("thread/1");
    ASSERT_TRUE(world.until_count(*client, "event", 1));
    EXPECT_EQ(client->seqs(), std::vector<std::int64_t>{2});
}

TEST(LiveTest, DeliversOnceWhatThePollSeesAgain) {
    World world;
    world.threads["thread/1"];
    world.sign_in(5, 7);
    const auto client = world.arrive(5);
    client->follow("thread/1");
    client->follow("me");
    ASSERT_TRUE(world.until_count(*client, "following", 2));
    world.post("thread/1");
    world.post("me/7", "own.changed");
    world.hub->pump().want_poll();
    world.pass(3s);
    ASSERT_TRUE(world.barrier(*client));
    EXPECT_EQ(client->of("event").size(), 2U);
}

TEST(LiveTest, DeliversWhatAnotherProcessWrote) {
    World world;
    world.threads["thread/1"];
    const auto client = world.arrive();
    client->follow("thread/1");
    ASSERT_TRUE(world.until_count(*client, "following", 1));
    world.commit("thread/1", "post.new");
    world.settle();
    world.pass(1100ms);  // nobody woke us: the look at the table once a second finds it
    ASSERT_TRUE(world.until_count(*client, "event", 1));
    world.commit("thread/1", "post.new");
    world.hub->pump().want_poll();
    ASSERT_TRUE(world.until_count(*client, "event", 2));
}

TEST(LiveTest, OrdersWhatArrivesOutOfOrder) {
    World world;
    world.threads["thread/1"];
    const auto client = world.arrive();
    client->follow("thread/1");
    ASSERT_TRUE(world.until_count(*client, "following", 1));
    const Event first = world.commit("thread/1", "post.new");
    const Event second = world.commit("thread/1", "post.new");
    world.hub->pump().add({second});
    world.hub->pump().add({first});
    ASSERT_TRUE(world.until_count(*client, "event", 2));
    EXPECT_EQ(client->seqs(), (std::vector<std::int64_t>{1, 2}));
}

TEST(LiveTest, WhoJoinsAmidEventsGetsThem) {
    World world;
    world.threads["thread/1"];
    const auto first = world.arrive();
    first->follow("thread/1");
    ASSERT_TRUE(world.until_count(*first, "following", 1));
    // His opening is read; then an event is committed and goes out to the others; then he hears that he is let in.
    world.between = [&] {
        world.between = nullptr;
        world.post("thread/1");
        world.settle();
    };
    const auto second = world.arrive();
    second->follow("thread/1");
    ASSERT_TRUE(world.until_count(*second, "event", 1));
    EXPECT_EQ(second->of("following")[0].at("seq"), 0);
    world.post("thread/1");
    for (Client* client : {first.get(), second.get()}) {
        ASSERT_TRUE(world.until_count(*client, "event", 2));
        EXPECT_EQ(client->seqs(), (std::vector<std::int64_t>{1, 2}));
        EXPECT_TRUE(client->of("resync").empty());
    }
}

TEST(LiveTest, WhoIsAheadOfTheOthersWaitsForThem) {
    World world;
    world.threads["thread/1"];
    const auto first = world.arrive();
    first->follow("thread/1");
    ASSERT_TRUE(world.until_count(*first, "following", 1));
    world.commit("thread/1", "post.new");  // its word is still on its way when the second comes
    world.commit("thread/1", "post.new");
    const auto second = world.arrive();
    second->follow("thread/1", 1);
    for (Client* client : {first.get(), second.get()}) {
        ASSERT_TRUE(world.until([&] { return !client->seqs().empty() && client->seqs().back() == 2; }, {client}));
    }
    world.hub->pump().want_poll();  // the late word
    world.settle();
    world.post("thread/1");
    ASSERT_TRUE(world.until_count(*first, "event", 3));
    ASSERT_TRUE(world.until_count(*second, "event", 2));
    EXPECT_EQ(first->seqs(), (std::vector<std::int64_t>{1, 2, 3}));
    EXPECT_EQ(second->seqs(), (std::vector<std::int64_t>{2, 3}));
}

TEST(LiveTest, FillsAHoleFromTheTable) {
    World world;
    world.threads["thread/1"];
    const auto client = world.arrive();
    client->follow("thread/1");
    ASSERT_TRUE(world.until_count(*client, "following", 1));
    world.commit("thread/1", "post.new");
    world.commit("thread/1", "post.new");
    world.unpolled.clear();  // neither word nor poll brings the first two
    world.post("thread/1");
    ASSERT_TRUE(world.until_count(*client, "event", 3));
    EXPECT_EQ(client->seqs(), (std::vector<std::int64_t>{1, 2, 3}));
}

TEST(LiveTest, SaysResyncForAHoleThatCannotBeFilled) {
    World world;
    world.threads["thread/1"];
    const auto client = world.arrive();
    client->follow("thread/1");
    ASSERT_TRUE(world.until_count(*client, "following", 1));
    world.commit("thread/1", "post.new");
    world.unpolled.clear();
    world.threads["thread/1"].pruned = 1;
    world.post("thread/1");
    ASSERT_TRUE(world.until_count(*client, "resync", 1));
    world.post("thread/1");
    ASSERT_TRUE(world.until_count(*client, "event", 1));
    EXPECT_EQ(client->seqs(), std::vector<std::int64_t>{3});
}

TEST(LiveTest, KeepsThePlaceOfAnEventThatShowsNothing) {
    World world;
    world.threads["thread/1"];
    const auto client = world.arrive();
    client->follow("thread/1");
    ASSERT_TRUE(world.until_count(*client, "following", 1));
    world.post("thread/1", "post.silent");
    world.post("thread/1");
    ASSERT_TRUE(world.until_count(*client, "event", 2));
    EXPECT_EQ(client->of("event")[0].at("kind"), "skip");
    EXPECT_EQ(client->seqs(), (std::vector<std::int64_t>{1, 2}));
}

TEST(LiveTest, GivesAnEventOnlyToItsAudience) {
    World world;
    world.threads["thread/1"];
    world.sign_in(5, 7);
    const auto guest = world.arrive();
    const auto member = world.arrive(5);
    for (Client* client : {guest.get(), member.get()}) {
        client->follow("thread/1");
        ASSERT_TRUE(world.until_count(*client, "following", 1));
    }
    Event event = world.commit("thread/1", "post.new");
    event.audience = Audience::members;
    world.threads["thread/1"].events.back() = event;
    world.hub->pump().add({event});
    world.post("thread/1");
    for (Client* client : {guest.get(), member.get()}) {
        ASSERT_TRUE(world.until_count(*client, "event", 2));
    }
    EXPECT_EQ(guest->of("event")[0], json::parse(R"({"is":"event","topic":"thread/1","seq":1,"kind":"skip"})"));
    EXPECT_EQ(member->of("event")[0].at("kind"), "post.new");
    const auto late = world.arrive();
    late->follow("thread/1", 0);
    ASSERT_TRUE(world.until_count(*late, "event", 2));
    EXPECT_EQ(late->of("event")[0].at("kind"), "skip") << "also when replayed";
}

TEST(LiveTest, RefusesTopicsThatAreNotForHim) {
    World world;
    world.threads["thread/1"].audience = Audience::members;
    world.sign_in(5, 7);
    const auto guest = world.arrive();
    for (const char* topic : {"thread/1", "thread/99", "list/theme/geen", "me", "moderation"}) {
        guest->follow(topic);
    }
    ASSERT_TRUE(world.until_count(*guest, "refused", 5));
    std::map<std::string, std::string> problems;
    for (const json& message : guest->of("refused")) {
        problems[message.at("topic")] = message.at("problem");
    }
    EXPECT_EQ(problems, (std::map<std::string, std::string>{{"thread/1", "not-found"},
                                                            {"thread/99", "not-found"},
                                                            {"list/theme/geen", "not-found"},
                                                            {"me", "sign-in-needed"},
                                                            {"moderation", "not-found"}}));
    const auto member = world.arrive(5);
    member->follow("thread/1");
    member->follow("moderation");
    ASSERT_TRUE(world.until_count(*member, "following", 1));
    ASSERT_TRUE(world.until_count(*member, "refused", 1));
    EXPECT_EQ(world.hub->registry().topics(), 1U);
}

TEST(LiveTest, MeIsOnesOwn) {
    World world;
    world.sign_in(5, 7);
    world.sign_in(6, 8);
    const auto one = world.arrive(5);
    const auto other = world.arrive(6);
    for (Client* client : {one.get(), other.get()}) {
        client->follow("me");
        ASSERT_TRUE(world.until_count(*client, "following", 1));
        EXPECT_EQ(client->of("following")[0].at("topic"), "me");
    }
    world.post("me/7", "own.changed");
    ASSERT_TRUE(world.until_count(*one, "event", 1));
    EXPECT_EQ(one->of("event")[0].at("topic"), "me");
    ASSERT_TRUE(world.barrier(*other));
    EXPECT_TRUE(other->of("event").empty());
}

TEST(LiveTest, CountersComeToAllTabs) {
    World world;
    world.sign_in(5, 7);
    world.sign_in(6, 7);
    const auto phone = world.arrive(5);
    const auto desk = world.arrive(6);
    for (Client* client : {phone.get(), desk.get()}) {
        client->follow("me");
        ASSERT_TRUE(world.until_count(*client, "following", 1));
    }
    world.post("me/7", "counters");
    for (Client* client : {phone.get(), desk.get()}) {
        ASSERT_TRUE(world.until_count(*client, "counters", 1));
        EXPECT_EQ(client->of("counters")[0].at("bell"), 1);
    }
    for (int i = 0; i < 50; ++i) {
        world.post("me/7", "counters");
        world.settle();
    }
    world.pass(1s);
    ASSERT_TRUE(world.barrier(*phone));
    EXPECT_EQ(phone->of("counters").back().at("bell"), 51) << "the last one is true";
    EXPECT_LE(phone->of("counters").size(), 4U) << "a burst is one message";
}

TEST(LiveTest, ModeratorsSeeTheQueueAndItsCounter) {
    World world;
    world.sign_in(5, 7, access::Role::moderator);
    const auto moderator = world.arrive(5);
    moderator->follow("moderation");
    moderator->follow("me");
    ASSERT_TRUE(world.until_count(*moderator, "following", 2));
    world.post("moderation", "case.new");
    ASSERT_TRUE(world.until_count(*moderator, "event", 1));
    EXPECT_EQ(moderator->of("event")[0].at("topic"), "moderation");
    ASSERT_TRUE(world.until_count(*moderator, "counters", 1));
    EXPECT_EQ(moderator->of("counters")[0].at("queue"), 3);
}

TEST(LiveTest, ListsGetCoalescedHints) {
    World world;
    const auto client = world.arrive();
    client->follow("list/all");
    ASSERT_TRUE(world.until_count(*client, "following", 1));
    for (int i = 0; i < 20; ++i) {
        world.post("thread/1", "post.new", {"list/all", "list/theme/wonen"});
        world.settle();
    }
    world.pass(3s);
    ASSERT_TRUE(world.barrier(*client));
    const auto hints = client->of("hint");
    ASSERT_GE(hints.size(), 1U);
    EXPECT_LE(hints.size(), 3U);
    EXPECT_EQ(hints.back().at("value"), 20) << "the last value is the true one";
    EXPECT_EQ(hints.back().at("topic"), "list/all");
}

TEST(LiveTest, HintsRespectTheAudience) {
    World world;
    world.threads["thread/1"].audience = Audience::members;
    world.sign_in(5, 7);
    const auto guest = world.arrive();
    const auto member = world.arrive(5);
    for (Client* client : {guest.get(), member.get()}) {
        client->follow("list/all");
        ASSERT_TRUE(world.until_count(*client, "following", 1));
    }
    world.post("thread/1", "post.new", {"list/all"});
    ASSERT_TRUE(world.until_count(*member, "hint", 1));
    ASSERT_TRUE(world.barrier(*guest));
    EXPECT_TRUE(guest->of("hint").empty());
}

TEST(LiveTest, LeavingEndsTheEvents) {
    World world;
    world.threads["thread/1"];
    const auto client = world.arrive();
    client->follow("thread/1");
    ASSERT_TRUE(world.until_count(*client, "following", 1));
    client->send({{"do", "leave"}, {"topic", "thread/1"}});
    ASSERT_TRUE(world.barrier(*client));
    EXPECT_EQ(world.hub->registry().topics(), 0U);
    world.post("thread/1");
    ASSERT_TRUE(world.barrier(*client));
    EXPECT_TRUE(client->of("event").empty());
}

TEST(LiveTest, FollowingAgainStartsAnew) {
    World world;
    world.commit("thread/1", "post.new");
    const auto client = world.arrive();
    client->follow("thread/1", 0);
    client->follow("thread/1", 0);
    ASSERT_TRUE(world.until_count(*client, "following", 1));
    ASSERT_TRUE(world.barrier(*client));
    EXPECT_EQ(client->seqs(), std::vector<std::int64_t>{1}) << "the first wish was taken back before it was answered";
    client->follow("thread/1", 0);
    ASSERT_TRUE(world.until_count(*client, "following", 2));
    world.post("thread/1");
    ASSERT_TRUE(world.until_count(*client, "event", 3));
    EXPECT_EQ(client->seqs(), (std::vector<std::int64_t>{1, 1, 2}));
}

TEST(LiveTest, ReadsBytesThatCameWithTheRequest) {
    World world;
    world.threads["thread/1"];
    const auto client =
        world.connect(world.request(), 0, client_frame(Opcode::text, R"({"do":"follow","topic":"thread/1"})", mask));
    ASSERT_TRUE(world.until_count(*client, "following", 1));
}

TEST(LiveTest, TellsWhoIsPresent) {
    World world;
    world.threads["thread/1"];
    world.sign_in(5, 7);
    world.sign_in(6, 8);
    const auto guest = world.arrive();
    const auto one = world.arrive(5);
    const auto two = world.arrive(6);
    for (Client* client : {guest.get(), one.get(), two.get()}) {
        client->follow("thread/1");
        ASSERT_TRUE(world.until_count(*client, "following", 1));
    }
    one->send({{"do", "here"}, {"topic", "thread/1"}, {"state", "writing"}});
    world.settle();
    world.pass(3s);
    ASSERT_TRUE(world.until([&] { return !two->of("present").empty() && !guest->of("present").empty(); }, {two.get(), guest.get()}));
    EXPECT_EQ(two->of("present").back(),
              json::parse(R"({"is":"present","topic":"thread/1","readers":3,"writers":1,"writing":["Lid 7"]})"));
    EXPECT_EQ(guest->of("present").back(),
              json::parse(R"({"is":"present","topic":"thread/1","readers":3,"writers":1,"writing":[]})"));
    world.pass(18s);
    ASSERT_TRUE(world.barrier(*two));
    EXPECT_EQ(two->of("present").back().at("writers"), 0) << "he said nothing for 15 s";
    one->cut();
    world.settle();
    world.pass(3s);
    ASSERT_TRUE(world.until([&] { return two->of("present").back().at("readers") == 2; }, {two.get()}));
}

TEST(LiveTest, HereIsForFollowersOnly) {
    World world;
    world.threads["thread/1"];
    const auto client = world.arrive();
    client->send({{"do", "here"}, {"topic", "thread/1"}, {"state", "writing"}});
    client->send({{"do", "here"}, {"topic", "list/all"}, {"state", "reading"}});
    ASSERT_TRUE(world.until_count(*client, "refused", 2));
}

// ---------------------------------------------------------------------------------------------------------- rights

TEST(LiveTest, ClosesSubscriptionsWhenTheSessionEnds) {
    World world;
    world.threads["thread/1"].audience = Audience::members;
    world.threads["thread/2"];
    world.sign_in(5, 7, access::Role::moderator);
    const auto client = world.arrive(5);
    for (const char* topic : {"thread/1", "thread/2", "me", "moderation"}) {
        client->follow(topic);
    }
    ASSERT_TRUE(world.until_count(*client, "following", 4));
    world.sessions.erase(5);
    world.pass(2100ms);
    ASSERT_TRUE(world.until_count(*client, "refused", 3));
    world.post("thread/1");
    world.post("me/7", "own.changed");
    world.post("moderation", "case.new");
    world.post("thread/2");
    ASSERT_TRUE(world.until_count(*client, "event", 1));
    ASSERT_TRUE(world.barrier(*client));
    EXPECT_EQ(client->of("event").size(), 1U) << "only the public thread stays";
    EXPECT_EQ(client->of("event")[0].at("topic"), "thread/2");
}

TEST(LiveTest, AWordAboutTheSessionIsHeededAtOnce) {
    World world;
    world.sign_in(5, 7);
    const auto client = world.arrive(5);
    client->follow("me");
    ASSERT_TRUE(world.until_count(*client, "following", 1));
    world.sessions.erase(5);
    world.post("me/7", "session.changed");
    ASSERT_TRUE(world.until_count(*client, "refused", 1));  // without any tick
}

TEST(LiveTest, AMovedThreadLosesItsReaders) {
    World world;
    world.threads["thread/1"];
    world.sign_in(5, 7);
    const auto guest = world.arrive();
    const auto member = world.arrive(5);
    for (Client* client : {guest.get(), member.get()}) {
        client->follow("thread/1");
        ASSERT_TRUE(world.until_count(*client, "following", 1));
    }
    world.threads["thread/1"].audience = Audience::members;
    world.post("thread/1", "thread.changed");
    ASSERT_TRUE(world.until_count(*guest, "refused", 1));
    world.post("thread/1");
    ASSERT_TRUE(world.until_count(*member, "event", 2));
    ASSERT_TRUE(world.barrier(*guest));
    for (const json& event : guest->of("event")) {
        EXPECT_EQ(event.at("kind"), "skip");
    }
}

TEST(LiveTest, WhoJoinsWhileRightsChangeIsAskedAgain) {
    World world;
    world.threads["thread/1"];
    const auto guest = world.arrive();
    guest->follow("thread/1");
    ASSERT_TRUE(world.until([&] { return world.openings == 1; }, {guest.get()}));
    // A second one is let in by the old right; the change comes before he is told.
    const auto slow = world.arrive();
    slow->follow("thread/1");
    while (world.jobs.empty()) {
        world.step_io(0);
    }
    world.step_job();  // opened
    world.threads["thread/1"].audience = Audience::members;
    world.post("thread/1", "thread.changed");
    ASSERT_TRUE(world.until_count(*slow, "refused", 1));
}

TEST(LiveTest, AThreadForFewIsForThoseWhoWereLetIn) {
    World world;
    world.threads["thread/1"].audience = Audience::administrators;
    world.sign_in(5, 7, access::Role::administrator);
    const auto one = world.arrive(5);
    one->follow("thread/1");
    ASSERT_TRUE(world.until_count(*one, "following", 1));
    world.post("thread/1");
    ASSERT_TRUE(world.until_count(*one, "event", 1));
    EXPECT_EQ(one->of("event")[0].at("kind"), "post.new");
}

// ------------------------------------------------------------------------------------------------ bad input, limits

TEST(LiveTest, AnswersGarbageAndThenCloses) {
    World world;
    const auto client = world.arrive();
    client->send_bytes(client_frame(Opcode::text, "garbage", mask));
    ASSERT_TRUE(world.until_count(*client, "refused", 1));
    EXPECT_EQ(client->of("refused")[0], json::parse(R"({"is":"refused","topic":"","problem":"bad-request"})"));
    for (int i = 0; i < 20; ++i) {
        client->send_bytes(client_frame(Opcode::text, R"({"do":"what"})", mask));
    }
    ASSERT_TRUE(world.until([&] { return client->close_code == 1008; }, {client.get()}));
    EXPECT_EQ(client->of("refused").size(), 10U);
}

TEST(LiveTest, AMistakeNowAndThenIsForgiven) {
    World world;
    const auto client = world.arrive();
    for (int i = 0; i < 30; ++i) {
        client->send_bytes(client_frame(Opcode::text, "garbage", mask));
        ASSERT_TRUE(world.barrier(*client));
        world.pass(25s);
    }
    EXPECT_EQ(client->close_code, 0);
    EXPECT_EQ(client->of("refused").size(), 30U);
}

TEST(LiveTest, ClosesForABrokenFrame) {
    const std::vector<std::pair<std::string, int>> cases{
        {server_frame(Opcode::text, "no mask"), 1002},
        {client_frame(Opcode::continuation, "of nothing", mask), 1002},
        {client_frame(Opcode::binary, "x", mask), 1003},
        {client_frame(Opcode::text, "\xFF", mask), 1007},
        {client_frame(Opcode::text, std::string(1'000'000, 'a'), mask), 1009},
    };
    for (const auto& [bytes, code] : cases) {
        World world;
        const auto client = world.arrive();
        client->send_bytes(std::string_view{bytes}.substr(0, 20'000));
        ASSERT_TRUE(world.until([&, wanted = code] { return client->close_code == wanted && client->is_ended; }, {client.get()}))
            << code;
        client->cut();
        world.settle();
        EXPECT_EQ(world.hub->counts().followers, 0U);
    }
}

TEST(LiveTest, AnswersACloseWithItsCode) {
    World world;
    const auto client = world.arrive();
    client->send_bytes(client_frame(Opcode::close, std::string{"\x03\xE9", 2}, mask));
    ASSERT_TRUE(world.until([&] { return client->close_code == 1001 && client->is_ended; }, {client.get()}));
    EXPECT_EQ(world.hub->counts().followers, 0U);
}

TEST(LiveTest, AnswersOnlyTheLastOfManyPings) {
    World world;
    const auto client = world.arrive();
    std::string bytes;
    for (int i = 0; i < 50; ++i) {
        bytes += client_frame(Opcode::ping, std::to_string(i), mask);
    }
    client->send_bytes(bytes);
    ASSERT_TRUE(world.until([&] { return !client->pongs.empty() && client->pongs.back() == "49"; }, {client.get()}));
    EXPECT_LT(client->pongs.size(), 10U);
}

TEST(LiveTest, ClosesForAFlood) {
    World world;
    const auto client = world.arrive();
    std::string bytes;
    for (int i = 0; i < 2000; ++i) {
        bytes += client_frame(Opcode::ping, "x", mask);
    }
    client->send_bytes(bytes);
    ASSERT_TRUE(world.until([&] { return client->close_code == 1008; }, {client.get()}));
}

TEST(LiveTest, TakesAtMostSoManyTopics) {
    LiveOptions options;
    options.topics_per_follower = 50;
    World world{options};
    const auto client = world.arrive();
    for (int i = 1; i <= 10'000 && client->close_code == 0; ++i) {
        world.threads["thread/" + std::to_string(i)];
        client->follow("thread/" + std::to_string(i));
        if (i % 10 == 0) {
            world.settle();
            client->receive();
        }
    }
    ASSERT_TRUE(world.until([&] { return client->close_code == 1008; }, {client.get()}));
    EXPECT_EQ(client->of("following").size(), 50U);
    EXPECT_EQ(client->of("refused")[0].at("problem"), "too-many-requests");
    client->cut();
    world.settle();
    EXPECT_EQ(world.hub->registry().topics(), 0U);
}

TEST(LiveTest, ClosesASlowReaderAndHoldsNoMoreForHim) {
    LiveOptions options;
    options.outbox_bytes = 64 * 1024;
    World world{options};
    world.threads["thread/1"];
    const auto slow = world.connect(world.request(), 0, {}, 4096);
    world.settle();
    slow->follow("thread/1");
    const auto quick = world.arrive();
    quick->follow("thread/1");
    ASSERT_TRUE(world.until_count(*quick, "following", 1));
    std::size_t sent = 0;
    while (world.hub->counts().dropped == 0) {
        ASSERT_LT(++sent, 100'000U) << "never closed";
        world.post("thread/1");
        if (sent % 50 == 0) {
            world.settle();
            quick->receive();
        }
    }
    ASSERT_TRUE(world.until_count(*quick, "event", sent));
    ASSERT_TRUE(world.until([&] { return slow->close_code == 4000; }, {slow.get()}));
    const auto seqs = slow->seqs();
    for (std::size_t i = 0; i < seqs.size(); ++i) {
        ASSERT_EQ(seqs[i], static_cast<std::int64_t>(i) + 1) << "what he had is whole as far as it goes";
    }
    // He comes back where he was.
    const auto back = world.arrive();
    back->follow("thread/1", static_cast<std::int64_t>(sent) - 100);
    ASSERT_TRUE(world.until_count(*back, "event", 100));
}

TEST(LiveTest, EndsAClosedFollowerWhoDoesNotHangUp) {
    World world;
    const auto client = world.arrive();
    client->send_bytes(server_frame(Opcode::text, "no mask"));
    ASSERT_TRUE(world.until([&] { return client->close_code == 1002; }, {client.get()}));
    EXPECT_EQ(world.hub->counts().followers, 1U);
    world.pass(7s);
    EXPECT_EQ(world.hub->counts().followers, 0U);
}

TEST(LiveTest, PingsAndEndsTheDead) {
    World world;
    const auto alive = world.arrive();
    const auto dead = world.arrive();
    for (int i = 0; i < 4; ++i) {
        world.pass(25s);
        alive->send_bytes(client_frame(Opcode::pong, "", mask));
        world.settle();
    }
    world.until([&] { return dead->is_ended; }, {alive.get(), dead.get()});
    EXPECT_GE(alive->pings, 3U);
    EXPECT_GE(alive->of("beat").size(), 3U);
    EXPECT_FALSE(alive->is_ended);
    EXPECT_TRUE(dead->is_ended);
    EXPECT_EQ(world.hub->counts().followers, 1U);
}

TEST(LiveTest, RefusesABadHandshake) {
    World world;
    http::Request request = world.request();
    request.headers.emplace_back("origin", "http://evil.example");
    const auto client = world.connect(request);
    ASSERT_TRUE(world.until([&] { return client->is_ended; }, {client.get()}));
    EXPECT_TRUE(client->head.starts_with("HTTP/1.1 403 ")) << client->head;
    EXPECT_EQ(world.hub->counts().followers, 0U);
}

// ------------------------------------------------------------------------------------------------- trouble behind it

TEST(LiveTest, SendsAwayWhileTheDatabaseIsAway) {
    World world;
    world.is_database_away = true;
    const auto client = world.connect();
    ASSERT_TRUE(world.until([&] { return client->close_code == 1013; }, {client.get()}));
    ASSERT_EQ(client->of("goodbye").size(), 1U);
    EXPECT_GE(client->of("goodbye")[0].at("back_in"), 1);
}

TEST(LiveTest, LosesNothingWhileTheDatabaseIsAway) {
    World world;
    world.threads["thread/1"];
    const auto client = world.arrive();
    client->follow("thread/1");
    ASSERT_TRUE(world.until_count(*client, "following", 1));
    world.is_database_away = true;
    world.post("thread/1");
    world.post("thread/1");
    const auto late = world.arrive();  // greeted with goodbye
    world.pass(30s);
    world.is_database_away = false;
    world.pass(2s);
    ASSERT_TRUE(world.until_count(*client, "event", 2));
    EXPECT_EQ(client->seqs(), (std::vector<std::int64_t>{1, 2}));
}

TEST(LiveTest, AFollowIsAnsweredWhenTheDatabaseIsBack) {
    World world;
    world.commit("thread/1", "post.new");
    const auto client = world.arrive();
    world.is_database_away = true;
    client->follow("thread/1", 0);
    world.settle();
    world.pass(1s);
    EXPECT_TRUE(client->of("following").empty());
    world.is_database_away = false;
    world.pass(1s);
    ASSERT_TRUE(world.until_count(*client, "event", 1));
}

TEST(LiveTest, WaitsForBusyWorkers) {
    World world;
    world.threads["thread/1"];
    world.are_workers_busy = true;
    const auto client = world.arrive();
    EXPECT_TRUE(client->messages.empty());
    world.are_workers_busy = false;
    world.pass(400ms);
    ASSERT_TRUE(world.until_count(*client, "hello", 1));
    client->follow("thread/1");
    ASSERT_TRUE(world.until_count(*client, "following", 1));
    world.are_workers_busy = true;
    world.post("thread/1");
    world.settle();
    world.are_workers_busy = false;
    world.pass(400ms);
    ASSERT_TRUE(world.until_count(*client, "event", 1));
}

TEST(LiveTest, AMessageThatCannotBeMadeIsAResync) {
    World world;
    world.threads["thread/1"];
    const auto client = world.arrive();
    client->follow("thread/1");
    ASSERT_TRUE(world.until_count(*client, "following", 1));
    world.post("thread/1", "post.broken");
    world.pass(4s);
    ASSERT_TRUE(world.until_count(*client, "resync", 1));
    world.post("thread/1");
    ASSERT_TRUE(world.until_count(*client, "event", 2));
    EXPECT_EQ(client->seqs(), (std::vector<std::int64_t>{1, 2}));
}

// ---------------------------------------------------------------------------------------------------------- goodbye

TEST(LiveTest, SaysGoodbyeWithASpread) {
    LiveOptions options;
    options.back_in = 4s;
    World world{options};
    std::vector<std::unique_ptr<Client>> clients;
    std::vector<Client*> all;
    for (int i = 0; i < 12; ++i) {
        clients.push_back(world.arrive());
        all.push_back(clients.back().get());
    }
    bool is_done = false;
    world.hub->goodbye([&] { is_done = true; });
    ASSERT_TRUE(world.until([&] { return std::ranges::all_of(all, [](Client* one) { return one->is_ended; }); }, all));
    std::map<int, int> spread;
    for (Client* client : all) {
        EXPECT_EQ(client->close_code, 1013);
        ASSERT_EQ(client->of("goodbye").size(), 1U);
        ++spread[client->of("goodbye")[0].at("back_in")];
        client->cut();
    }
    EXPECT_EQ(spread, (std::map<int, int>{{1, 3}, {2, 3}, {3, 3}, {4, 3}}));
    ASSERT_TRUE(world.until([&] { return is_done; }, {}));
    const auto late = world.connect();
    ASSERT_TRUE(world.until([&] { return late->is_ended; }, {late.get()}));
    EXPECT_TRUE(late->head.starts_with("HTTP/1.1 503 "));
}

TEST(LiveTest, GoodbyeEndsThoseWhoDoNotHangUp) {
    World world;
    const auto client = world.arrive();
    const auto unknown = world.connect();  // nobody has asked who he is yet
    world.step_io(0);
    bool is_done = false;
    world.hub->goodbye([&] { is_done = true; });
    world.settle();
    EXPECT_FALSE(is_done);
    world.pass(7s);
    EXPECT_TRUE(is_done);
}

// ----------------------------------------------------------------------------------------------------- event stream

TEST(LiveTest, AnEventStreamHasTheSameMessages) {
    World world;
    world.commit("thread/1", "post.new");
    world.commit("thread/1", "post.new");
    world.sign_in(5, 7);
    http::Request request = world.request(5, "/live/events");
    request.query = {{"topic", "thread/1"}, {"since", "1"}, {"topic", "me"}, {"topic", "thread/99"}};
    const auto stream = world.connect(request);
    ASSERT_TRUE(world.until_count(*stream, "following", 2));
    ASSERT_TRUE(world.until_count(*stream, "event", 1));
    EXPECT_EQ(stream->messages[0].at("is"), "hello");
    EXPECT_EQ(stream->of("refused").at(0).at("topic"), "thread/99");
    world.post("thread/1");
    ASSERT_TRUE(world.until_count(*stream, "event", 2));
    EXPECT_EQ(stream->seqs(), (std::vector<std::int64_t>{2, 3}));
    EXPECT_EQ(stream->ids, (std::vector<std::string>{"thread/1=2", "thread/1=3"}));
    world.pass(26s);
    ASSERT_TRUE(world.until_count(*stream, "beat", 1));
    stream->send_bytes("what a stream never says");
    world.settle();
    stream->cut();
    world.settle();
    EXPECT_EQ(world.hub->counts().followers, 0U);
}

TEST(LiveTest, AnEventStreamResumesFromItsLastId) {
    World world;
    for (int i = 0; i < 4; ++i) {
        world.commit("thread/1", "post.new");
    }
    http::Request request = world.request(0, "/live/events");
    request.query = {{"topic", "thread/1"}, {"since", "1"}};
    request.headers.emplace_back("last-event-id", "thread/1=3");
    const auto stream = world.connect(request);
    ASSERT_TRUE(world.until_count(*stream, "event", 1));
    ASSERT_TRUE(world.until_count(*stream, "following", 1));
    EXPECT_EQ(stream->seqs(), std::vector<std::int64_t>{4});
}

TEST(LiveTest, ASlowEventStreamIsCut) {
    LiveOptions options;
    options.outbox_bytes = 16 * 1024;
    World world{options};
    world.threads["thread/1"];
    http::Request request = world.request(0, "/live/events");
    request.query = {{"topic", "thread/1"}};
    const auto slow = world.connect(request, 0, {}, 4096);
    world.settle();
    for (int i = 0; i < 20'000 && world.hub->counts().dropped == 0; ++i) {
        world.post("thread/1");
        world.settle();
    }
    EXPECT_EQ(world.hub->counts().dropped, 1U);
    world.pass(7s);
    EXPECT_EQ(world.hub->counts().followers, 0U);
}

TEST(LiveTest, GivesThePlaceBack) {
    World world;
    const auto place = std::make_shared<int>(0);
    http::Request request = world.request();
    const auto client = world.connect(request);
    world.settle();
    EXPECT_EQ(world.hub->counts().followers, 1U);
    client->cut();
    ASSERT_TRUE(world.until([&] { return world.hub->counts().followers == 0; }, {}));
}

}  // namespace
}  // namespace forum::live
