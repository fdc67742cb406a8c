// What the sessions of one I/O thread share: its context, clock, log and limits. Rule: used on that thread only, but for
// `context` (posting) and `stop` from outside, and the figures.
#pragma once

#include <atomic>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <cstdint>
#include <string>
#include <unordered_set>

#include "async/hop.hpp"
#include "async/timer_wheel.hpp"
#include "http/access_log.hpp"
#include "http/connections.hpp"
#include "http/server.hpp"
#include "http/trusted_proxies.hpp"

namespace forum::http {

class Session;

/// The same for all threads, made before the first and gone after the last.
struct Shared {
    ServerOptions options;
    Application& application;
    async::RunOnWorker run_on_worker;
    TrustedProxies proxies;
    TrustedProxies unlimited;
    std::shared_ptr<Connections> connections;
};

class IoThread {
public:
    IoThread(Shared& shared_state, std::size_t thread_index);

    /// Runs the context on this thread until `context.stop()`.
    void run();

    /// From any thread: idle connections end, the others after the request they are at.
    void stop();
    /// From any thread: all end now.
    void abandon();

    std::uint64_t next_request_id();

    Shared& shared;
    const std::size_t index;
    // Before the context: sessions that are left when it is destroyed still leave this set.
    std::unordered_set<Session*> sessions;
    boost::asio::io_context context;
    async::TimerWheel wheel;
    AccessLog log;
    std::string date_line;  ///< "Date: ...\r\n" of this second
    bool is_stopping{false};
    // Written by this thread alone, read by any.
    std::atomic<std::uint64_t> requests{0};
    std::atomic<std::uint64_t> ready_answers{0};

private:
    void tick();

    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_;
    std::uint64_t id_state_;
};

/// A counter with one writer needs no locked instruction.
inline void count_one(std::atomic<std::uint64_t>& counter) {
    counter.store(counter.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
}

}  // namespace forum::http
