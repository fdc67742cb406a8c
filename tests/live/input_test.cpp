// What a client should not send, over real sockets: each a clear answer, and the server stays well.
#include <gtest/gtest.h>

#include "world.hpp"

namespace forum::live {
namespace {

using namespace std::chrono_literals;

/// After whatever came before: someone else comes, follows, and gets what is new.
void expect_well(World& world) {
    world.threads["thread/1"];
    const auto visitor = world.arrive();
    visitor->follow("thread/1");
    ASSERT_TRUE(world.until_count(*visitor, "following", 1));
    world.post("thread/1");
    ASSERT_TRUE(world.until_count(*visitor, "event", 1));
}

TEST(Input, AnswersGarbageAndThenCloses) {
    World world;
    const auto client = world.arrive();
    client->send_bytes(client_frame(Opcode::text, "garbage", client_mask));
    ASSERT_TRUE(world.until_count(*client, "refused", 1));
    EXPECT_EQ(client->of("refused")[0], json::parse(R"({"is":"refused","topic":"","problem":"bad-request"})"));
    for (int i = 0; i < 20; ++i) {
        client->send_bytes(client_frame(Opcode::text, R"({"do":"what"})", client_mask));
    }
    ASSERT_TRUE(world.until([&] { return client->close_code == 1008; }, {client.get()}));
    EXPECT_EQ(client->of("refused").size(), 10U);
}

TEST(Input, AMistakeNowAndThenIsForgiven) {
    World world;
    const auto client = world.arrive();
    for (int i = 0; i < 30; ++i) {
        client->send_bytes(client_frame(Opcode::text, "garbage", client_mask));
        ASSERT_TRUE(world.barrier(*client));
        world.pass(25s);
    }
    EXPECT_EQ(client->close_code, 0);
    EXPECT_EQ(client->of("refused").size(), 30U);
}

TEST(Input, ClosesForABrokenFrame) {
    const std::vector<std::pair<std::string, int>> cases{
        {server_frame(Opcode::text, "no client_mask"), 1002},
        {client_frame(Opcode::continuation, "of nothing", client_mask), 1002},
        {client_frame(Opcode::binary, "x", client_mask), 1003},
        {client_frame(Opcode::text, "\xFF", client_mask), 1007},
        {client_frame(Opcode::close, "\x03\xE8\xFF", client_mask), 1007},
        {client_frame(Opcode::text, std::string(1'000'000, 'a'), client_mask), 1009},
        {client_frame(Opcode::text, std::string(4000, 'a'), client_mask, false)
             + client_frame(Opcode::continuation, std::string(97, 'a'), client_mask),
         1009},
    };
    for (const auto& [bytes, code] : cases) {
        World world;
        const auto client = world.arrive();
        client->send_bytes(std::string_view{bytes}.substr(0, 20'000));
        ASSERT_TRUE(world.until([&, wanted = code] { return client->close_code == wanted && client->is_ended; }, {client.get()})) << code;
        client->cut();
        world.settle();
        EXPECT_EQ(world.hub->counts().followers, 0U);
        expect_well(world);
    }
}

TEST(Input, AnswersACloseWithItsCode) {
    World world;
    const auto client = world.arrive();
    client->send_bytes(client_frame(Opcode::close, std::string{"\x03\xE9", 2}, client_mask));
    ASSERT_TRUE(world.until([&] { return client->close_code == 1001 && client->is_ended; }, {client.get()}));
    EXPECT_EQ(world.hub->counts().followers, 0U);
}

TEST(Input, SendsNothingAfterItsClose) {  // RFC 6455 section 5.5.1
    World world;
    world.threads["thread/1"];
    const auto client = world.arrive();
    client->follow("thread/1");
    ASSERT_TRUE(world.until_count(*client, "following", 1));
    client->will_take = 0;
    client->send_bytes(server_frame(Opcode::text, "no client_mask"));
    ASSERT_TRUE(world.until([&] { return world.hub->registry().topics() == 0; }, {client.get()}));
    world.post("thread/1");
    world.pass(std::chrono::seconds{30});
    const std::size_t before = client->messages.size();
    client->will_take = std::numeric_limits<std::size_t>::max();
    ASSERT_TRUE(world.until([&] { return client->is_ended; }, {client.get()}));
    EXPECT_EQ(client->close_code, 1002);
    for (std::size_t i = before; i < client->messages.size(); ++i) {
        EXPECT_NE(client->messages[i].at("is"), "event");
    }
    EXPECT_EQ(client->raw, "") << "the close frame is the last";
}

TEST(Input, AnswersOnlyTheLastOfManyPings) {
    World world;
    const auto client = world.arrive();
    std::string bytes;
    for (int i = 0; i < 50; ++i) {
        bytes += client_frame(Opcode::ping, std::to_string(i), client_mask);
    }
    client->send_bytes(bytes);
    ASSERT_TRUE(world.until([&] { return !client->pongs.empty() && client->pongs.back() == "49"; }, {client.get()}));
    EXPECT_LT(client->pongs.size(), 10U);
}

TEST(Input, ClosesForAFlood) {
    World world;
    const auto client = world.arrive();
    std::string bytes;
    for (int i = 0; i < 2000; ++i) {
        bytes += client_frame(Opcode::ping, "x", client_mask);
    }
    client->send_bytes(bytes);
    ASSERT_TRUE(world.until([&] { return client->close_code == 1008; }, {client.get()}));
    EXPECT_LT(client->pongs.size(), 400U);
    expect_well(world);
}

TEST(Input, TakesAtMostSoManyTopics) {
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
    expect_well(world);
}

TEST(Input, AnswersThatComeAfterTheLastStrikeFindNobody) {
    World world;
    const auto client = world.arrive();
    std::string wishes;
    for (int i = 1; i <= 100; ++i) {
        wishes += client_frame(Opcode::text, R"({"do":"follow","topic":"thread/)" + std::to_string(1000 + i) + "\"}", client_mask);
    }
    client->send_bytes(wishes);  // all are asked about before the first is refused
    ASSERT_TRUE(world.until([&] { return client->close_code == 1008; }, {client.get()}));
    EXPECT_EQ(client->of("refused").size(), 10U);
    EXPECT_EQ(world.hub->registry().topics(), 0U);
    expect_well(world);
}

TEST(Input, RefusesABadHandshake) {
    World world;
    http::Request request = world.request();
    request.headers.emplace_back("origin", "http://evil.example");
    const auto client = world.connect(request);
    ASSERT_TRUE(world.until([&] { return client->is_ended; }, {client.get()}));
    EXPECT_TRUE(client->head.starts_with("HTTP/1.1 403 ")) << client->head;
    EXPECT_EQ(world.hub->counts().followers, 0U);
}

TEST(Input, ARefusalNamesTheTopicAsItWasSaid) {
    World world;
    world.sign_in(5, 7);
    const auto client = world.arrive(5);
    client->follow("me/7");
    ASSERT_TRUE(world.until_count(*client, "refused", 1));
    EXPECT_EQ(client->of("refused")[0], json::parse(R"({"is":"refused","topic":"me/7","problem":"bad-request"})"));
}

TEST(Input, UnderstandsAMessageInPiecesWithPingsBetween) {
    World world;
    world.threads["thread/1"];
    const auto client = world.arrive();
    const std::string_view follow = R"({"do":"follow","topic":"thread/1"})";
    client->send_bytes(client_frame(Opcode::text, follow.substr(0, 5), client_mask, false));
    world.settle();
    client->send_bytes(client_frame(Opcode::ping, "still here?", client_mask));
    client->send_bytes(client_frame(Opcode::continuation, follow.substr(5, 1), client_mask, false));
    world.settle();
    client->send_bytes(client_frame(Opcode::pong, "nobody asked", client_mask));
    for (const char byte : client_frame(Opcode::continuation, follow.substr(6), client_mask)) {  // and each byte by itself
        client->send_bytes({&byte, 1});
        world.settle();
    }
    ASSERT_TRUE(world.until_count(*client, "following", 1));
    EXPECT_EQ(client->pongs, std::vector<std::string>{"still here?"});
    EXPECT_TRUE(client->of("refused").empty());
}

TEST(Input, ANumberThatIsNoneIsRefused) {
    World world;
    world.threads["thread/1"];
    const auto client = world.arrive();
    for (const char* since : {"-1", "1.5", "\"3\"", "9007199254740993", "1e300", "18446744073709551616"}) {
        client->send_bytes(
            client_frame(Opcode::text, R"({"do":"follow","topic":"thread/1","since":)" + std::string{since} + "}", client_mask));
    }
    ASSERT_TRUE(world.until_count(*client, "refused", 6));
    EXPECT_EQ(client->of("refused").back(), json::parse(R"({"is":"refused","topic":"thread/1","problem":"bad-request"})"));
    client->follow("thread/1");
    ASSERT_TRUE(world.until_count(*client, "following", 1));
}

TEST(Input, TwentyTabsOfOneMemberAreOneReaderWhoHearsItTwentyTimes) {
    World world;
    world.threads["thread/1"];
    world.sign_in(5, 7);
    std::vector<std::unique_ptr<Client>> tabs;
    for (int i = 0; i < 20; ++i) {
        tabs.push_back(world.arrive(5));
        tabs.back()->follow("thread/1");
        tabs.back()->follow("me");
    }
    world.pass(5s);
    world.post("thread/1");
    world.post("me/7", "counters");
    for (const auto& tab : tabs) {
        ASSERT_TRUE(world.until_count(*tab, "event", 1));
        ASSERT_TRUE(world.until_count(*tab, "counters", 1));
        ASSERT_GE(tab->of("present").size(), 1U);
        EXPECT_EQ(tab->of("present").back().at("readers"), 1);
    }
    EXPECT_EQ(world.renders, 1);
}

}  // namespace
}  // namespace forum::live
