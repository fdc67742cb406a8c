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
#include <string_view>
#include <vector>

#include "async/hop.hpp"
#include "http/limits.hpp"
#include "http/reply.hpp"
#include "http/request.hpp"

namespace forum::http {

struct ServerOptions {
    std::string address{"127.0.0.1"};
    std::uint16_t port{8080};                  ///< 0 = any free port
    int io_threads{1};                         ///< one io_context each
    std::vector<std::string> trusted_proxies;  ///< addresses or CIDR
    std::vector<std::string> unlimited;        ///< others that stand for many visitors: no limit on connections for each of them
    bool is_https{false};                      ///< browsers know the site by https only: every request is secure, whatever a proxy says
    Limits limits;
    std::function<void(std::string_view)> access_log;  ///< gets complete lines, on I/O threads; default base::log_block
};

/// A socket that leaves HTTP: WebSocket or server-sent events. Runs on the socket's own I/O thread.
struct Takeover {
    boost::asio::ip::tcp::socket socket;  ///< in non-blocking mode, TCP_NODELAY set, nothing under way on it
    Request request;
    std::string leftover;              ///< bytes already read after the request
    std::size_t io_thread;             ///< index of the I/O thread that owns the socket
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
    /// On a worker thread. Never throws. HEAD comes as Method::head and is answered as GET would be, with the body.
    virtual Reply handle(Request& request) = 0;
    /// On the I/O thread, must not block: true when this GET request's socket leaves HTTP; then `take` is called.
    virtual bool wants_socket(const Request& request) = 0;
    virtual void take(Takeover takeover) = 0;
    /// The answer to what http itself refuses: 400, 408, 413, 414, 417, 431, 500 (an answer that `prepare` would throw
    /// for), 501, 505, and 503 when the workers' queue or the connections are full (with Retry-After). `request` is
    /// always there; one that could not be read has its target only, as far as it came, and no path. On the I/O thread,
    /// must not block or throw.
    virtual Reply refuse(const Request* request, int status) = 0;
};

class Server {
public:
    /// Binds at once (throws std::runtime_error with a clear line when the port is taken or the address is not ours;
    /// std::invalid_argument for a bad address or proxy). The application and the workers outlive `stop`; the Server
    /// outlives the workers, since their last jobs come back to its threads.
    Server(ServerOptions options, Application& application, async::RunOnWorker run_on_worker);
    /// Stops without patience when it runs.
    ~Server();
    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;

    std::uint16_t port() const;
    /// The I/O threads' contexts, by index; live uses the same ones.
    std::vector<boost::asio::io_context*> contexts();
    /// Starts the I/O threads.
    void start();
    /// Stops accepting, lets running requests finish with Connection: close (at most `patience`), closes, joins. Waits for
    /// every task that async::spawn started on the contexts, so whoever took sockets over says goodbye first.
    void stop(std::chrono::seconds patience);

    struct Figures {
        std::size_t connections;      ///< open now, taken-over sockets included
        std::uint64_t requests;       ///< read since the start, refused ones included
        std::uint64_t ready_answers;  ///< of those, answered by find_ready
    };
    Figures figures() const;

private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace forum::http
