// The table `events` on a real PostgreSQL, with transactions that overlap.
#include "live/event_store.hpp"

#include <gtest/gtest.h>

#include <future>
#include <random>
#include <set>
#include <thread>

#include "live/announce.hpp"
#include "support/test_database.hpp"

namespace forum::live {
namespace {

using test::sql;

struct EventStoreTest : ::testing::Test {
    test::TestDatabase data;
    db::Database& database() { return data.database(); }

    Event thread_event(const std::string& topic, std::int64_t seq) const {
        Event event;
        event.topic = topic;
        event.seq = seq;
        event.kind = "post.new";
        event.data = R"({"number":4})";
        event.hints = {"list/all", "list/theme/wonen"};
        return event;
    }
    Event insert(const Event& wanted) {
        return database().write([&](db::Tx& tx) {
            Event event = wanted;
            insert_event(tx, event);
            return event;
        });
    }
    std::vector<Event> poll(EventCursor& cursor) {
        return database().read([&](db::Tx& tx) { return cursor.poll(tx); });
    }
    static std::vector<std::int64_t> ids(const std::vector<Event>& events) {
        std::vector<std::int64_t> result;
        for (const Event& event : events) {
            result.push_back(event.id);
        }
        return result;
    }
};

// A look that begins at a value which PostgreSQL learns late was a walk through the whole table, several times a second.
TEST_F(EventStoreTest, LooksAtTheNewOnesOnlyHoweverManyThereAre) {
    sql(data.owner(), "INSERT INTO events (xid, topic, kind, audience) "
                      "SELECT n::text::xid8, 'list/all', 'post.new', 'everyone' FROM generate_series(1, 20000) n");
    sql(data.owner(), "ANALYZE events");
    sql(data.owner(), "PREPARE look AS SELECT EXISTS (SELECT FROM events_since($1::xid8) e WHERE e.kind <> 'counters')");
    sql(data.owner(), "SET plan_cache_mode = force_generic_plan");
    std::string plan;
    for (const auto& row : sql(data.owner(), "EXPLAIN EXECUTE look ('19990')")) {
        plan += row.text("QUERY PLAN") + "\n";
    }
    EXPECT_NE(plan.find("events_xid_idx"), std::string::npos) << plan;
    EXPECT_EQ(plan.find("Seq Scan"), std::string::npos) << plan;
}

TEST_F(EventStoreTest, KeepsAnEventAsItIs) {
    const base::Time before = base::now() - std::chrono::seconds{5};
    const auto member = base::MemberId{
        sql(data.owner(), "INSERT INTO members (email, name) VALUES ('a@x.example', 'Lien') RETURNING id").one().integer("id")};
    const Event stored = insert(thread_event("thread/1", 1));
    EXPECT_GT(stored.id, 0);
    EXPECT_GT(stored.at, before);
    Event own;
    own.topic = "me/" + base::to_string(member);
    own.kind = "counters";
    own.audience = Audience::member;
    own.member = member;
    EventCursor cursor;
    poll(cursor);
    insert(own);
    const auto polled = poll(cursor);
    ASSERT_EQ(polled.size(), 1U);
    EXPECT_EQ(polled[0].audience, Audience::member);
    EXPECT_EQ(polled[0].member, member);
    EXPECT_EQ(polled[0].seq, 0);
    EXPECT_EQ(polled[0].data, "{}");
    const auto replayed = database().read([&](db::Tx& tx) { return replay_events(tx, "thread/1", 0, 10); });
    ASSERT_TRUE(replayed && replayed->size() == 1);
    EXPECT_EQ(replayed->front().hints, (std::vector<std::string>{"list/all", "list/theme/wonen"}));
    EXPECT_EQ(replayed->front().kind, "post.new");
    EXPECT_NE(replayed->front().data.find("4"), std::string::npos);
}

TEST_F(EventStoreTest, ReplaysByNumber) {
    for (std::int64_t seq = 1; seq <= 5; ++seq) {
        insert(thread_event("thread/1", seq));
    }
    insert(thread_event("thread/2", 1));
    const auto replay = [&](std::int64_t since, int limit) {
        return database().read([&](db::Tx& tx) { return replay_events(tx, "thread/1", since, limit); });
    };
    EXPECT_EQ(replay(0, 10)->size(), 5U);
    EXPECT_EQ(replay(3, 10)->front().seq, 4);
    EXPECT_EQ(replay(0, 2)->size(), 2U);
    EXPECT_TRUE(replay(5, 10)->empty());
    EXPECT_TRUE(replay(99, 10)->empty());
}

TEST_F(EventStoreTest, ReplaysNothingBeyondAHole) {
    for (std::int64_t seq = 1; seq <= 5; ++seq) {
        insert(thread_event("thread/1", seq));
    }
    sql(data.owner(), "UPDATE events SET at = at - interval '40 days' WHERE seq <= 3");
    const auto pruned = data.owner().write([](db::Tx& tx) { return prune_events(tx, base::now() - std::chrono::hours{24}); });
    EXPECT_EQ(pruned, 3U);
    EXPECT_FALSE(database().read([&](db::Tx& tx) { return replay_events(tx, "thread/1", 1, 10); }));
    EXPECT_EQ(database().read([&](db::Tx& tx) { return replay_events(tx, "thread/1", 3, 10); })->size(), 2U);
}

TEST_F(EventStoreTest, ReplaysNothingAcrossAHole) {
    for (std::int64_t seq = 1; seq <= 4; ++seq) {
        insert(thread_event("thread/1", seq));
    }
    // Its transaction began before that of the lower number.
    sql(data.owner(), "UPDATE events SET at = at - interval '40 days' WHERE seq IN (1, 3)");
    data.owner().write([](db::Tx& tx) { return prune_events(tx, base::now() - std::chrono::hours{24}); });
    EXPECT_FALSE(database().read([&](db::Tx& tx) { return replay_events(tx, "thread/1", 1, 10); }));
    EXPECT_EQ(database().read([&](db::Tx& tx) { return replay_events(tx, "thread/1", 3, 10); })->size(), 1U);
}

TEST_F(EventStoreTest, PrunesInPortions) {
    for (std::int64_t seq = 1; seq <= 5; ++seq) {
        insert(thread_event("thread/1", seq));
    }
    const base::Time later = base::now() + std::chrono::hours{1};
    EXPECT_EQ(data.owner().write([&](db::Tx& tx) { return prune_events(tx, later, 2); }), 2U);
    EXPECT_EQ(data.owner().write([&](db::Tx& tx) { return prune_events(tx, later, 20); }), 3U);
}

TEST_F(EventStoreTest, ANumberIsGivenOnce) {
    insert(thread_event("thread/1", 1));
    EXPECT_THROW(insert(thread_event("thread/1", 1)), db::ConstraintViolation);
}

TEST_F(EventStoreTest, CursorBeginsNow) {
    insert(thread_event("thread/1", 1));
    EventCursor cursor;
    EXPECT_TRUE(poll(cursor).empty());
    const Event next = insert(thread_event("thread/1", 2));
    EXPECT_EQ(ids(poll(cursor)), std::vector<std::int64_t>{next.id});
    EXPECT_TRUE(poll(cursor).empty());
}

TEST_F(EventStoreTest, CursorFindsWhatCommitsLate) {
    EventCursor cursor;
    poll(cursor);
    // The first transaction takes the lower id and commits last, after the cursor has passed.
    std::promise<std::int64_t> inserted;
    std::promise<void> may_commit;
    auto slow = std::async(std::launch::async, [&, go = may_commit.get_future().share()] {
        database().write([&](db::Tx& tx) {
            Event event = thread_event("thread/1", 1);
            insert_event(tx, event);
            inserted.set_value(event.id);
            go.wait();
        });
        database().close_this_thread();
    });
    const std::int64_t late = inserted.get_future().get();
    const Event early = insert(thread_event("thread/2", 1));
    EXPECT_GT(early.id, late);
    EXPECT_EQ(ids(poll(cursor)), std::vector<std::int64_t>{early.id});
    EXPECT_TRUE(poll(cursor).empty()) << "nothing twice while the other is still under way";
    may_commit.set_value();
    slow.get();
    EXPECT_EQ(ids(poll(cursor)), std::vector<std::int64_t>{late});
    EXPECT_TRUE(poll(cursor).empty());
}

TEST_F(EventStoreTest, CursorLeavesOutItsOwnForAsLongAsItLooksThere) {
    EventCursor cursor;
    poll(cursor);
    std::promise<void> has_begun, may_commit;
    auto slow = std::async(std::launch::async, [&, go = may_commit.get_future().share()] {
        database().write([&](db::Tx& tx) {
            sql(tx, "SELECT pg_current_xact_id()");
            has_begun.set_value();
            go.wait();
        });
        database().close_this_thread();
    });
    has_begun.get_future().get();
    const Event own = insert(thread_event("thread/1", 1)), other = insert(thread_event("thread/1", 2));
    cursor.skip({own});
    EXPECT_EQ(ids(poll(cursor)), std::vector<std::int64_t>{other.id});
    for (int look = 0; look < 3; ++look) {
        EXPECT_TRUE(poll(cursor).empty()) << "the older transaction is under way: it looks where these are, and leaves them out";
    }
    may_commit.set_value();
    slow.get();
    EXPECT_TRUE(poll(cursor).empty());
    const Event next = insert(thread_event("thread/1", 3));
    EXPECT_EQ(ids(poll(cursor)), std::vector<std::int64_t>{next.id});
}

TEST_F(EventStoreTest, CursorStandsWhenItsJobFails) {
    EventCursor cursor;
    poll(cursor);
    const Event event = insert(thread_event("thread/1", 1));
    sql(data.owner(), "ALTER TABLE events RENAME TO elsewhere");
    EXPECT_ANY_THROW(poll(cursor));
    sql(data.owner(), "ALTER TABLE elsewhere RENAME TO events");
    EXPECT_EQ(ids(poll(cursor)), std::vector<std::int64_t>{event.id});
}

// Writers that hold their transactions open for random times, two readers that look all the while: each sees each row once.
TEST_F(EventStoreTest, CursorSeesEachRowOnceUnderLoad) {
    EventCursor cursors[2];
    for (EventCursor& cursor : cursors) {
        poll(cursor);
    }
    constexpr int writers = 4;
    constexpr int rows = 60;
    std::atomic<int> running{writers};
    std::vector<std::thread> threads;
    for (int writer = 0; writer < writers; ++writer) {
        threads.emplace_back([&, writer] {
            std::mt19937 random{static_cast<unsigned>(writer)};
            for (int i = 1; i <= rows; ++i) {
                const bool is_kept = random() % 8 != 0;
                try {
                    database().write([&](db::Tx& tx) {
                        Event event = thread_event("thread/" + std::to_string(writer + 1), is_kept ? i : 0);
                        insert_event(tx, event);
                        if (random() % 3 == 0) {
                            sql(tx, "SELECT pg_sleep($1)", db::Params::of(static_cast<double>(random() % 12) / 1000.0));
                        }
                        if (!is_kept) {
                            throw std::runtime_error{"rolled back"};
                        }
                    });
                } catch (const std::runtime_error&) {
                    // its id is a hole for ever
                }
            }
            database().close_this_thread();
            --running;
        });
    }
    std::multiset<std::int64_t> seen[2];
    for (bool is_last = false; !is_last;) {
        is_last = running == 0;
        for (int reader = 0; reader < 2; ++reader) {
            for (const Event& event : poll(cursors[reader])) {
                seen[reader].insert(event.id);
            }
        }
    }
    for (std::thread& thread : threads) {
        thread.join();
    }
    std::multiset<std::int64_t> stored;
    for (const db::Row& row : sql(data.owner(), "SELECT id FROM events")) {
        stored.insert(row.integer("id"));
    }
    EXPECT_GT(stored.size(), 150U);
    EXPECT_EQ(seen[0], stored);
    EXPECT_EQ(seen[1], stored);
}

TEST_F(EventStoreTest, AnnouncesAfterCommitOnly) {
    Announcer announcer;
    std::vector<Event> heard;
    announcer.set_sink([&](const std::vector<Event>& events) { heard.insert(heard.end(), events.begin(), events.end()); });
    database().write([&](db::Tx& tx) {
        announcer.announce(tx, thread_event("thread/1", 1));
        EXPECT_TRUE(heard.empty());
    });
    ASSERT_EQ(heard.size(), 1U);
    EXPECT_GT(heard[0].id, 0);
    EXPECT_NE(heard[0].at, base::Time{});
    EXPECT_THROW(database().write([&](db::Tx& tx) {
        announcer.announce(tx, thread_event("thread/1", 2));
        throw std::runtime_error{"no"};
    }),
                 std::runtime_error);
    EXPECT_EQ(heard.size(), 1U);
    EXPECT_EQ(database().read([&](db::Tx& tx) { return replay_events(tx, "thread/1", 0, 10); })->size(), 1U);
}

TEST_F(EventStoreTest, AnnouncesWhatWasInserted) {
    Announcer announcer;
    database().write([&](db::Tx& tx) { announcer.announce_inserted(tx, thread_event("thread/1", 1)); });  // without sink: nothing
    std::size_t heard = 0;
    announcer.set_sink([&](const std::vector<Event>& events) { heard += events.size(); });
    database().write([&](db::Tx& tx) { announcer.announce_inserted(tx, thread_event("thread/1", 1)); });
    EXPECT_EQ(heard, 1U);
    EXPECT_TRUE(database().read([&](db::Tx& tx) { return replay_events(tx, "thread/1", 0, 10); })->empty());
}

TEST(Audiences, HaveTheirNamesBothWays) {
    for (const Audience audience : {Audience::everyone, Audience::members, Audience::staff, Audience::administrators, Audience::member}) {
        EXPECT_EQ(audience_from(audience_name(audience)), audience);
    }
    EXPECT_THROW(audience_from("nobody"), std::logic_error);
}

}  // namespace
}  // namespace forum::live
