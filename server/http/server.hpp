// The HTTP server: listens, reads requests within limits, hands each to the application and writes the answer.
// Rule: everything of Beast stays behind this header; the application is called on I/O threads only for what never blocks.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "http/reply.hpp"
#include "http/request.hpp"

namespace forum::http {

struct Limits {
    std::size_t header_bytes{16 * 1024};
    std::size_t target_bytes{4 * 1024};
    std::size_t body_bytes{256 * 1024};
    std::size_t connections{12'000};
    std::size_t connections_per_address{12'000};
    std::chrono::seconds header_time{10};     ///< from the first byte to the end of the headers
    std::chrono::seconds body_time{20};       ///< for the whole body
    std::chrono::seconds write_time{30};      ///< for one answer
    std::chrono::seconds idle_time{75};       ///< between requests of one connection
};

struct ServerOptions {
    std::string address{"127.0.0.1"};
    std::uint16_t port{8080};  ///< 0 = any free port
    int io_threads{1};         ///< one io_context each
    std::vector<std::string> trusted_proxies;  ///< addresses or CIDR
    Limits limits;
};

/// A socket that leaves HTTP: WebSocket or server-sent events. Runs on the socket's own I/O thread.
struct Takeover {
    boost::asio::ip::tcp::socket socket;
    Request request;
    std::string leftover;   ///< bytes already read after the request
    std::size_t io_thread;  ///< index of the I/O thread that owns the socket
    std::shared_ptr<void> connection;  ///< keep it as long as the socket: it counts in the connection limits
};

/// What the server asks of the application.
class Application {
public:
    virtual ~Application() = default;
    /// On the I/O thread, must not block: ready bytes, or nothing when a worker must do it. Asked for GET and HEAD
    /// without a body, before the request is copied and its target is decoded: keep no view of it. The session itself
    /// chooses the encoding, answers If-None-Match with 304 and leaves the body away for HEAD.
    virtual std::shared_ptr<const PreparedReply> find_ready(const RequestView& request) = 0;
    /// On a worker thread. Never throws.
    virtual Reply handle(Request& request) = 0;
    /// On the I/O thread: true when this request's socket is taken over (then `take` is called, or an error reply sent
    /// when it returns one).
    virtual bool wants_socket(const Request& request) = 0;
    virtual void take(Takeover takeover) = 0;
    /// The answer when the workers' queue is full (503 with Retry-After) and for requests that http itself refuses
    /// (400, 408, 413, 414, 431, 501, ...). On the I/O thread, must not block.
    virtual Reply refuse(const Request* request, int status) = 0;
};

class Server {
public:
    /// Binds at once (throws std::runtime_error with a clear line when the port is taken).
    Server(ServerOptions options, Application& application, std::function<bool(std::function<void()>)> run_on_worker);
    ~Server();
    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;

    std::uint16_t port() const;
    /// The I/O threads' contexts, by index; live uses the same ones.
    std::vector<boost::asio::io_context*> contexts();
    /// Starts the I/O threads.
    void start();
    /// Stops accepting, lets running requests finish (at most `patience`), closes, joins.
    void stop(std::chrono::seconds patience);

private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace forum::http
