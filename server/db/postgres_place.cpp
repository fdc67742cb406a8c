// The part of PostgresServer that finds its place: folders, user, program and socket.
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <charconv>
#include <cstdlib>
#include <fstream>

#include "db/connection.hpp"
#include "db/postgres_server.hpp"

namespace forum::db {

namespace {

namespace fs = std::filesystem;

/// Eight hexadecimal digits that stay the same for a path (FNV-1a, 32 bits): a short name, not a secret.
std::string short_name(const fs::path& path) {
    std::uint32_t hash = 2166136261U;
    for (const char c : path.string()) {
        hash = (hash ^ static_cast<unsigned char>(c)) * 16777619U;
    }
    std::array<char, 16> buffer{};
    const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), hash, 16).ptr;
    return {buffer.data(), end};
}

std::string account_name(uid_t uid) {
    const auto account = find_account(uid);
    return account ? account->name : std::to_string(uid);
}

std::string first_line(const fs::path& file) {
    std::ifstream in{file};
    std::string line;
    std::getline(in, line);
    return line;
}

/// Some shared folders of virtual machines cannot hold sockets.
bool can_hold_socket(const fs::path& folder) {
    const auto path = (folder / ".probe").string();
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.size() + 1 > sizeof address.sun_path) {
        return false;
    }
    path.copy(address.sun_path, path.size());
    const int file = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    ::unlink(path.c_str());
    // The socket interface takes every address family through this one type.
    const bool bound = ::bind(file, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
    ::unlink(path.c_str());
    ::close(file);
    return bound;
}

fs::path absolute_path(const fs::path& directory) {
    std::error_code error;
    fs::create_directories(directory, error);
    auto absolute = fs::canonical(directory, error);
    if (error) {
        throw PostgresError{"cannot make the folder " + directory.string() + ": " + error.message()};
    }
    return absolute;
}

}  // namespace

std::vector<fs::path> installed_binaries() {
    std::vector<std::pair<int, fs::path>> found;
    std::error_code error;
    for (const auto& entry : fs::directory_iterator{"/usr/lib/postgresql", error}) {
        const auto name = entry.path().filename().string();
        int version = 0;
        std::from_chars(name.data(), name.data() + name.size(), version);
        if (version > 0 && fs::exists(entry.path() / "bin" / "postgres", error)) {
            found.emplace_back(version, entry.path() / "bin");
        }
    }
    std::sort(found.rbegin(), found.rend());
    std::vector<fs::path> folders;
    for (auto& [version, folder] : found) {
        folders.push_back(std::move(folder));
    }
    return folders;
}

PostgresServer::PostgresServer(PostgresOptions options) : options_{std::move(options)} {
    options_.directory = absolute_path(options_.directory);
    if (options_.binaries.empty()) {
        options_.binaries = installed_binaries();
    }
    std::erase_if(options_.binaries, [](const fs::path& folder) {
        std::error_code ignored;
        return !fs::exists(folder / "postgres", ignored) || !fs::exists(folder / "initdb", ignored);
    });
    choose_home();
    choose_binaries();
    choose_socket_folder();
}

void PostgresServer::make_folder(const fs::path& folder) const {
    std::error_code error;
    fs::create_directory(folder, error);
    struct stat info {};
    if (::lstat(folder.c_str(), &info) != 0 || !S_ISDIR(info.st_mode)) {
        throw PostgresError{"cannot make the folder " + folder.string() + (error ? ": " + error.message() : ": something else is there")};
    }
    const auto owner = account_ ? account_->uid : ::geteuid();
    if (info.st_uid != owner) {
        if (::geteuid() != 0 || info.st_uid != 0 || ::lchown(folder.c_str(), owner, account_ ? account_->gid : ::getegid()) != 0) {
            throw PostgresError{"the folder " + folder.string() + " belongs to user " + account_name(info.st_uid) + ", not to "
                                + account_name(owner)};
        }
    }
    if (::chmod(folder.c_str(), S_IRWXU) != 0) {
        throw PostgresError{"cannot close the folder " + folder.string() + " for others"};
    }
}

void PostgresServer::choose_home() {
    home_ = options_.directory;
    if (::geteuid() != 0) {
        return;
    }
    // PostgreSQL refuses to run as root.
    account_ = find_account("postgres");
    if (!account_) {
        account_ = find_account("nobody");
    }
    if (!account_) {
        throw PostgresError{"started by root, the database needs a user postgres or nobody; make one, "
                            "or start the forum as another user"};
    }
    const auto fallback = fs::path{"/var/lib/forum"} / (options_.directory.filename().string() + "-" + short_name(home_));
    for (const auto& place : {home_, fallback}) {
        std::error_code error;
        fs::create_directories(place, error);
        struct stat info {};
        if (::stat((place / "postgres").c_str(), &info) == 0 && info.st_uid != 0) {
            account_ = find_account(info.st_uid);
            if (!account_) {
                throw PostgresError{"the folder " + (place / "postgres").string() + " belongs to user " + std::to_string(info.st_uid)
                                    + ", who does not exist here"};
            }
            home_ = place;
            return;
        }
        const auto probe = place / ".probe";
        make_folder(probe);
        const bool is_enterable = may_use_folder(account_, probe);
        fs::remove(probe, error);
        if (is_enterable) {
            home_ = place;
            if (place == fallback) {
                say("keeping the database in " + home_.string() + ", because user " + account_->name + " cannot enter "
                    + options_.directory.string());
            }
            return;
        }
    }
    throw PostgresError{"user " + account_->name + " can enter neither " + home_.string()
                        + " nor /var/lib/forum; choose another --data, or do not start as root"};
}

void PostgresServer::choose_binaries() {
    if (options_.binaries.empty()) {
        throw PostgresError{"no PostgreSQL server is installed: install the package postgresql, or "
                            "name a database with --database"};
    }
    std::error_code error;
    if (!fs::exists(data(), error) || fs::is_empty(data(), error)) {
        binaries_ = options_.binaries.front();
        return;
    }
    const auto version = first_line(data() / "PG_VERSION");
    if (version.empty()) {
        throw PostgresError{"the folder " + data().string() + " is not empty and holds no database; move it away"};
    }
    std::string found;
    for (const auto& folder : options_.binaries) {
        const auto name = folder.parent_path().filename().string();
        if (name == version) {
            binaries_ = folder;
            return;
        }
        found += (found.empty() ? "" : ", ") + name;
    }
    throw PostgresError{"the database in " + data().string() + " was made by PostgreSQL " + version
                        + ", which is not installed (found: " + found + ")"};
}

void PostgresServer::choose_socket_folder() {
    socket_folder_ = home_ / "socket";
    const auto fits = [&] { return socket_folder_.string().size() + socket_name.size() < sizeof(sockaddr_un::sun_path); };
    if (fits()) {
        make_folder(socket_folder_);
        if (can_hold_socket(socket_folder_)) {
            return;
        }
    }
    const char* runtime = std::getenv("XDG_RUNTIME_DIR");
    const auto name = "forum-" + std::to_string(::geteuid()) + "-" + short_name(home_);
    if (runtime != nullptr && !account_) {
        socket_folder_ = fs::path{runtime} / name;
        std::error_code error;
        if (fits() && fs::is_directory(runtime, error)) {
            make_folder(socket_folder_);
            return;
        }
    }
    socket_folder_ = fs::path{"/tmp"} / name;
    make_folder(socket_folder_);
}

std::string PostgresServer::url(std::string_view role, const std::string& database) const {
    return change_url("", {{"host", socket_folder_.string()}, {"port", "5432"}, {"user", std::string{role}}, {"dbname", database}});
}

}  // namespace forum::db
