// Answers on their way to one socket: gathered in order, written together. Rule: it holds the bytes of whatever waits, so
// that a page may leave the cache while it is being sent.
#pragma once

#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "http/wire.hpp"

namespace forum::http {

class Outbox {
public:
    /// What the answer says about the connection.
    enum class Connection : std::size_t { keep, close, keep_http_1_0 };
    enum class Body { sent, left_away };

    /// Adds an answer; `date_line` is "Date: ...\r\n". Returns the number of bytes of its body.
    std::size_t add(Answer answer, Body body, Connection connection, std::string_view date_line);
    /// Adds bytes that live as long as the program.
    void add_constant(std::string_view bytes) { buffers_.emplace_back(boost::asio::buffer(bytes)); }

    bool empty() const { return buffers_.empty(); }
    /// As much as goes out by one system call: write before you add.
    bool is_full() const;

    enum class Progress { done, would_block, broken };
    /// Writes what the socket (in non-blocking mode) takes, mostly everything.
    Progress write(boost::asio::ip::tcp::socket& socket);
    /// Bytes written since the connection began.
    std::size_t written() const { return written_; }

private:
    const std::string& tail(Connection connection, std::string_view date_line);
    void drop(std::size_t count);

    std::vector<boost::asio::const_buffer> buffers_;
    std::vector<std::shared_ptr<const PreparedReply::Form>> held_;
    std::array<std::string, 3> tails_;  ///< by Connection
    std::size_t written_{0};
};

}  // namespace forum::http
