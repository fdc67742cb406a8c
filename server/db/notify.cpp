#include "db/notify.hpp"

#include "base/log.hpp"
#include "db/connection.hpp"

namespace forum::db {

namespace {

using std::chrono::milliseconds;

constexpr milliseconds first_notify_pause{50};
constexpr milliseconds longest_notify_pause{2'000};

const Query tell_query{"db.tell", "SELECT pg_notify($1, $2)"};

}  // namespace

void tell(Tx& tx, const std::string& channel, const std::string& payload) { tx.exec_alone(tell_query, Params::of(channel, payload)); }

class Notifier::Impl {
public:
    Impl(const std::string& url, const std::string& channel, const std::string& payload, milliseconds at_most_every)
        : url_{complete_url(url, {})},
          statement_{"NOTIFY " + quoted(channel, '"') + ", " + quoted(payload, '\'')},
          at_most_every_{at_most_every},
          thread_{[this] { run(); }} {}

    ~Impl() {
        {
            const std::lock_guard lock{mutex_};
            is_stopping_ = true;
        }
        wake_.notify_all();
        thread_.join();
    }
    Impl(const Impl&) = delete;
    Impl& operator=(const Impl&) = delete;

    void notify() noexcept {
        // Whoever finds it set already has nothing to do: that NOTIFY has not gone out yet.
        if (is_wanted_.exchange(true)) {
            return;
        }
        { const std::lock_guard lock{mutex_}; }
        wake_.notify_one();
    }

private:
    static std::string quoted(const std::string& text, char quote) {
        std::string out{quote};
        for (const char c : text) {
            out.append(c == quote ? 2 : 1, c);
        }
        return out + quote;
    }

    void run() {
        auto pause = first_notify_pause;
        while (true) {
            {
                std::unique_lock lock{mutex_};
                wake_.wait(lock, [&] { return is_stopping_ || is_wanted_; });
                if (is_stopping_ && (!is_wanted_ || !connection_)) {
                    return;
                }
            }
            is_wanted_ = false;
            auto rest = at_most_every_;
            try {
                send();
                pause = first_notify_pause;
            } catch (const std::exception& error) {
                if (pause == first_notify_pause) {
                    base::log(base::LogLevel::warning, "event=notifier_lost why=\"{}\"", error.what());
                }
                connection_.reset();
                is_wanted_ = true;
                rest = std::exchange(pause, std::min(pause * 2, longest_notify_pause));
            }
            std::unique_lock lock{mutex_};
            wake_.wait_for(lock, rest, [&] { return is_stopping_; });
        }
    }

    void send() {
        if (connection_ && !connection_->is_usable()) {
            connection_.reset();
        }
        if (!connection_) {
            connection_ = std::make_unique<Connection>(
                url_, ConnectionSettings{.application_name = "forum-notify", .statement_timeout = std::chrono::seconds{5}});
        }
        connection_->run(statement_.c_str());
    }

    const std::string url_;
    const std::string statement_;
    const milliseconds at_most_every_;
    std::unique_ptr<Connection> connection_;
    std::atomic<bool> is_wanted_{false};
    std::mutex mutex_;
    std::condition_variable wake_;
    bool is_stopping_{false};
    std::thread thread_;
};

Notifier::Notifier(const std::string& url, const std::string& channel, const std::string& payload, milliseconds at_most_every)
    : impl_{std::make_unique<Impl>(url, channel, payload, at_most_every)} {}

Notifier::~Notifier() = default;

void Notifier::notify() noexcept { impl_->notify(); }

}  // namespace forum::db
