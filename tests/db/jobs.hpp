// The fixture of the tests of Database: a table of notes, and ways to do things behind a job's back.
// Rule: every test begins with an empty schema of its own.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string_view>

#include "base/problem.hpp"
#include "db/connection.hpp"
#include "db/database.hpp"
#include "support/test_database.hpp"

namespace forum::db {

inline const Query insert_note{"test.insert_note", "INSERT INTO notes (id, text) VALUES ($1, $2)"};
inline const Query count_notes{"test.count_notes", "SELECT count(*) AS n FROM notes"};
inline const Query update_note{"test.update_note", "UPDATE notes SET text = text || $2 WHERE id = $1"};
inline const Query own_backend{"test.own_backend", "SELECT pg_backend_pid() AS pid"};
inline const Query next_number{"test.next_number", "SELECT nextval('numbers') AS n"};
inline const Query fail{"test.fail", "SELECT fail($1)"};

template <class Action>
std::optional<base::ProblemKind> problem_of(Action&& action) {
    try {
        action();
    } catch (const base::Problem& problem) {
        return problem.kind;
    }
    return std::nullopt;
}

/// A table of its own per test, and a second way in to do things behind the first one's back.
class Jobs : public ::testing::Test {
protected:
    static void SetUpTestSuite() { suite_database = std::make_unique<test::TestDatabase>(test::Schema::none); }
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

    static void add(Tx& tx, std::int64_t id, std::string_view text = "tekst") { tx.exec(insert_note, Params::of(id, text)); }
    std::int64_t count() {
        return owner.read([](Tx& tx) { return tx.exec(count_notes).one().integer("n"); });
    }
    static std::int64_t backend(Tx& tx) { return tx.exec(own_backend).one().integer("pid"); }

    /// Ends a server process and waits until it is gone.
    void terminate(std::int64_t pid) {
        Connection connection{fresh.owner_url(), {}};
        EXPECT_TRUE(connection.run_once("SELECT pg_terminate_backend($1::int, 10000) AS done", Params::of(pid)).one().flag("done"));
    }

    static inline std::unique_ptr<test::TestDatabase> suite_database;
    test::TestDatabase& fresh;
    Database& owner;
    Database& database;
};

}  // namespace forum::db
