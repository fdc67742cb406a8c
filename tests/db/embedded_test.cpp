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
#include "support/temp_folder.hpp"

namespace forum::db {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

const Query count_things{"test.count_things", "SELECT count(*) AS n FROM things"};
const Query add_thing{"test.add_thing", "INSERT INTO things DEFAULT VALUES"};

PostgresOptions in(const fs::path& folder) {
    PostgresOptions options;
    options.directory = folder;
    return options;
}

std::string refusal(PostgresOptions options) {
    try {
        const Embedded embedded{std::move(options)};
    } catch (const PostgresError& error) {
        const std::string line{error.what()};
        EXPECT_EQ(line.find('\n'), std::string::npos) << line;
        return line;
    }
    return "started";
}

pid_t postmaster(const fs::path& home) {
    pid_t pid = 0;
    std::ifstream{home / "postgres" / "postmaster.pid"} >> pid;
    return pid;
}

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
        return connection.run_once("SELECT current_setting($1) AS value", Params::of(name))
            .one()
            .text("value");
    };
    EXPECT_EQ(setting("listen_addresses"), "");
    EXPECT_EQ(setting("synchronous_commit"), "on");
    EXPECT_EQ(setting("fsync"), "on");
    EXPECT_EQ(setting("full_page_writes"), "on");
    EXPECT_EQ(setting("server_encoding"), "UTF8");
    EXPECT_EQ(setting("unix_socket_permissions"), "0700");
    EXPECT_EQ(connection.run("SELECT lower('ÉCOLE') AS t").one().text("t"), "école");
    EXPECT_EQ(connection.run("SELECT current_user AS who").one().text("who"), "forum_app");
    EXPECT_EQ(connection.run("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
                  .one()
                  .flag("rolsuper"),
              false);
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
        return change_url("", {{"host", (folder->path() / "socket").string()},
                               {"dbname", "forum"},
                               {"user", "forum_app"}});
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
    const auto stranger = start_child({.arguments = {"/bin/sleep", "1000"},
                                       .environment = {},
                                       .output = "/dev/null",
                                       .account = account});
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
    EXPECT_EQ(refusal(in(folder->path())), "the folder " + folder->path().string()
                                               + " is in use by another forum (process "
                                               + std::to_string(other.pid()) + ")");
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
                    .starts_with("the database in " + data.string()
                                 + " was made by PostgreSQL 9, which is not installed (found: "));
    EXPECT_TRUE(with("global/pg_control", "")
                    .starts_with("PostgreSQL in " + folder->path().string() + " does not start: "));
    if (::geteuid() == 0) {
        struct stat info {};
        ASSERT_EQ(::stat(data.c_str(), &info), 0);
        ASSERT_EQ(::chown(data.c_str(), 54321, 54321), 0);
        EXPECT_EQ(refusal(in(folder->path())),
                  "the folder " + data.string()
                      + " belongs to user 54321, who does not exist here");
        ASSERT_EQ(::chown(data.c_str(), info.st_uid, info.st_gid), 0);
    }
    EXPECT_EQ(refusal(in(folder->path())), "started");
}

TEST(EmbeddedRefusals, NoServerInstalled) {
    const test::TempFolder folder;
    auto options = in(folder.path());
    options.binaries = {"/nonexistent/bin"};
    EXPECT_EQ(refusal(options), "no PostgreSQL server is installed: install the package "
                                "postgresql, or name a database with --database");
}

TEST(EmbeddedRefusals, NoSpace) {
    const test::TempFolder folder;
    auto options = in(folder.path());
    options.least_free_bytes = std::uintmax_t{1} << 60;
    const auto line = refusal(options);
    EXPECT_NE(line.find(" is free for " + folder.path().string() + "; a new database needs "),
              std::string::npos)
        << line;
    EXPECT_FALSE(fs::exists(folder.path() / "postgres"));
}

TEST(EmbeddedRefusals, FolderWithSomethingElse) {
    const test::TempFolder folder;
    fs::create_directory(folder.path() / "postgres");
    std::ofstream{folder.path() / "postgres" / "holiday.jpg"} << "x";
    EXPECT_EQ(refusal(in(folder.path())),
              "the folder " + (folder.path() / "postgres").string()
                  + " is not empty and holds no database; move it away");
    EXPECT_TRUE(fs::exists(folder.path() / "postgres" / "holiday.jpg"));
}

TEST(EmbeddedRefusals, FolderThatCannotBe) {
    const test::TempFolder folder;
    std::ofstream{folder.path() / "file"} << "x";
    EXPECT_EQ(refusal(in(folder.path() / "file")),
              "cannot open " + (folder.path() / "file" / "forum.lock").string()
                  + ": Not a directory");
}

TEST(EmbeddedPlace, HalfMadeDatabaseAndLongPathAreNoObstacle) {
    const test::TempFolder folder;
    const auto deep = folder.path() / std::string(100, 'x');
    fs::create_directories(deep / "postgres.new");
    std::ofstream{deep / "postgres.new" / "PG_VERSION"} << "15\n";
    std::string socket_folder;
    {
        auto options = in(deep);
        options.is_durable = false;
        const Embedded embedded{options};
        Connection connection{embedded.owner_url(), {}};
        socket_folder = connection.run("SELECT current_setting('unix_socket_directories') AS t")
                            .one()
                            .text("t");
        socket_folder = socket_folder.substr(1, socket_folder.size() - 2);
        EXPECT_FALSE(fs::exists(deep / "postgres.new"));
    }
    struct stat info {};
    ASSERT_EQ(::stat(socket_folder.c_str(), &info), 0);
    EXPECT_EQ(info.st_mode & 0777U, 0700U);
    // Somebody else may have made that name in /tmp: never follow it.
    fs::remove_all(socket_folder);
    fs::create_directory_symlink(folder.path(), socket_folder);
    EXPECT_EQ(refusal(in(deep)),
              "cannot make the folder " + socket_folder + ": something else is there");
    fs::remove(socket_folder);
}

TEST(EmbeddedPlace, StartedByRootItRunsAsAnotherWhoMayEnter) {
    if (::geteuid() != 0) {
        GTEST_SKIP() << "only root starts it as another user";
    }
    const test::TempFolder folder;
    fs::permissions(folder.path(), fs::perms::owner_all);
    fs::path home;
    {
        auto options = in(folder.path());
        options.is_durable = false;
        std::vector<std::string> said;
        options.say = [&](std::string_view line) { said.emplace_back(line); };
        const Embedded embedded{options};
        home = embedded.home();
        EXPECT_TRUE(home.string().starts_with("/var/lib/forum/forum-test-")) << home;
        ASSERT_FALSE(said.empty());
        EXPECT_NE(said.front().find("cannot enter " + folder.path().string()), std::string::npos)
            << said.front();
        struct stat info {};
        ASSERT_EQ(::stat(("/proc/" + std::to_string(postmaster(home))).c_str(), &info), 0);
        EXPECT_NE(info.st_uid, 0U);
        EXPECT_TRUE(refusal(in(folder.path())).find("is in use by another forum")
                    != std::string::npos);
    }
    // The same folder leads to the same database.
    auto options = in(folder.path());
    const PostgresServer server{options};
    EXPECT_EQ(server.home(), home);
    fs::remove_all(home);
}

}  // namespace
}  // namespace forum::db
