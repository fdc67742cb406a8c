// A fresh database with all migrations, and fixtures with one (README.md says which to take).
// Rule: a test makes what it needs and relies on nothing that another test made.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <string_view>

#include "db/database.hpp"

namespace forum::test {

enum class Schema {
    current,  ///< all migrations and replaceable files of the source tree
    none,     ///< an empty database
};

/// A database of its own, dropped at the end with whoever is connected.
class TestDatabase {
public:
    explicit TestDatabase(Schema schema = Schema::current);
    ~TestDatabase();
    TestDatabase(const TestDatabase&) = delete;
    TestDatabase& operator=(const TestDatabase&) = delete;

    db::Database& database() { return *database_; }  ///< as forum_app, like the running forum
    db::Database& owner() { return *owner_; }        ///< as the role that migrates
    const std::string& url() const { return url_; }
    const std::string& owner_url() const { return owner_url_; }
    const std::string& name() const { return name_; }

private:
    std::string name_;
    std::string url_;
    std::string owner_url_;
    std::unique_ptr<db::Database> database_;
    std::unique_ptr<db::Database> owner_;
};

/// The one that all tests of this program share.
TestDatabase& shared_database();

class DatabaseTest : public ::testing::Test {
protected:
    static db::Database& database() { return shared_database().database(); }
    static db::Database& owner() { return shared_database().owner(); }
};

class RolledBackTest : public DatabaseTest {
private:
    db::Database::RolledBack rolled_back_{database()};
};

/// A statement of the test itself.
db::Rows sql(db::Tx& tx, std::string_view text, db::Params params = {});
/// The same in a write job of its own.
db::Rows sql(db::Database& database, std::string_view text, db::Params params = {});

}  // namespace forum::test
