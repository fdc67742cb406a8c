#include "db/tx.hpp"

#include <map>
#include <mutex>

#include "base/problem.hpp"
#include "db/tx_impl.hpp"

namespace forum::db {

namespace {

struct Registry {
    std::mutex mutex;
    std::map<std::string, const Query*, std::less<>> queries;
};

/// Never destroyed: queries are static objects of other files and end in no known order.
Registry& registry() {
    static auto& instance = *new Registry;
    return instance;
}

/// Errors that mean something to a visitor; all others stay as they are.
[[noreturn]] void rethrow_for_visitor(const DatabaseError& error) {
    // query_canceled (statement_timeout), lock_not_available
    if (error.sqlstate == "57014" || error.sqlstate == "55P03") {
        throw base::Problem{base::ProblemKind::busy};
    }
    // character_not_in_repertoire, untranslatable_character
    if (error.sqlstate == "22021" || error.sqlstate == "22P05") {
        throw base::Problem{base::ProblemKind::bad_request, "Text is not valid UTF-8"};
    }
    throw error;
}

}  // namespace

Query::Query(std::string_view query_name, std::string_view query_sql) : name{query_name}, sql{query_sql} {
    const std::lock_guard lock{registry().mutex};
    if (!registry().queries.emplace(name, this).second) {
        throw std::logic_error{"two queries are named " + name};
    }
}

Query::~Query() {
    const std::lock_guard lock{registry().mutex};
    registry().queries.erase(name);
}

std::vector<const Query*> all_queries() {
    const std::lock_guard lock{registry().mutex};
    std::vector<const Query*> found;
    for (const auto& [name, query] : registry().queries) {
        found.push_back(query);
    }
    return found;
}

template <class Statement>
Rows Tx::Impl::guarded(Statement&& statement) {
    try {
        return statement();
    } catch (const ConnectionLost&) {
        lost_ = true;
        throw;
    } catch (const DatabaseError& error) {
        failed_ = begun_;
        rethrow_for_visitor(error);
    } catch (...) {
        failed_ = begun_;
        throw;
    }
}

void Tx::Impl::begin() {
    if (nested_) {
        connection_.run(kind_ == TxKind::read ? "SAVEPOINT forum_job; SET TRANSACTION READ ONLY" : "SAVEPOINT forum_job");
    } else {
        connection_.run(kind_ == TxKind::read ? "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY" : "BEGIN");
    }
    begun_ = true;
}

Rows Tx::Impl::exec(const Query& query, const Params& params) {
    ++queries_;
    return guarded([&] {
        if (!begun_) {
            begin();
        }
        return connection_.run(query, params);
    });
}

Rows Tx::Impl::exec_alone(const Query& query, const Params& params) {
    if (begun_) {
        throw std::logic_error{"exec_alone after the transaction has begun: " + query.name};
    }
    ++queries_;
    if (nested_) {
        connection_.run("SAVEPOINT forum_alone");
        try {
            auto rows = connection_.run(query, params);
            connection_.run("RELEASE SAVEPOINT forum_alone");
            return rows;
        } catch (const DatabaseError& error) {
            connection_.run("ROLLBACK TO SAVEPOINT forum_alone");
            rethrow_for_visitor(error);
        } catch (const ConstraintViolation&) {
            connection_.run("ROLLBACK TO SAVEPOINT forum_alone");
            throw;
        }
    }
    in_doubt_ = true;
    auto rows = guarded([&] {
        try {
            return connection_.run(query, params);
        } catch (const ConnectionLost&) {
            throw;
        } catch (...) {
            in_doubt_ = false;  // PostgreSQL said no, so it did nothing
            throw;
        }
    });
    in_doubt_ = false;
    alone_done_ = true;
    return rows;
}

std::optional<Row> Tx::Impl::exec_together(const Query& query, const Params& params) {
    if (begun_) {
        throw std::logic_error{"exec_together after the transaction has begun: " + query.name};
    }
    if (nested_) {
        return exec_as_group(query, params);
    }
    ++queries_;
    in_doubt_ = true;  // also when the group's own connection was lost
    auto row = group_.run(query, params);
    in_doubt_ = false;
    alone_done_ = alone_done_ || row;
    return row;
}

// A test's outer transaction is its thread's alone, and so is the group.
std::optional<Row> Tx::Impl::exec_as_group(const Query& query, const Params& params) {
    try {
        const auto rows = exec_alone(query, Params::arrays_of({&params}));
        return rows.empty() ? std::nullopt : std::optional{rows[0]};
    } catch (const std::exception&) {
        return std::nullopt;
    }
}

bool Tx::Impl::finish() {
    if (lost_) {
        throw ConnectionLost{"lost under a statement"};
    }
    if (!begun_) {
        return true;
    }
    if (failed_) {
        roll_back();
        return false;
    }
    in_doubt_ = true;
    guarded([&] { return connection_.run(nested_ ? "RELEASE SAVEPOINT forum_job" : "COMMIT"); });
    in_doubt_ = false;
    begun_ = false;
    return true;
}

void Tx::Impl::roll_back() noexcept {
    in_doubt_ = false;
    if (!begun_ || lost_) {
        return;
    }
    begun_ = false;
    try {
        connection_.run(nested_ ? "ROLLBACK TO SAVEPOINT forum_job; RELEASE SAVEPOINT forum_job" : "ROLLBACK");
    } catch (const std::exception&) {
        // The connection is gone, and the server rolls back by itself; the next job finds out.
        lost_ = true;
    }
}

Rows Tx::exec(const Query& query, Params params) { return impl_.exec(query, params); }

Rows Tx::exec_alone(const Query& query, Params params) { return impl_.exec_alone(query, params); }

std::optional<Row> Tx::exec_together(const Query& query, const Params& params) { return impl_.exec_together(query, params); }

void Tx::after_commit(std::function<void()> hook) { impl_.hooks_.push_back(std::move(hook)); }

TxKind Tx::kind() const { return impl_.kind_; }

std::size_t Tx::queries() const { return impl_.queries_; }

}  // namespace forum::db
