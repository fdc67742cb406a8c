// A job with a thread of its own that runs when it is woken, and once in a while by itself. Rule: a wake-up is never lost and never
// queued: however many come during a turn, one more turn follows.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

namespace forum::async {

class Turns {
public:
    struct Pace {
        std::chrono::milliseconds at_least_every{1000};
        std::chrono::milliseconds pause{100};  ///< between two turns, so that a burst becomes one
    };
    /// `job` answers whether there may be more to do at once; when it throws, that is logged once and it is run again later.
    /// `on_thread_end` runs on the thread before it ends (it closes that thread's database connection).
    Turns(const char* name, Pace pace, std::function<bool()> job, std::function<void()> on_thread_end = {});
    ~Turns() { stop(); }
    Turns(const Turns&) = delete;
    Turns& operator=(const Turns&) = delete;

    /// Any thread; costs a lock.
    void wake();
    /// After the turn that runs; no other begins.
    void stop();

private:
    void work();
    bool run();

    const char* name_;
    const Pace pace_;
    std::function<bool()> job_;
    std::function<void()> on_thread_end_;
    std::mutex mutex_;
    std::condition_variable changed_;
    bool is_wanted_{false};
    bool is_stopping_{false};
    bool is_failing_{false};
    std::thread thread_;
};

}  // namespace forum::async
