// Statements of several threads in one commit: who comes while one is under way shares the next, so that the disk is waited for
// once for all of them. Rule: nobody gets his row before the commit that holds it.
#pragma once

#include <condition_variable>
#include <exception>
#include <functional>
#include <mutex>
#include <optional>
#include <vector>

#include "db/rows.hpp"

namespace forum::db {

struct Query;

/// One for a database; Tx::exec_together is the way in.
class GroupCommit {
public:
    /// Runs the query with the parameters of a whole group; nothing when PostgreSQL refused it and so did nothing. What it throws
    /// means that nobody knows what was done.
    using Execute = std::function<std::optional<Rows>(const Params&)>;

    /// Waits while a group is under way; then one of those who wait executes the query for all of them. Gives the caller's row,
    /// or nothing when the group was refused or the caller left out. What `execute` throws is thrown to each of the group.
    std::optional<Row> run(const Query& query, const Params& params, const Execute& execute);

private:
    struct Caller {
        const Query& query;
        const Params& params;
        std::optional<Row> row;
        std::exception_ptr in_doubt;
        bool is_done{false};
    };

    std::vector<Caller*> take_group(const Query& query);
    static void lead(const std::vector<Caller*>& group, const Execute& execute);

    std::mutex mutex_;
    std::condition_variable changed_;
    std::vector<Caller*> waiting_;
    bool is_under_way_{false};
};

}  // namespace forum::db
