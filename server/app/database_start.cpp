#include "app/database_start.hpp"

#include <filesystem>

#include "app/seed.hpp"
#include "base/log.hpp"
#include "db/database.hpp"

namespace forum::app {

namespace {

void say(std::string_view line) { base::log(base::LogLevel::info, "{}", line); }

}  // namespace

DatabaseStart::DatabaseStart(const Config& config, Schema schema) : config_{config} {
    if (config.database.empty()) {
        db::PostgresOptions options;
        options.directory = std::filesystem::absolute(config.data);
        options.may_make = schema == Schema::migrate;
        options.say = say;
        embedded_ = std::make_unique<db::Embedded>(std::move(options));
        owner_url_ = embedded_->owner_url();
        application_url_ = embedded_->application_url();
    } else {
        owner_url_ = config.database;
    }
    if (schema == Schema::leave) {
        return;
    }
    const auto migrated = db::migrate(owner_url_, config.sql_folder, say);
    if (!embedded_) {
        application_url_ = migrated.application_url;
    }
}

db::MigrationPlan DatabaseStart::plan() const { return db::plan_migrations(owner_url_, config_.sql_folder); }

void DatabaseStart::require_up_to_date() const {
    if (!plan().empty()) {
        throw std::runtime_error{
            "the database is behind this program; 'forum migrate --plan' says what it misses, 'forum migrate' brings it"};
    }
}

void DatabaseStart::fill(const crypto::PasswordHasher& passwords) const {
    db::Database owner{{.url = owner_url_}};
    seed(owner, config_, passwords);
    owner.close_this_thread();
}

}  // namespace forum::app
