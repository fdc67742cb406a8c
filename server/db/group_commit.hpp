// Statements of several threads in one commit: who comes while one is under way shares the next, so that the disk is waited for
// once for all of them. Rule: nobody gets his row before the commit that holds it.
#pragma once

#include <chrono>
#include <condition_variable>
#include <deque>
#include <exception>
#include <functional>
#include <latch>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "db/rows.hpp"

namespace forum::db {

struct Query;

/// One for a database, with a thread and so a connection of its own, whose caches stay warm; Tx::exec_together is the way in.
class GroupCommit {
public:
    /// Runs the query with the parameters of a whole group; nothing when PostgreSQL refused it and so did nothing. What it throws
    /// means that nobody knows what was done. Called on the own thread only.
    using Execute = std::function<std::optional<Rows>(const Query&, const Params&)>;

    explicit GroupCommit(Execute execute) : execute_{std::move(execute)} {}
    ~GroupCommit();
    GroupCommit(const GroupCommit&) = delete;
    GroupCommit& operator=(const GroupCommit&) = delete;

    /// Any thread. Waits for the commit that holds the caller's part. Gives the caller's row, or nothing when the group was
    /// refused or the caller left out. What `execute` throws is thrown to each of the group.
    std::optional<Row> run(const Query& query, const Params& params);

private:
    struct Outcome {
        std::optional<Row> row{};
        std::exception_ptr in_doubt{};
    };
    struct Group {
        const Query& query;
        std::vector<const Params*> params{};  ///< of its callers, who wait
        std::vector<Outcome> outcomes{};      ///< for each in the same order, once it is done
        std::latch is_done{1};                ///< one for all, so that they are woken at once and none holds up another
    };

    /// Who was served often comes again at once. Without a moment for them, half of the callers are always in a commit and the other
    /// half wait for it, and each commit costs nearly what it would for all. The thread waits no longer than the last commit took, which
    /// is what it can save, and for no more callers than came lately, so one who is alone does not wait. The same thought: PostgreSQL's
    /// commit_delay and commit_siblings.
    static constexpr std::chrono::milliseconds longest_patience{2};

    void work();
    std::shared_ptr<Group> group_for(const Query& query);
    void execute(Group& group) const;

    const Execute execute_;
    std::mutex mutex_;
    std::condition_variable wanted_;
    std::deque<std::shared_ptr<Group>> next_;
    std::size_t waiting_{0};   ///< callers in the next groups
    std::size_t expected_{1};  ///< callers whom the last group served or kept waiting; one when nobody came again
    bool is_stopping_{false};
    std::thread thread_;  ///< begins with the first caller: most commands have none
};

}  // namespace forum::db
