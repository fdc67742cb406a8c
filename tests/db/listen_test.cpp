#include "db/listen.hpp"

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <condition_variable>
#include <csignal>
#include <mutex>

#include "base/problem.hpp"
#include "db/connection.hpp"
#include "db/notify.hpp"
#include "db/postgres_server.hpp"
#include "support/temp_folder.hpp"
#include "support/test_database.hpp"

namespace forum::db {
namespace {

using namespace std::chrono_literals;

/// What a listener said, and a way to wait for it.
class Log {
public:
    void notified() {
        change([&] { ++notifications_; });
    }
    void health(bool is_healthy) {
        change([&] { healths_.push_back(is_healthy); });
    }

    [[nodiscard]] bool wait_for_health(const std::vector<bool>& wanted) {
        std::unique_lock lock{mutex_};
        changed_.wait_for(lock, 30s, [&] { return healths_.size() >= wanted.size(); });
        return healths_ == wanted;
    }
    [[nodiscard]] bool wait_for_notifications(int wanted) {
        std::unique_lock lock{mutex_};
        return changed_.wait_for(lock, 30s, [&] { return notifications_ >= wanted; });
    }
    int notifications() {
        const std::lock_guard lock{mutex_};
        return notifications_;
    }

private:
    template <class Change>
    void change(Change&& change) {
        {
            const std::lock_guard lock{mutex_};
            change();
        }
        changed_.notify_all();
    }
    std::mutex mutex_;
    std::condition_variable changed_;
    std::vector<bool> healths_;
    int notifications_{0};
};

class Listening : public ::testing::Test {
protected:
    std::unique_ptr<Listener> listen(std::chrono::milliseconds interval, std::string url = {}) {
        return std::make_unique<Listener>(
            url.empty() ? fresh.url() : url, "forum test", [this](const std::string&) { log.notified(); },
            [this](bool is_healthy) { log.health(is_healthy); }, interval);
    }

    /// The server process of the listener's connection.
    pid_t backend(const char* application = "forum-listen") {
        return static_cast<pid_t>(test::sql(fresh.owner(),
                                            "SELECT pid FROM pg_stat_activity WHERE datname = "
                                            "current_database() AND application_name = $1",
                                            Params::of(application))
                                      .one()
                                      .integer("pid"));
    }

    test::TestDatabase fresh{test::Schema::none};
    Log log;
};

TEST_F(Listening, IsHealthyOnceItHeardItself) {
    const auto listener = listen(10s);
    ASSERT_TRUE(log.wait_for_health({true}));
    EXPECT_TRUE(listener->is_healthy());
    Connection{fresh.owner_url(), {}}.run("NOTIFY \"forum test\"");
    EXPECT_TRUE(log.wait_for_notifications(1));
    Connection{fresh.owner_url(), {}}.run("NOTIFY another; NOTIFY \"forum test\", 'with payload'");
    EXPECT_TRUE(log.wait_for_notifications(2));
}

TEST_F(Listening, KeepsProvingItselfWithoutASound) {
    const auto listener = listen(500ms);
    ASSERT_TRUE(log.wait_for_health({true}));
    const auto last_proof = [&] {
        return test::sql(fresh.owner(), "SELECT state_change AS at FROM pg_stat_activity WHERE pid = $1",
                         Params::of(static_cast<std::int64_t>(backend())))
            .one()
            .time("at");
    };
    for (int round = 0; round < 2; ++round) {
        const auto before = last_proof();
        const auto deadline = std::chrono::steady_clock::now() + 30s;
        while (last_proof() == before) {
            ASSERT_LT(std::chrono::steady_clock::now(), deadline) << "it stopped proving itself";
            std::this_thread::yield();
        }
    }
    EXPECT_TRUE(log.wait_for_health({true}));
    EXPECT_EQ(log.notifications(), 0);
}

TEST_F(Listening, ReconnectsWhenItsConnectionIsEnded) {
    const auto listener = listen(10s);
    ASSERT_TRUE(log.wait_for_health({true}));
    test::sql(fresh.owner(), "SELECT pg_terminate_backend($1::int)", Params::of(static_cast<std::int64_t>(backend())));
    ASSERT_TRUE(log.wait_for_health({true, false, true}));
    Connection{fresh.owner_url(), {}}.run("NOTIFY \"forum test\"");
    EXPECT_TRUE(log.wait_for_notifications(1));
}

TEST_F(Listening, NoticesAServerThatFellSilent) {
    const auto listener = listen(1s);
    ASSERT_TRUE(log.wait_for_health({true}));
    const auto silent = backend();
    ASSERT_EQ(::kill(silent, SIGSTOP), 0);
    const bool noticed = log.wait_for_health({true, false, true});
    // Before any assertion: a stopped process would hold up the end of the test.
    ASSERT_EQ(::kill(silent, SIGCONT), 0);
    EXPECT_TRUE(noticed);
}

TEST_F(Listening, WaitsForAServerThatIsNotThereYet) {
    const test::TempFolder folder;
    PostgresOptions options;
    options.directory = folder.path();
    options.is_durable = false;
    PostgresServer server{options};
    const auto listener = listen(2s, server.url(owner_role, "postgres"));
    EXPECT_FALSE(listener->is_healthy());
    server.start();
    EXPECT_TRUE(log.wait_for_health({true}));
    server.stop();
    EXPECT_TRUE(log.wait_for_health({true, false}));
    server.start();
    EXPECT_TRUE(log.wait_for_health({true, false, true}));
    server.stop();
}

TEST_F(Listening, EndsAtOnceAlsoWhileNothingAnswers) {
    // The kernel takes the connection, and nobody ever answers on it.
    const test::TempFolder folder;
    const auto path = (folder.path() / ".s.PGSQL.5432").string();
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.copy(address.sun_path, path.size());
    const int silent = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    ASSERT_EQ(::bind(silent, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
    ASSERT_EQ(::listen(silent, 4), 0);
    {
        const Listener listener{"host=" + folder.path().string(), "x", [](const std::string&) {},
                                [](bool) { FAIL() << "healthy without a server"; }, 1h};
        pollfd arrived{.fd = silent, .events = POLLIN, .revents = 0};
        EXPECT_EQ(::poll(&arrived, 1, 30'000), 1);
        EXPECT_FALSE(listener.is_healthy());
    }
    ::close(silent);
}

TEST_F(Listening, APayloadComesByItselfAsItWas) {
    std::mutex mutex;
    std::condition_variable came;
    std::vector<std::string> payloads;
    bool is_healthy = false;
    const Listener listener{fresh.url(), "forum test",
                            [&](const std::string& payload) {
                                const std::lock_guard lock{mutex};
                                payloads.push_back(payload);
                                came.notify_all();
                            },
                            [&](bool is_good) {
                                const std::lock_guard lock{mutex};
                                is_healthy = is_good;
                                came.notify_all();
                            }};
    std::unique_lock lock{mutex};
    ASSERT_TRUE(came.wait_for(lock, 60s, [&] { return is_healthy; }));
    const std::string longest(7'999, 'x');
    for (const std::string& payload : {std::string{R"({"naam":"Zoë's"})"}, longest}) {
        fresh.database().write([&](Tx& tx) { tell(tx, "forum test", payload); });
    }
    ASSERT_TRUE(came.wait_for(lock, 60s, [&] { return payloads.size() == 2; }));
    EXPECT_EQ(payloads[0], R"({"naam":"Zoë's"})");
    EXPECT_EQ(payloads[1], longest);
}

TEST_F(Listening, CallbacksThatThrowDoNotEndIt) {
    Log heard;
    const Listener listener{fresh.url(), "forum test",
                            [&](const std::string&) {
                                heard.notified();
                                throw std::runtime_error{"a callback that fails"};
                            },
                            [&](bool is_healthy) {
                                heard.health(is_healthy);
                                throw std::runtime_error{"a callback that fails"};
                            }};
    ASSERT_TRUE(heard.wait_for_health({true}));
    for (int round = 1; round <= 2; ++round) {
        Connection{fresh.owner_url(), {}}.run("NOTIFY \"forum test\"");
        EXPECT_TRUE(heard.wait_for_notifications(round));
    }
}

TEST_F(Listening, NotifierWakesFromManyThreadsAndCoalesces) {
    const auto listener = listen(10s);
    ASSERT_TRUE(log.wait_for_health({true}));
    constexpr int calls = 4000;
    {
        Notifier notifier{fresh.url(), "forum test", "", 20ms};
        std::vector<std::thread> threads;
        for (int i = 0; i < 4; ++i) {
            threads.emplace_back([&] {
                for (int call = 0; call < calls / 4; ++call) {
                    notifier.notify();
                }
            });
        }
        for (auto& thread : threads) {
            thread.join();
        }
        EXPECT_TRUE(log.wait_for_notifications(1));
        const auto before = log.notifications();
        notifier.notify();
        EXPECT_TRUE(log.wait_for_notifications(before + 1));
    }
    EXPECT_LT(log.notifications(), calls / 10);
}

TEST_F(Listening, NotifierSurvivesItsConnection) {
    const auto listener = listen(10s);
    ASSERT_TRUE(log.wait_for_health({true}));
    Notifier notifier{fresh.url(), "forum test", ""};
    notifier.notify();
    ASSERT_TRUE(log.wait_for_notifications(1));
    const auto before = log.notifications();
    test::sql(fresh.owner(), "SELECT pg_terminate_backend($1::int, 10000)", Params::of(static_cast<std::int64_t>(backend("forum-notify"))));
    notifier.notify();
    EXPECT_TRUE(log.wait_for_notifications(before + 1));
}

TEST_F(Listening, NotifierSendsWhenPostgresqlComes) {
    const test::TempFolder folder;
    PostgresOptions options;
    options.directory = folder.path();
    options.is_durable = false;
    PostgresServer server{options};
    const auto url = server.url(owner_role, "postgres");
    Notifier notifier{url, "forum test", "it's \"me\""};
    for (int call = 0; call < 1000; ++call) {
        notifier.notify();  // never waits: nobody is there
    }
    server.start();
    const auto listener = listen(10s, url);
    ASSERT_TRUE(log.wait_for_health({true}));
    // Sent before or after the listener came: one more is heard in any case.
    notifier.notify();
    EXPECT_TRUE(log.wait_for_notifications(1));
    server.stop();
}

TEST(ListeningAddress, MalformedIsRefused) {
    EXPECT_THROW((Listener{"nonsense", "x", [](const std::string&) {}, [](bool) {}}), std::invalid_argument);
    EXPECT_THROW((Notifier{"nonsense", "x", ""}), std::invalid_argument);
}

}  // namespace
}  // namespace forum::db
