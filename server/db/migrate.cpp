#include "db/migrate.hpp"

#include <map>

#include "db/connection.hpp"
#include "db/migration_files.hpp"
#include "db/postgres_server.hpp"
#include "db/tx.hpp"

namespace forum::db {

namespace {

namespace fs = std::filesystem;

/// Any number, as long as it stays the same: who holds it may migrate this database.
constexpr const char* lock_number = "7027281846";
/// server_version_num: Debian 12's; NULLS NOT DISTINCT and others need it.
constexpr std::int64_t least_server_version = 150'000;
/// The row of forum_replaceable that says to whom rights were given; a file cannot have this name.
constexpr const char* rights_row = "(rights)";

struct Applied {
    std::string name;
    std::string checksum;
};

/// One at a time per database; the others wait in the constructor.
class Turn {
public:
    Turn(Connection& connection, const std::function<void(std::string_view)>& say) : connection_{connection} {
        const auto lock = std::string{"SELECT pg_try_advisory_lock("} + lock_number + ") AS got";
        if (!connection_.run(lock.c_str()).one().flag("got")) {
            if (say) {
                say("another process migrates this database; waiting");
            }
            connection_.run((std::string{"SELECT pg_advisory_lock("} + lock_number + ")").c_str());
        }
    }
    ~Turn() {
        try {
            connection_.run((std::string{"SELECT pg_advisory_unlock("} + lock_number + ")").c_str());
        } catch (const std::exception&) {
            // The connection is gone, and with it the lock.
        }
    }
    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;

private:
    Connection& connection_;
};

class Migrator {
public:
    Migrator(const std::string& url, const fs::path& folder)
        : url_{url}, files_{read_migration_files(folder)}, connection_{url, ConnectionSettings{.application_name = "forum-migrate"}} {
        const auto server = connection_
                                .run("SELECT current_setting('server_version_num')::bigint AS number, "
                                     "current_setting('server_version') AS version, "
                                     "current_setting('server_encoding') AS encoding")
                                .one();
        server_version_ = server.integer("number");
        if (server_version_ < least_server_version) {
            throw MigrationError{"PostgreSQL 15 or newer is needed, and this is " + server.text("version")};
        }
        if (server.text("encoding") != "UTF8") {
            throw MigrationError{"the database's encoding is " + server.text("encoding") + "; make it with ENCODING 'UTF8'"};
        }
    }

    MigrationPlan plan() {
        const auto applied = applied_migrations();
        refuse_what_cannot_be(applied);
        MigrationPlan plan;
        for (const auto& file : files_.migrations) {
            if (!applied.contains(file.number)) {
                plan.migrations.push_back(file.name);
            }
        }
        if (!plan.migrations.empty() || applied_replaceable() != wanted_replaceable()) {
            for (const auto& file : files_.replaceable) {
                plan.replaceable.push_back(file.name);
            }
        }
        return plan;
    }

    MigrationResult migrate(const std::function<void(std::string_view)>& say) {
        const Turn turn{connection_, say};
        plan();  // refuses before anything is changed
        connection_.run(R"(
            CREATE TABLE IF NOT EXISTS forum_migrations (
                number     integer PRIMARY KEY,
                name       text NOT NULL,
                checksum   text NOT NULL,
                applied_at timestamptz NOT NULL DEFAULT now());
            CREATE TABLE IF NOT EXISTS forum_replaceable (
                name       text PRIMARY KEY,
                checksum   text NOT NULL,
                applied_at timestamptz NOT NULL DEFAULT now());
            CREATE TABLE IF NOT EXISTS forum_append_only (
                name text PRIMARY KEY,
                why  text NOT NULL))");
        MigrationResult result;
        const bool has_role = ensure_role();
        result.application_url = has_role ? as_application() : url_;
        if (!has_role && say) {
            say("this database user may not use the role forum_app: audit rows are protected by "
                "the program only "
                "(sql/README.md)");
        }
        result.done = plan();
        for (const auto& file : files_.migrations) {
            if (has(result.done.migrations, file.name)) {
                if (say) {
                    say("migration " + file.name);
                }
                in_transaction([&] { run_migration(file); });
            }
        }
        if (applied_replaceable() != wanted_replaceable()) {
            if (say) {
                say("functions, views and rights");
            }
            in_transaction([&] { replace_all(has_role); });
        }
        return result;
    }

private:
    static bool has(const std::vector<std::string>& names, const std::string& name) {
        return std::find(names.begin(), names.end(), name) != names.end();
    }

    bool table_exists(const char* name) {
        return !connection_.run_once("SELECT to_regclass($1) AS found", Params::of(name)).one().is_null("found");
    }

    std::map<int, Applied> applied_migrations() {
        std::map<int, Applied> applied;
        if (table_exists("forum_migrations")) {
            for (const auto row : connection_.run("SELECT number, name, checksum FROM forum_migrations")) {
                applied.emplace(static_cast<int>(row.integer("number")), Applied{row.text("name"), row.text("checksum")});
            }
        }
        return applied;
    }

    std::map<std::string, std::string> applied_replaceable() {
        std::map<std::string, std::string> applied;
        if (table_exists("forum_replaceable")) {
            for (const auto row : connection_.run("SELECT name, checksum FROM forum_replaceable")) {
                applied.emplace(row.text("name"), row.text("checksum"));
            }
        }
        return applied;
    }

    std::map<std::string, std::string> wanted_replaceable() {
        std::map<std::string, std::string> wanted{{rights_row, rights()}};
        for (const auto& file : files_.replaceable) {
            wanted.emplace(file.name, file.checksum);
        }
        return wanted;
    }

    void refuse_what_cannot_be(const std::map<int, Applied>& applied) const {
        std::map<int, const SqlFile*> by_number;
        for (const auto& file : files_.migrations) {
            by_number.emplace(file.number, &file);
        }
        const int newest_file = by_number.empty() ? 0 : by_number.rbegin()->first;
        const int newest_applied = applied.empty() ? 0 : applied.rbegin()->first;
        if (newest_applied > newest_file) {
            throw MigrationError{"the database is newer than this program: it has migration " + applied.rbegin()->second.name
                                 + ", and this program knows up to number " + std::to_string(newest_file)};
        }
        for (const auto& [number, row] : applied) {
            const auto found = by_number.find(number);
            if (found == by_number.end()) {
                throw MigrationError{"migration " + row.name + " was applied to this database, and its file is missing"};
            }
            if (found->second->checksum != row.checksum) {
                throw MigrationError{"migration " + found->second->name
                                     + " was edited after it was applied to this database; put it back "
                                       "as it was, and write the change as a new migration"};
            }
        }
        for (const auto& [number, file] : by_number) {
            if (number < newest_applied && !applied.contains(number)) {
                throw MigrationError{"migration " + file->name + " comes before " + applied.rbegin()->second.name
                                     + ", which was applied already; give it a higher number"};
            }
        }
    }

    void run_migration(const SqlFile& file) {
        run_file("migration", file);
        connection_.run_once("INSERT INTO forum_migrations (number, name, checksum) VALUES ($1, $2, $3)",
                             Params::of(file.number, file.name, file.checksum));
        // What is replaceable must follow, also when this process is killed before it comes to that.
        connection_.run("DELETE FROM forum_replaceable");
    }

    template <class Work>
    void in_transaction(Work&& work) {
        connection_.run("BEGIN");
        try {
            work();
            connection_.run("COMMIT");
        } catch (...) {
            try {
                connection_.run("ROLLBACK");
            } catch (const std::exception&) {
                // The connection is gone, and the server rolls back by itself.
            }
            throw;
        }
    }

    void run_file(const char* kind, const SqlFile& file) {
        const auto fail = [&](const char* what) { throw MigrationError{std::string{kind} + " " + file.name + " failed: " + what}; };
        try {
            connection_.run("SET LOCAL forum.inside TO 'yes'");
            connection_.run(file.sql.c_str());
            // The setting is gone when the transaction in which it was made has ended.
            if (connection_.run("SELECT current_setting('forum.inside', true) AS inside").one().text_or("inside", "") != "yes") {
                fail("it contains COMMIT or ROLLBACK; leave them out");
            }
        } catch (const DatabaseError& error) {
            fail(error.what());
        } catch (const ConstraintViolation& error) {
            fail(error.what());
        }
    }

    /// True when the role exists and this user may take it on.
    bool is_role_usable() {
        // From PostgreSQL 16 a member may be one without the right to SET ROLE.
        const std::string privilege = server_version_ >= 160'000 ? "SET" : "MEMBER";
        return connection_
            .run_once("SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = $1 "
                      "AND pg_has_role(current_user, oid, $2)) AS usable",
                      Params::of(application_role, privilege))
            .one()
            .flag("usable");
    }

    /// The server takes the role on while it connects. Options that the address has already stay.
    std::string as_application() const {
        const auto options = find_in_url(url_, "options");
        return change_url(url_, {{"options", (options.empty() ? "" : options + " ") + "-c role=" + std::string{application_role}}});
    }

    std::string rights() { return is_role_usable() ? std::string{application_role} : "one role"; }

    /// False when there is no such role and this user may not make it or take it on.
    bool ensure_role() {
        if (is_role_usable()) {
            return true;
        }
        const std::string role{application_role};
        // In a block with EXCEPTION, because another process may make the role at this moment.
        connection_.run(("DO $$ BEGIN "
                         "IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '"
                         + role + "') THEN CREATE ROLE " + role + "; END IF; GRANT " + role
                         + " TO CURRENT_USER; "
                           "EXCEPTION WHEN insufficient_privilege OR duplicate_object "
                           "OR unique_violation THEN NULL; END $$")
                            .c_str());
        return is_role_usable();
    }

    void replace_all(bool has_role) {
        connection_.run("DELETE FROM forum_append_only; DELETE FROM forum_replaceable");
        for (const auto& file : files_.replaceable) {
            run_file("replaceable file", file);
            connection_.run_once("INSERT INTO forum_replaceable (name, checksum) VALUES ($1, $2)", Params::of(file.name, file.checksum));
        }
        connection_.run_once("INSERT INTO forum_replaceable (name, checksum) VALUES ($1, $2)", Params::of(rights_row, rights()));
        const auto unknown = connection_.run("SELECT name FROM forum_append_only WHERE to_regclass(name) IS NULL");
        if (!unknown.empty()) {
            throw MigrationError{"forum_append_only names " + unknown[0].text("name") + ", which is no table"};
        }
        if (has_role) {
            grant_rights();
        }
    }

    void grant_rights() {
        const std::string role{application_role};
        connection_.run(("REVOKE ALL ON ALL TABLES IN SCHEMA public FROM " + role + "; GRANT USAGE ON SCHEMA public TO " + role
                         + "; GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO " + role
                         + "; GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO " + role
                         + "; REVOKE INSERT, UPDATE, DELETE ON forum_migrations, forum_replaceable, "
                           "forum_append_only FROM "
                         + role)
                            .c_str());
        for (const auto row : connection_.run("SELECT name::regclass::text AS name FROM forum_append_only")) {
            connection_.run(("REVOKE UPDATE, DELETE ON " + row.text("name") + " FROM " + role).c_str());
        }
    }

    const std::string url_;
    MigrationFiles files_;
    Connection connection_;
    std::int64_t server_version_{0};
};

}  // namespace

MigrationPlan plan_migrations(const std::string& url, const fs::path& folder) { return Migrator{url, folder}.plan(); }

MigrationResult migrate(const std::string& url, const fs::path& folder, const std::function<void(std::string_view)>& say) {
    return Migrator{url, folder}.migrate(say);
}

}  // namespace forum::db
