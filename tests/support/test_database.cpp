#include "support/test_database.hpp"

#include <unistd.h>

#include <atomic>
#include <map>
#include <mutex>

#include "db/connection.hpp"
#include "db/postgres_server.hpp"
#include "support/cluster.hpp"

namespace forum::test {

namespace {

std::string next_name() {
    static std::atomic<int> count{0};
    // The number of the process tells a later run that nobody needs it any more.
    return "forum_test_" + std::to_string(::getpid()) + "_" + std::to_string(++count);
}

void administer(const std::string& statement) {
    db::Connection connection{Cluster::get().url(db::owner_role, "postgres"), {}};
    connection.run(statement.c_str());
}

}  // namespace

TestDatabase::TestDatabase(Schema schema)
    : name_{next_name()}, url_{Cluster::get().url(db::application_role, name_)}, owner_url_{Cluster::get().url(db::owner_role, name_)} {
    administer("CREATE DATABASE " + name_ + (schema == Schema::current ? " TEMPLATE " + Cluster::get().template_name() : ""));
    database_ = std::make_unique<db::Database>(db::DatabaseOptions{.url = url_});
    owner_ = std::make_unique<db::Database>(db::DatabaseOptions{.url = owner_url_});
}

TestDatabase::~TestDatabase() {
    try {
        administer("DROP DATABASE IF EXISTS " + name_ + " WITH (FORCE)");
    } catch (const std::exception&) {
        // A test may have stopped the server; the next run clears away what is left.
    }
}

TestDatabase& shared_database() {
    static TestDatabase database;
    return database;
}

db::Rows sql(db::Tx& tx, std::string_view text, db::Params params) {
    static std::mutex mutex;
    static std::map<std::string, std::unique_ptr<db::Query>, std::less<>> known;
    const db::Query* query = nullptr;
    {
        const std::lock_guard lock{mutex};
        auto found = known.find(text);
        if (found == known.end()) {
            auto made = std::make_unique<db::Query>("test." + std::to_string(known.size()), text);
            found = known.emplace(std::string{text}, std::move(made)).first;
        }
        query = found->second.get();
    }
    return tx.exec(*query, std::move(params));
}

db::Rows sql(db::Database& database, std::string_view text, db::Params params) {
    return database.write([&](db::Tx& tx) { return sql(tx, text, params); });
}

}  // namespace forum::test
