// A connection that is cut at every byte and at every step of the exchange: greeting, following, replay, event. Whoever comes back
// from the last number that he applied has each event once and in order, and the server keeps nothing of what was cut.
#include <gtest/gtest.h>
#include <sys/socket.h>

#include "world.hpp"

namespace forum::live {
namespace {

constexpr const char* topic = "thread/1";

enum class Way { web_socket, event_stream };

/// A browser that applies what comes, and comes back from there.
class Reader {
public:
    Reader(World& world, Way way, std::int64_t since) : world_{world}, way_{way}, applied_{since} {}

    void connect() {
        http::Request request = world_.request(0, way_ == Way::web_socket ? "/live" : "/live/events");
        if (way_ == Way::event_stream) {
            request.query = {{"topic", topic}, {"since", std::to_string(applied_)}};
        }
        client = world_.connect(request);
        looked_ = 0;
    }
    std::string follow_frame() const {
        return client_frame(Opcode::text, json{{"do", "follow"}, {"topic", topic}, {"since", applied_}}.dump(), 0x01020304);
    }
    void follow() {
        if (way_ == Way::web_socket) {
            client->send_bytes(follow_frame());
        }
    }
    /// Gone without a word, and with all that was on its way.
    void cut() {
        look();
        const linger at_once{1, 0};
        ::setsockopt(client->socket(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
        client->cut();
        world_.settle();
    }
    void look() {
        client->receive();
        for (; looked_ < client->messages.size(); ++looked_) {
            const json& message = client->messages[looked_];
            ASSERT_NE(message.at("is"), "resync");
            if (message.at("is") == "event") {
                ASSERT_EQ(message.at("seq"), applied_ + 1) << "missed or twice";
                ++applied_;
            }
        }
    }
    std::int64_t applied() const { return applied_; }

    std::unique_ptr<Client> client;

private:
    World& world_;
    Way way_;
    std::int64_t applied_;
    std::size_t looked_{0};
};

/// A thread at number 3, read by someone whose page is at 1.
void begin(World& world) {
    for (int i = 0; i < 3; ++i) {
        world.commit(topic, "post.new");
    }
    world.hub->pump().want_poll();
    world.settle();
}

/// He comes back while others write, and ends with what the table has.
void check_coming_back(World& world, Reader& reader) {
    world.post(topic);
    reader.connect();
    reader.follow();
    world.post(topic);
    world.settle();
    world.post(topic);
    const auto last = static_cast<std::int64_t>(world.threads[topic].events.size());
    EXPECT_TRUE(world.until(
        [&] {
            reader.look();
            return reader.applied() >= last;
        },
        {reader.client.get()}));
    EXPECT_EQ(reader.applied(), last);
    reader.cut();
    // The end of a connection comes by the network, too.
    EXPECT_TRUE(world.until([&] { return world.hub->counts().followers == 0; }, {}));
    EXPECT_EQ(world.hub->registry().topics(), 0U) << "nothing is kept of who is gone";
}

/// The whole exchange with a reader who takes in so many bytes and is gone; answers how many there were.
std::size_t exchange(Way way, std::size_t bytes) {
    World world;
    begin(world);
    Reader reader{world, way, 1};
    reader.connect();
    reader.client->will_take = bytes;
    reader.follow();
    world.settle();
    world.post(topic);
    world.settle();
    EXPECT_TRUE(
        world.until([&] { return reader.client->taken >= bytes || reader.client->of("event").size() == 3; }, {reader.client.get()}));
    const std::size_t taken = reader.client->taken;
    reader.cut();
    check_coming_back(world, reader);
    return taken;
}

void check_every_byte(Way way) {
    const std::size_t all = exchange(way, std::numeric_limits<std::size_t>::max());
    ASSERT_GT(all, 400U) << "greeting, following and three events";
    for (std::size_t bytes = 0; bytes < all && !::testing::Test::HasFailure(); ++bytes) {
        SCOPED_TRACE("cut after byte " + std::to_string(bytes));
        exchange(way, bytes);
    }
}

TEST(Cut, AfterEveryByteThatTheServerSends) { check_every_byte(Way::web_socket); }

TEST(Cut, AfterEveryByteOfAnEventStream) { check_every_byte(Way::event_stream); }

TEST(Cut, AfterEveryByteThatTheReaderSends) {
    for (std::size_t bytes = 0; !HasFailure(); ++bytes) {
        SCOPED_TRACE("cut after byte " + std::to_string(bytes));
        World world;
        begin(world);
        Reader reader{world, Way::web_socket, 1};
        reader.connect();
        const std::string frame = reader.follow_frame();
        reader.client->send_bytes(std::string_view{frame}.substr(0, bytes));
        world.settle();
        reader.cut();
        check_coming_back(world, reader);
        if (bytes == frame.size()) {
            break;
        }
    }
}

TEST(Cut, AfterEveryStepOfTheServer) {
    for (const Way way : {Way::web_socket, Way::event_stream}) {
        bool is_over = false;
        for (int steps = 0; !is_over && !HasFailure(); ++steps) {
            SCOPED_TRACE("cut after step " + std::to_string(steps));
            World world;
            begin(world);
            Reader reader{world, way, 1};
            reader.connect();
            reader.follow();
            world.commit(topic, "post.new");
            world.hub->pump().want_poll();
            int done = 0;
            for (bool is_busy = true; is_busy && done < steps;) {
                is_busy = world.step_job() || world.step_io(0);
                done += is_busy ? 1 : 0;
            }
            is_over = done < steps;
            reader.cut();
            check_coming_back(world, reader);
        }
    }
}

}  // namespace
}  // namespace forum::live
