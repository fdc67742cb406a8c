#include "async/workers.hpp"

#include <chrono>
#include <condition_variable>
#include <deque>
#include <exception>
#include <mutex>
#include <stdexcept>
#include <thread>
#include <utility>
#include <vector>

#include "base/log.hpp"

namespace forum::async {

class Workers::Impl {
public:
    Impl(std::size_t threads, std::size_t queue_limit, std::function<void()> on_thread_end)
        : queue_limit_{queue_limit}, on_thread_end_{std::move(on_thread_end)}, idle_{threads} {
        if (threads == 0) {
            throw std::invalid_argument{"a worker pool needs at least one thread"};
        }
        threads_.reserve(threads);
        for (std::size_t i = 0; i < threads; ++i) {
            threads_.emplace_back([this] { work(); });
        }
    }

    bool try_run(std::function<void()> job) {
        {
            const std::lock_guard lock{mutex_};
            // A job for which a thread stands idle does not wait: only more than that counts as the queue.
            if (stopping_ || queue_.size() >= queue_limit_ + idle_) {
                ++refused_;
                return false;
            }
            queue_.push_back({std::move(job), Clock::now()});
        }
        wake_.notify_one();
        return true;
    }

    std::size_t waiting() const {
        const std::lock_guard lock{mutex_};
        return queue_.size();
    }

    std::size_t threads() const { return threads_.size(); }

    Figures figures() const {
        const std::lock_guard lock{mutex_};
        return {queue_.size(), refused_, wait_.figures()};
    }

    void stop() {
        {
            const std::lock_guard lock{mutex_};
            stopping_ = true;
        }
        wake_.notify_all();
        for (auto& thread : threads_) {
            if (thread.joinable()) {
                thread.join();
            }
        }
    }

private:
    using Clock = std::chrono::steady_clock;

    struct Job {
        std::function<void()> run;
        Clock::time_point since;
    };

    void work() {
        std::unique_lock lock{mutex_};
        for (;;) {
            wake_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
            if (queue_.empty()) {
                break;
            }
            --idle_;
            auto [job, since] = std::move(queue_.front());
            queue_.pop_front();
            lock.unlock();
            wait_.count(std::chrono::duration<double>(Clock::now() - since).count());
            run_logged("worker job", job);
            job = nullptr;  // what it holds is let go before the lock is taken
            lock.lock();
            ++idle_;
        }
        lock.unlock();
        if (on_thread_end_) {
            run_logged("worker thread end", on_thread_end_);
        }
    }

    static void run_logged(std::string_view what, const std::function<void()>& function) {
        try {
            function();
        } catch (const std::exception& error) {
            base::log(base::LogLevel::error, "event=exception where=\"{}\" what=\"{}\"", what, error.what());
        } catch (...) {
            base::log(base::LogLevel::error, "event=exception where=\"{}\" what=unknown", what);
        }
    }

    const std::size_t queue_limit_;
    const std::function<void()> on_thread_end_;
    mutable std::mutex mutex_;
    std::condition_variable wake_;
    std::deque<Job> queue_;
    std::size_t idle_;  ///< threads that run no job, those on their way to one included
    bool stopping_{false};
    std::uint64_t refused_{0};
    base::Histogram wait_{{0.0001, 0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5}};
    std::vector<std::thread> threads_;
};

Workers::Workers(std::size_t threads, std::size_t queue_limit, std::function<void()> on_thread_end)
    : impl_{std::make_unique<Impl>(threads, queue_limit, std::move(on_thread_end))} {}

Workers::~Workers() { impl_->stop(); }

bool Workers::try_run(std::function<void()> job) { return impl_->try_run(std::move(job)); }
std::size_t Workers::waiting() const { return impl_->waiting(); }
std::size_t Workers::threads() const { return impl_->threads(); }
Workers::Figures Workers::figures() const { return impl_->figures(); }
void Workers::stop() { impl_->stop(); }

}  // namespace forum::async
