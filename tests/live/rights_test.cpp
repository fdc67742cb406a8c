// Who may follow and see what, also when that changes under way. Seen through real sockets.
#include <gtest/gtest.h>

#include <set>

#include "world.hpp"

namespace forum::live {
namespace {

using namespace std::chrono_literals;

TEST(Rights, GivesAnEventOnlyToItsAudience) {
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

TEST(Rights, RefusesTopicsThatAreNotForHim) {
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

TEST(Rights, ClosesSubscriptionsWhenTheSessionEnds) {
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

TEST(Rights, AWordAboutTheSessionIsHeededAtOnce) {
    World world;
    world.sign_in(5, 7);
    const auto client = world.arrive(5);
    client->follow("me");
    ASSERT_TRUE(world.until_count(*client, "following", 1));
    world.sessions.erase(5);
    world.post("me/7", "session.changed");
    ASSERT_TRUE(world.until_count(*client, "refused", 1));  // without any tick
}

TEST(Rights, AMovedThreadLosesItsReaders) {
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

TEST(Rights, WhoJoinsWhileRightsChangeIsAskedAgain) {
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

TEST(Rights, AThreadForFewIsForThoseWhoWereLetIn) {
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

TEST(Rights, AnotherRoleTakesWhatTheOldOneGave) {
    World world;
    world.threads["thread/1"].audience = Audience::administrators;
    world.threads["thread/2"].audience = Audience::members;
    world.sign_in(5, 7, access::Role::administrator);
    const auto client = world.arrive(5);
    for (const char* topic : {"thread/1", "thread/2", "me", "moderation"}) {
        client->follow(topic);
    }
    ASSERT_TRUE(world.until_count(*client, "following", 4));
    world.sessions[5].role = access::Role::member;
    world.pass(2100ms);  // nobody said a word: another process or an administrator's hand in the table
    ASSERT_TRUE(world.until_count(*client, "refused", 2));
    std::set<std::string> refused;
    for (const json& message : client->of("refused")) {
        refused.insert(message.at("topic"));
    }
    EXPECT_EQ(refused, (std::set<std::string>{"thread/1", "moderation"}));
    world.post("thread/1");
    world.post("moderation", "case.new");
    world.post("me/7", "own.changed");
    world.post("thread/2");
    ASSERT_TRUE(world.until_count(*client, "event", 2));
    ASSERT_TRUE(world.barrier(*client));
    for (const json& event : client->of("event")) {
        EXPECT_FALSE(refused.contains(event.at("topic"))) << event;
    }
}

TEST(Rights, ANewRoleIsNoReasonToLoseAnything) {
    World world;
    world.threads["thread/1"].audience = Audience::members;
    world.sign_in(5, 7);
    const auto client = world.arrive(5);
    client->follow("thread/1");
    client->follow("me");
    ASSERT_TRUE(world.until_count(*client, "following", 2));
    world.sessions[5].role = access::Role::moderator;
    world.pass(2100ms);
    world.post("thread/1");
    world.post("me/7", "own.changed");
    ASSERT_TRUE(world.until_count(*client, "event", 2));
    client->follow("moderation");
    ASSERT_TRUE(world.until_count(*client, "following", 3));
    EXPECT_TRUE(client->of("refused").empty());
}

TEST(Rights, AThreadThatIsGoneIsClosedToAll) {
    World world;
    world.threads["thread/1"];
    world.sign_in(5, 7, access::Role::administrator);
    const auto guest = world.arrive();
    const auto administrator = world.arrive(5);
    for (Client* client : {guest.get(), administrator.get()}) {
        client->follow("thread/1");
        ASSERT_TRUE(world.until_count(*client, "following", 1));
    }
    const Event last = world.commit("thread/1", "thread.changed");
    world.threads.erase("thread/1");
    world.hub->pump().add({last});
    for (Client* client : {guest.get(), administrator.get()}) {
        ASSERT_TRUE(world.until_count(*client, "refused", 1));
        EXPECT_EQ(client->of("refused")[0], json::parse(R"({"is":"refused","topic":"thread/1","problem":"not-found"})"));
    }
    EXPECT_EQ(world.hub->registry().topics(), 0U);
}

TEST(Rights, AListTellsOfAThreadForFewToThoseFewOnly) {
    World world;
    world.threads["thread/1"].audience = Audience::administrators;
    const auto guest = world.arrive();
    world.sign_in(5, 7);
    const auto member = world.arrive(5);
    world.sign_in(6, 8);
    world.sessions[6].is_office_holder = true;
    const auto office_holder = world.arrive(6);
    world.sign_in(7, 9, access::Role::moderator);
    const auto moderator = world.arrive(7);
    for (auto* follower : {guest.get(), member.get(), office_holder.get(), moderator.get()}) {
        follower->follow("list/all");
        ASSERT_TRUE(world.until_count(*follower, "following", 1));
    }
    world.post("thread/1", "post.new", {"list/all"});
    ASSERT_TRUE(world.until_count(*office_holder, "hint", 1));
    ASSERT_TRUE(world.until_count(*moderator, "hint", 1));
    ASSERT_TRUE(world.barrier(*guest));
    ASSERT_TRUE(world.barrier(*member));
    EXPECT_EQ(guest->of("hint").size() + member->of("hint").size(), 0U);
}

}  // namespace
}  // namespace forum::live
