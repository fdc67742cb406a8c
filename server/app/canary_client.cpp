#include "app/canary_client.hpp"

#include <array>
#include <stdexcept>

namespace forum::app {

namespace {

constexpr std::chrono::seconds patience{10};

void connect(boost::asio::ip::tcp::iostream& stream, const std::string& address, std::uint16_t port) {
    stream.expires_after(patience);
    stream.connect(address, std::to_string(port));
    if (!stream) {
        throw std::runtime_error{"no connection: " + stream.error().message()};
    }
}

/// Sends the lines, reads the answer's head and gives its status.
int ask(boost::asio::ip::tcp::iostream& stream, const std::string& lines) {
    stream << lines << "\r\n" << std::flush;
    std::string version;
    int status = 0;
    stream >> version >> status;
    for (std::string line; std::getline(stream, line) && line != "\r";) {
    }
    if (!stream) {
        throw std::runtime_error{"no answer"};
    }
    return status;
}

}  // namespace

int send_post(const std::string& address, std::uint16_t port, const std::string& path, const std::string& key) {
    boost::asio::ip::tcp::iostream stream;
    connect(stream, address, port);
    return ask(stream, "POST " + path + " HTTP/1.1\r\nHost: localhost\r\nAccept: application/json\r\nContent-Length: 0\r\n"
                           + "Connection: close\r\nX-Canary: " + key + "\r\n");
}

CanaryFollower::CanaryFollower(const std::string& address, std::uint16_t port) {
    connect(stream_, address, port);
    // The key guards against answers from a cache; this is its own server, so RFC 6455's example does.
    const int status = ask(stream_, "GET /live HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                                    "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                                    "Sec-WebSocket-Protocol: forum.v1\r\n");
    if (status != 101) {
        throw std::runtime_error{"no socket: " + std::to_string(status)};
    }
}

void CanaryFollower::say(const std::string& text) { send(1, text); }

// What it says fits in a short frame; a mask of zeros leaves it as it is.
void CanaryFollower::send(char opcode, const std::string& payload) {
    stream_ << static_cast<char>(0x80 | opcode) << static_cast<char>(0x80 | payload.size()) << std::string(4, '\0') << payload
            << std::flush;
}

std::string CanaryFollower::hear() {
    for (;;) {
        std::array<char, 2> head{};
        stream_.read(head.data(), head.size());
        std::size_t size = static_cast<unsigned char>(head[1]);
        if (size == 126) {
            const int high = stream_.get();
            size = static_cast<std::size_t>(high * 256 + stream_.get());
        }
        if (!stream_ || size == 127) {  // a length of eight bytes: nothing that it follows is so long
            throw std::runtime_error{"the follower was cut off"};
        }
        std::string payload(size, '\0');
        stream_.read(payload.data(), static_cast<std::streamsize>(size));
        const int opcode = head[0] & 0x0f;
        if (!stream_ || opcode == 8) {
            throw std::runtime_error{"the follower was sent away"};
        }
        if (opcode == 9) {
            send(10, payload);
        } else if (opcode == 1) {
            return payload;
        }
    }
}

}  // namespace forum::app
