#include "http/session.hpp"

#include <utility>

#include "async/awaiting.hpp"
#include "base/log.hpp"
#include "base/text.hpp"
#include "http/syntax.hpp"
#include "http/target.hpp"

namespace forum::http {

namespace asio = boost::asio;
using boost::system::error_code;

namespace {

// An answer that moves on by so much gets its time anew.
constexpr std::size_t write_step = 64 * 1024;
// After an answer to an unfinished request we read on for a while: closing at once would make the kernel send a reset,
// and the visitor might never see the answer.
constexpr std::chrono::seconds drain_time{5};
constexpr std::chrono::seconds drain_time_at_stop{1};
constexpr std::size_t most_drained = 8 * 1024 * 1024;
constexpr std::chrono::seconds turn_away_time{2};

std::string_view name_of(Method method) {
    switch (method) {
    case Method::get: return "GET";
    case Method::head: return "HEAD";
    case Method::post: return "POST";
    case Method::put: return "PUT";
    case Method::del: return "DELETE";
    case Method::options: return "OPTIONS";
    case Method::other: break;
    }
    return "OTHER";
}

}  // namespace

Session::Session(IoThread& thread, asio::ip::tcp::socket socket, asio::ip::address peer, std::shared_ptr<void> place, Admission admission)
    : thread_{thread},
      socket_{std::move(socket)},
      peer_{std::move(peer)},
      place_{std::move(place)},
      admission_{admission},
      parser_{thread.shared.options.limits},
      in_{thread.shared.options.limits.header_bytes} {
    thread_.sessions.insert(this);
}

Session::~Session() { thread_.sessions.erase(this); }

void Session::stop() {
    if (waits_ == Waits::for_request) {
        error_code ignored;
        socket_.cancel(ignored);
    } else if (waits_ == Waits::for_close) {
        wait_for(Waits::for_close, drain_time_at_stop);
    }
}

void Session::abandon() {
    error_code ignored;
    socket_.close(ignored);
}

void Session::on_deadline() {
    is_timed_out_ = true;
    if (waits_ == Waits::for_writing || waits_ == Waits::for_close) {
        abandon();
    } else {
        error_code ignored;
        socket_.cancel(ignored);
    }
}

void Session::wait_for(Waits what, std::chrono::seconds time) {
    waits_ = what;
    thread_.wheel.arm(*this, time);
}

// Here and below an await stands alone in its statement: g++ 12 lays out a frame wrongly when one is a condition.
asio::awaitable<void> Session::run() {
    if (admission_ == Admission::turned_away) {
        co_await turn_away();
        co_return;
    }
    wait_for(Waits::for_request, thread_.shared.options.limits.header_time);
    for (;;) {
        const auto result = parser_.read_head(in_.unread());
        in_.drop(result.used);
        if (result.step != RequestParser::Step::need_more) {
            begin_request();
        }
        const bool is_answered = result.step == RequestParser::Step::done && answer_ready();
        if (!is_answered || closes_ || out_.is_full()) {
            if (!write_now()) {
                const bool goes_on = co_await write_queued();
                if (!goes_on) {
                    co_return;
                }
            }
        }
        if (is_answered) {
            parser_.start();
        } else if (result.step == RequestParser::Step::failed) {
            co_await refuse(nullptr, result.failure);
            co_return;
        } else if (result.step == RequestParser::Step::done) {
            const bool goes_on = co_await answer_by_worker();
            if (!goes_on) {
                co_return;
            }
            parser_.start();
        } else {
            if (!begin_waiting() || !in_.make_room()) {
                co_return;
            }
            // Spelled out rather than read_some: for ready answers this is the one await.
            const auto [error, count] = co_await socket_.async_read_some(in_.room(), async::awaiting);
            in_.filled(count);
            if (is_timed_out_ && waits_ == Waits::for_head) {
                begin_request();
                co_await refuse(nullptr, 408);
            }
            if (error || is_timed_out_) {
                co_return;
            }
        }
    }
}

// A connection over the limit: it may ask, hears 503 and goes.
asio::awaitable<void> Session::turn_away() {
    wait_for(Waits::for_close, turn_away_time);
    const bool has_come = co_await read_some();
    if (has_come) {
        begin_request();
        co_await refuse(nullptr, 503);
    }
}

void Session::begin_request() {
    count_one(thread_.requests);
    request_id_ = thread_.next_request_id();
    request_start_ = std::chrono::steady_clock::now();
    log_method_ = parser_.head().method_name;
    log_target_ = parser_.head().target;
    if (log_target_.empty()) {
        log_target_ = target_in(in_.unread());
    }
    waits_ = Waits::for_worker;
}

// Sets what the next bytes are and until when they may come; false when nobody need wait for them.
bool Session::begin_waiting() {
    const auto& limits = thread_.shared.options.limits;
    if (!in_.unread().empty()) {
        if (waits_ != Waits::for_head) {
            wait_for(Waits::for_head, limits.header_time);
        }
        return true;
    }
    if (waits_ != Waits::for_request) {
        wait_for(Waits::for_request, limits.idle_time);
    }
    return !thread_.is_stopping;
}

Session::Task Session::read_some() {
    if (!in_.make_room()) {
        co_return false;
    }
    const auto [error, count] = co_await socket_.async_read_some(in_.room(), async::awaiting);
    in_.filled(count);
    co_return !error && !is_timed_out_;
}

// Ready bytes, when this is a request that may be answered so and there are any.
bool Session::answer_ready() {
    const auto& head = parser_.head();
    const bool is_head = head.method == Method::head;
    if ((head.method != Method::get && !is_head) || head.has_body || !head.target.starts_with('/')) {
        return false;
    }
    const auto& shared = thread_.shared;
    const bool is_secure = shared.options.is_https || shared.proxies.is_secure(peer_, head.headers);
    const RequestView view{head.method, head.target, head.headers, is_secure};
    const auto ready = thread_.shared.application.find_ready(view);
    if (!ready) {
        return false;
    }
    count_one(thread_.ready_answers);
    queue(choose_form(*ready, view.header("accept-encoding"), view.header("if-none-match")), is_head);
    return true;
}

void Session::queue(Answer answer, bool is_head) {
    using enum Outbox::Connection;
    closes_ = closes_ || !parser_.head().keeps_alive || thread_.is_stopping;
    const auto connection = closes_ ? close : parser_.head().is_http_1_0 ? keep_http_1_0 : keep;
    const auto body = is_head ? Outbox::Body::left_away : Outbox::Body::sent;
    const int status = answer.status;
    log_request(status, out_.add(std::move(answer), body, connection, thread_.date_line));
}

void Session::log_request(int status, std::size_t bytes) {
    thread_.log.add({request_id_, log_method_, log_target_, status, bytes, std::chrono::steady_clock::now() - request_start_});
}

// Writes what the socket takes without waiting; true when nothing is left and the connection goes on.
bool Session::write_now() {
    const auto progress = out_.write(socket_);
    is_broken_ = progress == Outbox::Progress::broken;
    return progress == Outbox::Progress::done && !closes_;
}

Session::Task Session::write_queued() {
    std::size_t armed_at = 0;
    bool is_armed = false;
    while (!write_now()) {
        if (is_broken_) {
            co_return false;
        }
        if (out_.empty()) {
            co_await drain();
            co_return false;
        }
        if (!is_armed || out_.written() - armed_at >= write_step) {
            wait_for(Waits::for_writing, thread_.shared.options.limits.write_time);
            is_armed = true;
            armed_at = out_.written();
        }
        const auto [error] = co_await socket_.async_wait(asio::ip::tcp::socket::wait_write, async::awaiting);
        if (error) {
            co_return false;
        }
    }
    if (is_armed) {
        thread_.wheel.disarm(*this);
        waits_ = Waits::for_worker;
    }
    co_return true;
}

asio::awaitable<void> Session::drain() {
    error_code ignored;
    socket_.shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
    wait_for(Waits::for_close, thread_.is_stopping ? drain_time_at_stop : drain_time);
    bool has_come = true;
    for (std::size_t drained = 0; has_come && drained < most_drained; drained += in_.unread().size()) {
        in_.drop_all();
        has_come = co_await read_some();
    }
}

Session::Task Session::refuse(const Request* request, int status) {
    // Whatever timed out is over; what follows has its own time.
    is_timed_out_ = false;
    closes_ = true;
    Request unread_request;
    unread_request.target = log_target_;
    unread_request.request_id = format_request_id(request_id_);
    auto reply = thread_.shared.application.refuse(request != nullptr ? request : &unread_request, status);
    const bool is_head = parser_.head().method == Method::head;
    try {
        queue(make_answer(std::move(reply), request != nullptr ? *request : unread_request), is_head);
    } catch (const std::exception& error) {
        base::log(base::LogLevel::error, "event=exception where=refuse status={} what=\"{}\"", status, error.what());
        co_return false;
    }
    co_return co_await write_queued();
}

Session::Task Session::send_continue() {
    static constexpr std::string_view line = "HTTP/1.1 100 Continue\r\n\r\n";
    out_.add_constant(line);
    co_return co_await write_queued();
}

// Copies the head out of the buffer; false when its target is not to be understood.
bool Session::fill_request(Request& request) const {
    const auto& head = parser_.head();
    request.method = head.method;
    request.headers.reserve(head.headers.size());
    for (const auto& [name, value] : head.headers) {
        request.headers.emplace_back(base::lower_ascii(name), value);
    }
    auto origin = thread_.shared.proxies.resolve(peer_, request.headers);
    request.client_address = origin.address.to_string();
    request.is_secure = thread_.shared.options.is_https || origin.is_secure;
    request.is_loopback = peer_.is_loopback();
    request.request_id = format_request_id(request_id_);
    request.target = head.target;
    if (!head.target.starts_with('/')) {
        const auto absolute = split_absolute(head.target);
        if (!absolute || !equals_ignoring_case(absolute->scheme, request.is_secure ? "https" : "http")) {
            return false;
        }
        request.target = std::string{absolute->rest.starts_with('/') ? "" : "/"}.append(absolute->rest);
        // RFC 9112 §3.2.2: the target's authority counts, whatever Host says.
        for (auto& [name, value] : request.headers) {
            if (name == "host") {
                value = absolute->authority;
            }
        }
    }
    auto target = parse_target(request.target);
    if (!target) {
        return false;
    }
    request.path = std::move(target->path);
    request.query = std::move(target->query);
    return true;
}

Session::Task Session::answer_by_worker() {
    const auto job = std::make_shared<Job>();
    if (!fill_request(job->request)) {
        co_return co_await refuse(nullptr, 400);
    }
    // The head's views are good until the buffer moves: from here on the copies count.
    log_method_ = name_of(job->request.method);
    log_target_ = job->request.target;
    auto& application = thread_.shared.application;
    const bool is_head = job->request.method == Method::head;
    if (parser_.head().has_body) {
        const bool is_read = co_await read_body(job);
        if (!is_read) {
            co_return false;
        }
    } else if (job->request.method == Method::get && application.wants_socket(job->request)) {
        hand_over(std::move(job->request));
        co_return false;
    }
    thread_.wheel.disarm(*this);
    waits_ = Waits::for_worker;
    std::function<void()> work = [job, &application] {
        try {
            job->answer = make_answer(application.handle(job->request), job->request);
        } catch (const std::exception& error) {
            base::log(base::LogLevel::error, "event=exception where=answer request={} what=\"{}\"", job->request.request_id, error.what());
        }
    };
    const bool is_taken = co_await async::hop(thread_.shared.run_on_worker, std::move(work));
    if (!is_taken || !job->answer.form) {
        // The request was read whole, so the connection may go on.
        auto reply = application.refuse(&job->request, is_taken ? 500 : 503);
        job->answer = make_answer(std::move(reply), job->request);
    }
    queue(std::move(job->answer), is_head);
    co_return co_await write_queued();
}

Session::Task Session::read_body(std::shared_ptr<Job> job) {
    wait_for(Waits::for_body, thread_.shared.options.limits.body_time);
    if (parser_.head().expects_continue && in_.unread().empty()) {
        const bool is_sent = co_await send_continue();
        if (!is_sent) {
            co_return false;
        }
        wait_for(Waits::for_body, thread_.shared.options.limits.body_time);
    }
    for (;;) {
        const auto result = parser_.read_body(in_.unread(), job->request.body);
        in_.drop(result.used);
        if (result.step == RequestParser::Step::done) {
            co_return true;
        }
        if (result.step == RequestParser::Step::failed) {
            co_return co_await refuse(&job->request, result.failure);
        }
        const bool has_come = co_await read_some();
        if (!has_come && is_timed_out_) {
            co_return co_await refuse(&job->request, 408);
        }
        if (!has_come) {
            co_return false;
        }
    }
}

void Session::hand_over(Request request) {
    thread_.wheel.disarm(*this);
    log_request(101, 0);
    Takeover takeover{std::move(socket_), std::move(request), std::string{in_.unread()}, thread_.index, std::move(place_)};
    thread_.shared.application.take(std::move(takeover));
}

}  // namespace forum::http
