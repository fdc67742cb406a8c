// The SQL files that bring a database up to date, as they lie in their folder. Rule: names and numbers are right when
// read_migration_files returns.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace forum::db {

struct SqlFile {
    std::string name;  ///< without .sql
    int number{0};     ///< migrations only
    std::string sql;
    std::string checksum;
};

/// All of them, in the order in which they run.
struct MigrationFiles {
    std::vector<SqlFile> migrations;
    std::vector<SqlFile> replaceable;
};

/// Reads `folder`/migrations and `folder`/replaceable. Throws MigrationError when a file cannot be read, is not UTF-8, or
/// has a wrong name or number.
MigrationFiles read_migration_files(const std::filesystem::path& folder);

}  // namespace forum::db
