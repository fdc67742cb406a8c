// What is not a thread, and who is there: counters, the queue, hints of lists, presence.
#include <gtest/gtest.h>

#include "world.hpp"

namespace forum::live {
namespace {

using namespace std::chrono_literals;

TEST(OwnTopics, MeIsOnesOwn) {
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

TEST(OwnTopics, CountersComeToAllTabs) {
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

TEST(OwnTopics, ModeratorsSeeTheQueueAndItsCounter) {
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

TEST(OwnTopics, WhoLooksAfterAPartHearsOfThatPartOnly) {
    World world;
    world.sign_in(5, 7, access::Role::moderator);
    world.sign_in(6, 8, access::Role::moderator);
    world.sessions[6].is_scoped = true;
    const auto all = world.arrive(5), part = world.arrive(6);
    for (Client* client : {all.get(), part.get()}) {
        client->follow("moderation");
        client->follow("me");
        ASSERT_TRUE(world.until_count(*client, "following", 2));
    }
    const auto say = [&](Audience audience, std::int64_t member) {
        auto event = world.commit("moderation", "case.new");
        event.audience = audience;
        event.member = base::MemberId{member};
        world.hub->pump().add({event});
        world.pass(1s);
    };
    say(Audience::staff, 0);
    ASSERT_TRUE(world.until_count(*all, "counters", 1));
    ASSERT_TRUE(world.barrier(*part));
    EXPECT_TRUE(part->of("event").empty());
    EXPECT_TRUE(part->of("counters").empty()) << "not even that something came";
    say(Audience::member, 8);
    ASSERT_TRUE(world.until_count(*part, "event", 1));
    ASSERT_TRUE(world.until_count(*part, "counters", 1));
    ASSERT_TRUE(world.barrier(*all));
    EXPECT_EQ(all->of("event").size(), 1U);
    EXPECT_EQ(all->of("counters").size(), 1U);
    // What changed of his rights holds for the next event.
    world.sessions[6].is_scoped = false;
    world.pass(2100ms);
    say(Audience::staff, 0);
    ASSERT_TRUE(world.until_count(*part, "event", 2));
    // A thread that went elsewhere: anybody's cases may be others now.
    world.post("thread/1", "thread.changed", {"moderation"});
    world.pass(1s);
    ASSERT_TRUE(world.until_count(*all, "counters", 3));
}

TEST(OwnTopics, ListsGetCoalescedHints) {
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

TEST(OwnTopics, AHintThatWordsWentIsNotCoveredByOneThatOthersCame) {
    World world;
    const auto client = world.arrive();
    client->follow("list/all");
    ASSERT_TRUE(world.until_count(*client, "following", 1));
    for (const auto* kind : {"post.new", "post.new", "post.withdrawn", "post.new"}) {
        world.post("thread/1", kind, {"list/all"});
        world.settle();
    }
    world.pass(3s);
    ASSERT_TRUE(world.barrier(*client));
    const auto hints = client->of("hint");
    ASSERT_EQ(hints.size(), 2U);
    EXPECT_EQ(hints.front().at("value"), 1);
    EXPECT_EQ(hints.back().at("value"), 3) << "of the withdrawal, the third event";
}

TEST(OwnTopics, HintsRespectTheAudience) {
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

TEST(OwnTopics, TellsWhoIsPresent) {
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
    EXPECT_EQ(two->of("present").back(), json::parse(R"({"is":"present","topic":"thread/1","readers":3,"writers":1,"writing":["Lid 7"]})"));
    EXPECT_EQ(guest->of("present").back(), json::parse(R"({"is":"present","topic":"thread/1","readers":3,"writers":1,"writing":[]})"));
    world.pass(18s);
    ASSERT_TRUE(world.barrier(*two));
    EXPECT_EQ(two->of("present").back().at("writers"), 0) << "he said nothing for 15 s";
    one->cut();
    world.settle();
    world.pass(3s);
    ASSERT_TRUE(world.until([&] { return two->of("present").back().at("readers") == 2; }, {two.get()}));
}

TEST(OwnTopics, HereIsForFollowersOnly) {
    World world;
    world.threads["thread/1"];
    const auto client = world.arrive();
    client->send({{"do", "here"}, {"topic", "thread/1"}, {"state", "writing"}});
    client->send({{"do", "here"}, {"topic", "list/all"}, {"state", "reading"}});
    ASSERT_TRUE(world.until_count(*client, "refused", 2));
}

}  // namespace
}  // namespace forum::live
