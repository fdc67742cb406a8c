// What must happen by the clock: one of the processes on a database does it, the others stand by. Rule: a chore may come sooner
// than its period says (another process took over, or this one started again), so done twice must be as good as done once.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "base/time.hpp"
#include "db/database.hpp"

namespace forum::app {

struct Chore {
    std::string name;  ///< for the log
    std::chrono::seconds period;
    /// One write job; what is much is done in portions, so that it stays far below the statement timeout.
    std::function<void(db::Tx& tx, base::Time now)> run;
};

class Chores {
public:
    Chores(db::Database& database, std::vector<Chore> chores);
    /// Waits for the chore that is running, and for no other.
    ~Chores();
    Chores(const Chores&) = delete;
    Chores& operator=(const Chores&) = delete;

    /// Runs what is due on a thread of its own, now and after each `interval`. Once.
    void start(std::chrono::milliseconds interval = std::chrono::seconds{10});

    /// Runs what is due at `now` when no other process has taken this upon itself. A chore that throws is logged, leaves
    /// nothing behind and stays due; the others go on. The calling thread's connection holds the task until it closes.
    void run_due(base::Time now);

private:
    struct Planned {
        Chore chore;
        base::Time due{};
    };

    void work(std::chrono::milliseconds interval);
    bool is_stopping();

    db::Database& database_;
    std::vector<Planned> planned_;
    std::mutex mutex_;
    std::condition_variable wake_;
    bool is_stopping_{false};
    std::thread thread_;
};

}  // namespace forum::app
