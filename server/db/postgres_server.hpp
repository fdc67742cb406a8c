// A PostgreSQL server of our own in a folder of our own: made, started, adopted when it runs already, stopped.
// Rule: the caller sees to it that one process at a time handles a folder (embedded.hpp does, with a lock file).
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include <sys/types.h>

#include "db/child_process.hpp"

namespace forum::db {

/// Why there is no database, in one line for the person who starts the forum.
struct PostgresError : std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// The superuser of the folder, who owns the tables and migrates.
constexpr std::string_view owner_role = "forum_owner";
/// The role that the running forum uses: reads and writes rows, but not those of audit tables (grants in migrate.hpp).
constexpr std::string_view application_role = "forum_app";

struct PostgresOptions {
    /// `postgres/` (data) and `socket/` are made in it. Started by root, another place is taken when the database's
    /// user cannot enter it (see PostgresServer::home).
    std::filesystem::path directory;
    bool may_make{true};                                         ///< false: an empty folder is refused and stays empty
    bool is_durable{true};                                       ///< false only for tests: fast, and lost at a power cut
    std::uintmax_t least_free_bytes{std::uintmax_t{256} << 20};  ///< wanted on disk for a new database
    std::vector<std::filesystem::path> binaries;                 ///< folders with `initdb` and `postgres`; empty = installed_binaries()
    std::chrono::seconds patience{300};                          ///< for crash recovery at start
    std::function<void(std::string_view)> say;                   ///< a line about what takes long
};

/// /usr/lib/postgresql/*/bin, newest first.
std::vector<std::filesystem::path> installed_binaries();

class PostgresServer {
public:
    /// Finds place, user and binaries; makes folders; starts nothing. Throws PostgresError.
    explicit PostgresServer(PostgresOptions options);

    /// Makes the database when the folder is empty and it may, adopts a server that runs in it or starts one, and waits until it
    /// answers. Throws PostgresError. `give_up` is asked while it waits.
    void start(const std::function<bool()>& give_up = [] { return false; });

    bool is_running() const { return db::is_running(pid_); }

    /// Fast shutdown: ends connections, writes everything, waits. After 60 s it is told to stop at once, which costs
    /// the next start a recovery and loses nothing.
    void stop();

    /// Makes the database when it is missing. `server` must run.
    void ensure_database(const std::string& name) const;

    std::string url(std::string_view role, const std::string& database) const;
    pid_t pid() const { return pid_; }
    const std::filesystem::path& home() const { return home_; }

private:
    /// PostgreSQL's name for its socket on port 5432, behind the folder's.
    static constexpr std::string_view socket_name{"/.s.PGSQL.5432"};

    std::filesystem::path data() const { return home_ / "postgres"; }
    std::filesystem::path log_file() const { return home_ / "postgres.log"; }
    void choose_home();
    void choose_binaries();
    void choose_socket_folder();
    void make_folder(const std::filesystem::path& folder) const;
    void make_cluster();
    bool adopt(const std::function<bool()>& give_up);
    void launch(const std::function<bool()>& give_up);
    /// Empty when it answered; otherwise why it did not.
    std::string try_connect() const;
    bool wait_until_ready(const std::function<bool()>& give_up);
    std::vector<std::string> settings() const;
    std::string last_words() const;
    void say(std::string_view line) const;

    PostgresOptions options_;
    std::optional<Account> account_;
    std::filesystem::path home_;
    std::filesystem::path binaries_;
    std::filesystem::path socket_folder_;
    pid_t pid_{0};
};

}  // namespace forum::db
