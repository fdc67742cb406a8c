#include "live/message.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace forum::live {
namespace {

using nlohmann::json;

std::optional<ClientMessage> parse(std::string_view text) {
    ClientFault fault;
    return parse_client_message(text, fault);
}

TEST(Topic, HasAForm) {
    for (const char* good : {"thread/1", "thread/999999999999999999", "list/all", "list/theme/wonen", "list/municipality/GM1783",
                             "list/typology/tuinbouwgemeenten", "me", "moderation"}) {
        EXPECT_TRUE(parse_topic(good)) << good;
    }
    for (const char* bad : {"", "thread", "thread/", "thread/0", "thread/01", "thread/-1", "thread/1/2", "thread/x", "list", "list/",
                            "list//", "list/theme/", "list/theme/a b", "list/theme/a/b", "me/7", "Me", "thread/1 ", "topic"}) {
        EXPECT_FALSE(parse_topic(bad)) << bad;
    }
    EXPECT_FALSE(parse_topic("list/" + std::string(200, 'a')));
}

TEST(Topic, OfTheTableIsKnownByItsKind) {
    EXPECT_EQ(stored_topic_kind("me/7"), TopicKind::me);
    EXPECT_EQ(stored_topic_kind("thread/7"), TopicKind::thread);
    EXPECT_EQ(stored_topic_kind("me"), std::nullopt);
    EXPECT_EQ(stored_topic_kind("me/x"), std::nullopt);
    EXPECT_EQ(client_topic("me/7"), "me");
    EXPECT_EQ(client_topic("thread/7"), "thread/7");
}

TEST(ClientMessage, IsRead) {
    const auto follow = parse(R"({"do":"follow","topic":"thread/12","since":57})");
    ASSERT_TRUE(follow);
    EXPECT_EQ(follow->what, ClientMessage::Do::follow);
    EXPECT_EQ(follow->topic.name, "thread/12");
    EXPECT_EQ(follow->since, 57);
    EXPECT_EQ(parse(R"({"do":"follow","topic":"me"})")->since, std::nullopt);
    EXPECT_EQ(parse(R"({"do":"follow","topic":"me","since":null})")->since, std::nullopt);
    EXPECT_EQ(parse(R"({"do":"leave","topic":"me"})")->what, ClientMessage::Do::leave);
    EXPECT_EQ(parse(R"({"do":"here","topic":"thread/1","state":"writing"})")->state, HereState::writing);
    EXPECT_EQ(parse(R"({"do":"here","topic":"thread/1","state":"reading"})")->state, HereState::reading);
    EXPECT_EQ(parse(R"({"do":"here","topic":"thread/1","state":"away"})")->state, HereState::away);
}

TEST(ClientMessage, IsRefusedWhenAnythingIsOdd) {
    for (const char* bad : {
             "",
             "null",
             "[]",
             "{}",
             "12",
             "\"follow\"",
             "{",
             R"({"do":"follow"})",
             R"({"topic":"me"})",
             R"({"do":"jump","topic":"me"})",
             R"({"do":1,"topic":"me"})",
             R"({"do":"follow","topic":12})",
             R"({"do":"follow","topic":"nowhere"})",
             R"({"do":"follow","topic":"thread/1","since":-1})",
             R"({"do":"follow","topic":"thread/1","since":1.5})",
             R"({"do":"follow","topic":"thread/1","since":"1"})",
             R"({"do":"follow","topic":"thread/1","since":9007199254740993})",
             R"({"do":"follow","topic":"thread/1","since":18446744073709551615})",
             R"({"do":"follow","topic":"thread/1","state":"reading"})",
             R"({"do":"leave","topic":"me","since":1})",
             R"({"do":"here","topic":"thread/1"})",
             R"({"do":"here","topic":"thread/1","state":"asleep"})",
             R"({"do":"follow","topic":"me","extra":true})",
             R"({"do":"follow","topic":"me"}})",
             R"({"do":"follow","topic":"me"} x)",
         }) {
        EXPECT_FALSE(parse(bad)) << bad;
    }
    EXPECT_FALSE(parse(std::string(4000, '[')));
}

TEST(ClientMessage, FaultNamesTheTopic) {
    ClientFault fault;
    EXPECT_FALSE(parse_client_message(R"({"do":"jump","topic":"thread/12"})", fault));
    EXPECT_EQ(fault.topic, "thread/12");
    ClientFault long_one;
    EXPECT_FALSE(parse_client_message(R"({"do":"jump","topic":")" + std::string(500, 'a') + "\"}", long_one));
    EXPECT_EQ(long_one.topic, "");
}

TEST(ServerMessage, EventKeepsWhatItsFeatureRendered) {
    const view::Model rendered{json{{"is", "nonsense"}, {"post", {{"number", 4}}}, {"html", "<p>é</p>"}}};
    EXPECT_EQ(json::parse(say_event("thread/12", 59, "post.new", rendered)),
              json::parse(R"({"is":"event","topic":"thread/12","seq":59,"kind":"post.new","post":{"number":4},"html":"<p>é</p>"})"));
    EXPECT_EQ(json::parse(say_event("me", 0, "own.changed", view::Model{})),
              json::parse(R"({"is":"event","topic":"me","kind":"own.changed"})"));
}

TEST(ServerMessage, TravelsBothWays) {
    const auto message = make_message("{\"is\":\"x\"}", "thread/1=2");
    EXPECT_EQ(*message->web_socket, "\x81\x0A{\"is\":\"x\"}");
    EXPECT_EQ(*message->event_stream, "id: thread/1=2\ndata: {\"is\":\"x\"}\n\n");
    EXPECT_EQ(*make_message("{}")->event_stream, "data: {}\n\n");
}

TEST(ServerMessage, NamesAreInTheContract) {
    EXPECT_EQ(json::parse(say_hello(7, 25, view::Model{json{{"bell", 2}}})),
              json::parse(R"({"is":"hello","session":"7","heartbeat":25,"counters":{"bell":2}})"));
    EXPECT_EQ(json::parse(say_hello(7, 25, view::Model{})).at("counters"), json::object());
    EXPECT_EQ(json::parse(say_following("thread/1", 5)), json::parse(R"({"is":"following","topic":"thread/1","seq":5})"));
    EXPECT_EQ(json::parse(say_refused("x", "not-found")), json::parse(R"({"is":"refused","topic":"x","problem":"not-found"})"));
    EXPECT_EQ(json::parse(say_goodbye(12)), json::parse(R"({"is":"goodbye","back_in":12})"));
    EXPECT_EQ(json::parse(say_counters(view::Model{json{{"bell", 1}}})), json::parse(R"({"is":"counters","bell":1})"));
    EXPECT_EQ(json::parse(say_present("thread/1", 3, 1, {"Bas"})),
              json::parse(R"({"is":"present","topic":"thread/1","readers":3,"writers":1,"writing":["Bas"]})"));
}

}  // namespace
}  // namespace forum::live
