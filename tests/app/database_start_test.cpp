#include "app/database_start.hpp"

#include <gtest/gtest.h>

#include "support/test_database.hpp"

namespace forum::app {
namespace {

using test::sql;

/// SQLSTATE of the refusal; "" = it was done.
std::string state_of(db::Database& database, const std::string& statement) {
    try {
        sql(database, statement);
    } catch (const db::DatabaseError& error) {
        return error.sqlstate;
    }
    return {};
}

TEST(DatabaseStart, WithAnotherPostgresTheRunningForumCannotChangeWhatWasDecided) {
    const test::TestDatabase fresh{test::Schema::none};
    Config config;
    config.database = fresh.owner_url();
    config.sql_folder = std::string{FORUM_SOURCE_DIR} + "/sql";
    const DatabaseStart start{config};
    start.fill(crypto::PasswordHasher{{.memory_kib = 64, .passes = 1}});
    db::Database forum{{.url = start.application_url()}};

    EXPECT_EQ(sql(forum, "SELECT current_user AS who").one().text("who"), "forum_app");
    const auto append_only = sql(forum, "SELECT name FROM forum_append_only");
    ASSERT_GE(append_only.size(), 2U);
    const std::string forbidden = "42501";  // insufficient_privilege
    for (const auto& row : append_only) {
        const auto table = row.text("name");
        EXPECT_EQ(state_of(forum, "DELETE FROM " + table), forbidden) << table;
        EXPECT_EQ(state_of(forum, "TRUNCATE " + table), forbidden) << table;
    }
    EXPECT_EQ(state_of(forum, "UPDATE decisions SET facts = 'anders'"), forbidden);
    EXPECT_EQ(state_of(forum, "UPDATE thread_acts SET reason = 'anders'"), forbidden);
    EXPECT_EQ(state_of(forum, "ALTER TABLE decisions DROP COLUMN facts"), forbidden);
    EXPECT_EQ(state_of(forum, "DELETE FROM drafts"), "");
    EXPECT_EQ(state_of(forum, "DELETE FROM house_rules WHERE false"), "");
}

}  // namespace
}  // namespace forum::app
