// One connection to PostgreSQL with our settings and our errors, for the files of this room only.
// Rule: a connection belongs to the thread that uses it; after ConnectionLost throw it away and make a new one.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/problem.hpp"
#include "db/rows.hpp"

namespace forum::db {

struct Query;

/// PostgreSQL cannot be reached, or went away under a statement. The reason is for the log: it names host and
/// user, never a password. For the visitor it is the problem `database-away`.
struct ConnectionLost : base::Problem {
    explicit ConnectionLost(std::string why) : Problem{base::ProblemKind::database_away}, reason{std::move(why)} {}
    std::string reason;
};

struct ConnectionSettings {
    std::string application_name{"forum"};
    std::chrono::milliseconds statement_timeout{0};  ///< 0 = none
    std::chrono::seconds connect_timeout{3};         ///< libpq takes at least 2
};

class Connection {
public:
    /// Throws ConnectionLost when PostgreSQL is away or refuses, std::invalid_argument when `url` is malformed.
    Connection(const std::string& url, const ConnectionSettings& settings);
    ~Connection();
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    /// One or more statements without parameters (simple protocol); the last one's rows.
    Rows run(const char* sql);

    /// A prepared statement, prepared at its first use on this connection.
    Rows run(const Query& query, const Params& params);

    /// One statement with parameters, not kept.
    Rows run_once(const std::string& sql, const Params& params);

    /// False when the server has closed an idle connection; costs one poll(2).
    bool is_usable() const;

    int backend_pid() const;

private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

/// `url` (connection string or URI) as key=value pairs with `changes` put over it. Throws std::invalid_argument
/// with one clear line, without the password, when `url` is malformed.
std::string change_url(const std::string& url, const std::vector<std::pair<std::string, std::string>>& changes);

/// The value that `url` gives for `key`; "" when it gives none.
std::string find_in_url(const std::string& url, const std::string& key);

/// As change_url, but sets only what `url` leaves open.
std::string complete_url(const std::string& url, const std::vector<std::pair<std::string, std::string>>& defaults);

}  // namespace forum::db
