#include "http/io_thread.hpp"

#include <boost/asio/post.hpp>
#include <random>

#include "base/time.hpp"
#include "http/session.hpp"

namespace forum::http {

namespace asio = boost::asio;

IoThread::IoThread(Shared& shared_state, std::size_t thread_index)
    : shared{shared_state},
      index{thread_index},
      context{1},
      wheel{context, [this] { tick(); }},
      log{shared_state.options.access_log},
      work_{asio::make_work_guard(context)} {
    std::random_device device;
    id_state_ = (std::uint64_t{device()} << 32) | device();
    tick();
}

void IoThread::tick() {
    const auto now = base::now();
    date_line = "Date: " + base::to_http_date(now) + "\r\n";
    log.tick(now);
}

void IoThread::run() {
    wheel.start();
    context.run();
    log.flush();
}

void IoThread::stop() {
    asio::post(context, [this] {
        is_stopping = true;
        for (auto* session : sessions) {
            session->stop();
        }
    });
}

void IoThread::abandon() {
    asio::post(context, [this] {
        for (auto* session : sessions) {
            session->abandon();
        }
    });
}

// SplitMix64: a counter made to look random, without a repeat in 2^64.
std::uint64_t IoThread::next_request_id() {
    id_state_ += 0x9e3779b97f4a7c15U;
    std::uint64_t id = id_state_;
    id = (id ^ (id >> 30)) * 0xbf58476d1ce4e5b9U;
    id = (id ^ (id >> 27)) * 0x94d049bb133111ebU;
    return id ^ (id >> 31);
}

}  // namespace forum::http
