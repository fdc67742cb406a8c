// Brings a database to the state that this program needs: numbered migrations, then functions, views and rights.
// Rule: a migration that has run anywhere is never edited; what may be replaced lives in replaceable/.
#pragma once

#include <filesystem>
#include <functional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace forum::db {

/// Why the database cannot be brought up to date, in one line for the person who starts the forum.
struct MigrationError : std::runtime_error {
    using std::runtime_error::runtime_error;
};

struct MigrationPlan {
    std::vector<std::string> migrations;   ///< file names without .sql, in the order in which they will run
    std::vector<std::string> replaceable;  ///< idem; all of them or none
    bool empty() const { return migrations.empty() && replaceable.empty(); }
};

struct MigrationResult {
    MigrationPlan done;
    /// The address for the running forum: as given, and as the role forum_app where this user may take it on, so that
    /// audit rows are safe from it. Where he may not, one role does everything.
    std::string application_url;
};

/// What migrate() would do now; changes nothing. `folder` holds migrations/NNNN_name.sql and replaceable/*.sql.
/// Throws MigrationError when it cannot be done (an applied migration was edited or is missing, a number is used
/// twice or comes too late, the database is newer than this program), Problem{database_away} when out of reach.
MigrationPlan plan_migrations(const std::string& url, const std::filesystem::path& folder);

/// Does it, under an advisory lock, so that of several processes one migrates and the others wait and find nothing to
/// do. Each migration and the replaceable files together are one transaction. `say` gets a line per step.
/// Throws as plan_migrations; a failing file leaves nothing of itself behind.
MigrationResult migrate(const std::string& url, const std::filesystem::path& folder, const std::function<void(std::string_view)>& say = {});

/// A checksum of all files that migrate() would read: equal means the same schema (tests keep a template by it).
std::string schema_checksum(const std::filesystem::path& folder);

}  // namespace forum::db
