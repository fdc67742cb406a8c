#include "db/embedded.hpp"

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <fstream>

#include "db/connection.hpp"
#include "db/database.hpp"
#include "db/embedded_helpers.hpp"
#include "support/temp_folder.hpp"

namespace forum::db {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

const Query count_things{"test.count_things", "SELECT count(*) AS n FROM things"};
const Query add_thing{"test.add_thing", "INSERT INTO things DEFAULT VALUES"};

/// Waits for what another process does; fails when it takes half a minute.
template <class Condition>
void wait_until(Condition&& condition, const char* what) {
    const auto deadline = std::chrono::steady_clock::now() + 30s;
    while (!condition()) {
        ASSERT_LT(std::chrono::steady_clock::now(), deadline) << what;
        std::this_thread::sleep_for(1ms);
    }
}

/// A forum in a process of its own, so that it can be killed.
class OtherForum {
public:
    explicit OtherForum(const fs::path& folder) {
        std::array<int, 2> ends{};
        EXPECT_EQ(::pipe(ends.data()), 0);
        pid_ = ::fork();
        if (pid_ == 0) {
            try {
                const Embedded embedded{in(folder)};
                EXPECT_EQ(::write(ends[1], "1", 1), 1);
                while (true) {
                    ::pause();
                }
            } catch (const std::exception&) {
                ::_exit(1);
            }
        }
        ::close(ends[1]);
        char started = 0;
        EXPECT_EQ(::read(ends[0], &started, 1), 1) << "the other forum did not start";
        ::close(ends[0]);
    }
    ~OtherForum() { kill(); }

    void kill() {
        if (pid_ > 0) {
            ::kill(pid_, SIGKILL);
            ::waitpid(pid_, nullptr, 0);
        }
        pid_ = 0;
    }
    pid_t pid() const { return pid_; }

private:
    pid_t pid_{0};
};

/// One folder for all tests, because making a database takes a second or two.
class EmbeddedPostgres : public ::testing::Test {
protected:
    static void SetUpTestSuite() {
        folder = std::make_unique<test::TempFolder>();
        const Embedded embedded{in(folder->path())};
        Connection{embedded.owner_url(), {}}.run("CREATE TABLE things (id bigint GENERATED ALWAYS "
                                                 "AS IDENTITY); GRANT ALL ON things TO forum_app");
    }
    static void TearDownTestSuite() { folder.reset(); }

    static std::int64_t count(Database& database) {
        return database.read([](Tx& tx) { return tx.exec(count_things).one().integer("n"); });
    }
    static void add(Database& database) {
        database.write([](Tx& tx) { tx.exec(add_thing); });
    }

    static inline std::unique_ptr<test::TempFolder> folder;
};

TEST_F(EmbeddedPostgres, IsPrivateDurableAndUtf8) {
    const Embedded embedded{in(folder->path())};
    Connection connection{embedded.application_url(), {}};
    const auto setting = [&](const char* name) {
        return connection.run_once("SELECT current_setting($1) AS value", Params::of(name)).one().text("value");
    };
    EXPECT_EQ(setting("listen_addresses"), "");
    EXPECT_EQ(setting("synchronous_commit"), "on");
    EXPECT_EQ(setting("fsync"), "on");
    EXPECT_EQ(setting("full_page_writes"), "on");
    EXPECT_EQ(setting("server_encoding"), "UTF8");
    EXPECT_EQ(setting("unix_socket_permissions"), "0700");
    EXPECT_EQ(connection.run("SELECT lower('ÉCOLE') AS t").one().text("t"), "école");
    EXPECT_EQ(connection.run("SELECT current_user AS who").one().text("who"), "forum_app");
    EXPECT_EQ(connection.run("SELECT rolsuper FROM pg_roles WHERE rolname = current_user").one().flag("rolsuper"), false);
    for (const char* name : {"postgres", "socket"}) {
        struct stat info {};
        ASSERT_EQ(::stat((embedded.home() / name).c_str(), &info), 0);
        EXPECT_EQ(info.st_mode & 0777U, 0700U) << name;
    }
}

TEST_F(EmbeddedPostgres, KeepsWhatWasWrittenAndStopsWithItsOwner) {
    std::int64_t before = 0;
    std::string url;
    {
        const Embedded embedded{in(folder->path())};
        url = embedded.application_url();
        Database database{{.url = url}};
        add(database);
        before = count(database);
        // Goes out of scope with a connection open: a fast shutdown does not wait for clients.
    }
    EXPECT_FALSE(fs::exists(folder->path() / "postgres" / "postmaster.pid"));
    EXPECT_THROW((Connection{url, {}}), ConnectionLost);
    const Embedded embedded{in(folder->path())};
    Database database{{.url = embedded.application_url()}};
    EXPECT_EQ(count(database), before);
}

TEST_F(EmbeddedPostgres, IsAdoptedWhenItsForumWasKilled) {
    OtherForum other{folder->path()};
    const auto pid = postmaster(folder->path());
    other.kill();
    ASSERT_TRUE(is_running(pid));
    {
        const Embedded embedded{in(folder->path())};
        EXPECT_EQ(postmaster(folder->path()), pid);
        Database database{{.url = embedded.application_url()}};
        add(database);
    }
    EXPECT_FALSE(is_running(pid));
}

TEST_F(EmbeddedPostgres, IsReplacedWhenItsSocketWasCleanedAway) {
    OtherForum other{folder->path()};
    const auto pid = postmaster(folder->path());
    other.kill();
    ASSERT_TRUE(fs::remove(folder->path() / "socket" / ".s.PGSQL.5432"));
    const Embedded embedded{in(folder->path())};
    EXPECT_NE(postmaster(folder->path()), pid);
    EXPECT_FALSE(is_running(pid));
    EXPECT_NO_THROW((Connection{embedded.application_url(), {}}));
}

TEST_F(EmbeddedPostgres, IsRestartedWhenItIsKilledUnderTheForum) {
    const Embedded embedded{in(folder->path())};
    Database database{{.url = embedded.application_url()}};
    const auto before = count(database);
    add(database);
    for (int round = 0; round < 2; ++round) {
        const auto pid = postmaster(folder->path());
        ASSERT_EQ(::kill(pid, SIGKILL), 0);
        wait_until([&] { return postmaster(folder->path()) != pid; }, "no new server");
        wait_until([&] { return database.ping(); }, "the database did not come back");
        EXPECT_EQ(count(database), before + 1);
    }
    add(database);
    EXPECT_EQ(count(database), before + 2);
}

TEST_F(EmbeddedPostgres, RecoversWhenBothWereKilled) {
    OtherForum other{folder->path()};
    const auto pid = postmaster(folder->path());
    other.kill();
    // A client that is busy outlives the postmaster for a moment and holds its memory.
    Database busy{{.url = [&] {
        return change_url("", {{"host", (folder->path() / "socket").string()}, {"dbname", "forum"}, {"user", "forum_app"}});
    }()}};
    ASSERT_TRUE(busy.ping());
    add(busy);
    const auto before = count(busy);
    ASSERT_EQ(::kill(pid, SIGKILL), 0);
    const Embedded embedded{in(folder->path())};
    Database database{{.url = embedded.application_url()}};
    EXPECT_EQ(count(database), before);
}

TEST_F(EmbeddedPostgres, StartsWhenAStrangerHasTheOldProcessNumber) {
    OtherForum other{folder->path()};
    const auto pid = postmaster(folder->path());
    struct stat info {};
    ASSERT_EQ(::stat((folder->path() / "postgres").c_str(), &info), 0);
    other.kill();
    ASSERT_EQ(::kill(pid, SIGKILL), 0);
    wait_until([&] { return !is_running(pid); }, "the server lives");

    std::optional<Account> account;
    if (::geteuid() == 0) {
        account = find_account(info.st_uid);
    }
    const auto stranger = start_child({.arguments = {"/bin/sleep", "1000"}, .environment = {}, .output = "/dev/null", .account = account});
    const auto file = folder->path() / "postgres" / "postmaster.pid";
    std::string rest;
    {
        std::ifstream input{file};
        std::getline(input, rest);
        rest.assign(std::istreambuf_iterator<char>{input}, {});
    }
    std::ofstream{file} << stranger << '\n' << rest;
    {
        const Embedded embedded{in(folder->path())};
        EXPECT_NE(postmaster(folder->path()), stranger);
        EXPECT_NO_THROW((Connection{embedded.application_url(), {}}));
    }
    EXPECT_TRUE(is_running(stranger));
    ::kill(stranger, SIGKILL);
    ::waitpid(stranger, nullptr, 0);
}

TEST_F(EmbeddedPostgres, HasOneOwner) {
    OtherForum other{folder->path()};
    EXPECT_EQ(refusal(in(folder->path())),
              "the folder " + folder->path().string() + " is in use by another forum (process " + std::to_string(other.pid()) + ")");
    other.kill();
    EXPECT_EQ(refusal(in(folder->path())), "started");
}

TEST_F(EmbeddedPostgres, KeepsNoFileOfOursAndNoTerminal) {
    const int listening = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    ASSERT_EQ(::bind(listening, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
    ASSERT_EQ(::listen(listening, 1), 0);
    const auto ours = fs::read_symlink("/proc/self/fd/" + std::to_string(listening));
    {
        const Embedded embedded{in(folder->path())};
        const auto pid = postmaster(folder->path());
        for (const auto& file : fs::directory_iterator{"/proc/" + std::to_string(pid) + "/fd"}) {
            EXPECT_NE(fs::read_symlink(file), ours);
        }
        // Ctrl-C in our terminal reaches us only.
        EXPECT_NE(::getsid(pid), ::getsid(0));
    }
    ::close(listening);
}

TEST_F(EmbeddedPostgres, SaysInOneLineWhatIsWrongWithItsFolder) {
    const auto data = folder->path() / "postgres";
    const auto with = [&](const char* file, std::string_view content) {
        const auto path = data / file;
        std::ifstream input{path, std::ios::binary};
        const std::string before{std::istreambuf_iterator<char>{input}, {}};
        std::ofstream{path, std::ios::binary} << content;
        auto line = refusal(in(folder->path()));
        std::ofstream{path, std::ios::binary} << before;
        return line;
    };
    EXPECT_TRUE(with("PG_VERSION", "9\n")
                    .starts_with("the database in " + data.string() + " was made by PostgreSQL 9, which is not installed (found: "));
    EXPECT_TRUE(with("global/pg_control", "").starts_with("PostgreSQL in " + folder->path().string() + " does not start: "));
    if (::geteuid() == 0) {
        struct stat info {};
        ASSERT_EQ(::stat(data.c_str(), &info), 0);
        ASSERT_EQ(::chown(data.c_str(), 54321, 54321), 0);
        EXPECT_EQ(refusal(in(folder->path())), "the folder " + data.string() + " belongs to user 54321, who does not exist here");
        ASSERT_EQ(::chown(data.c_str(), info.st_uid, info.st_gid), 0);
    }
    EXPECT_EQ(refusal(in(folder->path())), "started");
}

}  // namespace
}  // namespace forum::db
