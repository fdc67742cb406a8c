// Starts other programs, as another user when we are root. Rule: between fork and exec only async-signal-safe
// calls, because the forum has many threads; everything is prepared before.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include <sys/types.h>

namespace forum::db {

/// The user that a child runs as.
struct Account {
    uid_t uid;
    gid_t gid;
    std::string name;
};

/// Nothing when there is no such user.
std::optional<Account> find_account(const std::string& name);
std::optional<Account> find_account(uid_t uid);

struct ChildCommand {
    std::vector<std::string> arguments;    ///< the program's path first
    std::vector<std::string> environment;  ///< NAME=value, beside PATH, LANG and TZ
    std::filesystem::path output;          ///< standard output and error are appended here
    std::optional<Account> account;        ///< nothing = the user that we are
};

/// Starts it in a session of its own (signals of our terminal do not reach it; it outlives us), with no file of ours
/// open. Throws std::system_error when it cannot be started.
pid_t start_child(const ChildCommand& command);

/// Starts it and waits; the exit status, 128 + signal when a signal ended it.
int run_child(const ChildCommand& command);

/// True while the process runs. Reaps it when it was our child and has ended.
bool is_running(pid_t pid);

/// Asks the kernel whether `account` may enter, list and write `folder` (a child tries with that user's rights).
bool may_use_folder(const std::optional<Account>& account, const std::filesystem::path& folder);

}  // namespace forum::db
