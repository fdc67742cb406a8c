// Brings the database up before anything uses it: its own PostgreSQL when no URL is given, migrations, reference data, demo
// content. Rule: everything here may run again at every start and then changes nothing; a command that only looks takes the
// database as it finds it.
#pragma once

#include <memory>
#include <string>

#include "app/config.hpp"
#include "crypto/password.hpp"
#include "db/embedded.hpp"
#include "db/migrate.hpp"

namespace forum::app {

/// What a start does to the schema.
enum class Schema {
    migrate,
    leave,  ///< no migration runs, and no database is made where there is none
};

class DatabaseStart {
public:
    /// Starts PostgreSQL when needed. Throws with one clear line.
    explicit DatabaseStart(const Config& config, Schema schema = Schema::migrate);

    const std::string& application_url() const { return application_url_; }  ///< of a database that was migrated
    const std::string& owner_url() const { return owner_url_; }

    /// What a migration would do now.
    db::MigrationPlan plan() const;
    /// Throws with one clear line when that is anything: the queries of this program are made for its own schema.
    void require_up_to_date() const;

    /// Reference data, and with --demo the demo accounts and content when there are none yet.
    void fill(const crypto::PasswordHasher& passwords) const;

private:
    const Config& config_;
    std::unique_ptr<db::Embedded> embedded_;
    std::string owner_url_;
    std::string application_url_;
};

}  // namespace forum::app
