#include "http/outbox.hpp"

#include <boost/asio/error.hpp>
#include <utility>

namespace forum::http {

namespace asio = boost::asio;

namespace {

constexpr std::size_t buffers_per_answer = 3;
// Asio gathers 64 for one system call.
constexpr std::size_t most_buffers = 60;

constexpr std::array<std::string_view, 3> connection_lines{"", "Connection: close\r\n", "Connection: keep-alive\r\n"};

}  // namespace

std::size_t Outbox::add(Answer answer, Body body, Connection connection, std::string_view date_line) {
    const auto& end_of_head = tail(connection, date_line);
    const auto& form = *answer.form;
    buffers_.emplace_back(asio::buffer(answer.is_not_modified ? form.not_modified_head : form.head));
    buffers_.emplace_back(asio::buffer(end_of_head));
    std::size_t bytes = 0;
    if (body == Body::sent && !answer.is_not_modified && !form.body.empty()) {
        buffers_.emplace_back(asio::buffer(form.body));
        bytes = form.body.size();
    }
    held_.push_back(std::move(answer.form));
    return bytes;
}

bool Outbox::is_full() const { return buffers_.size() + buffers_per_answer > most_buffers; }

// What ends a head. Copied once for all answers that are written together: the second may pass, and the thread's line
// change, while they wait.
const std::string& Outbox::tail(Connection connection, std::string_view date_line) {
    if (buffers_.empty()) {
        for (auto& tail : tails_) {
            tail.clear();
        }
    }
    const auto kind = static_cast<std::size_t>(connection);
    if (tails_[kind].empty()) {
        tails_[kind].append(date_line).append(connection_lines[kind]).append("\r\n");
    }
    return tails_[kind];
}

void Outbox::drop(std::size_t count) {
    written_ += count;
    std::size_t whole = 0;
    while (whole < buffers_.size() && count >= buffers_[whole].size()) {
        count -= buffers_[whole].size();
        ++whole;
    }
    buffers_.erase(buffers_.begin(), buffers_.begin() + static_cast<std::ptrdiff_t>(whole));
    if (!buffers_.empty()) {
        buffers_.front() += count;
    }
}

Outbox::Progress Outbox::write(asio::ip::tcp::socket& socket) {
    while (!buffers_.empty()) {
        boost::system::error_code error;
        const auto count = socket.write_some(buffers_, error);
        if (error == asio::error::would_block || error == asio::error::try_again) {
            return Progress::would_block;
        }
        if (error) {
            return Progress::broken;
        }
        drop(count);
    }
    held_.clear();
    return Progress::done;
}

}  // namespace forum::http
