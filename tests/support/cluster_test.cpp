#include "support/cluster.hpp"

#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <set>
#include <thread>

#include "db/child_process.hpp"
#include "support/free_port.hpp"
#include "support/temp_folder.hpp"
#include "support/test_database.hpp"

namespace forum::test {
namespace {

using namespace std::chrono_literals;

/// Set for a program that was started by the test below: say one byte and wait to be killed.
constexpr const char* stay{"FORUM_TEST_STAY"};

TEST(ClusterUser, GetsADatabase) {
    TestDatabase database;
    EXPECT_TRUE(database.database().ping());
    if (std::getenv(stay) == nullptr) {
        return;
    }
    ASSERT_EQ(::write(STDOUT_FILENO, "\x06", 1), 1);
    while (true) {
        ::pause();
    }
}

/// This program once more, using the cluster in `folder`.
class User {
public:
    explicit User(const std::filesystem::path& folder) {
        std::array<int, 2> ends{};
        EXPECT_EQ(::pipe(ends.data()), 0);
        pid_ = ::fork();
        if (pid_ == 0) {
            ::dup2(ends[1], STDOUT_FILENO);
            ::close(ends[0]);
            ::close(ends[1]);
            ::setenv("FORUM_TEST_CLUSTER", folder.c_str(), 1);
            ::setenv(stay, "1", 1);
            ::execl("/proc/self/exe", "tests_support", "--gtest_filter=ClusterUser.*", nullptr);
            ::_exit(1);
        }
        ::close(ends[1]);
        char c = 0;
        while (c != 6) {
            pollfd output{.fd = ends[0], .events = POLLIN, .revents = 0};
            if (::poll(&output, 1, 60'000) != 1 || ::read(ends[0], &c, 1) != 1) {
                ADD_FAILURE() << "the other program did not get a database";
                break;
            }
        }
        ::close(ends[0]);
    }
    ~User() { kill(); }
    User(const User&) = delete;
    User& operator=(const User&) = delete;

    void kill() {
        if (pid_ > 0) {
            ::kill(pid_, SIGKILL);
            ::waitpid(pid_, nullptr, 0);
        }
        pid_ = 0;
    }

private:
    pid_t pid_{0};
};

/// Waits for what another process does; false when it takes half a minute.
template <class Condition>
[[nodiscard]] bool comes_true(Condition&& condition) {
    const auto deadline = std::chrono::steady_clock::now() + 30s;
    while (!condition()) {
        if (std::chrono::steady_clock::now() > deadline) {
            return false;
        }
        std::this_thread::yield();
    }
    return true;
}

pid_t server_in(const std::filesystem::path& folder) {
    pid_t pid = 0;
    std::ifstream{folder / "postgres" / "postmaster.pid"} >> pid;
    return pid;
}

TEST(Cluster, IsSharedAndEndsWithItsLastUserAlsoAfterAKill) {
    const TempFolder folder;
    User one{folder.path()};
    const auto server = server_in(folder.path());
    ASSERT_TRUE(db::is_running(server));
    User two{folder.path()};
    EXPECT_EQ(server_in(folder.path()), server);
    one.kill();
    User three{folder.path()};
    EXPECT_EQ(server_in(folder.path()), server);
    three.kill();
    EXPECT_TRUE(db::is_running(server));
    two.kill();
    EXPECT_TRUE(comes_true([&] { return !db::is_running(server); })) << "the server outlives its users";
    // And it comes again for the next, who finds nothing of the killed ones.
    User four{folder.path()};
    EXPECT_NE(server_in(folder.path()), server);
    four.kill();
    EXPECT_TRUE(comes_true([&] { return server_in(folder.path()) == 0; })) << "the server outlives its users";
}

TEST(TestDatabases, AreApart) {
    TestDatabase one;
    TestDatabase two;
    const auto add = "INSERT INTO themes (slug, name, position) VALUES ('wonen', 'Wonen', 1)";
    const auto count = [](TestDatabase& in) { return sql(in.database(), "SELECT count(*) AS n FROM themes").one().integer("n"); };
    sql(one.database(), add);
    EXPECT_EQ(count(one), 1);
    EXPECT_EQ(count(two), 0);
}

class RolledBack : public RolledBackTest {
protected:
    static std::int64_t count() { return sql(database(), "SELECT count(*) AS n FROM themes").one().integer("n"); }
    static void add(const char* slug) {
        sql(database(), "INSERT INTO themes (slug, name, position) VALUES ($1, 'Naam', 1)", db::Params::of(slug));
    }
};

TEST_F(RolledBack, LeavesNothingForTheNextTest) {
    EXPECT_EQ(count(), 0);
    add("een");
    add("twee");
    EXPECT_EQ(count(), 2);
}

TEST_F(RolledBack, LeavesNothingForTheTestBefore) {
    EXPECT_EQ(count(), 0);
    add("een");
    EXPECT_EQ(count(), 1);
}

TEST(FreePort, GivesPortsThatCanBeTaken) {
    std::set<std::uint16_t> ports;
    for (int i = 0; i < 20; ++i) {
        const auto port = free_port();
        EXPECT_GT(port, 1023);
        ports.insert(port);
    }
    EXPECT_GT(ports.size(), 1U);
}

TEST(TempFolder, GoesAwayWithWhatIsInIt) {
    std::filesystem::path path;
    {
        const TempFolder folder;
        path = folder.path();
        std::filesystem::create_directories(path / "a" / "b");
        std::ofstream{path / "a" / "file"} << "x";
    }
    EXPECT_FALSE(std::filesystem::exists(path));
}

}  // namespace
}  // namespace forum::test
