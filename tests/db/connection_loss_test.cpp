#include <thread>

#include "db/jobs.hpp"
#include "support/cluster.hpp"

namespace forum::db {
namespace {

using base::ProblemKind;
using namespace std::chrono_literals;

TEST_F(Jobs, IdleConnectionThatWasEndedIsNotNoticed) {
    for (int round = 0; round < 3; ++round) {
        const auto pid = database.read(&Jobs::backend);
        terminate(pid);
        int attempts = 0;
        // In one round trip of its own a write could not be repeated: the dead connection is seen before.
        database.write([&](Tx& tx) {
            ++attempts;
            tx.exec_alone(insert_note, Params::of(round, "a"));
        });
        EXPECT_EQ(attempts, 1);
        EXPECT_TRUE(database.is_reachable());
    }
    EXPECT_EQ(count(), 3);
}

TEST_F(Jobs, ConnectionLostBeforeTheCommitIsRepeatedOnce) {
    int attempts = 0;
    database.write([&](Tx& tx) {
        add(tx, 1);
        if (++attempts == 1) {
            terminate(backend(tx));
        }
        add(tx, 2);
    });
    EXPECT_EQ(attempts, 2);
    EXPECT_EQ(count(), 2);

    attempts = 0;
    EXPECT_EQ(problem_of([&] {
                  database.read([&](Tx& tx) {
                      ++attempts;
                      terminate(backend(tx));
                      tx.exec(count_notes);
                  });
              }),
              ProblemKind::database_away);
    EXPECT_EQ(attempts, 2);
    EXPECT_FALSE(database.is_reachable());
    EXPECT_TRUE(database.ping());
    EXPECT_TRUE(database.is_reachable());
}

TEST_F(Jobs, ConnectionLostAtCommitIsNotRepeated) {
    Connection{fresh.owner_url(), {}}.run(R"(
        CREATE FUNCTION die() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS
            $$ BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NULL; END $$;
        CREATE CONSTRAINT TRIGGER die AFTER INSERT ON notes DEFERRABLE INITIALLY DEFERRED
            FOR EACH ROW WHEN (NEW.text = 'die') EXECUTE FUNCTION die())");
    int attempts = 0;
    int hooks = 0;
    EXPECT_EQ(problem_of([&] {
                  database.write([&](Tx& tx) {
                      ++attempts;
                      tx.after_commit([&] { ++hooks; });
                      add(tx, 1, "die");
                  });
              }),
              ProblemKind::database_away);
    EXPECT_EQ(attempts, 1);
    EXPECT_EQ(hooks, 0);
    database.write([](Tx& tx) { add(tx, 2); });
    EXPECT_EQ(count(), 1);
}

TEST_F(Jobs, ConnectionLostUnderExecAloneIsNotRepeatedInAWrite) {
    static const Query end_myself{"test.end_myself", "SELECT pg_terminate_backend(pg_backend_pid())"};
    int attempts = 0;
    const auto job = [&](Tx& tx) {
        ++attempts;
        tx.exec_alone(end_myself);
    };
    EXPECT_EQ(problem_of([&] { owner.write(job); }), ProblemKind::database_away);
    EXPECT_EQ(attempts, 1);
    attempts = 0;
    EXPECT_EQ(problem_of([&] { owner.read(job); }), ProblemKind::database_away);
    EXPECT_EQ(attempts, 2);
}

TEST_F(Jobs, AJobThatHidesALostConnectionDoesNotLookDone) {
    int attempts = 0;
    database.write([&](Tx& tx) {
        try {
            add(tx, 1);
            if (++attempts == 1) {
                terminate(backend(tx));
            }
            tx.exec(count_notes);
        } catch (const std::exception&) {
        }
    });
    EXPECT_EQ(attempts, 2);
    EXPECT_EQ(count(), 1);
}

TEST_F(Jobs, AStatementThatTakesTooLongIsBusy) {
    Database hasty{{.url = fresh.url(), .statement_timeout = 30ms}};
    EXPECT_EQ(problem_of([&] { test::sql(hasty, "SELECT pg_sleep(60)"); }), ProblemKind::busy);
    EXPECT_EQ(test::sql(hasty, "SELECT 1 AS n").one().integer("n"), 1);
}

TEST_F(Jobs, PreparedStatementsFollowAChangedTable) {
    static const Query all_columns{"test.all_columns", "SELECT * FROM notes"};
    database.write([](Tx& tx) { add(tx, 1); });
    const auto read = [](Tx& tx) { return tx.exec(all_columns).one(); };
    EXPECT_THROW(database.read(read).text("extra"), std::logic_error);
    Connection{fresh.owner_url(), {}}.run("ALTER TABLE notes ADD extra text DEFAULT 'nieuw'");
    EXPECT_EQ(database.read(read).text("extra"), "nieuw");
}

TEST_F(Jobs, EachThreadHasOneConnection) {
    const auto mine = database.read(&Jobs::backend);
    EXPECT_EQ(database.write(&Jobs::backend), mine);
    std::int64_t theirs = mine;
    std::thread{[&] {
        theirs = database.read(&Jobs::backend);
        EXPECT_EQ(database.read(&Jobs::backend), theirs);
        database.close_this_thread();
        EXPECT_NE(database.read(&Jobs::backend), theirs);
    }}.join();
    EXPECT_NE(theirs, mine);
    EXPECT_EQ(database.read(&Jobs::backend), mine);
}

TEST_F(Jobs, ConnectionsEndWithTheirDatabaseOrThread) {
    const auto open = [&](std::string_view name) {
        return test::sql(owner, "SELECT count(*) AS n FROM pg_stat_activity WHERE application_name = $1", Params::of(name))
            .one()
            .integer("n");
    };
    // The server needs a moment to notice that a client has gone.
    const auto wait_for_none = [&](std::string_view name) {
        const auto deadline = std::chrono::steady_clock::now() + 10s;
        while (open(name) > 0 && std::chrono::steady_clock::now() < deadline) {
            std::this_thread::yield();
        }
        EXPECT_EQ(open(name), 0) << name;
    };
    auto one = std::make_unique<Database>(DatabaseOptions{.url = change_url(fresh.url(), {{"application_name", "one"}})});
    EXPECT_TRUE(one->ping());
    EXPECT_EQ(open("one"), 1);
    one.reset();
    wait_for_none("one");

    Database two{{.url = change_url(fresh.url(), {{"application_name", "two"}})}};
    std::thread{[&] {
        EXPECT_TRUE(two.ping());
        EXPECT_EQ(open("two"), 1);
        fresh.owner().close_this_thread();
    }}.join();
    wait_for_none("two");
}

TEST_F(Jobs, SettingsHoldOnEveryConnection) {
    Database other{{.url = fresh.owner_url(), .statement_timeout = 1234ms}};
    const auto row = test::sql(other, "SELECT current_setting('statement_timeout') AS patience, "
                                      "current_setting('application_name') AS name, current_setting('timezone') AS zone, "
                                      "current_setting('client_min_messages') AS messages, "
                                      "current_setting('client_encoding') AS encoding")
                         .one();
    EXPECT_EQ(row.text("patience"), "1234ms");
    EXPECT_EQ(row.text("name"), "forum");
    EXPECT_EQ(row.text("zone"), "UTC");
    EXPECT_EQ(row.text("messages"), "warning");
    EXPECT_EQ(row.text("encoding"), "UTF8");
}

TEST(DatabaseAddress, MalformedIsRefusedWithoutShowingThePassword) {
    for (const char* url : {"postgresql://user:geheim@host/x?no=1", "host=x geheim", "nonsense=geheim"}) {
        try {
            const Database database{{.url = url}};
            FAIL() << url;
        } catch (const std::invalid_argument& error) {
            EXPECT_EQ(std::string_view{error.what()}.find("geheim"), std::string_view::npos);
        }
    }
}

TEST(DatabaseAddress, ChangesKeepWhatIsThere) {
    EXPECT_EQ(change_url("postgresql://u:p%20w@h:1/d?sslmode=require", {{"dbname", "it's"}}),
              R"(user='u' password='p w' dbname='it\'s' host='h' port='1' sslmode='require')");
    EXPECT_EQ(complete_url("host=/tmp", {{"host", "x"}, {"port", "2"}}), "host='/tmp' port='2'");
    EXPECT_EQ(change_url("", {{"user", R"(a\b)"}}), R"(user='a\\b')");
}

TEST(Unreachable, IsSaidAtOnceAndInLine) {
    Database nobody{{.url = "host=/nonexistent dbname=x user=y"}};
    EXPECT_EQ(problem_of([&] { test::sql(nobody, "SELECT 1"); }), ProblemKind::database_away);
    EXPECT_FALSE(nobody.is_reachable());
    EXPECT_FALSE(nobody.ping());
    Database wrong{{.url = change_url(test::Cluster::get().url("forum_app", "x"), {{"dbname", "no_such_database"}})}};
    try {
        test::sql(wrong, "SELECT 1");
        FAIL() << "there is no such database";
    } catch (const ConnectionLost& lost) {
        EXPECT_NE(lost.reason.find("no_such_database"), std::string::npos);
        EXPECT_EQ(lost.reason.find('\n'), std::string::npos);
        EXPECT_EQ(lost.detail, "");
    }
}

}  // namespace
}  // namespace forum::db
