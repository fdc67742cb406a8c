// The state behind a Tx: whether the transaction has begun, failed or is inside a test's outer one.
// Rule: made by Database for one attempt at one job, and gone after it.
#pragma once

#include <functional>
#include <vector>

#include "db/connection.hpp"
#include "db/group_commit.hpp"
#include "db/tx.hpp"

namespace forum::db {

class Tx::Impl {
public:
    /// `nested`: the connection is inside an outer transaction already (Database::RolledBack); use savepoints.
    Impl(Connection& connection, GroupCommit& group, TxKind kind, bool nested)
        : connection_{connection}, group_{group}, kind_{kind}, nested_{nested} {}

    Rows exec(const Query& query, const Params& params);
    Rows exec_alone(const Query& query, const Params& params);
    std::optional<Row> exec_together(const Query& query, const Params& params);

    /// True when it was committed (or there was nothing to commit) and the hooks may run.
    bool finish();
    void roll_back() noexcept;

    /// Whether running the job again can do nothing twice.
    bool may_repeat() const { return kind_ == TxKind::read || (!alone_done_ && !in_doubt_); }

    Connection& connection_;
    GroupCommit& group_;
    const TxKind kind_;
    const bool nested_;
    std::vector<std::function<void()>> hooks_;
    std::size_t queries_{0};

private:
    void begin();
    std::optional<Row> exec_as_group(const Query& query, const Params& params);
    template <class Statement>
    Rows guarded(Statement&& statement);

    bool begun_{false};
    bool failed_{false};      ///< a statement in the transaction failed: PostgreSQL will not commit it
    bool lost_{false};        ///< the connection went away
    bool alone_done_{false};  ///< a statement of its own succeeded
    bool in_doubt_{false};    ///< lost at COMMIT or under a statement of its own
};

}  // namespace forum::db
