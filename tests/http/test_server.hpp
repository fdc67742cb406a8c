// A server around a small application, and a client that sends bytes as a test writes them. Rule: nothing is faked but
// the application: real sockets, real threads, and waiting only for what must come.
#pragma once

#include <gtest/gtest.h>

#include <atomic>
#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <charconv>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "async/workers.hpp"
#include "base/text.hpp"
#include "http/server.hpp"

namespace forum::http::test {

/// Answers with what the test says; by default it tells back what it got.
class TestApplication : public Application {
public:
    std::function<Reply(Request&)> on_handle = [](Request& request) {
        Reply reply;
        reply.set("Content-Type", "text/plain; charset=utf-8");
        reply.body = request.path + "|" + request.body;
        return reply;
    };
    std::function<void(Takeover)> on_take;
    std::map<std::string, std::shared_ptr<const PreparedReply>, std::less<>> ready;
    std::atomic<int> handled{0};
    std::atomic<int> refused_with_request{0};

    std::shared_ptr<const PreparedReply> find_ready(const RequestView& request) override {
        const auto found = ready.find(request.target);
        return found == ready.end() ? nullptr : found->second;
    }
    Reply handle(Request& request) override {
        ++handled;
        return on_handle(request);
    }
    bool wants_socket(const Request& request) override { return on_take && request.path == "/live"; }
    void take(Takeover takeover) override { on_take(std::move(takeover)); }
    Reply refuse(const Request* request, int status) override {
        refused_with_request += !request->path.empty() ? 1 : 0;
        Reply reply;
        reply.status = status;
        reply.set("Content-Type", "text/plain");
        reply.body = "refused " + std::to_string(status);
        return reply;
    }
};

struct Response {
    int status{0};
    std::string head;  ///< with the empty line
    std::string body;

    /// First header of that name (lower case), "" when absent.
    std::string header(std::string_view wanted) const {
        for (const auto& line : base::split(head, '\n')) {
            const auto colon = line.find(':');
            if (colon != std::string::npos && base::lower_ascii(line.substr(0, colon)) == wanted) {
                return base::trim(line.substr(colon + 1));
            }
        }
        return {};
    }
};

/// A blocking connection. A read that brings nothing for half a minute fails the test rather than hanging it.
class Client {
public:
    explicit Client(std::uint16_t port, const std::string& address = "127.0.0.1") {
        socket_.connect({boost::asio::ip::make_address(address), port});
        // Small pieces go out as they are sent, not when the kernel has gathered some.
        socket_.set_option(boost::asio::ip::tcp::no_delay{true});
        const timeval limit{30, 0};
        ::setsockopt(socket_.native_handle(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    }

    boost::asio::ip::tcp::socket& socket() { return socket_; }

    void send(std::string_view bytes) {
        boost::system::error_code error;
        boost::asio::write(socket_, boost::asio::buffer(bytes), error);
    }

    /// The next response; its body by Content-Length. `method` HEAD has none. Status 0 = the connection ended first.
    Response read(std::string_view method = "GET") {
        Response response;
        std::size_t end;
        while ((end = received_.find("\r\n\r\n")) == std::string::npos) {
            if (!read_more()) {
                return response;
            }
        }
        response.head = received_.substr(0, end + 4);
        received_.erase(0, end + 4);
        response.status = std::stoi(response.head.substr(9, 3));
        const bool has_body = method != "HEAD" && response.status >= 200 && response.status != 204 && response.status != 304;
        if (has_body) {
            const auto length = response.header("content-length");
            const auto size = length.empty() ? 0 : std::stoul(length);
            while (received_.size() < size) {
                if (!read_more()) {
                    response.status = 0;
                    return response;
                }
            }
            response.body = received_.substr(0, size);
            received_.erase(0, size);
        }
        return response;
    }

    /// One GET on this connection.
    Response get(std::string_view target, std::string_view headers = "") {
        send("GET " + std::string{target} + " HTTP/1.1\r\nHost: forum.example\r\n" + std::string{headers} + "\r\n");
        return read();
    }

    /// The next `size` bytes, fewer when the server closes first.
    std::string read_bytes(std::size_t size) {
        while (received_.size() < size && read_more()) {
        }
        auto bytes = received_.substr(0, size);
        received_.erase(0, size);
        return bytes;
    }

    /// True when the server has closed and everything it sent was read.
    bool is_at_end() {
        while (read_more()) {
        }
        return received_.empty() && was_ended_;
    }

    /// All bytes until the server closes.
    std::string read_to_end() {
        while (read_more()) {
        }
        return std::exchange(received_, {});
    }

private:
    bool read_more() {
        std::array<char, 16 * 1024> bytes;
        boost::system::error_code error;
        const auto count = socket_.read_some(boost::asio::buffer(bytes), error);
        received_.append(bytes.data(), count);
        was_ended_ = error == boost::asio::error::eof || error == boost::asio::error::connection_reset;
        if (error == boost::asio::error::try_again || error == boost::asio::error::would_block) {
            ADD_FAILURE() << "nothing came; so far: " << received_;
        }
        return !error;
    }

    boost::asio::io_context context_;
    boost::asio::ip::tcp::socket socket_{context_};
    std::string received_;
    bool was_ended_{false};
};

/// A running server on a free port of 127.0.0.1.
class TestServer {
public:
    explicit TestServer(ServerOptions options = {}, std::size_t workers = 2, std::size_t queue = 1000)
        : workers_{workers, queue}, server_{with_log(std::move(options), *this), application, [this](std::function<void()> job) {
                                                return workers_.try_run(std::move(job));
                                            }} {
        server_.start();
    }
    ~TestServer() {
        server_.stop(std::chrono::seconds{30});
        workers_.stop();
    }

    std::uint16_t port() const { return server_.port(); }
    Server& server() { return server_; }
    Client connect() { return Client{port()}; }

    /// What the access log got so far (all of it after the server has stopped).
    std::string log() {
        const std::lock_guard lock{mutex_};
        return log_;
    }

    TestApplication application;

private:
    static ServerOptions with_log(ServerOptions options, TestServer& self) {
        options.port = 0;
        options.access_log = [&self](std::string_view lines) {
            const std::lock_guard lock{self.mutex_};
            self.log_ += lines;
        };
        return options;
    }

    std::mutex mutex_;
    std::string log_;
    async::Workers workers_;
    Server server_;
};

/// What one connection answers to `bytes`, when the client sends nothing after them.
inline Response answer_to(TestServer& server, std::string_view bytes) {
    auto client = server.connect();
    client.send(bytes);
    return client.read();
}

}  // namespace forum::http::test
