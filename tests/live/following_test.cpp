// Following a thread through real sockets: greeted, followed from a number, replayed, left.
#include <gtest/gtest.h>

#include "world.hpp"

namespace forum::live {
namespace {

TEST(Following, GreetsWithCounters) {
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

TEST(Following, SendsAnEventToItsFollowersOnly) {
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

TEST(Following, RendersOnceForAll) {
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

TEST(Following, FollowsFromNowWithoutSince) {
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

TEST(Following, ReplaysWhatCameAfterSince) {
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

TEST(Following, ReplaysNothingOldAfterARemoval) {
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

TEST(Following, SaysResyncWhenTheTableNoLongerHasIt) {
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

TEST(Following, SaysResyncForTooMuch) {
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

TEST(Following, SaysResyncForASinceInTheFuture) {
    World world;
    world.commit("thread/1", "post.new");
    const auto client = world.arrive();
    client->follow("thread/1", 1'000'000);
    ASSERT_TRUE(world.until_count(*client, "resync", 1));
    world.post("thread/1");
    ASSERT_TRUE(world.until_count(*client, "event", 1));
    EXPECT_EQ(client->seqs(), std::vector<std::int64_t>{2});
}

TEST(Following, LeavingEndsTheEvents) {
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

TEST(Following, FollowingAgainStartsAnew) {
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

TEST(Following, ReadsBytesThatCameWithTheRequest) {
    World world;
    world.threads["thread/1"];
    const auto client = world.connect(world.request(), 0, client_frame(Opcode::text, R"({"do":"follow","topic":"thread/1"})", client_mask));
    ASSERT_TRUE(world.until_count(*client, "following", 1));
}

}  // namespace
}  // namespace forum::live
