// The live engine behind the real HTTP server, with threads in memory instead of a database: what one delivery costs. Rule: the
// same code as the forum runs from the socket to the frame; only Sources is ours.
//
// Usage: bench_live_engine [TOPICS]. Prints "listening PORT PUBLISH_PORT"; each byte on the publish port (after the word PUBLISH) is one
// event, to thread/1, thread/2, ... in turn, of 256 bytes as a frame.
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <memory>
#include <mutex>
#include <nlohmann/json.hpp>
#include <string>
#include <sys/resource.h>
#include <vector>

#include "async/workers.hpp"
#include "http/server.hpp"
#include "live/live.hpp"

namespace {

using namespace forum;
using boost::asio::ip::tcp;

constexpr std::size_t frame_size = 256;

// The table: a number per thread, and the events by it.
class Table {
public:
    live::Event add(const std::string& topic) {
        const std::lock_guard lock{mutex_};
        live::Event event;
        event.id = ++last_id_;
        event.topic = topic;
        event.seq = ++seqs_[topic];
        event.kind = "post.new";
        return event;
    }
    std::int64_t seq(const std::string& topic) {
        const std::lock_guard lock{mutex_};
        return seqs_[topic];
    }

private:
    std::mutex mutex_;
    std::map<std::string, std::int64_t> seqs_;
    std::int64_t last_id_{0};
};

view::Model render(const live::Event& event) {
    // {"html":"...","is":"event","kind":"post.new","seq":1,"topic":"thread/1"} and four bytes of frame header make 256.
    const std::size_t fixed = 4 + std::string_view{R"({"html":"","is":"event","kind":"post.new","seq":,"topic":""})"}.size();
    const std::size_t rest = fixed + std::to_string(event.seq).size() + event.topic.size();
    return view::Model{nlohmann::json{{"html", std::string(frame_size - rest, 'x')}}};
}

live::Sources sources(Table& table) {
    live::Sources result;
    result.find_viewer = [](const http::Request&) { return access::Viewer{}; };
    result.check_sessions = [](const std::vector<base::SessionId>&) { return std::vector<access::Viewer>{}; };
    result.open_topic = [&table](const access::Viewer&, const std::string& topic) -> std::optional<live::Sources::Opening> {
        return live::Sources::Opening{table.seq(topic), live::Audience::everyone};
    };
    result.replay = [](const std::string&, std::int64_t, int) { return std::optional<std::vector<live::Event>>{}; };
    result.poll_events = [] { return std::vector<live::Event>{}; };
    result.render = render;
    result.render_hint = [](const live::Event&, const std::string&) { return view::Model{}; };
    result.counters = [](const access::Viewer&) { return view::Model{}; };
    return result;
}

class Application final : public http::Application {
public:
    std::unique_ptr<live::Live> engine;
    std::shared_ptr<const http::PreparedReply> find_ready(const http::RequestView&) override { return nullptr; }
    http::Reply handle(http::Request&) override { return {404, {}, ""}; }
    bool wants_socket(const http::Request& request) override { return live::Live::wants(request); }
    void take(http::Takeover takeover) override { engine->take(std::move(takeover)); }
    http::Reply refuse(const http::Request*, int status) override { return {status, {}, ""}; }
};

// Each byte is one event.
class Publisher : public std::enable_shared_from_this<Publisher> {
public:
    Publisher(tcp::socket socket, Table& table, live::Live& engine, int topics)
        : socket_{std::move(socket)}, table_{table}, engine_{engine}, topics_{topics} {}

    void read() {
        socket_.async_read_some(boost::asio::buffer(buffer_),
                                [self = shared_from_this()](boost::system::error_code error, std::size_t size) {
                                    if (!error) {
                                        self->publish(size);
                                        self->read();
                                    }
                                });
    }

private:
    void publish(std::size_t bytes) {
        for (std::size_t i = 0; i < bytes; ++i) {
            if (greeting_ > 0) {
                --greeting_;
                continue;
            }
            engine_.deliver({table_.add("thread/" + std::to_string(1 + next_++ % topics_))});
        }
    }
    tcp::socket socket_;
    Table& table_;
    live::Live& engine_;
    int topics_;
    int next_{0};
    int greeting_{7};  // "PUBLISH"
    std::array<char, 4096> buffer_{};
};

void accept_publishers(tcp::acceptor& acceptor, Table& table, live::Live& engine, int topics) {
    acceptor.async_accept([&acceptor, &table, &engine, topics](boost::system::error_code error, tcp::socket socket) {
        if (!error) {
            std::make_shared<Publisher>(std::move(socket), table, engine, topics)->read();
            accept_publishers(acceptor, table, engine, topics);
        }
    });
}

}  // namespace

int main(int argc, char** argv) {
    rlimit limit{};
    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
    const int topics = argc > 1 ? std::atoi(argv[1]) : 1;

    Table table;
    Application application;
    async::Workers workers{1, 10'000};
    const auto run = [&](std::function<void()> job) { return workers.try_run(std::move(job)); };
    http::ServerOptions options;
    options.port = 0;
    options.access_log = [](std::string_view) {};
    http::Server server{options, application, run};
    live::LiveOptions live_options;
    live_options.heartbeat = std::chrono::hours{1};  // between rounds the load does not read, so it answers no ping
    application.engine = std::make_unique<live::Live>(live_options, sources(table), server.contexts(), run);
    tcp::acceptor publishers{*server.contexts().front(), tcp::endpoint{boost::asio::ip::address_v4::loopback(), 0}};
    accept_publishers(publishers, table, *application.engine, topics);
    server.start();
    std::printf("listening %d %d\n", server.port(), publishers.local_endpoint().port());
    std::fflush(stdout);
    std::getchar();  // until standard input closes
    application.engine->stop();
    server.stop(std::chrono::seconds{1});
    workers.stop();
    application.engine.reset();
    return 0;
}
