// One connection: reads requests, answers them in order, until it closes, times out or leaves HTTP. Rule: everything on
// its I/O thread; nothing here blocks, and what a worker needs is given away whole.
#pragma once

#include <array>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "async/timer_wheel.hpp"
#include "http/io_thread.hpp"
#include "http/request_parser.hpp"
#include "http/wire.hpp"

namespace forum::http {

class Session final : public async::TimerWheel::Entry {
public:
    /// One that is turned away is one too many: it hears 503 and is closed.
    enum class Admission { admitted, turned_away };

    /// `place` is given back when the connection is over.
    Session(IoThread& thread, boost::asio::ip::tcp::socket socket, boost::asio::ip::address peer,
            std::shared_ptr<void> place, Admission admission);
    ~Session() override;

    boost::asio::awaitable<void> run();

    /// Ends at once when idle, otherwise after the answer to the present request.
    void stop();
    /// Ends now.
    void abandon();

private:
    using Task = boost::asio::awaitable<bool>;  ///< false: the connection is over

    /// What the connection waits for, and so what a deadline means.
    enum class Waits { for_worker, for_request, for_head, for_body, for_writing, for_close };

    /// A request on its way through a worker, owned by both sides.
    struct Job {
        Request request;
        Answer answer;  ///< no form = it could not be made
    };

    void on_deadline() override;
    void wait_for(Waits what, std::chrono::seconds time);

    std::string_view unread() const { return {buffer_.get() + begin_, end_ - begin_}; }
    bool make_room();
    boost::asio::mutable_buffer room() { return {buffer_.get() + end_, capacity_ - end_}; }
    Task read_some();

    boost::asio::awaitable<void> turn_away();
    bool begin_waiting();
    bool answer_ready();
    Task answer_by_worker();
    Task read_body(std::shared_ptr<Job> job);
    Task refuse(const Request* request, int status);
    Task send_continue();
    bool fill_request(Request& request) const;
    void hand_over(Request request);

    void queue(Answer answer, bool is_head);
    const std::string& tail_of(std::size_t kind);
    void log_request(int status, std::size_t bytes);
    bool write_now();
    Task write_queued();
    boost::asio::awaitable<void> drain();

    IoThread& thread_;
    boost::asio::ip::tcp::socket socket_;
    const boost::asio::ip::address peer_;
    std::shared_ptr<void> place_;
    const Admission admission_;
    RequestParser parser_;

    std::unique_ptr<char[]> buffer_;  ///< bytes read and not yet used: begin_ to end_
    std::size_t capacity_;
    std::size_t begin_{0};
    std::size_t end_{0};

    std::vector<boost::asio::const_buffer> out_;  ///< what waits to be written, in order
    std::vector<std::shared_ptr<const PreparedReply::Form>> held_;  ///< whose bytes those are
    std::array<std::string, 3> tails_;  ///< Date, Connection and the empty line; one for each kind of Connection

    Waits waits_{Waits::for_request};
    bool is_timed_out_{false};
    bool closes_{false};  ///< after what is queued
    bool is_broken_{false};
    std::size_t written_{0};
    std::uint64_t request_id_{0};
    std::string_view log_method_;
    std::string_view log_target_;
    std::chrono::steady_clock::time_point request_start_;
};

}  // namespace forum::http
