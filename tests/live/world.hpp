// A forum in memory around the real engine and real sockets, stepped by the test: time, workers and I/O move only when the
// test says so. Rule: what a client sees here is what a browser would see; the database's part is tested elsewhere.
#pragma once

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <chrono>
#include <cstring>
#include <deque>
#include <functional>
#include <limits>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <vector>

#include "base/problem.hpp"
#include "live/frame.hpp"
#include "live/hub.hpp"

namespace forum::live {

using nlohmann::json;

/// What a client of these tests masks its frames with; any number will do (RFC 6455 section 5.3).
inline constexpr std::uint32_t client_mask = 0x01020304;

/// The reading and writing end of a browser. Non-blocking: what is not there yet is not there.
class Client {
public:
    explicit Client(int socket) : socket_{socket} {}
    ~Client() { cut(); }
    Client(const Client&) = delete;
    Client& operator=(const Client&) = delete;

    void cut() {
        if (socket_ >= 0) {
            ::close(std::exchange(socket_, -1));
        }
    }
    int socket() const { return socket_; }

    void send_bytes(std::string_view bytes) {
        while (!bytes.empty()) {
            const ssize_t sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
            if (sent <= 0) {
                return;  // the server closed: what it said before is what the test looks at
            }
            bytes.remove_prefix(static_cast<std::size_t>(sent));
        }
    }
    void send(const json& message) { send_bytes(client_frame(Opcode::text, message.dump(), 0x12345678)); }
    void follow(const std::string& topic) { send({{"do", "follow"}, {"topic", topic}}); }
    void follow(const std::string& topic, std::int64_t since) { send({{"do", "follow"}, {"topic", topic}, {"since", since}}); }

    /// Takes in what has arrived.
    void receive() {
        if (socket_ < 0) {
            return;
        }
        char buffer[65536];
        while (will_take > 0) {
            const ssize_t size = ::recv(socket_, buffer, std::min(sizeof buffer, will_take), MSG_DONTWAIT);
            if (size > 0) {
                will_take -= static_cast<std::size_t>(size);
                taken += static_cast<std::size_t>(size);
                raw.append(buffer, static_cast<std::size_t>(size));
                continue;
            }
            is_ended = is_ended || size == 0 || (size < 0 && errno != EAGAIN && errno != EWOULDBLOCK);
            break;
        }
        parse();
    }

    /// The messages of one kind ("event", "following", ...), in order.
    std::vector<json> of(const std::string& kind) const {
        std::vector<json> found;
        for (const json& message : messages) {
            if (message.at("is") == kind) {
                found.push_back(message);
            }
        }
        return found;
    }
    std::vector<std::int64_t> seqs() const {
        std::vector<std::int64_t> result;
        for (const json& message : of("event")) {
            result.push_back(message.value("seq", std::int64_t{0}));
        }
        return result;
    }

    std::size_t will_take{std::numeric_limits<std::size_t>::max()};  ///< bytes; what comes after them stays in the network
    std::size_t taken{0};
    std::string raw;   ///< not parsed yet
    std::string head;  ///< the answer's status line and headers
    std::vector<json> messages;
    std::vector<std::string> ids;  ///< of an event stream
    std::vector<std::string> pongs;
    std::size_t pings{0};
    int close_code{0};
    bool is_ended{false};
    bool is_stream{false};

private:
    void parse() {
        if (head.empty()) {
            const std::size_t end = raw.find("\r\n\r\n");
            if (end == std::string::npos) {
                return;
            }
            head = raw.substr(0, end + 4);
            raw.erase(0, end + 4);
        }
        if (is_stream) {
            parse_stream();
        } else if (head.starts_with("HTTP/1.1 101")) {
            parse_frames();
        }
    }
    void parse_stream() {
        std::size_t end = 0;
        while ((end = raw.find("\n\n")) != std::string::npos) {
            for (const std::string& line : lines(raw.substr(0, end))) {
                if (line.starts_with("data: ")) {
                    messages.push_back(json::parse(line.substr(6)));
                } else if (line.starts_with("id: ")) {
                    ids.push_back(line.substr(4));
                }
            }
            raw.erase(0, end + 2);
        }
    }
    static std::vector<std::string> lines(const std::string& text) {
        std::vector<std::string> result;
        std::size_t start = 0;
        while (start <= text.size()) {
            const std::size_t end = std::min(text.find('\n', start), text.size());
            result.push_back(text.substr(start, end - start));
            start = end + 1;
        }
        return result;
    }
    void parse_frames() {
        for (;;) {
            if (raw.size() < 2) {
                return;
            }
            const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(raw[i]); };
            ASSERT_EQ(byte(1) & 0x80U, 0U) << "a server masks nothing";
            std::size_t header = 2;
            std::size_t size = byte(1) & 0x7FU;
            if (size == 126 || size == 127) {
                const std::size_t extra = size == 126 ? 2 : 8;
                if (raw.size() < 2 + extra) {
                    return;
                }
                size = 0;
                for (std::size_t i = 0; i < extra; ++i) {
                    size = (size << 8U) | byte(2 + i);
                }
                header += extra;
            }
            if (raw.size() < header + size) {
                return;
            }
            const auto opcode = static_cast<Opcode>(byte(0) & 0x0FU);
            const std::string payload = raw.substr(header, size);
            raw.erase(0, header + size);
            switch (opcode) {
            case Opcode::text: messages.push_back(json::parse(payload)); break;
            case Opcode::ping: ++pings; break;
            case Opcode::pong: pongs.push_back(payload); break;
            case Opcode::close:
                close_code = (static_cast<unsigned char>(payload.at(0)) << 8) | static_cast<unsigned char>(payload.at(1));
                break;
            default: ADD_FAILURE() << "unexpected opcode";
            }
        }
    }

    int socket_;
};

class World {
public:
    explicit World(LiveOptions options = {}, std::size_t shards = 1) {
        for (std::size_t i = 0; i < shards; ++i) {
            contexts.push_back(std::make_unique<boost::asio::io_context>(1));
        }
        std::vector<boost::asio::io_context*> pointers;
        for (const auto& context : contexts) {
            pointers.push_back(context.get());
        }
        hub = std::make_shared<Hub>(options, sources(), pointers, [this](std::function<void()> job) {
            if (are_workers_busy) {
                return false;
            }
            jobs.push_back(std::move(job));
            return true;
        });
        acceptor = std::make_unique<boost::asio::ip::tcp::acceptor>(
            *contexts.front(), boost::asio::ip::tcp::endpoint{boost::asio::ip::address_v4::loopback(), 0});
    }
    ~World() {
        jobs.clear();
        hub->close();
    }
    World(const World&) = delete;
    World& operator=(const World&) = delete;

    // ------------------------------------------------------------------------------------------------ the forum
    struct Thread {
        std::vector<Event> events;  ///< seq 1, 2, ...; the table
        std::int64_t pruned{0};     ///< numbers up to here are gone from the table
        Audience audience{Audience::everyone};
    };
    std::map<std::string, Thread> threads;
    std::set<std::string> lists{"list/all"};
    std::map<std::int64_t, access::Viewer> sessions;  ///< by session id; the cookie is "s=<id>"
    std::int64_t last_id{0};
    std::vector<Event> unpolled;  ///< committed, and not read by poll_events yet
    int renders{0};
    int openings{0};
    bool is_database_away{false};
    /// Called after each reading of the table on behalf of a follower, before its answer leaves the worker: what another
    /// thread may do in that moment.
    std::function<void()> between;

    /// What a use case does within its transaction and commit: the row is in the table, the process does not know yet.
    Event commit(const std::string& topic, const std::string& kind, std::vector<std::string> hints = {}) {
        Event event;
        event.id = ++last_id;
        event.topic = topic;
        event.kind = kind;
        event.hints = std::move(hints);
        event.at = base::now();
        if (topic.starts_with("thread/")) {
            Thread& thread = threads[topic];
            event.seq = static_cast<std::int64_t>(thread.events.size()) + 1;
            event.audience = thread.audience;
            thread.events.push_back(event);
        } else if (topic.starts_with("me/")) {
            event.audience = Audience::member;
            event.member = base::MemberId{std::stoll(topic.substr(3))};
        } else {
            event.audience = Audience::staff;
        }
        unpolled.push_back(event);
        return event;
    }
    /// Commit and the process's own word of it.
    Event post(const std::string& topic, const std::string& kind = "post.new", std::vector<std::string> hints = {}) {
        Event event = commit(topic, kind, std::move(hints));
        hub->pump().add({event});
        return event;
    }
    access::Viewer sign_in(std::int64_t session, std::int64_t member, access::Role role = access::Role::member) {
        access::Viewer viewer;
        viewer.session = base::SessionId{session};
        viewer.member = base::MemberId{member};
        viewer.role = role;
        viewer.name = "Lid " + std::to_string(member);
        sessions[session] = viewer;
        return viewer;
    }

    // --------------------------------------------------------------------------------------------------- people
    http::Request request(std::int64_t session = 0, const std::string& path = "/live") const {
        http::Request result;
        result.path = path;
        result.target = path;
        result.headers = {{"host", "forum.example"}};
        if (session != 0) {
            result.headers.emplace_back("cookie", "s=" + std::to_string(session));
        }
        if (path == "/live") {
            result.headers.emplace_back("connection", "keep-alive, Upgrade");
            result.headers.emplace_back("upgrade", "websocket");
            result.headers.emplace_back("sec-websocket-version", "13");
            result.headers.emplace_back("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ==");
            result.headers.emplace_back("sec-websocket-protocol", "forum.v1");
        }
        return result;
    }
    std::unique_ptr<Client> connect(http::Request wanted, std::size_t shard = 0, std::string leftover = {}, int receive_buffer = 0) {
        const int socket = ::socket(AF_INET, SOCK_STREAM, 0);
        if (receive_buffer > 0) {
            ::setsockopt(socket, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
        }
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        address.sin_port = htons(acceptor->local_endpoint().port());
        EXPECT_EQ(::connect(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
        auto client = std::make_unique<Client>(socket);
        client->is_stream = wanted.path == "/live/events";
        boost::asio::ip::tcp::socket server_side{*contexts[shard]};
        acceptor->accept(server_side);
        boost::asio::post(*contexts[shard], [this, shard,
                                             takeover = std::make_shared<http::Takeover>(http::Takeover{
                                                 std::move(server_side), std::move(wanted), std::move(leftover), shard, place})] {
            hub->shard(shard).take(std::move(*takeover));
        });
        return client;
    }
    std::unique_ptr<Client> connect(std::int64_t session = 0, std::size_t shard = 0) { return connect(request(session), shard); }
    /// A follower who has had his hello.
    std::unique_ptr<Client> arrive(std::int64_t session = 0, std::size_t shard = 0) {
        auto client = connect(session, shard);
        settle();
        client->receive();
        return client;
    }

    // -------------------------------------------------------------------------------------------------- stepping
    std::vector<std::unique_ptr<boost::asio::io_context>> contexts;
    std::deque<std::function<void()>> jobs;
    bool are_workers_busy{false};
    std::shared_ptr<void> place;  ///< what counts a connection at the HTTP server
    std::shared_ptr<Hub> hub;
    std::unique_ptr<boost::asio::ip::tcp::acceptor> acceptor;
    Hub::Clock::time_point now{Hub::Clock::now()};

    bool step_io(std::size_t shard) {
        contexts[shard]->restart();
        return contexts[shard]->poll_one() > 0;
    }
    bool step_job(std::size_t index = 0) {
        if (index >= jobs.size()) {
            return false;
        }
        const auto job = std::move(jobs[index]);
        jobs.erase(jobs.begin() + static_cast<std::ptrdiff_t>(index));
        job();
        return true;
    }
    /// Until nobody has anything to do.
    void settle() {
        for (bool is_busy = true; is_busy;) {
            is_busy = false;
            for (std::size_t i = 0; i < contexts.size(); ++i) {
                while (step_io(i)) {
                    is_busy = true;
                }
            }
            while (step_job()) {
                is_busy = true;
            }
        }
    }
    /// Lets time pass, with the ticks that the server's timers would give.
    void pass(std::chrono::milliseconds time) {
        const auto end = now + time;
        while (now < end) {
            now += std::min<Hub::Clock::duration>(std::chrono::milliseconds{200}, end - now);
            tick();
            settle();
        }
    }
    void tick() {
        hub->tick(now);
        for (std::size_t i = 0; i < hub->shards(); ++i) {
            hub->shard(i).tick(now);
        }
    }
    /// Steps until the client knows enough. Loopback may take a moment, so it waits in real time, at most 10 s.
    ::testing::AssertionResult until(const std::function<bool()>& is_enough, const std::vector<Client*>& clients) {
        const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds{10};
        for (;;) {
            settle();
            for (Client* client : clients) {
                client->receive();
            }
            if (is_enough()) {
                return ::testing::AssertionSuccess();
            }
            if (std::chrono::steady_clock::now() > deadline) {
                std::string seen;
                for (Client* client : clients) {
                    for (const json& message : client->messages) {
                        seen += message.dump() + "\n";
                    }
                    seen += "close " + std::to_string(client->close_code) + (client->is_ended ? " ended\n" : "\n");
                }
                return ::testing::AssertionFailure() << "not within 10 s; seen:\n" << seen;
            }
        }
    }
    ::testing::AssertionResult until_count(Client& client, const std::string& kind, std::size_t count) {
        return until([&] { return client.of(kind).size() >= count; }, {&client});
    }
    /// A ping there and back: all that the server sent before is here then.
    ::testing::AssertionResult barrier(Client& client) {
        const std::size_t before = client.pongs.size();
        client.send_bytes(client_frame(Opcode::ping, "barrier", 0));
        return until([&] { return client.pongs.size() > before; }, {&client});
    }

private:
    void need_database() const {
        if (is_database_away) {
            throw base::Problem{base::ProblemKind::database_away};
        }
    }
    void pause() {
        if (between && !is_between_) {
            is_between_ = true;
            between();
            is_between_ = false;
        }
    }
    bool is_between_{false};

    Sources sources() {
        Sources result;
        result.find_viewer = [this](const http::Request& request) {
            need_database();
            const std::string_view cookie = request.header("cookie");
            const auto found = cookie.empty() ? sessions.end() : sessions.find(std::stoll(std::string{cookie.substr(2)}));
            return found == sessions.end() ? access::Viewer{} : found->second;
        };
        result.check_sessions = [this](const std::vector<base::SessionId>& ids) {
            need_database();
            std::vector<access::Viewer> viewers;
            for (const base::SessionId id : ids) {
                const auto found = sessions.find(id.value);
                viewers.push_back(found == sessions.end() ? access::Viewer{} : found->second);
            }
            return viewers;
        };
        result.open_topic = [this](const access::Viewer& viewer, const std::string& topic) -> std::optional<Sources::Opening> {
            need_database();
            ++openings;
            if (lists.contains(topic)) {
                return Sources::Opening{0, Audience::everyone};
            }
            const auto found = threads.find(topic);
            if (found == threads.end() || !may_receive(viewer, Audience::everyone, found->second.audience, {})) {
                return std::nullopt;
            }
            const Sources::Opening opening{static_cast<std::int64_t>(found->second.events.size()), found->second.audience};
            pause();
            return opening;
        };
        result.replay = [this](const std::string& topic, std::int64_t since, int limit) -> std::optional<std::vector<Event>> {
            need_database();
            const Thread& thread = threads[topic];
            if (since < thread.pruned) {
                return std::nullopt;
            }
            std::vector<Event> events;
            for (auto i = static_cast<std::size_t>(since); i < thread.events.size() && events.size() < static_cast<std::size_t>(limit);
                 ++i) {
                events.push_back(thread.events[i]);
            }
            pause();
            return events;
        };
        result.poll_events = [this] {
            need_database();
            return std::exchange(unpolled, {});
        };
        result.render = [this](const Event& event) {
            need_database();
            ++renders;
            if (event.kind == "post.broken") {
                throw std::runtime_error{"a fault in the template"};
            }
            if (event.kind == "post.silent") {
                return view::Model{};
            }
            return view::Model{json{{"post", {{"number", event.seq}}}, {"html", "<p>" + event.kind + "</p>"}}};
        };
        result.render_hint = [this](const Event& event, const std::string&) {
            need_database();
            return view::Model{json{{"value", event.id}}};
        };
        result.counters = [this](const access::Viewer& viewer) {
            need_database();
            return view::Model{json{{"bell", last_id}, {"queue", viewer.is_staff() ? 3 : 0}}};
        };
        return result;
    }
};

}  // namespace forum::live
