#include "db/migrate.hpp"

#include <fstream>
#include <future>

#include "db/connection.hpp"
#include "db/postgres_server.hpp"
#include "support/cluster.hpp"
#include "support/temp_folder.hpp"
#include "support/test_database.hpp"

namespace forum::db {
namespace {

namespace fs = std::filesystem;

using Names = std::vector<std::string>;

/// A folder of SQL files that a test writes, and an empty database.
class Migrations : public ::testing::Test {
protected:
    Migrations() {
        fs::create_directories(folder.path() / "migrations");
        fs::create_directories(folder.path() / "replaceable");
    }

    void migration(const std::string& name, std::string_view text) const {
        std::ofstream{folder.path() / "migrations" / (name + ".sql")} << text;
    }
    void replaceable(const std::string& name, std::string_view text) const {
        std::ofstream{folder.path() / "replaceable" / (name + ".sql")} << text;
    }
    void remove(const std::string& path) const { ASSERT_TRUE(fs::remove(folder.path() / path)); }

    MigrationResult run() { return migrate(fresh.owner_url(), folder.path()); }
    MigrationPlan plan() { return plan_migrations(fresh.owner_url(), folder.path()); }
    std::string refusal() {
        try {
            plan();
        } catch (const MigrationError& error) {
            // What the plan refuses, doing it refuses with the same words.
            EXPECT_EQ(failure(), error.what());
            return error.what();
        }
        return "planned";
    }
    std::string failure() {
        try {
            run();
        } catch (const MigrationError& error) {
            EXPECT_EQ(std::string_view{error.what()}.find('\n'), std::string_view::npos);
            return error.what();
        }
        return "done";
    }
    std::string value(std::string_view statement) { return test::sql(fresh.owner(), statement).one().text("v"); }
    bool exists(std::string_view table) {
        return !test::sql(fresh.owner(), "SELECT to_regclass($1)::text AS v", Params::of(table)).one().is_null("v");
    }

    test::TempFolder folder;
    test::TestDatabase fresh{test::Schema::none};
};

TEST_F(Migrations, RunInOrderOfTheirNumbersOnce) {
    migration("0010_third", "INSERT INTO log VALUES ('third')");
    migration("0002_second", "INSERT INTO log VALUES ('second'); INSERT INTO log VALUES ('and more')");
    migration("0001_first", "CREATE TABLE log (text text, id serial)");
    EXPECT_EQ(plan().migrations, (Names{"0001_first", "0002_second", "0010_third"}));
    EXPECT_FALSE(exists("log"));
    EXPECT_FALSE(exists("forum_migrations"));

    Names said;
    const auto result = migrate(fresh.owner_url(), folder.path(), [&](std::string_view line) { said.emplace_back(line); });
    EXPECT_EQ(result.done.migrations, (Names{"0001_first", "0002_second", "0010_third"}));
    EXPECT_EQ(said, (Names{"migration 0001_first", "migration 0002_second", "migration 0010_third", "functions, views and rights"}));
    EXPECT_EQ(value("SELECT string_agg(text, ',' ORDER BY id) AS v FROM log"), "second,and more,third");

    EXPECT_TRUE(plan().empty());
    EXPECT_TRUE(run().done.empty());
    migration("0011_fourth", "INSERT INTO log VALUES ('fourth')");
    EXPECT_EQ(plan().migrations, (Names{"0011_fourth"}));
    EXPECT_EQ(run().done.migrations, (Names{"0011_fourth"}));
    EXPECT_EQ(value("SELECT count(*)::text AS v FROM log"), "4");
}

TEST_F(Migrations, AFailingOneLeavesNothingAndKeepsTheOnesBefore) {
    migration("0001_good", "CREATE TABLE good (id int)");
    migration("0002_bad", "CREATE TABLE bad (id int); INSERT INTO bad VALUES (1); INSERT INTO nowhere VALUES (1)");
    EXPECT_EQ(failure(), "migration 0002_bad failed: ERROR:  42P01: relation \"nowhere\" does not exist");
    EXPECT_TRUE(exists("good"));
    EXPECT_FALSE(exists("bad"));
    EXPECT_EQ(plan().migrations, (Names{"0002_bad"}));
    migration("0002_bad", "CREATE TABLE bad (id int)");
    EXPECT_EQ(failure(), "done");
    EXPECT_TRUE(exists("bad"));
}

TEST_F(Migrations, AViolationInAMigrationIsAFailureToo) {
    migration("0001_bad", "CREATE TABLE t (id int PRIMARY KEY); INSERT INTO t VALUES (1), (1)");
    EXPECT_TRUE(failure().starts_with("migration 0001_bad failed: ERROR:  23505: duplicate key"));
    EXPECT_FALSE(exists("t"));
}

TEST_F(Migrations, AnEditedOneIsRefused) {
    migration("0001_first", "CREATE TABLE t (id int)");
    run();
    migration("0001_first", "CREATE TABLE t (id bigint)");
    EXPECT_EQ(refusal(), "migration 0001_first was edited after it was applied to this database; put it back as it "
                         "was, and write the change as a new migration");
}

TEST_F(Migrations, ANewerDatabaseIsRefused) {
    migration("0001_first", "SELECT 1");
    migration("0002_second", "SELECT 1");
    run();
    remove("migrations/0002_second.sql");
    EXPECT_EQ(refusal(), "the database is newer than this program: it has migration 0002_second, and this program "
                         "knows up to number 1");
}

TEST_F(Migrations, AMissingOneIsRefused) {
    migration("0001_first", "SELECT 1");
    migration("0002_second", "SELECT 1");
    run();
    remove("migrations/0001_first.sql");
    EXPECT_EQ(refusal(), "migration 0001_first was applied to this database, and its file is missing");
}

TEST_F(Migrations, OneThatComesTooLateIsRefused) {
    migration("0002_second", "SELECT 1");
    run();
    migration("0001_first", "SELECT 1");
    EXPECT_EQ(refusal(), "migration 0001_first comes before 0002_second, which was applied "
                         "already; give it a higher "
                         "number");
}

TEST_F(Migrations, WrongNamesAreRefused) {
    migration("0001_first", "SELECT 1");
    migration("0001_other", "SELECT 1");
    EXPECT_EQ(refusal(), "migrations 0001_first and 0001_other have the same number");
    remove("migrations/0001_other.sql");
    for (const char* name : {"2_second", "0002second", "0000_none", "abcd_second", "0002_"}) {
        migration(name, "SELECT 1");
        EXPECT_EQ(refusal(), std::string{"migration "} + name + " must be named NNNN_name.sql with a number from 0001");
        remove(std::string{"migrations/"} + name + ".sql");
    }
    std::ofstream{folder.path() / "migrations" / "README.md"} << "not SQL";
    EXPECT_EQ(refusal(), "planned");
}

TEST_F(Migrations, OneThatEndsItsOwnTransactionIsRefused) {
    migration("0001_first", "CREATE TABLE t (id int); COMMIT; CREATE TABLE u (id int)");
    EXPECT_EQ(failure(), "migration 0001_first failed: it contains COMMIT or ROLLBACK; leave them out");
    EXPECT_EQ(plan().migrations, (Names{"0001_first"}));
}

TEST_F(Migrations, AFolderThatIsNotThereIsSaid) {
    fs::remove_all(folder.path() / "migrations");
    EXPECT_EQ(refusal(), "cannot read the folder " + (folder.path() / "migrations").string() + ": No such file or directory");
}

TEST_F(Migrations, ReplaceableFilesFollowEachChange) {
    migration("0001_first", "CREATE TABLE t (id int); CREATE TABLE runs (id serial)");
    replaceable("10_one", "CREATE OR REPLACE FUNCTION one() RETURNS int LANGUAGE sql AS 'SELECT 1';"
                          "INSERT INTO runs DEFAULT VALUES");
    replaceable("20_two", "CREATE OR REPLACE VIEW two AS SELECT one() + 1 AS n");
    const auto runs = [&] { return value("SELECT count(*)::text AS v FROM runs"); };
    EXPECT_EQ(run().done.replaceable, (Names{"10_one", "20_two"}));
    EXPECT_EQ(value("SELECT n::text AS v FROM two"), "2");
    EXPECT_EQ(runs(), "1");
    EXPECT_TRUE(run().done.empty());
    EXPECT_EQ(runs(), "1");

    // One changed file: all run, because they build on each other.
    replaceable("20_two", "CREATE OR REPLACE VIEW two AS SELECT one() + 10 AS n");
    EXPECT_EQ(plan().replaceable, (Names{"10_one", "20_two"}));
    run();
    EXPECT_EQ(value("SELECT n::text AS v FROM two"), "11");
    EXPECT_EQ(runs(), "2");

    // A new migration too.
    migration("0002_second", "DROP VIEW two; ALTER TABLE t ALTER id TYPE bigint");
    run();
    EXPECT_EQ(value("SELECT n::text AS v FROM two"), "11");
    EXPECT_EQ(runs(), "3");

    // A failing one leaves all as it was.
    replaceable("15_bad", "DROP VIEW two; SELECT 1 / 0");
    EXPECT_EQ(failure(), "replaceable file 15_bad failed: ERROR:  22012: division by zero");
    EXPECT_EQ(value("SELECT n::text AS v FROM two"), "11");
    EXPECT_EQ(runs(), "3");
    EXPECT_FALSE(plan().empty());
}

TEST_F(Migrations, ReplaceableFilesRunEvenWhenTheProcessEndedBeforeThem) {
    migration("0001_first", "CREATE TABLE t (id int)");
    replaceable("10_view", "CREATE OR REPLACE VIEW v AS SELECT id FROM t");
    run();
    migration("0002_second", "DROP VIEW v");
    replaceable("20_bad", "SELECT 1 / 0");
    EXPECT_NE(failure(), "done");
    remove("replaceable/20_bad.sql");
    EXPECT_FALSE(exists("v"));
    EXPECT_EQ(plan().migrations, Names{});
    EXPECT_EQ(plan().replaceable, (Names{"10_view"}));
    run();
    EXPECT_TRUE(exists("v"));
}

TEST_F(Migrations, TheApplicationMayNotChangeWhatIsAppendOnly) {
    migration("0001_first", "CREATE TABLE audit (id bigint GENERATED ALWAYS AS IDENTITY, text text);"
                            "CREATE TABLE plain (text text)");
    replaceable("90_rights", "INSERT INTO forum_append_only VALUES ('audit', 'what was decided stays')");
    EXPECT_EQ(find_in_url(run().application_url, "options"), "-c role=forum_app");
    const auto state = [&](std::string_view statement) -> std::string {
        try {
            test::sql(fresh.database(), statement);
        } catch (const DatabaseError& error) {
            return error.sqlstate;
        }
        return "done";
    };
    const std::string forbidden{"42501"};
    EXPECT_EQ(state("INSERT INTO audit (text) VALUES ('a')"), "done");
    EXPECT_EQ(state("SELECT * FROM audit"), "done");
    EXPECT_EQ(state("UPDATE audit SET text = 'b'"), forbidden);
    EXPECT_EQ(state("DELETE FROM audit"), forbidden);
    EXPECT_EQ(state("TRUNCATE audit"), forbidden);
    EXPECT_EQ(state("DROP TABLE audit"), forbidden);
    EXPECT_EQ(state("CREATE TABLE mine (id int)"), forbidden);
    EXPECT_EQ(state("INSERT INTO plain VALUES ('a')"), "done");
    EXPECT_EQ(state("UPDATE plain SET text = 'b'"), "done");
    EXPECT_EQ(state("DELETE FROM plain"), "done");
    EXPECT_EQ(state("SELECT * FROM forum_migrations"), "done");
    EXPECT_EQ(state("DELETE FROM forum_migrations"), forbidden);
    EXPECT_EQ(state("DELETE FROM forum_append_only"), forbidden);

    // The list is what the files say now.
    replaceable("90_rights", "SELECT 1");
    run();
    EXPECT_EQ(state("DELETE FROM audit"), "done");
    replaceable("90_rights", "INSERT INTO forum_append_only VALUES ('adit', 'a slip')");
    EXPECT_EQ(failure(), "forum_append_only names adit, which is no table");
}

/// A database whose owner may not make roles, as a hoster gives it.
class OneRole : public Migrations {
protected:
    OneRole() {
        owner = fresh.name() + "_owner";
        Connection connection{fresh.owner_url(), {}};
        connection.run(("CREATE ROLE " + owner + " LOGIN NOCREATEROLE; ALTER DATABASE " + fresh.name() + " OWNER TO " + owner).c_str());
        url = change_url(fresh.owner_url(), {{"user", owner}});
    }
    ~OneRole() override {
        Connection connection{fresh.owner_url(), {}};
        connection.run(("REASSIGN OWNED BY " + owner + " TO forum_owner; DROP OWNED BY " + owner + "; DROP ROLE " + owner).c_str());
    }
    std::string owner;
    std::string url;
};

TEST_F(OneRole, WorksWithoutASecondOneAndSaysSo) {
    migration("0001_first", "CREATE TABLE audit (id int)");
    replaceable("90_rights", "INSERT INTO forum_append_only VALUES ('audit', 'what was decided stays')");
    Names said;
    const auto result = migrate(url, folder.path(), [&](std::string_view line) { said.emplace_back(line); });
    EXPECT_EQ(result.application_url, url);
    EXPECT_EQ(said.front(), "this database user may not use the role forum_app: audit rows are "
                            "protected by the program "
                            "only (sql/README.md)");
    Database database{{.url = url}};
    EXPECT_NO_THROW(test::sql(database, "INSERT INTO audit VALUES (1)"));
    EXPECT_TRUE(plan_migrations(url, folder.path()).empty());

    // An administrator gives it the role later: the rights follow.
    Connection{fresh.owner_url(), {}}.run(("GRANT forum_app TO " + owner).c_str());
    EXPECT_FALSE(plan_migrations(url, folder.path()).empty());
    const auto with_options = change_url(url, {{"options", "-c work_mem=5MB"}});
    Database as_role{{.url = migrate(with_options, folder.path()).application_url}};
    EXPECT_EQ(test::sql(as_role, "SELECT current_user || ' ' || current_setting('work_mem') AS v").one().text("v"), "forum_app 5MB");
    EXPECT_NO_THROW(test::sql(as_role, "INSERT INTO audit VALUES (1)"));
    EXPECT_THROW(test::sql(as_role, "DELETE FROM audit"), DatabaseError);
}

TEST_F(Migrations, SeveralAtOnceDoItOnce) {
    migration("0001_first", "CREATE TABLE runs (id serial); SELECT pg_sleep(0.05)");
    migration("0002_second", "INSERT INTO runs DEFAULT VALUES");
    std::vector<std::future<std::size_t>> all;
    for (int i = 0; i < 4; ++i) {
        all.push_back(std::async(std::launch::async, [&] { return run().done.migrations.size(); }));
    }
    std::size_t done = 0;
    for (auto& one : all) {
        done += one.get();
    }
    EXPECT_EQ(done, 2U);
    EXPECT_EQ(value("SELECT count(*)::text AS v FROM runs"), "1");
}

TEST_F(Migrations, WaitsForWhoHoldsTheLockAndSaysSo) {
    migration("0001_first", "CREATE TABLE t (id int)");
    Connection holder{fresh.owner_url(), {}};
    holder.run("SELECT pg_advisory_lock(7027281846)");
    std::promise<std::string> said;
    auto other = std::async(std::launch::async, [&] {
        bool is_first = true;
        return migrate(fresh.owner_url(), folder.path(), [&](std::string_view line) {
            if (std::exchange(is_first, false)) {
                said.set_value(std::string{line});
            }
        });
    });
    EXPECT_EQ(said.get_future().get(), "another process migrates this database; waiting");
    EXPECT_FALSE(exists("t"));
    holder.run("SELECT pg_advisory_unlock(7027281846)");
    EXPECT_EQ(other.get().done.migrations, (Names{"0001_first"}));
}

TEST_F(Migrations, ADatabaseThatCannotHoldOurTextIsRefused) {
    const auto latin = fresh.name() + "_latin";
    Connection connection{fresh.owner_url(), {}};
    connection.run(("CREATE DATABASE " + latin + " TEMPLATE template0 ENCODING 'LATIN1' LOCALE 'C'").c_str());
    try {
        plan_migrations(change_url(fresh.owner_url(), {{"dbname", latin}}), folder.path());
        ADD_FAILURE() << "LATIN1 was taken";
    } catch (const MigrationError& error) {
        EXPECT_STREQ(error.what(), "the database's encoding is LATIN1; make it with ENCODING 'UTF8'");
    }
    connection.run(("DROP DATABASE " + latin).c_str());
}

TEST(SourceTree, MigratesAnEmptyDatabaseAndTheNextTimeHasNothingToDo) {
    test::TestDatabase fresh{test::Schema::none};
    EXPECT_FALSE(migrate(fresh.owner_url(), test::sql_folder()).done.empty());
    EXPECT_TRUE(plan_migrations(fresh.owner_url(), test::sql_folder()).empty());
}

TEST(SourceTree, ChecksumFollowsNamesAndContents) {
    const test::TempFolder folder;
    fs::create_directories(folder.path() / "migrations");
    const auto write = [&](const char* name, const char* text) {
        std::ofstream{folder.path() / "migrations" / name} << text;
        return schema_checksum(folder.path());
    };
    const auto one = write("0001_a.sql", "SELECT 1");
    EXPECT_EQ(one.size(), 64U);
    const auto two = write("0002_b.sql", "SELECT 1");
    EXPECT_NE(one, two);
    EXPECT_NE(write("0002_b.sql", "SELECT 2"), two);
    EXPECT_EQ(write("0002_b.sql", "SELECT 1"), two);
}

}  // namespace
}  // namespace forum::db
