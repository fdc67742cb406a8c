// The forum's own PostgreSQL: one owner per folder, restarted when it dies, stopped when the forum stops.
// Rule: make it before the Database that uses it and destroy it after.
#pragma once

#include <condition_variable>
#include <filesystem>
#include <mutex>
#include <string>
#include <thread>

#include "db/postgres_server.hpp"

namespace forum::db {

/// The only process that may handle `directory`, as long as it lives; the kernel takes the lock away when the process
/// is gone, however it went.
class FolderLock {
public:
    /// Makes `directory` when needed. Throws PostgresError when another process has it, with that process's number.
    explicit FolderLock(const std::filesystem::path& directory);
    ~FolderLock();
    FolderLock(const FolderLock&) = delete;
    FolderLock& operator=(const FolderLock&) = delete;

private:
    int file_;
};

class Embedded {
public:
    /// Starts or adopts the server, makes the database `forum` and its two roles. Throws PostgresError: one clear line.
    explicit Embedded(PostgresOptions options);
    /// Fast shutdown.
    ~Embedded();
    Embedded(const Embedded&) = delete;
    Embedded& operator=(const Embedded&) = delete;

    const std::string& owner_url() const { return owner_url_; }              ///< for migrations
    const std::string& application_url() const { return application_url_; }  ///< for the running forum
    const std::filesystem::path& home() const { return server_.home(); }

private:
    void watch();
    bool is_stopping();

    FolderLock lock_;
    PostgresServer server_;
    std::string owner_url_;
    std::string application_url_;
    std::mutex mutex_;
    std::condition_variable wake_;
    bool stopping_{false};
    std::thread watcher_;
};

}  // namespace forum::db
