// The canary's two visitors: one that posts and one that follows, over blocking sockets. Rule: each has so many seconds for all it
// does, and whatever goes wrong is a std::runtime_error.
#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <cstdint>
#include <string>

namespace forum::app {

/// POST without a body; the status of the answer.
int send_post(const std::string& address, std::uint16_t port, const std::string& path, const std::string& key);

/// A follower by WebSocket that knows as much of RFC 6455 as its own server sends: whole text frames and pings.
class CanaryFollower {
public:
    CanaryFollower(const std::string& address, std::uint16_t port);

    void say(const std::string& text);
    /// The next text message. Throws when the server closes.
    std::string hear();

private:
    void send(char opcode, const std::string& payload);

    boost::asio::ip::tcp::iostream stream_;
};

}  // namespace forum::app
