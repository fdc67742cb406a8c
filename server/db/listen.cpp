#include "db/listen.hpp"

// libpq itself: libpqxx 6 can neither connect nor wait with a deadline, and a server that hangs would hang this thread.
#include <libpq-fe.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "base/log.hpp"
#include "db/connection.hpp"

namespace forum::db {

namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr milliseconds first_listen_pause{50};

/// Why this connection is of no use any more.
struct Broken : std::runtime_error {
    using std::runtime_error::runtime_error;
};
/// The owner wants an end.
struct Stopped {};

/// Lets another thread end a poll.
class StopSignal {
public:
    StopSignal() : file_{::eventfd(0, EFD_CLOEXEC)} {
        if (file_ < 0) {
            throw std::system_error{errno, std::generic_category(), "eventfd"};
        }
    }
    ~StopSignal() { ::close(file_); }
    StopSignal(const StopSignal&) = delete;
    StopSignal& operator=(const StopSignal&) = delete;

    void raise() const { ::eventfd_write(file_, 1); }

    /// Waits for `events` on `socket` (-1: for nothing) until `deadline`. False when it came first; throws Stopped.
    bool wait(int socket, short events, Clock::time_point deadline) const {
        while (true) {
            const auto left = std::chrono::ceil<milliseconds>(deadline - Clock::now());
            std::array<pollfd, 2> files{pollfd{.fd = file_, .events = POLLIN, .revents = 0},
                                        pollfd{.fd = socket, .events = events, .revents = 0}};
            const int ready = ::poll(files.data(), files.size(), static_cast<int>(std::max<long>(left.count(), 0)));
            if (files[0].revents != 0) {
                throw Stopped{};
            }
            if (ready > 0) {
                return true;
            }
            if (ready == 0) {
                return false;
            }
            if (errno != EINTR) {
                throw std::system_error{errno, std::generic_category(), "poll"};
            }
        }
    }

private:
    int file_;
};

std::string one_line(const char* message) {
    std::string line{message};
    std::replace(line.begin(), line.end(), '\n', ' ');
    return line;
}

/// One libpq connection, every wait with a deadline.
class ListenConnection {
public:
    ListenConnection(const std::string& url, const StopSignal& stop, Clock::time_point deadline)
        : stop_{stop}, connection_{PQconnectStart(url.c_str())} {
        try {
            connect(deadline);
        } catch (...) {
            PQfinish(connection_);
            throw;
        }
    }
    ~ListenConnection() { PQfinish(connection_); }
    ListenConnection(const ListenConnection&) = delete;
    ListenConnection& operator=(const ListenConnection&) = delete;

    /// Runs a statement without rows.
    void run(const std::string& sql, Clock::time_point deadline) {
        check(PQsendQuery(connection_, sql.c_str()) == 1);
        while (true) {
            check(PQflush(connection_) >= 0);
            while (PQisBusy(connection_) == 1) {
                if (!stop_.wait(PQsocket(connection_), POLLIN, deadline)) {
                    throw Broken{"no answer in time"};
                }
                check(PQconsumeInput(connection_) == 1);
            }
            auto* const result = PQgetResult(connection_);
            if (result == nullptr) {
                return;
            }
            const bool is_done = PQresultStatus(result) == PGRES_COMMAND_OK;
            const auto why = one_line(PQresultErrorMessage(result));
            PQclear(result);
            if (!is_done) {
                throw Broken{why};
            }
        }
    }

    /// Waits for more bytes until `deadline`; false when none came.
    bool wait(Clock::time_point deadline) {
        if (!stop_.wait(PQsocket(connection_), POLLIN, deadline)) {
            return false;
        }
        check(PQconsumeInput(connection_) == 1);
        return true;
    }

    /// Calls `each(channel, payload)` for what has come.
    template <class Each>
    void take_notifications(Each&& each) {
        while (auto* const found = PQnotifies(connection_)) {
            const std::string channel{found->relname};
            const std::string payload{found->extra};
            PQfreemem(found);
            each(channel, payload);
        }
    }

    std::string quoted(const std::string& name) const {
        char* const escaped = PQescapeIdentifier(connection_, name.data(), name.size());
        check(escaped != nullptr);
        std::string out{escaped};
        PQfreemem(escaped);
        return out;
    }

    int backend_pid() const { return PQbackendPID(connection_); }

private:
    void connect(Clock::time_point deadline) {
        check(connection_ != nullptr && PQstatus(connection_) != CONNECTION_BAD);
        // What the server says unasked comes again as the reason of the error; libpq would print it.
        PQsetNoticeProcessor(
            connection_, [](void*, const char*) {}, nullptr);
        auto wanted = PGRES_POLLING_WRITING;
        while (wanted != PGRES_POLLING_OK) {
            const auto events = static_cast<short>(wanted == PGRES_POLLING_READING ? POLLIN : POLLOUT);
            if (!stop_.wait(PQsocket(connection_), events, deadline)) {
                throw Broken{"no connection in time"};
            }
            wanted = PQconnectPoll(connection_);
            check(wanted != PGRES_POLLING_FAILED);
        }
    }

    void check(bool is_good) const {
        if (!is_good) {
            throw Broken{one_line(PQerrorMessage(connection_))};
        }
    }

    const StopSignal& stop_;
    PGconn* connection_;
};

}  // namespace

class Listener::Impl {
public:
    Impl(const std::string& url, std::string channel, OnNotify on_notify, OnHealth on_health, milliseconds interval)
        : url_{complete_url(url, {{"application_name", "forum-listen"}})},
          channel_{std::move(channel)},
          on_notify_{std::move(on_notify)},
          on_health_{std::move(on_health)},
          interval_{interval},
          thread_{[this] { run(); }} {}

    ~Impl() {
        stop_.raise();
        thread_.join();
    }
    Impl(const Impl&) = delete;
    Impl& operator=(const Impl&) = delete;

    bool is_healthy() const { return is_healthy_.load(); }

private:
    template <class Function, class... Args>
    static void call(const Function& function, Args... args) {
        try {
            function(args...);
        } catch (const std::exception& error) {
            base::log(base::LogLevel::error, "event=listener_callback_failed what=\"{}\"", error.what());
        }
    }

    void set_healthy(bool is_healthy) {
        if (is_healthy_.exchange(is_healthy) != is_healthy) {
            call(on_health_, is_healthy);
        }
    }

    void run() {
        auto pause = first_listen_pause;
        try {
            while (true) {
                try {
                    listen(pause);
                } catch (const std::exception& error) {
                    if (is_healthy_ || pause == first_listen_pause) {
                        base::log(base::LogLevel::warning, "event=listener_lost why=\"{}\"", error.what());
                    }
                }
                set_healthy(false);
                stop_.wait(-1, 0, Clock::now() + pause);
                pause = std::min(pause * 2, std::max(interval_, first_listen_pause));
            }
        } catch (const Stopped&) {
        }
    }

    /// One connection's life; throws when it ends. Sets `pause` back once the connection has proved itself.
    void listen(milliseconds& pause) {
        ListenConnection connection{url_, stop_, Clock::now() + interval_};
        const auto proof_channel = "forum_proof_" + std::to_string(connection.backend_pid());
        connection.run("LISTEN " + connection.quoted(channel_) + "; LISTEN " + proof_channel, Clock::now() + interval_);
        for (std::uint64_t round = 1;; ++round) {
            const auto deadline = Clock::now() + interval_;
            const auto proof = std::to_string(round);
            connection.run("NOTIFY " + proof_channel + ", '" + proof + "'", deadline);
            bool is_proved = false;
            do {
                bool is_notified = false;
                std::vector<std::string> payloads;
                connection.take_notifications([&](const std::string& channel, const std::string& payload) {
                    is_notified = is_notified || (channel == channel_ && payload.empty());
                    if (channel == channel_ && !payload.empty()) {
                        payloads.push_back(payload);
                    }
                    is_proved = is_proved || (channel == proof_channel && payload == proof);
                });
                if (is_notified) {
                    call(on_notify_, std::string{});
                }
                for (const auto& payload : payloads) {
                    call(on_notify_, payload);
                }
                if (is_proved && !is_healthy_) {
                    pause = first_listen_pause;
                    set_healthy(true);
                }
            } while (connection.wait(deadline));
            if (!is_proved) {
                throw Broken{"its own notification did not come back"};
            }
        }
    }

    const std::string url_;
    const std::string channel_;
    const OnNotify on_notify_;
    const OnHealth on_health_;
    const milliseconds interval_;
    std::atomic<bool> is_healthy_{false};
    StopSignal stop_;
    std::thread thread_;
};

Listener::Listener(const std::string& url, std::string channel, OnNotify on_notify, OnHealth on_health, milliseconds interval)
    : impl_{std::make_unique<Impl>(url, std::move(channel), std::move(on_notify), std::move(on_health), interval)} {}

Listener::~Listener() = default;

bool Listener::is_healthy() const { return impl_->is_healthy(); }

}  // namespace forum::db
