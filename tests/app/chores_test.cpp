#include "app/chores.hpp"

#include <gtest/gtest.h>

#include <future>
#include <stdexcept>

#include "app/features.hpp"
#include "support/test_database.hpp"

namespace forum::app {
namespace {

using namespace std::chrono_literals;
using test::sql;

const base::Time noon = base::parse_rfc3339("2026-11-22T12:00:00Z").value();

class ChoresTest : public ::testing::Test {
protected:
    void SetUp() override {
        sql(data.owner(), "CREATE TABLE runs (who text)");
        sql(data.owner(), "GRANT INSERT ON runs TO forum_app");
    }

    /// Writes one row in `runs` each time.
    static Chore note(const std::string& who, std::chrono::seconds period = 60s) {
        return {who, period, [who](db::Tx& tx, base::Time) { sql(tx, "INSERT INTO runs VALUES ($1)", db::Params::of(who)); }};
    }
    std::int64_t count(const std::string& who) {
        return sql(data.owner(), "SELECT count(*) AS n FROM runs WHERE who = $1", db::Params::of(who)).one().integer("n");
    }

    test::TestDatabase data;
    db::Database& here{data.database()};
    db::Database there{{.url = data.url()}};  // another process has connections of its own too
};

TEST_F(ChoresTest, RunWhenTheyAreDue) {
    Chores chores{here, {note("minute"), note("hour", 1h)}};
    chores.run_due(noon);
    chores.run_due(noon + 59s);
    EXPECT_EQ(count("minute"), 1);
    chores.run_due(noon + 60s);
    EXPECT_EQ(count("minute"), 2);
    chores.run_due(noon + 70s);
    EXPECT_EQ(count("minute"), 2);
    EXPECT_EQ(count("hour"), 1);
}

TEST_F(ChoresTest, AreDoneByOneProcessUntilItIsGone) {
    Chores one{here, {note("one")}};
    Chores other{there, {note("other")}};
    for (int minute = 0; minute < 3; ++minute) {
        one.run_due(noon + minute * 60s);
        other.run_due(noon + minute * 60s);
    }
    EXPECT_EQ(count("one"), 3);
    EXPECT_EQ(count("other"), 0);
    here.close_this_thread();
    // PostgreSQL sees a moment later that the connection is closed.
    for (int i = 0; i < 1000 && count("other") == 0; ++i) {
        other.run_due(noon + 3min);
    }
    one.run_due(noon + 3min);
    EXPECT_EQ(count("one"), 3);
    EXPECT_EQ(count("other"), 1);
}

TEST_F(ChoresTest, OneThatFailsLeavesNothingStopsNobodyAndComesAgain) {
    bool is_broken = true;
    const Chore fragile{"fragile", 1h, [&](db::Tx& tx, base::Time) {
                            sql(tx, "INSERT INTO runs VALUES ('fragile')");
                            if (is_broken) {
                                throw std::runtime_error{"broken"};
                            }
                        }};
    const Chore refused{"refused", 1h, [](db::Tx& tx, base::Time) { sql(tx, "INSERT INTO nowhere VALUES (1)"); }};
    Chores chores{here, {fragile, refused, note("last", 1h)}};
    chores.run_due(noon);
    EXPECT_EQ(count("fragile"), 0);
    EXPECT_EQ(count("last"), 1);
    is_broken = false;
    chores.run_due(noon + 10s);
    EXPECT_EQ(count("fragile"), 1);
    EXPECT_EQ(count("last"), 1);
}

TEST_F(ChoresTest, TheThreadRunsThemAgainAndAgainAndItsEndIsAnEnd) {
    std::promise<void> thrice;
    int runs = 0;
    auto again = std::make_unique<Chores>(here, std::vector<Chore>{{"often", 0s, [&](db::Tx&, base::Time) {
                                                                        if (++runs == 3) {
                                                                            thrice.set_value();
                                                                        }
                                                                    }}});
    again->start(1ms);
    ASSERT_EQ(thrice.get_future().wait_for(60s), std::future_status::ready);
    again.reset();
    const int at_the_end = runs;
    // Its connection is closed and the task free, or the next one would wait an hour.
    Chores idle{there, {note("next")}};
    for (int i = 0; i < 1000 && count("next") == 0; ++i) {
        idle.run_due(noon);
    }
    EXPECT_EQ(count("next"), 1);
    EXPECT_EQ(runs, at_the_end);

    std::promise<void> ran;
    auto waiting = std::make_unique<Chores>(there, std::vector<Chore>{{"once", 1h, [&](db::Tx&, base::Time) { ran.set_value(); }}});
    there.close_this_thread();
    waiting->start(24h);
    if (ran.get_future().wait_for(60s) != std::future_status::ready) {
        FAIL() << "did not run at once";
    }
    waiting.reset();  // does not wait for tomorrow
}

TEST_F(ChoresTest, WhatIsOldGoesAndWhatIsInUseStays) {
    auto& owner = data.owner();
    sql(owner, "INSERT INTO members (email, name) VALUES ('lien@test.example', 'Lien')");
    sql(owner, R"(INSERT INTO sessions (token_hash, member_id, expires_at, ended_at)
        SELECT sha256(x.name::bytea), m.id, now() + x.expires, now() + x.ended
          FROM members m, (VALUES ('good', interval '1 day', NULL), ('expired', interval '-1 minute', NULL),
                                  ('ended', interval '1 day', interval '-1 minute')) x(name, expires, ended))");
    sql(owner, R"(INSERT INTO drafts (member_id, key, data, saved_at)
        SELECT m.id, x.key, '{}', now() - x.age
          FROM members m, (VALUES ('new-thread', interval '364 days'), ('reply-1', interval '366 days')) x(key, age))");
    sql(owner, "ALTER TABLE idempotency_keys DROP CONSTRAINT idempotency_keys_post_id_fkey");  // so that it needs no posts
    sql(owner, R"(INSERT INTO idempotency_keys (member_id, key, post_id, created_at)
        SELECT m.id, x.key, 1, now() - x.age
          FROM members m, (VALUES ('47 hours', interval '47 hours'), ('49 hours', interval '49 hours')) x(key, age))");
    sql(owner, R"(INSERT INTO events (topic, seq, kind, audience, at)
        VALUES ('thread/1', 1, 'post.new', 'everyone', now() - interval '31 days'),
               ('thread/1', 2, 'post.new', 'everyone', now() - interval '29 days'))");
    const view::Templates templates{std::string{FORUM_SOURCE_DIR} + "/build/web", view::Missing::refuse};
    const live::Announcer announcer;
    places::Directory directory;
    access::SessionCache sessions;
    access::RateLimiter rate_limiter{{}};
    const crypto::PasswordHasher passwords{{.memory_kib = 64, .passes = 1}};
    const std::string web_folder;
    const Features features{Parts{here, templates, announcer, directory, sessions, rate_limiter, passwords, false, web_folder, 8h}};
    Chores chores{here, features.chores()};
    chores.run_due(base::now());

    EXPECT_TRUE(sql(owner, "SELECT token_hash = sha256('good') AS is_good FROM sessions").one().flag("is_good"));
    EXPECT_EQ(sql(owner, "SELECT key FROM drafts").one().text("key"), "new-thread");
    EXPECT_EQ(sql(owner, "SELECT key FROM idempotency_keys").one().text("key"), "47 hours");
    EXPECT_EQ(sql(owner, "SELECT seq FROM events").one().integer("seq"), 2);
}

}  // namespace
}  // namespace forum::app
