// The way to PostgreSQL: a read job or a write job gets a Tx and runs top to bottom on the calling thread.
// Rule: call only from worker threads or commands; each thread has one connection of its own, made when first needed.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>

#include "base/histogram.hpp"
#include "db/group_commit.hpp"
#include "db/tx.hpp"

namespace forum::db {

struct DatabaseOptions {
    std::string url;                                      ///< libpq connection string or URI
    std::chrono::milliseconds statement_timeout{10'000};  ///< set on every connection
    std::chrono::seconds connect_timeout{3};              ///< libpq takes at least 2
};

class Database {
public:
    explicit Database(DatabaseOptions options);
    ~Database();
    Database(const Database&) = delete;
    Database& operator=(const Database&) = delete;

    /// Runs `job` in one REPEATABLE READ READ ONLY transaction (begun lazily at its first query): all its queries
    /// see one snapshot, so counts equal rows. Repeats once, on a new connection, when the connection turned out dead.
    /// Throws Problem{database_away} when PostgreSQL cannot be reached; what the job throws passes through.
    template <class Job>
    auto read(Job&& job) -> decltype(job(std::declval<Tx&>())) {
        return run(TxKind::read, std::forward<Job>(job));
    }

    /// Runs `job` in one READ COMMITTED transaction, begun lazily, committed after the job returns; then runs the
    /// Tx's after_commit hooks in order. A throw rolls back. Repeats (up to 3 times) on serialization failure or
    /// deadlock, and once when the connection is lost before COMMIT, so the job must have no effect outside the Tx.
    /// A connection lost at COMMIT or under exec_alone is not repeated (nobody knows whether it was done):
    /// Problem{database_away}, and the visitor's idempotency key makes the retry safe.
    template <class Job>
    auto write(Job&& job) -> decltype(job(std::declval<Tx&>())) {
        return run(TxKind::write, std::forward<Job>(job));
    }

    /// False from the moment a job found PostgreSQL out of reach until one succeeds again.
    bool is_reachable() const { return reachable_.load(std::memory_order_relaxed); }

    /// One trivial round trip; true when PostgreSQL answered. Never throws.
    bool ping() noexcept;

    /// Closes the calling thread's connection (a worker calls it when it ends).
    void close_this_thread();

    const DatabaseOptions& options() const { return options_; }

    /// Seconds of each write job that was committed, from its start to its commit, repeats included.
    base::Histogram::Figures write_figures() const { return writes_.figures(); }

    /// For tests. While it lives, all jobs of the thread that made it run inside one transaction, each in a savepoint
    /// of its own, and at its end everything is rolled back. now() stands still in it, and other threads see nothing.
    class RolledBack {
    public:
        explicit RolledBack(Database& database);
        ~RolledBack();
        RolledBack(const RolledBack&) = delete;
        RolledBack& operator=(const RolledBack&) = delete;

    private:
        Database& database_;
    };

private:
    struct Session;
    Session& session();
    void forget_session();
    void note_reachable(bool reachable, const std::string& reason);

    template <class Job>
    auto run(TxKind kind, Job&& job) -> decltype(job(std::declval<Tx&>())) {
        using Result = decltype(job(std::declval<Tx&>()));
        if constexpr (std::is_void_v<Result>) {
            run_erased(kind, [&](Tx& tx) { job(tx); });
        } else {
            std::optional<Result> result;
            run_erased(kind, [&](Tx& tx) { result.emplace(job(tx)); });
            return std::move(*result);
        }
    }
    void run_erased(TxKind kind, const std::function<void(Tx&)>& job);
    std::optional<Rows> run_group(const Query& query, const Params& params);

    DatabaseOptions options_;
    std::atomic<bool> reachable_{true};
    base::Histogram writes_{{0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 5}};
    /// Threads find out by it that a connection of theirs belongs to a Database that is gone.
    std::shared_ptr<const int> alive_;
    /// After a failed attempt that took t, nobody tries for another t: an unreachable host must not hold every worker.
    std::atomic<std::chrono::steady_clock::rep> next_attempt_{0};
    GroupCommit group_commit_;  // the last: its thread uses the others
};

}  // namespace forum::db
