#include "async/turns.hpp"

#include <exception>

#include "base/log.hpp"

namespace forum::async {

Turns::Turns(const char* name, Pace pace, std::function<bool()> job, std::function<void()> on_thread_end)
    : name_{name}, pace_{pace}, job_{std::move(job)}, on_thread_end_{std::move(on_thread_end)}, thread_{[this] { work(); }} {}

void Turns::wake() {
    {
        const std::lock_guard lock{mutex_};
        if (is_wanted_) {
            return;  // and woken already, or it looks after its pause
        }
        is_wanted_ = true;
    }
    changed_.notify_one();
}

void Turns::stop() {
    {
        const std::lock_guard lock{mutex_};
        is_stopping_ = true;
    }
    changed_.notify_one();
    if (thread_.joinable()) {
        thread_.join();
    }
}

void Turns::work() {
    std::unique_lock lock{mutex_};
    while (!is_stopping_) {
        changed_.wait_for(lock, pace_.at_least_every, [this] { return is_wanted_ || is_stopping_; });
        if (is_stopping_) {
            break;
        }
        is_wanted_ = false;
        lock.unlock();
        const bool has_more = run();
        lock.lock();
        is_wanted_ = is_wanted_ || has_more;
        changed_.wait_for(lock, pace_.pause, [this] { return is_stopping_; });
    }
    lock.unlock();
    if (on_thread_end_) {
        on_thread_end_();
    }
}

// One line when trouble begins and one when it is over.
bool Turns::run() {
    try {
        const bool has_more = job_();
        if (is_failing_) {
            base::log(base::LogLevel::info, "event={}_recovered", name_);
        }
        is_failing_ = false;
        return has_more;
    } catch (const std::exception& error) {
        if (!is_failing_) {
            base::log(base::LogLevel::warning, "event={}_failing error=\"{}\"", name_, error.what());
        }
        is_failing_ = true;
        return false;
    }
}

}  // namespace forum::async
