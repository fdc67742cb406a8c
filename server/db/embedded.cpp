#include "db/embedded.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>

#include "base/log.hpp"

namespace forum::db {

namespace {

using namespace std::chrono_literals;

constexpr auto watch_interval = 200ms;
constexpr auto longest_start_pause = std::chrono::milliseconds{30'000};
constexpr const char* database_name = "forum";

}  // namespace

FolderLock::FolderLock(const std::filesystem::path& directory) {
    std::error_code ignored;
    std::filesystem::create_directories(directory, ignored);
    const auto path = directory / "forum.lock";
    file_ = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, S_IRUSR | S_IWUSR);
    if (file_ < 0) {
        throw PostgresError{"cannot open " + path.string() + ": " + std::strerror(errno)};
    }
    if (::flock(file_, LOCK_EX | LOCK_NB) != 0) {
        const bool is_taken = errno == EWOULDBLOCK;
        const std::string why = std::strerror(errno);
        ::close(file_);
        std::string owner;
        std::ifstream{path} >> owner;
        throw PostgresError{is_taken ? "the folder " + directory.string() + " is in use by another forum (process " + owner + ")"
                                     : "cannot lock " + path.string() + ": " + why};
    }
    const auto number = std::to_string(::getpid()) + "\n";
    // Only for the message above; the lock itself is what counts.
    if (::ftruncate(file_, 0) != 0 || ::write(file_, number.data(), number.size()) < 0) {
        base::log(base::LogLevel::warning, "event=lock_file_not_written");
    }
}

FolderLock::~FolderLock() { ::close(file_); }

Embedded::Embedded(PostgresOptions options) : lock_{options.directory}, server_{std::move(options)} {
    try {
        server_.start();
        server_.ensure_database(database_name);
    } catch (const PostgresError&) {
        server_.stop();
        throw;
    } catch (const std::exception& error) {
        server_.stop();
        throw PostgresError{std::string{"cannot make the database: "} + error.what()};
    }
    owner_url_ = server_.url(owner_role, database_name);
    application_url_ = server_.url(application_role, database_name);
    watcher_ = std::thread{[this] { watch(); }};
}

Embedded::~Embedded() {
    {
        const std::lock_guard lock{mutex_};
        stopping_ = true;
    }
    wake_.notify_all();
    watcher_.join();
    server_.stop();
}

bool Embedded::is_stopping() {
    const std::lock_guard lock{mutex_};
    return stopping_;
}

void Embedded::watch() {
    std::chrono::milliseconds pause = watch_interval;
    while (true) {
        {
            std::unique_lock lock{mutex_};
            if (wake_.wait_for(lock, pause, [&] { return stopping_; })) {
                return;
            }
        }
        if (server_.is_running()) {
            continue;
        }
        base::log(base::LogLevel::error, "event=postgres_ended action=restart");
        try {
            server_.start([this] { return is_stopping(); });
            base::log(base::LogLevel::info, "event=postgres_started process={}", server_.pid());
            pause = watch_interval;
        } catch (const std::exception& error) {
            base::log(base::LogLevel::error, "event=postgres_start_failed why=\"{}\"", error.what());
            pause = std::min(pause * 2, longest_start_pause);
        }
    }
}

}  // namespace forum::db
