#include "http/session.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cstring>
#include <utility>

#include "base/log.hpp"
#include "base/text.hpp"
#include "http/syntax.hpp"
#include "http/target.hpp"

namespace forum::http {

namespace asio = boost::asio;
using boost::system::error_code;

namespace {

constexpr std::size_t first_capacity = 4 * 1024;
// So much goes out by one system call; Asio gathers 64 buffers at most.
constexpr std::size_t buffers_per_answer = 3;
constexpr std::size_t most_buffers = 60;
// An answer that moves on by so much gets its time anew.
constexpr std::size_t write_step = 64 * 1024;
// After an answer to an unfinished request we read on for a while: closing at once would make the kernel send a reset,
// and the visitor might never see the answer.
constexpr std::chrono::seconds drain_time{5};
constexpr std::size_t most_drained = 8 * 1024 * 1024;
constexpr std::chrono::seconds turn_away_time{2};

enum Tail : std::size_t { tail_keep, tail_close, tail_keep_1_0 };
constexpr std::array<std::string_view, 3> connection_lines{"", "Connection: close\r\n",
                                                           "Connection: keep-alive\r\n"};

constexpr auto awaiting = asio::as_tuple(asio::use_awaitable);

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

Session::Session(IoThread& thread, asio::ip::tcp::socket socket, asio::ip::address peer,
                 std::shared_ptr<void> place, Admission admission)
    : thread_{thread}, socket_{std::move(socket)}, peer_{std::move(peer)}, place_{std::move(place)},
      admission_{admission},
      parser_{thread.shared.options.limits},
      buffer_{std::make_unique_for_overwrite<char[]>(first_capacity)}, capacity_{first_capacity} {
    thread_.sessions.insert(this);
}

Session::~Session() { thread_.sessions.erase(this); }

void Session::stop() {
    if (waits_ == Waits::for_request) {
        error_code ignored;
        socket_.cancel(ignored);
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

asio::awaitable<void> Session::run() {
    if (admission_ == Admission::turned_away) {
        co_return co_await turn_away();
    }
    wait_for(Waits::for_request, thread_.shared.options.limits.header_time);
    for (;;) {
        const auto result = parser_.read_head(unread());
        begin_ += result.used;
        if (result.step == RequestParser::Step::need_more) {
            if (!write_now() && !co_await write_queued()) {
                co_return;
            }
            if (!begin_waiting() || !make_room()) {
                co_return;
            }
            // Spelled out here rather than as a coroutine of its own: this is the one await of a ready answer.
            const auto [error, count] = co_await socket_.async_read_some(room(), awaiting);
            end_ += count;
            if (is_timed_out_ && waits_ == Waits::for_head) {
                co_await refuse(nullptr, 408);
            }
            if (error || is_timed_out_) {
                co_return;
            }
            continue;
        }
        count_one(thread_.requests);
        request_id_ = thread_.next_request_id();
        request_start_ = std::chrono::steady_clock::now();
        log_method_ = parser_.head().method_name;
        log_target_ = parser_.head().target;
        waits_ = Waits::for_worker;
        if (result.step == RequestParser::Step::failed) {
            co_await refuse(nullptr, result.failure);
            co_return;
        }
        if (!answer_ready()) {
            if (!write_now() && !co_await write_queued()) {
                co_return;
            }
            if (!co_await answer_by_worker()) {
                co_return;
            }
        }
        parser_.start();
        if (closes_ || out_.size() + buffers_per_answer > most_buffers) {
            if (!co_await write_queued()) {
                co_return;
            }
        }
    }
}

// A connection over the limit: it may ask, hears 503 and goes.
asio::awaitable<void> Session::turn_away() {
    wait_for(Waits::for_close, turn_away_time);
    if (co_await read_some()) {
        co_await refuse(nullptr, 503);
    }
}

// Sets what the next bytes are and until when they may come; false when nobody need wait for them.
bool Session::begin_waiting() {
    const auto& limits = thread_.shared.options.limits;
    if (!unread().empty()) {
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

bool Session::make_room() {
    if (begin_ == end_) {
        begin_ = end_ = 0;
    } else if (end_ == capacity_ && begin_ > 0) {
        std::memmove(buffer_.get(), buffer_.get() + begin_, end_ - begin_);
        end_ -= begin_;
        begin_ = 0;
    }
    if (end_ == capacity_) {
        const auto most = thread_.shared.options.limits.header_bytes;
        if (capacity_ >= most) {
            return false;
        }
        const auto larger = std::min(capacity_ * 4, most);
        auto buffer = std::make_unique_for_overwrite<char[]>(larger);
        std::memcpy(buffer.get(), buffer_.get(), end_);
        buffer_ = std::move(buffer);
        capacity_ = larger;
    }
    return true;
}

Session::Task Session::read_some() {
    if (!make_room()) {
        co_return false;
    }
    const auto [error, count] = co_await socket_.async_read_some(room(), awaiting);
    end_ += count;
    co_return !error && !is_timed_out_;
}

// Ready bytes, when this is a request that may be answered so and there are any.
bool Session::answer_ready() {
    const auto& head = parser_.head();
    const bool is_head = head.method == Method::head;
    if ((head.method != Method::get && !is_head) || head.has_body || !head.target.starts_with('/')) {
        return false;
    }
    const RequestView view{head.method, head.target, head.headers};
    const auto ready = thread_.shared.application.find_ready(view);
    if (!ready) {
        return false;
    }
    count_one(thread_.ready_answers);
    queue(choose_form(*ready, view.header("accept-encoding"), view.header("if-none-match")), is_head);
    return true;
}

// What ends a head. Copied once for all answers that are written together: the second may pass, and the thread's line
// change, while they wait.
const std::string& Session::tail_of(std::size_t kind) {
    if (out_.empty()) {
        for (auto& tail : tails_) {
            tail.clear();
        }
    }
    auto& tail = tails_[kind];
    if (tail.empty()) {
        tail.append(thread_.date_line).append(connection_lines[kind]).append("\r\n");
    }
    return tail;
}

void Session::queue(Answer answer, bool is_head) {
    closes_ = closes_ || !parser_.head().keeps_alive || thread_.is_stopping;
    const auto& tail = tail_of(closes_                      ? tail_close
                               : parser_.head().is_http_1_0 ? tail_keep_1_0
                                                            : tail_keep);
    const auto& form = *answer.form;
    out_.emplace_back(asio::buffer(answer.is_not_modified ? form.not_modified_head : form.head));
    out_.emplace_back(asio::buffer(tail));
    std::size_t bytes = 0;
    if (!is_head && !answer.is_not_modified && !form.body.empty()) {
        out_.emplace_back(asio::buffer(form.body));
        bytes = form.body.size();
    }
    log_request(answer.status, bytes);
    held_.push_back(std::move(answer.form));
}

void Session::log_request(int status, std::size_t bytes) {
    thread_.log.add({request_id_, log_method_, log_target_, status, bytes,
                     std::chrono::steady_clock::now() - request_start_});
}

// Writes what the socket takes without waiting, mostly everything; true when nothing is left and the connection goes on.
bool Session::write_now() {
    while (!out_.empty()) {
        error_code error;
        auto count = socket_.write_some(out_, error);
        if (error) {
            is_broken_ = error != asio::error::would_block && error != asio::error::try_again;
            return false;
        }
        written_ += count;
        std::size_t whole = 0;
        while (whole < out_.size() && count >= out_[whole].size()) {
            count -= out_[whole].size();
            ++whole;
        }
        out_.erase(out_.begin(), out_.begin() + static_cast<std::ptrdiff_t>(whole));
        if (!out_.empty()) {
            out_.front() += count;
        }
    }
    held_.clear();
    return !closes_;
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
        if (!is_armed || written_ - armed_at >= write_step) {
            wait_for(Waits::for_writing, thread_.shared.options.limits.write_time);
            is_armed = true;
            armed_at = written_;
        }
        const auto [error] =
            co_await socket_.async_wait(asio::ip::tcp::socket::wait_write, awaiting);
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
    wait_for(Waits::for_close, drain_time);
    begin_ = end_ = 0;
    for (std::size_t drained = 0; drained < most_drained; drained += end_) {
        begin_ = end_ = 0;
        if (!co_await read_some()) {
            break;
        }
    }
}

Session::Task Session::refuse(const Request* request, int status) {
    // Whatever timed out is over; what follows has its own time.
    is_timed_out_ = false;
    closes_ = true;
    Request unread_request;
    auto reply = thread_.shared.application.refuse(request, status);
    const bool is_head = parser_.head().method == Method::head;
    try {
        queue(make_answer(std::move(reply), request != nullptr ? *request : unread_request), is_head);
    } catch (const std::exception& error) {
        base::log(base::LogLevel::error, "event=exception where=refuse status={} what=\"{}\"", status,
                  error.what());
        co_return false;
    }
    co_return co_await write_queued();
}

Session::Task Session::send_continue() {
    static constexpr std::string_view line = "HTTP/1.1 100 Continue\r\n\r\n";
    out_.emplace_back(asio::buffer(line));
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
    request.is_secure = origin.is_secure;
    request.is_loopback = peer_.is_loopback();
    request.request_id = format_request_id(request_id_);
    request.target = head.target;
    if (!head.target.starts_with('/')) {
        const auto absolute = split_absolute(head.target);
        if (!absolute || !equals_ignoring_case(absolute->scheme, origin.is_secure ? "https" : "http")) {
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
        if (!co_await read_body(job)) {
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
            base::log(base::LogLevel::error, "event=exception where=answer request={} what=\"{}\"",
                      job->request.request_id, error.what());
        }
    };
    const bool is_taken = co_await async::hop(thread_.shared.run_on_worker, std::move(work));
    if (!is_taken || !job->answer.form) {
        // The request was read whole, so the connection may go on.
        auto reply = application.refuse(&job->request, is_taken ? 500 : 503);
        job->answer = make_answer(std::move(reply), job->request);
    }
    queue(std::move(job->answer), is_head);
    co_return true;
}

Session::Task Session::read_body(std::shared_ptr<Job> job) {
    wait_for(Waits::for_body, thread_.shared.options.limits.body_time);
    if (parser_.head().expects_continue && unread().empty()) {
        if (!co_await send_continue()) {
            co_return false;
        }
        wait_for(Waits::for_body, thread_.shared.options.limits.body_time);
    }
    for (;;) {
        const auto result = parser_.read_body(unread(), job->request.body);
        begin_ += result.used;
        if (result.step == RequestParser::Step::done) {
            co_return true;
        }
        if (result.step == RequestParser::Step::failed) {
            co_return co_await refuse(&job->request, result.failure);
        }
        if (!co_await read_some()) {
            if (is_timed_out_) {
                co_return co_await refuse(&job->request, 408);
            }
            co_return false;
        }
    }
}

void Session::hand_over(Request request) {
    thread_.wheel.disarm(*this);
    log_request(101, 0);
    Takeover takeover{std::move(socket_), std::move(request), std::string{unread()}, thread_.index,
                      std::move(place_)};
    thread_.shared.application.take(std::move(takeover));
}

}  // namespace forum::http
