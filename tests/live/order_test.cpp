// The order of events through real sockets: late words, other processes, holes, who joins meanwhile.
#include <gtest/gtest.h>

#include "world.hpp"

namespace forum::live {
namespace {

using namespace std::chrono_literals;

TEST(Order, DeliversOnceWhatThePollSeesAgain) {
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

TEST(Order, DeliversWhatAnotherProcessWrote) {
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

TEST(Order, OrdersWhatArrivesOutOfOrder) {
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

TEST(Order, WhoJoinsAmidEventsGetsThem) {
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

TEST(Order, WhoIsAheadOfTheOthersWaitsForThem) {
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

TEST(Order, FillsAHoleFromTheTable) {
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

TEST(Order, AHoleThatOpensWhileAnotherIsAskedForIsAskedForToo) {
    World world;
    world.threads["thread/1"];
    const auto client = world.arrive();
    client->follow("thread/1");
    ASSERT_TRUE(world.until_count(*client, "following", 1));
    const Event first = world.commit("thread/1", "post.new");
    world.unpolled.clear();
    // The table has been read and has the first two; before the answer comes, their words do, and that of the fourth.
    world.between = [&] {
        world.between = nullptr;
        world.hub->pump().add({first});
        world.commit("thread/1", "post.new");
        world.unpolled.clear();
        world.post("thread/1");
        world.settle();
    };
    world.post("thread/1");
    ASSERT_TRUE(world.until_count(*client, "event", 4));
    EXPECT_EQ(client->seqs(), (std::vector<std::int64_t>{1, 2, 3, 4}));
    EXPECT_TRUE(client->of("resync").empty());
}

TEST(Order, WhatWasReadForOneIsTooOldForWhoCameLater) {
    World world;
    world.threads["thread/1"];
    world.sign_in(5, 7);
    const auto guest = world.arrive();
    const auto member = world.arrive(5);
    world.post("thread/1");
    // Both ask in one portion; when the first has read where the thread is and what he missed, there is a new post.
    world.between = [&, readings = 0]() mutable {
        if (++readings == 2) {
            world.commit("thread/1", "post.new");
        }
    };
    guest->follow("thread/1", 0);
    member->follow("thread/1", 0);
    ASSERT_TRUE(world.until_count(*guest, "event", 2));
    ASSERT_TRUE(world.until_count(*member, "event", 2));
    EXPECT_TRUE(guest->of("resync").empty());
    EXPECT_TRUE(member->of("resync").empty());
}

TEST(Order, SaysResyncForAHoleThatCannotBeFilled) {
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

TEST(Order, KeepsThePlaceOfAnEventThatShowsNothing) {
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

}  // namespace
}  // namespace forum::live
