#include "db/database.hpp"

#include <future>
#include <latch>

#include "db/jobs.hpp"

namespace forum::db {
namespace {

using base::Problem;
using base::ProblemKind;

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
                      throw Problem{ProblemKind::conflict};
                  });
              }),
              ProblemKind::conflict);
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
    EXPECT_EQ(violated("INSERT INTO notes VALUES (2, 'geheim', NULL, '[2,5)')"), "notes_during_excl");
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
    Connection{fresh.owner_url(), {}}.run(("ALTER DATABASE " + fresh.name() + " SET deadlock_timeout = '20ms'").c_str());
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
    EXPECT_EQ(test::sql(owner, "SELECT string_agg(text, ',' ORDER BY id) AS t FROM notes").one().text("t"), "a++,b++");
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
            throw Problem{ProblemKind::conflict};  // this attempt got through
        };
    };
    EXPECT_EQ(problem_of([&] { database.write(job(3)); }), ProblemKind::conflict);
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
        EXPECT_THROW(database.write([](Tx& tx) { tx.exec_alone(insert_note, Params::of(2, "a")); }), ConstraintViolation);
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
        return std::any_of(all.begin(), all.end(), [](const Query* query) { return query->name == "test.twice"; });
    };
    {
        const Query one{"test.twice", "SELECT 1"};
        EXPECT_TRUE(is_listed());
        EXPECT_THROW((Query{"test.twice", "SELECT 2"}), std::logic_error);
        EXPECT_TRUE(is_listed());
    }
    EXPECT_FALSE(is_listed());
}

}  // namespace
}  // namespace forum::db
