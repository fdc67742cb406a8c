// The same messages by an event stream.
#include <gtest/gtest.h>

#include "world.hpp"

namespace forum::live {
namespace {

using namespace std::chrono_literals;

TEST(EventStream, AnEventStreamHasTheSameMessages) {
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

TEST(EventStream, AnEventStreamResumesFromItsLastId) {
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

TEST(EventStream, ASlowEventStreamIsCut) {
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

}  // namespace
}  // namespace forum::live
