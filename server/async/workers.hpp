// A bounded pool of threads for everything that blocks: database, argon2, rendering. Rule: a full queue is
// a polite no (the caller answers 503), never a wait.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>

#include "base/histogram.hpp"

namespace forum::async {

class Workers {
public:
    /// `threads` >= 1; at most `queue_limit` jobs wait. `on_thread_end` runs on each thread before it ends
    /// (it closes that thread's database connection).
    Workers(std::size_t threads, std::size_t queue_limit, std::function<void()> on_thread_end = {});
    ~Workers();
    Workers(const Workers&) = delete;
    Workers& operator=(const Workers&) = delete;

    /// False when the queue is full or the pool is stopping. A job must not throw; one that does is logged.
    [[nodiscard]] bool try_run(std::function<void()> job);

    std::size_t waiting() const;
    std::size_t threads() const;

    struct Figures {
        std::size_t waiting;
        std::uint64_t refused;          ///< jobs that found the queue full
        base::Histogram::Figures wait;  ///< seconds that a job waited for a thread, and so for its connection
    };
    Figures figures() const;

    /// Finishes what is queued, then joins. Further try_run answers false.
    void stop();

private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace forum::async
