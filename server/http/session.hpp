// One connection: reads requests, answers them in order, until it closes, times out or leaves HTTP. Rule: everything on
// its I/O thread; nothing here blocks, and what a worker needs is given away whole.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string_view>

#include "async/timer_wheel.hpp"
#include "http/io_thread.hpp"
#include "http/outbox.hpp"
#include "http/read_buffer.hpp"
#include "http/request_parser.hpp"
#include "http/wire.hpp"

namespace forum::http {

class Session final : public async::TimerWheel::Entry {
public:
    /// One that is turned away is one too many: it hears 503 and is closed.
    enum class Admission { admitted, turned_away };

    /// `place` is given back when the connection is over.
    Session(IoThread& thread, boost::asio::ip::tcp::socket socket, boost::asio::ip::address peer, std::shared_ptr<void> place,
            Admission admission);
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

    Task read_some();

    boost::asio::awaitable<void> turn_away();
    bool begin_waiting();
    void begin_request();
    bool answer_ready();
    Task answer_by_worker();
    Task read_body(std::shared_ptr<Job> job);
    Task refuse(const Request* request, int status);
    Task send_continue();
    bool fill_request(Request& request) const;
    void hand_over(Request request);

    void queue(Answer answer, bool is_head);
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

    ReadBuffer in_;
    Outbox out_;

    Waits waits_{Waits::for_request};
    bool is_timed_out_{false};
    bool closes_{false};  ///< after what is queued
    bool is_broken_{false};
    std::uint64_t request_id_{0};
    std::string_view log_method_;
    std::string_view log_target_;
    std::chrono::steady_clock::time_point request_start_;
};

}  // namespace forum::http
