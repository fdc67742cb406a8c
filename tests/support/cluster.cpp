#include "support/cluster.hpp"

#include <fcntl.h>
#include <linux/close_range.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <functional>
#include <system_error>

#include "db/connection.hpp"
#include "db/migrate.hpp"
#include "db/postgres_server.hpp"

namespace forum::test {

namespace {

namespace fs = std::filesystem;

fs::path cluster_folder() {
    if (const char* chosen = std::getenv("FORUM_TEST_CLUSTER")) {
        return chosen;
    }
    const auto number = std::hash<std::string>{}(FORUM_BUILD_DIR) % 1'000'000;
    return "/tmp/forum-tests-" + std::to_string(::geteuid()) + "-" + std::to_string(number);
}

class LockFile {
public:
    explicit LockFile(const fs::path& path) : file_{::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, S_IRUSR | S_IWUSR)} {
        if (file_ < 0) {
            throw std::system_error{errno, std::generic_category(), path.string()};
        }
    }
    ~LockFile() { ::close(file_); }
    LockFile(const LockFile&) = delete;
    LockFile& operator=(const LockFile&) = delete;

    bool lock(int operation) const {
        int result = -1;
        do {
            result = ::flock(file_, operation);
        } while (result != 0 && errno == EINTR);
        return result == 0;
    }
    int number() const { return file_; }

private:
    int file_;
};

/// Runs in a process of its own, so only plain system calls: waits until no test program holds `users`, then stops the
/// server whose number stands in `pid_file`.
[[noreturn]] void supervise(const char* users, const char* pid_file, int own_lock) {
    ::setsid();
    const int null = ::open("/dev/null", O_RDWR);
    for (int file = 0; file < 3; ++file) {
        ::dup2(null, file);
    }
    // The own lock survives as file 3; all others, with the shared lock of our parent among them, are closed.
    if (own_lock != 3) {
        ::dup2(own_lock, 3);
    }
    ::close_range(4, ~0U, 0);
    for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGQUIT}) {
        ::signal(signal, SIG_IGN);
    }
    const int file = ::open(users, O_RDWR | O_CLOEXEC);
    while (::flock(file, LOCK_EX) != 0 && errno == EINTR) {
    }
    char number[32]{};
    const int pid_source = ::open(pid_file, O_RDONLY | O_CLOEXEC);
    if (pid_source >= 0 && ::read(pid_source, number, sizeof number - 1) > 0) {
        const auto pid = static_cast<pid_t>(std::strtol(number, nullptr, 10));
        if (pid > 1 && ::kill(pid, SIGINT) == 0) {
            // The server takes its file away when it has stopped.
            while (::access(pid_file, F_OK) == 0 && ::kill(pid, 0) == 0) {
                ::usleep(5'000);
            }
        }
    }
    ::_exit(0);
}

bool process_lives(const std::string& number) {
    const auto pid = static_cast<pid_t>(std::strtol(number.c_str(), nullptr, 10));
    return pid > 0 && (::kill(pid, 0) == 0 || errno == EPERM);
}

/// What test programs left that were killed.
void drop_leftovers(db::Connection& connection) {
    const std::string prefix{"forum_test_"};
    for (const auto row : connection.run("SELECT datname FROM pg_database WHERE datname LIKE 'forum\\_test\\_%'")) {
        const auto name = row.text("datname");
        const auto rest = name.substr(prefix.size());
        if (!process_lives(rest.substr(0, rest.find('_')))) {
            connection.run(("DROP DATABASE IF EXISTS \"" + name + "\" WITH (FORCE)").c_str());
        }
    }
}

db::PostgresOptions options_for(const fs::path& folder) {
    db::PostgresOptions options;
    options.directory = folder;
    options.is_durable = false;
    return options;
}

}  // namespace

fs::path sql_folder() { return fs::path{FORUM_SOURCE_DIR} / "sql"; }

class Cluster::Server {
public:
    Server() : folder_{made(cluster_folder())}, start_{folder_ / "start.lock"}, users_{folder_ / "users.lock"} {
        start_.lock(LOCK_EX);
        users_.lock(LOCK_SH);
        server_ = std::make_unique<db::PostgresServer>(options_for(folder_));
        try {
            server_->start();
        } catch (const db::PostgresError&) {
            // Without fsync a power cut leaves a folder that is of no use; nothing in it is worth keeping.
            server_->stop();
            fs::remove_all(server_->home() / "postgres");
            server_ = std::make_unique<db::PostgresServer>(options_for(folder_));
            server_->start();
        }
        server_->ensure_database("forum");
        ensure_supervisor();
    }

    void started() const { start_.lock(LOCK_UN); }
    const db::PostgresServer& postgres() const { return *server_; }

private:
    static fs::path made(const fs::path& folder) {
        fs::create_directories(folder);
        return folder;
    }

    void ensure_supervisor() const {
        const LockFile lock{folder_ / "supervisor.lock"};
        if (!lock.lock(LOCK_EX | LOCK_NB)) {
            return;
        }
        const auto users = (folder_ / "users.lock").string();
        const auto pid_file = (server_->home() / "postgres" / "postmaster.pid").string();
        if (::fork() == 0) {
            supervise(users.c_str(), pid_file.c_str(), lock.number());
        }
    }

    fs::path folder_;
    LockFile start_;
    LockFile users_;
    std::unique_ptr<db::PostgresServer> server_;
};

Cluster& Cluster::get() {
    static Cluster cluster;
    return cluster;
}

Cluster::Cluster() : server_{std::make_unique<Server>()} {
    make_template();
    server_->started();
}

Cluster::~Cluster() = default;

std::string Cluster::url(std::string_view role, const std::string& database) const { return server_->postgres().url(role, database); }

void Cluster::make_template() {
    template_name_ = "forum_template_" + db::schema_checksum(sql_folder()).substr(0, 16);
    db::Connection connection{url(db::owner_role, "postgres"), {}};
    drop_leftovers(connection);
    const auto exists = [&](const std::string& name) {
        return !connection.run_once("SELECT 1 FROM pg_database WHERE datname = $1", db::Params::of(name)).empty();
    };
    if (exists(template_name_)) {
        return;
    }
    for (const auto row : connection.run("SELECT datname FROM pg_database WHERE datname LIKE 'forum\\_template\\_%'")) {
        connection.run(("DROP DATABASE \"" + row.text("datname") + "\" WITH (FORCE)").c_str());
    }
    const std::string unfinished{"forum_template_unfinished"};
    connection.run(("CREATE DATABASE " + unfinished).c_str());
    db::migrate(url(db::owner_role, unfinished), sql_folder());
    connection.run(("ALTER DATABASE " + unfinished + " RENAME TO " + template_name_).c_str());
    // Autovacuum connects to it no more, so that copying never waits.
    connection.run(("ALTER DATABASE " + template_name_ + " WITH ALLOW_CONNECTIONS false").c_str());
}

}  // namespace forum::test
