#include "db/postgres_server.hpp"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <charconv>
#include <csignal>
#include <fstream>
#include <system_error>
#include <thread>

#include "db/connection.hpp"

namespace forum::db {

namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

constexpr auto pause_between_looks = 20ms;
/// Connections for the application's threads, listening, migrations and an administrator.
constexpr int max_connections = 60;

std::string user_of(const fs::path& path) {
    struct stat info {};
    const auto account = ::stat(path.c_str(), &info) == 0 ? find_account(info.st_uid) : std::nullopt;
    return account ? account->name : "somebody else";
}

/// What a running server writes about itself into its folder (line numbers as in PostgreSQL's miscadmin.h).
struct PidFile {
    pid_t pid{0};
    std::string socket_folder;
    std::string status;
};

std::optional<PidFile> read_pid_file(const fs::path& data) {
    std::ifstream in{data / "postmaster.pid"};
    std::vector<std::string> lines;
    for (std::string line; std::getline(in, line);) {
        lines.push_back(line);
    }
    if (lines.empty()) {
        return std::nullopt;
    }
    lines.resize(8);
    PidFile found{.socket_folder = lines[4], .status = lines[7]};
    std::from_chars(lines[0].data(), lines[0].data() + lines[0].size(), found.pid);
    return found;
}

/// A postmaster works in its data folder; another process that got the same number later does not.
bool works_in(pid_t pid, const fs::path& folder) {
    std::error_code ignored;
    const auto place = fs::read_symlink("/proc/" + std::to_string(pid) + "/cwd", ignored);
    return !ignored && place == fs::weakly_canonical(folder, ignored);
}

std::uintmax_t memory_bytes() {
    const auto pages = ::sysconf(_SC_PHYS_PAGES);
    const auto page = ::sysconf(_SC_PAGE_SIZE);
    return pages > 0 && page > 0 ? static_cast<std::uintmax_t>(pages) * static_cast<std::uintmax_t>(page) : std::uintmax_t{1} << 30;
}

std::string megabytes(std::uintmax_t bytes) { return std::to_string(bytes >> 20) + "MB"; }

/// An element of a list setting (unix_socket_directories): quoted, so that commas and spaces are part of it.
std::string list_element(const fs::path& path) {
    std::string out{"\""};
    for (const char c : path.string()) {
        out += c == '"' ? "\"\"" : std::string(1, c);
    }
    return out + '"';
}

}  // namespace

void PostgresServer::say(std::string_view line) const {
    if (options_.say) {
        options_.say(line);
    }
}

void PostgresServer::make_cluster() {
    const auto space = fs::space(home_).available;
    if (space < options_.least_free_bytes) {
        throw PostgresError{"only " + megabytes(space) + " is free for " + home_.string() + "; a new database needs "
                            + megabytes(options_.least_free_bytes)};
    }
    say("making a new database in " + data().string());
    // Made aside and then renamed: a half made one is never taken for a database.
    const auto aside = home_ / "postgres.new";
    std::error_code error;
    fs::remove_all(aside, error);
    make_folder(aside);
    std::vector<std::string> arguments{(binaries_ / "initdb").string(),
                                       "--pgdata=" + aside.string(),
                                       "--username=" + std::string{owner_role},
                                       "--auth=trust",
                                       "--encoding=UTF8",
                                       "--locale=C.UTF-8",
                                       "--no-instructions"};
    if (!options_.is_durable) {
        arguments.emplace_back("--no-sync");
    }
    const int status = run_child({.arguments = std::move(arguments), .environment = {}, .output = log_file(), .account = account_});
    if (status != 0) {
        const auto why = last_words();
        fs::remove_all(aside, error);
        throw PostgresError{"cannot make a database in " + data().string() + ": " + why};
    }
    fs::remove(data(), error);
    fs::rename(aside, data());
}

std::vector<std::string> PostgresServer::settings() const {
    const auto memory = memory_bytes();
    const auto shared = std::clamp(memory / 8, std::uintmax_t{32} << 20, std::uintmax_t{512} << 20);
    std::vector<std::string> list{
        "listen_addresses=",
        "port=5432",
        "unix_socket_directories=" + list_element(socket_folder_),
        "unix_socket_permissions=0700",
        "max_connections=" + std::to_string(max_connections),
        "shared_buffers=" + megabytes(shared),
        "effective_cache_size=" + megabytes(std::max(memory / 2, shared)),
        "work_mem=8MB",
        "min_wal_size=64MB",
        "max_wal_size=512MB",
        "checkpoint_timeout=15min",
        "random_page_cost=1.1",
        // Compiling a plan costs more than any of our queries.
        "jit=off",
        "timezone=UTC",
        "log_timezone=UTC",
        // The forum logs its own errors. PostgreSQL's would hold what people typed.
        "log_min_messages=log",
        "log_min_error_statement=panic",
        "log_error_verbosity=terse",
        "log_checkpoints=off",
        "logging_collector=off",
    };
    const auto add = [&](std::initializer_list<const char*> more) { list.insert(list.end(), more.begin(), more.end()); };
    if (options_.is_durable) {
        add({"fsync=on", "synchronous_commit=on", "full_page_writes=on"});
    } else {
        add({"fsync=off", "synchronous_commit=off", "full_page_writes=off"});
    }
    return list;
}

std::string PostgresServer::try_connect() const {
    try {
        const Connection probe{url(owner_role, "postgres"), {}};
        return {};
    } catch (const ConnectionLost& lost) {
        return lost.reason;
    }
}

bool PostgresServer::wait_until_ready(const std::function<bool()>& give_up) {
    const auto deadline = std::chrono::steady_clock::now() + options_.patience;
    auto next_word = std::chrono::steady_clock::now() + 5s;
    std::string why;
    while (is_running()) {
        why = try_connect();
        if (why.empty()) {
            return true;
        }
        const auto now = std::chrono::steady_clock::now();
        if (give_up() || now > deadline) {
            throw PostgresError{"PostgreSQL in " + home_.string() + " does not answer: " + why};
        }
        if (now > next_word) {
            next_word = now + 5s;
            say("waiting for PostgreSQL: " + why);
        }
        std::this_thread::sleep_for(pause_between_looks);
    }
    return false;
}

bool PostgresServer::adopt(const std::function<bool()>& give_up) {
    const auto file = read_pid_file(data());
    if (!file || !db::is_running(file->pid) || !works_in(file->pid, data())) {
        return false;
    }
    pid_ = file->pid;
    if (!file->status.starts_with("stopping") && !file->socket_folder.empty()) {
        const auto planned = std::exchange(socket_folder_, fs::path{file->socket_folder});
        std::error_code error;
        if (!file->status.starts_with("ready") || fs::exists(file->socket_folder + std::string{socket_name}, error)) {
            return wait_until_ready(give_up);
        }
        // Somebody cleaned away its socket: nobody can reach it any more.
        socket_folder_ = planned;
    }
    stop();
    return false;
}

void PostgresServer::launch(const std::function<bool()>& give_up) {
    std::vector<std::string> arguments{(binaries_ / "postgres").string(), "-D", data().string()};
    for (auto& setting : settings()) {
        arguments.emplace_back("-c");
        arguments.push_back(std::move(setting));
    }
    const auto deadline = std::chrono::steady_clock::now() + 60s;
    while (true) {
        std::vector<std::string> environment;
        if (const auto file = read_pid_file(data())) {
            // Nobody with that number works here any more, but it may be a zombie, or a stranger's by now (usual in a
            // restarted container). This variable makes PostgreSQL ignore the number, while it still looks whether
            // old processes hold its memory. The socket's own lock file has nothing of the kind.
            environment.push_back("PG_GRANDPARENT_PID=" + std::to_string(file->pid));
            std::error_code ignored;
            fs::remove(socket_folder_.string() + std::string{socket_name} + ".lock", ignored);
        }
        std::error_code error;
        if (fs::file_size(log_file(), error) > (std::uintmax_t{1} << 20) && !error) {
            fs::resize_file(log_file(), 0, error);
        }
        pid_ = start_child({.arguments = arguments, .environment = std::move(environment), .output = log_file(), .account = account_});
        if (wait_until_ready(give_up)) {
            return;
        }
        const auto why = last_words();
        // After kill -9 of the postmaster its last children need a moment to notice.
        const bool old_children = why.find("shared memory") != std::string::npos;
        if (!old_children || give_up() || std::chrono::steady_clock::now() > deadline) {
            throw PostgresError{"PostgreSQL in " + home_.string() + " does not start: " + why};
        }
        std::this_thread::sleep_for(pause_between_looks);
    }
}

void PostgresServer::start(const std::function<bool()>& give_up) {
    try {
        std::error_code error;
        if (!fs::exists(data() / "PG_VERSION", error)) {
            if (!options_.may_make) {
                throw PostgresError{"there is no database in " + data().string() + " yet; 'forum migrate' makes one"};
            }
            make_cluster();
        }
        if (::geteuid() != 0 && ::access((data() / "PG_VERSION").c_str(), R_OK) != 0) {
            throw PostgresError{"the folder " + data().string() + " belongs to user " + user_of(data()) + "; start the forum as that user"};
        }
        if (!adopt(give_up)) {
            launch(give_up);
        }
    } catch (const std::system_error& error) {
        throw PostgresError{"cannot run PostgreSQL in " + home_.string() + ": " + error.what()};
    }
}

void PostgresServer::stop() {
    const auto wait = [&](std::chrono::seconds patience) {
        const auto deadline = std::chrono::steady_clock::now() + patience;
        while (is_running() && std::chrono::steady_clock::now() < deadline) {
            std::this_thread::sleep_for(pause_between_looks);
        }
        return !is_running();
    };
    // SIGINT = fast, SIGQUIT = at once (PostgreSQL manual, "Shutting Down the Server").
    for (const int signal : {SIGINT, SIGQUIT}) {
        if (!is_running() || ::kill(pid_, signal) != 0 || wait(60s)) {
            break;
        }
    }
    pid_ = 0;
}

void PostgresServer::ensure_database(const std::string& name) const {
    Connection connection{url(owner_role, "postgres"), {}};
    const auto quoted = "\"" + name + "\"";
    if (connection.run_once("SELECT 1 FROM pg_database WHERE datname = $1", Params::of(name)).empty()) {
        connection.run(("CREATE DATABASE " + quoted).c_str());
    }
    if (connection.run_once("SELECT 1 FROM pg_roles WHERE rolname = $1", Params::of(application_role)).empty()) {
        connection.run(("CREATE ROLE " + std::string{application_role} + " LOGIN").c_str());
    }
}

std::string PostgresServer::last_words() const {
    std::ifstream in{log_file()};
    in.seekg(0, std::ios::end);
    in.seekg(std::max<std::streamoff>(0, static_cast<std::streamoff>(in.tellg()) - 8192));
    std::string best;
    for (std::string line; std::getline(in, line);) {
        for (const std::string_view mark : {"FATAL:  ", "PANIC:  ", "error: ", "ERROR:  "}) {
            const auto at = line.find(mark);
            if (at != std::string::npos) {
                best = line.substr(at + mark.size());
                break;
            }
        }
    }
    return best.empty() ? "see " + log_file().string() : best;
}

}  // namespace forum::db
