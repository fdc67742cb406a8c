// Slow and dead readers, a database that is away, busy workers, a server that stops.
#include <gtest/gtest.h>

#include "world.hpp"

namespace forum::live {
namespace {

using namespace std::chrono_literals;

TEST(Trouble, ClosesASlowReaderAndHoldsNoMoreForHim) {
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

TEST(Trouble, MuchAtOnceMakesNobodySlow) {
    LiveOptions options;
    options.outbox_bytes = 4 * 1024;
    World world{options};
    world.threads["thread/1"];
    const auto client = world.arrive();
    client->follow("thread/1");
    ASSERT_TRUE(world.until_count(*client, "following", 1));
    std::vector<Event> burst;
    for (int i = 0; i < 200; ++i) {
        burst.push_back(world.commit("thread/1", "post.new"));
    }
    world.hub->pump().add(burst);
    ASSERT_TRUE(world.until_count(*client, "event", 200));
    EXPECT_EQ(world.hub->counts().dropped, 0U);
}

// He would come back with the same number, and be closed for the same replay again.
TEST(Trouble, AReplayBeyondTheOutboxIsAResync) {
    LiveOptions options;
    options.outbox_bytes = 4 * 1024;
    World world{options};
    for (int i = 0; i < 100; ++i) {
        world.commit("thread/1", "post.new");
    }
    const auto socket = world.arrive();
    socket->follow("thread/1", 0);
    http::Request request = world.request(0, "/live/events");
    request.query = {{"topic", "thread/1"}, {"since", "0"}};
    const auto stream = world.connect(request);
    for (const auto& client : {socket.get(), stream.get()}) {
        ASSERT_TRUE(world.until_count(*client, "resync", 1));
        EXPECT_EQ(client->of("following").at(0).at("seq"), 100);
        EXPECT_TRUE(client->of("event").empty());
    }
    EXPECT_EQ(world.hub->counts().dropped, 0U);
    EXPECT_EQ(world.hub->counts().resyncs, 2U);
    world.post("thread/1");
    for (const auto& client : {socket.get(), stream.get()}) {
        ASSERT_TRUE(world.until_count(*client, "event", 1));
        EXPECT_EQ(client->seqs(), std::vector<std::int64_t>{101});
    }
    // What fits is replayed.
    const auto back = world.arrive();
    back->follow("thread/1", 95);
    ASSERT_TRUE(world.until_count(*back, "event", 6));
}

TEST(Trouble, EndsAClosedFollowerWhoDoesNotHangUp) {
    World world;
    const auto client = world.arrive();
    client->send_bytes(server_frame(Opcode::text, "no client_mask"));
    ASSERT_TRUE(world.until([&] { return client->close_code == 1002; }, {client.get()}));
    EXPECT_EQ(world.hub->counts().followers, 1U);
    world.pass(7s);
    EXPECT_EQ(world.hub->counts().followers, 0U);
}

TEST(Trouble, PingsAndEndsTheDead) {
    World world;
    const auto alive = world.arrive();
    const auto dead = world.arrive();
    for (int i = 0; i < 4; ++i) {
        world.pass(25s);
        alive->send_bytes(client_frame(Opcode::pong, "", client_mask));
        world.settle();
    }
    world.until([&] { return dead->is_ended; }, {alive.get(), dead.get()});
    EXPECT_GE(alive->pings, 3U);
    EXPECT_GE(alive->of("beat").size(), 3U);
    EXPECT_FALSE(alive->is_ended);
    EXPECT_TRUE(dead->is_ended);
    EXPECT_EQ(world.hub->counts().followers, 1U);
}

TEST(Trouble, SendsAwayWhileTheDatabaseIsAway) {
    World world;
    world.is_database_away = true;
    const auto client = world.connect();
    ASSERT_TRUE(world.until([&] { return client->close_code == 1013; }, {client.get()}));
    ASSERT_EQ(client->of("goodbye").size(), 1U);
    EXPECT_GE(client->of("goodbye")[0].at("back_in"), 1);
}

TEST(Trouble, LosesNothingWhileTheDatabaseIsAway) {
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

TEST(Trouble, AFollowIsAnsweredWhenTheDatabaseIsBack) {
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

TEST(Trouble, WaitsForBusyWorkers) {
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

TEST(Trouble, AMessageThatCannotBeMadeIsAResync) {
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

TEST(Trouble, SaysGoodbyeWithASpread) {
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
    EXPECT_NE(late->head.find("\r\nAPI-Version: 1.0.0\r\n"), std::string::npos) << late->head;
}

TEST(Trouble, GoodbyeEndsThoseWhoDoNotHangUp) {
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

TEST(Trouble, WhoIsGoneGivesHisPlaceBack) {
    World world;
    const auto place = std::make_shared<int>(0);
    world.place = place;
    const auto client = world.arrive();
    world.place.reset();
    EXPECT_EQ(place.use_count(), 2);
    client->cut();
    ASSERT_TRUE(world.until([&] { return place.use_count() == 1; }, {}));
    EXPECT_EQ(world.hub->counts().followers, 0U);
}

}  // namespace
}  // namespace forum::live
