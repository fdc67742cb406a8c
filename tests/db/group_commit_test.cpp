#include "db/group_commit.hpp"

#include <algorithm>
#include <atomic>
#include <barrier>
#include <thread>

#include "db/jobs.hpp"

namespace forum::db {
namespace {

using base::Problem;
using base::ProblemKind;

const Query insert_together{"test.insert_together", R"(
    WITH asked AS (SELECT * FROM unnest($1::bigint[], $2::text[]) WITH ORDINALITY a(id, text, place) WHERE id > 0),
         made AS (INSERT INTO notes (id, text) SELECT id, text FROM asked RETURNING id, text)
    SELECT asked.place, made.id, made.text, pg_current_xact_id()::text AS xact
      FROM asked JOIN made USING (id))"};

/// Many threads that come at the same moment, each with a connection of its own.
class Groups : public Jobs {
protected:
    static constexpr int callers = 8;

    /// Rounds in which every caller runs `job(number)`, all at once, until `enough` says so; numbers are never used again.
    template <class Job, class Enough>
    void run_until(Job&& job, Enough&& enough) {
        std::atomic<bool> goes_on{true};
        std::barrier start{callers, [&]() noexcept { goes_on = !enough(); }};
        std::vector<std::thread> threads;
        for (int caller = 0; caller < callers; ++caller) {
            threads.emplace_back([&, caller] {
                for (std::int64_t number = caller + 1;; number += callers) {
                    start.arrive_and_wait();
                    if (!goes_on) {
                        break;
                    }
                    job(number);
                }
                database.close_this_thread();
            });
        }
        for (auto& thread : threads) {
            thread.join();
        }
    }
};

TEST_F(Groups, EachGetsHisOwnRowAndAGroupIsOneCommit) {
    std::mutex mutex;
    std::map<std::string, int> callers_of;  // by transaction
    std::int64_t rows = 0;
    std::size_t largest = 0;
    run_until(
        [&](std::int64_t number) {
            const auto text = "tekst \"{,}\\ " + std::to_string(number);
            const auto row = database.write([&](Tx& tx) { return tx.exec_together(insert_together, Params::of(number, text)); });
            ASSERT_TRUE(row);
            EXPECT_EQ(row->integer("id"), number);
            EXPECT_EQ(row->text("text"), text);
            EXPECT_GT(count(), 0) << "committed when it is answered";
            const std::lock_guard lock{mutex};
            ++rows;
            largest = std::max<std::size_t>(largest, ++callers_of[row->text("xact")]);
        },
        [&] { return largest > 1; });
    EXPECT_EQ(count(), rows);
}

// Without a moment for those who were just served, a group never holds all: the lock is not let go between two of them.
TEST_F(Groups, WhoComesAgainAtOnceSharesTheNext) {
    std::atomic<int> groups{0}, with_all{0}, inside{0};
    GroupCommit group{[&](const Query& /*query*/, const Params& params) -> std::optional<Rows> {
        const auto numbers = params.values().at(0).value();
        const auto size = std::count(numbers.begin(), numbers.end(), ',') + 1;
        while (inside < callers && with_all == 0) {
            std::this_thread::yield();
        }
        with_all += ++groups > 1 && size == callers ? 1 : 0;
        return std::nullopt;
    }};
    std::vector<std::thread> threads;
    for (int caller = 0; caller < callers; ++caller) {
        threads.emplace_back([&] {
            while (with_all == 0 && groups < 100'000) {
                ++inside;
                group.run(insert_together, Params::of(std::int64_t{1}, "tekst"));
                --inside;
            }
            inside += callers;  // who has left keeps nobody waiting
        });
    }
    for (auto& thread : threads) {
        thread.join();
    }
    EXPECT_GT(with_all, 0);
}

TEST_F(Groups, OneThatIsRefusedOrLeftOutDoesNotHinderTheOthers) {
    std::atomic<int> refused{0}, written{0}, left_out{0}, alone{0};
    run_until(
        [&](std::int64_t number) {
            const bool is_bad = number % callers == 3;
            const auto id = number % callers == 5 ? -number : number;
            try {
                database.write([&](Tx& tx) {
                    const auto params = Params::of(id, is_bad ? "" : "goed");
                    if (const auto row = tx.exec_together(insert_together, params)) {
                        EXPECT_EQ(row->integer("id"), id);
                        return;
                    }
                    ++(id < 0 ? left_out : alone);
                    tx.exec_alone(insert_note, params);
                });
                EXPECT_FALSE(is_bad);
                ++written;
            } catch (const ConstraintViolation& violation) {
                EXPECT_TRUE(is_bad);
                EXPECT_EQ(violation.constraint, "notes_text_check");
                ++refused;
            }
        },
        // More were alone than the bad: a group was refused as a whole and each of it asked again.
        [&] { return alone > refused; });
    EXPECT_EQ(refused * callers, refused + written);
    EXPECT_EQ(left_out, refused);
    EXPECT_EQ(count(), written);
}

// What nobody knows the end of is not done again: each hears so, and his key makes the retry safe.
TEST_F(Groups, AGroupInDoubtIsInDoubtForEach) {
    std::atomic<int> tries{0}, jobs{0}, doubtful{0};
    std::atomic<bool> was_group{false};
    GroupCommit group{[&](const Query&, const Params& arrays) -> std::optional<Rows> {
        ++tries;
        was_group = was_group || arrays.values()[0]->find(',') != std::string::npos;
        throw ConnectionLost{"for the test"};
    }};
    run_until(
        [&](std::int64_t number) {
            ++jobs;
            const auto problem = problem_of([&] { group.run(insert_together, Params::of(number)); });
            doubtful += problem == ProblemKind::database_away ? 1 : 0;
        },
        [&] { return was_group.load(); });
    EXPECT_EQ(doubtful, jobs);
    EXPECT_LT(tries, jobs);
}

TEST_F(Groups, AConnectionLostUnderAGroupIsNotTriedAgain) {
    int runs = 0;
    EXPECT_EQ(problem_of([&] {
                  database.write([&](Tx& tx) {
                      ++runs;
                      static const Query end_together{"test.end_together", R"(
                          SELECT 1 AS place, pg_terminate_backend(pg_backend_pid()) FROM unnest($1::bigint[]))"};
                      tx.exec_together(end_together, Params::of(1));
                  });
              }),
              ProblemKind::database_away);
    EXPECT_EQ(runs, 1);
}

TEST_F(Groups, OnlyBeforeTheTransactionHasBegun) {
    EXPECT_THROW(database.write([](Tx& tx) {
        add(tx, 1);
        tx.exec_together(insert_together, Params::of(2, "te laat"));
    }),
                 std::logic_error);
    EXPECT_EQ(count(), 0);
}

TEST_F(Groups, InATestsOwnTransactionACallerIsAlone) {
    {
        const Database::RolledBack outer{database};
        database.write([](Tx& tx) {
            EXPECT_FALSE(tx.exec_together(insert_together, Params::of(1, "")));
            EXPECT_EQ(tx.exec_together(insert_together, Params::of(1, "goed"))->integer("id"), 1);
        });
    }
    EXPECT_EQ(count(), 0);
}

}  // namespace
}  // namespace forum::db
