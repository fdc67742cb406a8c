#include "db/database.hpp"

#include <future>
#include <latch>
#include <thread>

#include "base/problem.hpp"
#include "db/connection.hpp"
#include "support/cluster.hpp"
#include "support/test_database.hpp"

namespace forum::db {
namespace {

using base::Problem;
using base::ProblemKind;
using namespace std::chrono_literals;

const Query insert_note{"test.insert_note", "INSERT INTO notes (id, text) VALUES ($1, $2)"};
const Query count_notes{"test.count_notes", "SELECT count(*) AS n FROM notes"};
const Query update_note{"test.update_note", "UPDATE notes SET text = text || $2 WHERE id = $1"};
const Query own_backend{"test.own_backend", "SELECT pg_backend_pid() AS pid"};
const Query next_number{"test.next_number", "SELECT nextval('numbers') AS n"};
const Query fail{"test.fail", "SELECT fail($1)"};

template <class Action>
std::optional<ProblemKind> problem_of(Action&& action) {
    try {
        action();
    } catch (const Problem& problem) {
        return problem.kind;
    }
    return std::nullopt;
}

/// A table of its own per test, and a second way in to do things behind the first one's back.
class Jobs : public ::testing::Test {
protected:
    static void SetUpTestSuite() {
        suite_database = std::make_unique<test::TestDatabase>(test::Schema::none);
    }
    static void TearDownTestSuite() { suite_database.reset(); }

    Jobs() : fresh{*suite_database}, owner{fresh.owner()}, database{fresh.database()} {
        Connection connection{fresh.owner_url(), {}};
        connection.run(R"(
            DROP SCHEMA public CASCADE;
            CREATE SCHEMA public;
            GRANT USAGE ON SCHEMA public TO forum_app;
            CREATE TABLE notes (
                id     bigint CONSTRAINT notes_pkey PRIMARY KEY,
                text   text NOT NULL CONSTRAINT notes_text_check CHECK (text <> ''),
                parent bigint CONSTRAINT notes_parent_fkey REFERENCES notes DEFERRABLE,
                during int4range,
                CONSTRAINT notes_during_excl EXCLUDE USING gist (during WITH &&));
            CREATE SEQUENCE numbers;
            CREATE FUNCTION fail(code text) RETURNS void LANGUAGE plpgsql AS
                $$ BEGIN RAISE EXCEPTION 'asked for' USING ERRCODE = code; END $$;
            GRANT ALL ON notes TO forum_app;
            GRANT ALL ON numbers TO forum_app)");
    }

    static void add(Tx& tx, std::int64_t id, std::string_view text = "tekst") {
        tx.exec(insert_note, Params::of(id, text));
    }
    std::int64_t count() {
        return owner.read([](Tx& tx) { return tx.exec(count_notes).one().integer("n"); });
    }
    static std::int64_t backend(Tx& tx) { return tx.exec(own_backend).one().integer("pid"); }

    /// Ends a server process and waits until it is gone.
    void terminate(std::int64_t pid) {
        Connection connection{fresh.owner_url(), {}};
        EXPECT_TRUE(
            connection
                .run_once("SELECT pg_terminate_backend($1::int, 10000) AS done", Params::of(pid))
                .one()
                .flag("done"));
    }

    static inline std::unique_ptr<test::TestDatabase> suite_database;
    test::TestDatabase& fresh;
    Database& owner;
    Database& database;
};

TEST_F(Jobs, WriteCommitsAndGivesTheResult) {
    const auto answer = database.write([](Tx& tx) {
        add(tx, 1);
        return std::make_unique<int>(7);
    });
    EXPECT_EQ(*answer, 7);
    EXPECT_EQ(count(), 1);
}

TEST_F(Jobs, ThrowRollsBackAndPassesThrough) {
    EXPECT_EQ(problem_of([&] {
                  database.write([](Tx& tx) {
                      add(tx, 1);
                      throw Problem{ProblemKind::gone};
                  });
              }),
              ProblemKind::gone);
    EXPECT_EQ(count(), 0);
    // The same connection is ready for the next job.
    database.write([](Tx& tx) { add(tx, 2); });
    EXPECT_EQ(count(), 1);
}

TEST_F(Jobs, ReadSeesOneSnapshot) {
    database.read([&](Tx& tx) {
        EXPECT_EQ(tx.exec(count_notes).one().integer("n"), 0);
        owner.write([](Tx& other) { add(other, 1); });
        EXPECT_EQ(count(), 1);
        EXPECT_EQ(tx.exec(count_notes).one().integer("n"), 0);
    });
    EXPECT_EQ(database.read([](Tx& tx) { return tx.exec(count_notes).one().integer("n"); }), 1);
}

TEST_F(Jobs, WriteSeesWhatOthersCommitMeanwhile) {
    database.write([&](Tx& tx) {
        EXPECT_EQ(tx.exec(count_notes).one().integer("n"), 0);
        owner.write([](Tx& other) { add(other, 1); });
        EXPECT_EQ(tx.exec(count_notes).one().integer("n"), 1);
    });
}

TEST_F(Jobs, ReadCannotWrite) {
    try {
        database.read([](Tx& tx) { add(tx, 1); });
        FAIL() << "a read job wrote";
    } catch (const DatabaseError& error) {
        EXPECT_EQ(error.sqlstate, "25006");
    }
}

TEST_F(Jobs, HooksRunInOrderAfterTheCommit) {
    std::vector<int> order;
    database.write([&](Tx& tx) {
        tx.after_commit([&] { order.push_back(static_cast<int>(count())); });
        tx.after_commit([] { throw std::runtime_error{"a hook that fails"}; });
        tx.after_commit([&] { order.push_back(2); });
        add(tx, 1);
        EXPECT_TRUE(order.empty());
    });
    EXPECT_EQ(order, (std::vector{1, 2}));
}

TEST_F(Jobs, HooksDoNotRunWhenNothingWasCommitted) {
    int runs = 0;
    EXPECT_THROW(database.write([&](Tx& tx) {
        tx.after_commit([&] { ++runs; });
        add(tx, 1);
        throw std::runtime_error{"no"};
    }),
                 std::runtime_error);
    // A job that catches a violation gives its answer, and nothing of it is stored.
    const auto answer = database.write([&](Tx& tx) {
        tx.after_commit([&] { ++runs; });
        add(tx, 1);
        try {
            add(tx, 1);
        } catch (const ConstraintViolation&) {
            return std::string{"taken"};
        }
        return std::string{"stored"};
    });
    EXPECT_EQ(answer, "taken");
    EXPECT_EQ(runs, 0);
    EXPECT_EQ(count(), 0);
}

TEST_F(Jobs, ViolationsNameTheirConstraint) {
    const auto violated = [&](std::string_view statement) -> std::string {
        try {
            test::sql(database, statement);
        } catch (const ConstraintViolation& violation) {
            EXPECT_EQ(std::string_view{violation.what()}.find('\n'), std::string_view::npos);
            // Values of the row are on the lines that are left out.
            EXPECT_EQ(std::string_view{violation.what()}.find("geheim"), std::string_view::npos);
            return violation.constraint;
        }
        return "none";
    };
    test::sql(database, "INSERT INTO notes VALUES (1, 'geheim', NULL, '[1,3)')");
    EXPECT_EQ(violated("INSERT INTO notes VALUES (1, 'geheim')"), "notes_pkey");
    EXPECT_EQ(violated("INSERT INTO notes VALUES (2, '')"), "notes_text_check");
    EXPECT_EQ(violated("INSERT INTO notes VALUES (2, 'geheim', 99)"), "notes_parent_fkey");
    EXPECT_EQ(violated("INSERT INTO notes VALUES (2, 'geheim', NULL, '[2,5)')"),
              "notes_during_excl");
    try {
        test::sql(database, "INSERT INTO notes VALUES (3, NULL)");
        FAIL() << "NULL was stored";
    } catch (const DatabaseError& error) {
        EXPECT_EQ(error.sqlstate, "23502");
    }
    // Checked only at COMMIT.
    const auto late = [&] {
        database.write([](Tx& tx) {
            test::sql(tx, "SET CONSTRAINTS notes_parent_fkey DEFERRED");
            test::sql(tx, "INSERT INTO notes VALUES (4, 'geheim', 99)");
        });
    };
    try {
        late();
        FAIL() << "a deferred constraint was not checked";
    } catch (const ConstraintViolation& violation) {
        EXPECT_EQ(violation.constraint, "notes_parent_fkey");
    }
    EXPECT_EQ(count(), 1);
}

TEST_F(Jobs, RaisedErrorsKeepTheirState) {
    try {
        database.write([](Tx& tx) { tx.exec(fail, Params::of("P0001")); });
        FAIL() << "nothing was raised";
    } catch (const DatabaseError& error) {
        EXPECT_EQ(error.sqlstate, "P0001");
        EXPECT_NE(std::string_view{error.what()}.find("asked for"), std::string_view::npos);
    }
}

TEST_F(Jobs, ExecAloneCommitsByItself) {
    int hooks = 0;
    database.write([&](Tx& tx) {
        tx.after_commit([&] { ++hooks; });
        tx.exec_alone(insert_note, Params::of(1, "a"));
        EXPECT_EQ(count(), 1);
        add(tx, 2);
        EXPECT_EQ(count(), 1);
        EXPECT_THROW(tx.exec_alone(count_notes), std::logic_error);
        EXPECT_EQ(hooks, 0);
    });
    EXPECT_EQ(count(), 2);
    EXPECT_EQ(hooks, 1);
}

TEST_F(Jobs, ExecAloneThatFailsHasDoneNothing) {
    database.write([](Tx& tx) {
        tx.exec_alone(insert_note, Params::of(1, "a"));
        EXPECT_THROW(tx.exec_alone(insert_note, Params::of(1, "a")), ConstraintViolation);
        tx.exec_alone(insert_note, Params::of(2, "b"));
    });
    EXPECT_EQ(count(), 2);
}

TEST_F(Jobs, DeadlockIsRepeatedUntilBothAreDone) {
    test::sql(owner, "INSERT INTO notes VALUES (1, 'a'), (2, 'b')");
    Connection{fresh.owner_url(), {}}.run(
        ("ALTER DATABASE " + fresh.name() + " SET deadlock_timeout = '20ms'").c_str());
    std::latch both_hold_one{2};
    std::atomic<int> attempts{0};
    const auto run = [&](int first, int second) {
        Database mine{{.url = fresh.url()}};
        bool is_first_attempt = true;
        mine.write([&](Tx& tx) {
            ++attempts;
            tx.exec(update_note, Params::of(first, "+"));
            if (std::exchange(is_first_attempt, false)) {
                both_hold_one.arrive_and_wait();
            }
            tx.exec(update_note, Params::of(second, "+"));
        });
    };
    auto other = std::async(std::launch::async, run, 2, 1);
    run(1, 2);
    other.get();
    // Two, and one for each time that PostgreSQL chose a victim.
    EXPECT_GE(attempts, 3);
    EXPECT_EQ(test::sql(owner, "SELECT string_agg(text, ',' ORDER BY id) AS t FROM notes")
                  .one()
                  .text("t"),
              "a++,b++");
}

TEST_F(Jobs, ConflictIsRepeatedThreeTimesAndThenPassesThrough) {
    int attempts = 0;
    const auto job = [&](int failures) {
        attempts = 0;
        return [&, failures](Tx& tx) {
            tx.after_commit([] { FAIL() << "a hook of a failed attempt ran"; });
            if (++attempts <= failures) {
                tx.exec(fail, Params::of("40001"));
            }
            throw Problem{ProblemKind::gone};  // this attempt got through
        };
    };
    EXPECT_EQ(problem_of([&] { database.write(job(3)); }), ProblemKind::gone);
    EXPECT_EQ(attempts, 4);
    EXPECT_THROW(database.write(job(4)), DatabaseError);
    EXPECT_EQ(attempts, 4);
}

TEST_F(Jobs, HooksOfRepeatedAttemptsRunOnce) {
    int attempts = 0;
    int hooks = 0;
    database.write([&](Tx& tx) {
        tx.after_commit([&] { ++hooks; });
        add(tx, 1);
        if (++attempts < 3) {
            tx.exec(fail, Params::of("40P01"));
        }
    });
    EXPECT_EQ(attempts, 3);
    EXPECT_EQ(hooks, 1);
    EXPECT_EQ(count(), 1);
}

TEST_F(Jobs, NothingIsRepeatedAfterSomethingWasCommitted) {
    int attempts = 0;
    EXPECT_THROW(database.write([&](Tx& tx) {
        ++attempts;
        tx.exec_alone(next_number);
        tx.exec(fail, Params::of("40001"));
    }),
                 DatabaseError);
    EXPECT_EQ(attempts, 1);
}

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
    static const Query end_myself{"test.end_myself",
                                  "SELECT pg_terminate_backend(pg_backend_pid())"};
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
        return test::sql(owner,
                         "SELECT count(*) AS n FROM pg_stat_activity WHERE application_name = $1",
                         Params::of(name))
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
    auto one = std::make_unique<Database>(
        DatabaseOptions{.url = change_url(fresh.url(), {{"application_name", "one"}})});
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
    Database as_role{{.url = fresh.owner_url(), .statement_timeout = 1234ms, .role = "forum_app"}};
    const auto row =
        test::sql(
            as_role,
            "SELECT current_user AS who, current_setting('statement_timeout') AS patience, "
            "current_setting('application_name') AS name, current_setting('timezone') AS zone, "
            "current_setting('client_min_messages') AS messages, "
            "current_setting('client_encoding') AS encoding")
            .one();
    EXPECT_EQ(row.text("who"), "forum_app");
    EXPECT_EQ(row.text("patience"), "1234ms");
    EXPECT_EQ(row.text("name"), "forum");
    EXPECT_EQ(row.text("zone"), "UTC");
    EXPECT_EQ(row.text("messages"), "warning");
    EXPECT_EQ(row.text("encoding"), "UTF8");
}

TEST_F(Jobs, RolledBackLeavesNothing) {
    {
        const Database::RolledBack outer{database};
        int hooks = 0;
        database.write([&](Tx& tx) {
            tx.after_commit([&] { ++hooks; });
            add(tx, 1);
        });
        EXPECT_EQ(hooks, 1);
        database.write([](Tx& tx) { tx.exec_alone(insert_note, Params::of(2, "a")); });
        EXPECT_THROW(database.write([](Tx& tx) {
            add(tx, 3);
            add(tx, 1);
        }),
                     ConstraintViolation);
        EXPECT_THROW(database.write([](Tx& tx) { tx.exec_alone(insert_note, Params::of(2, "a")); }),
                     ConstraintViolation);
        EXPECT_THROW(database.read([](Tx& tx) { add(tx, 4); }), DatabaseError);
        EXPECT_EQ(database.read([](Tx& tx) { return tx.exec(count_notes).one().integer("n"); }), 2);
        database.write([](Tx& tx) { add(tx, 5); });
        EXPECT_EQ(count(), 0);
    }
    EXPECT_EQ(database.read([](Tx& tx) { return tx.exec(count_notes).one().integer("n"); }), 0);
}

TEST(Query, NamesAreUniqueWhileTheyLive) {
    const auto is_listed = [] {
        const auto all = all_queries();
        return std::any_of(all.begin(), all.end(),
                           [](const Query* query) { return query->name == "test.twice"; });
    };
    {
        const Query one{"test.twice", "SELECT 1"};
        EXPECT_TRUE(is_listed());
        EXPECT_THROW((Query{"test.twice", "SELECT 2"}), std::logic_error);
        EXPECT_TRUE(is_listed());
    }
    EXPECT_FALSE(is_listed());
}

TEST(DatabaseAddress, MalformedIsRefusedWithoutShowingThePassword) {
    for (const char* url :
         {"postgresql://user:geheim@host/x?no=1", "host=x geheim", "nonsense=geheim"}) {
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
    Database wrong{{.url = change_url(test::Cluster::get().url("forum_app", "x"),
                                      {{"dbname", "no_such_database"}})}};
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
