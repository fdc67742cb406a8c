#include "db/child_process.hpp"

#include <fcntl.h>
#include <grp.h>
#include <linux/close_range.h>
#include <pwd.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <fstream>
#include <system_error>

namespace forum::db {

namespace {

std::optional<Account> account_of(const passwd* entry) {
    if (entry == nullptr) {
        return std::nullopt;
    }
    return Account{entry->pw_uid, entry->pw_gid, entry->pw_name};
}

std::vector<char*> as_argv(const std::vector<std::string>& texts) {
    std::vector<char*> out;
    for (const auto& text : texts) {
        out.push_back(const_cast<char*>(text.c_str()));
    }
    out.push_back(nullptr);
    return out;
}

/// Both in the child only. False with errno set when the kernel says no.
bool become(const std::optional<Account>& account) {
    return !account || (setgroups(1, &account->gid) == 0 && setgid(account->gid) == 0 && setuid(account->uid) == 0);
}

void reset_signals() {
    struct sigaction action {};
    action.sa_handler = SIG_DFL;
    for (int number = 1; number < NSIG; ++number) {
        ::sigaction(number, &action, nullptr);
    }
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, nullptr);
}

/// The forum's sockets must not live on in the child: the port would stay taken after the forum is killed.
void close_files_at_exec() {
    if (close_range(3, ~0U, CLOSE_RANGE_CLOEXEC) != 0) {
        for (int file = 3; file < 4096; ++file) {
            fcntl(file, F_SETFD, FD_CLOEXEC);
        }
    }
}

int wait_for(pid_t pid) {
    int status = 0;
    while (waitpid(pid, &status, 0) == -1) {
        if (errno != EINTR) {
            throw std::system_error{errno, std::generic_category(), "waitpid"};
        }
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

class File {
public:
    explicit File(int number) : number_{number} {}
    ~File() { reset(); }
    File(const File&) = delete;
    File& operator=(const File&) = delete;
    int get() const { return number_; }
    void reset() {
        if (number_ >= 0) {
            ::close(number_);
        }
        number_ = -1;
    }

private:
    int number_;
};

}  // namespace

std::optional<Account> find_account(const std::string& name) { return account_of(getpwnam(name.c_str())); }

std::optional<Account> find_account(uid_t uid) { return account_of(getpwuid(uid)); }

pid_t start_child(const ChildCommand& command) {
    std::vector<std::string> environment{"PATH=/usr/local/bin:/usr/bin:/bin", "LANG=C.UTF-8", "TZ=UTC"};
    environment.insert(environment.end(), command.environment.begin(), command.environment.end());
    const auto argv = as_argv(command.arguments);
    const auto envp = as_argv(environment);

    const File output{::open(command.output.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, S_IRUSR | S_IWUSR)};
    const File input{::open("/dev/null", O_RDONLY | O_CLOEXEC)};
    if (output.get() < 0 || input.get() < 0) {
        throw std::system_error{errno, std::generic_category(), command.output.string()};
    }
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) {
        throw std::system_error{errno, std::generic_category(), "pipe"};
    }
    const File reading{ends[0]};
    File writing{ends[1]};

    const pid_t pid = ::fork();
    if (pid == -1) {
        throw std::system_error{errno, std::generic_category(), "fork"};
    }
    if (pid == 0) {
        ::setsid();
        reset_signals();
        ::dup2(input.get(), STDIN_FILENO);
        ::dup2(output.get(), STDOUT_FILENO);
        ::dup2(output.get(), STDERR_FILENO);
        close_files_at_exec();
        ::umask(S_IRWXG | S_IRWXO);
        if (become(command.account) && ::chdir("/") == 0) {
            ::execve(argv[0], argv.data(), envp.data());
        }
        const int why = errno;
        // Nothing to do about a failing write: the exit status says it too.
        [[maybe_unused]] const auto written = ::write(writing.get(), &why, sizeof why);
        ::_exit(127);
    }
    writing.reset();
    int why = 0;
    if (::read(reading.get(), &why, sizeof why) == sizeof why) {
        wait_for(pid);
        throw std::system_error{why, std::generic_category(), command.arguments.front()};
    }
    return pid;
}

int run_child(const ChildCommand& command) { return wait_for(start_child(command)); }

bool is_running(pid_t pid) {
    if (pid <= 0) {
        return false;
    }
    if (::waitpid(pid, nullptr, WNOHANG) == pid) {
        return false;
    }
    if (::kill(pid, 0) != 0) {
        return errno == EPERM;
    }
    // A zombie of another parent still answers kill(0).
    std::ifstream stat{"/proc/" + std::to_string(pid) + "/stat"};
    std::string line;
    std::getline(stat, line);
    const auto state = line.rfind(") ");
    return state == std::string::npos || line[state + 2] != 'Z';
}

bool may_use_folder(const std::optional<Account>& account, const std::filesystem::path& folder) {
    if (!account) {
        return ::access(folder.c_str(), R_OK | W_OK | X_OK) == 0;
    }
    const pid_t pid = ::fork();
    if (pid == -1) {
        throw std::system_error{errno, std::generic_category(), "fork"};
    }
    if (pid == 0) {
        const bool may = become(account) && ::access(folder.c_str(), R_OK | W_OK | X_OK) == 0;
        ::_exit(may ? 0 : 1);
    }
    return wait_for(pid) == 0;
}

}  // namespace forum::db
