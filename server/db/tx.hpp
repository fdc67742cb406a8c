// One unit of work on one connection. Rule: a Tx lives on one thread inside Database::read or ::write and is
// passed by reference down to the stores; nobody keeps it.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "db/rows.hpp"

namespace forum::db {

/// A named query, declared once at the top of the one store that uses it. `name` is unique over the program
/// ("discussion.find_thread"); the text is prepared under that name at first use on each connection.
/// Every Query registers itself so that a test can prepare all of them (see all_queries()).
/// Throws std::logic_error when the name is taken: at start that ends the program, with the name in the message.
struct Query {
    Query(std::string_view query_name, std::string_view query_sql);
    ~Query();
    Query(const Query&) = delete;
    Query& operator=(const Query&) = delete;
    std::string name;
    std::string sql;
};

/// Every Query that is alive now, by name.
std::vector<const Query*> all_queries();

enum class TxKind { read, write };

class Tx {
public:
    class Impl;
    explicit Tx(Impl& impl) : impl_{impl} {}
    Tx(const Tx&) = delete;
    Tx& operator=(const Tx&) = delete;

    /// Runs a prepared query. The transaction begins here when it had not begun.
    /// Unique, foreign key, check and exclusion violations throw ConstraintViolation (below); a statement that ran
    /// into its time limit or a lock's throws Problem{busy}, text that is not UTF-8 Problem{bad_request}, others a
    /// DatabaseError. After any of them the transaction is lost: a job that catches it and returns has its answer
    /// delivered, but all its changes are rolled back and its after_commit hooks do not run.
    Rows exec(const Query& query, Params params = {});

    /// As exec, but outside a transaction: one round trip that commits itself when it writes. Only before the
    /// transaction has begun (throws std::logic_error after); any number of times. Once one has succeeded in a write
    /// job, that job is not repeated any more.
    Rows exec_alone(const Query& query, Params params = {});

    /// As exec_alone, in one commit with what other threads ask of this query at the same moment. `query` takes of each
    /// parameter an array with one element per caller, and gives at most one row per caller, with its place in the arrays (from
    /// 1) in the column `place`. Nothing when PostgreSQL refused the whole group or the query left this caller out: then nothing
    /// was done for him, and he asks alone. The others wait while it waits, so the query skips what is locked.
    std::optional<Row> exec_together(const Query& query, const Params& params);

    /// Runs after a successful commit (or after the job, when only statements of their own were run), on the same thread, in
    /// order. A hook that throws is logged and changes nothing: the commit stands.
    void after_commit(std::function<void()> hook);

    TxKind kind() const;

    /// How many queries the job has run so far: a test holds that of a page against the number of its rows.
    std::size_t queries() const;

private:
    Impl& impl_;
};

/// A constraint said no; `constraint` is its name in the schema.
struct ConstraintViolation : std::runtime_error {
    ConstraintViolation(std::string constraint_name, const std::string& message)
        : std::runtime_error{message}, constraint{std::move(constraint_name)} {}
    std::string constraint;
};

/// Any other error that PostgreSQL reported. `sqlstate` has five characters; P0001 is RAISE EXCEPTION.
struct DatabaseError : std::runtime_error {
    DatabaseError(std::string state, const std::string& message) : std::runtime_error{message}, sqlstate{std::move(state)} {}
    std::string sqlstate;
};

}  // namespace forum::db
