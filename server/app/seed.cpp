#include "app/seed.hpp"

#include "app/demo_content.hpp"
#include "members/demo_members.hpp"
#include "places/reference_data.hpp"

namespace forum::app {

void seed(db::Database& database, const Config& config, const crypto::PasswordHasher& passwords) {
    const auto folder = config.sql_folder + "/seed";
    database.write([&](db::Tx& tx) { places::seed_reference_data(tx, folder); });
    if (config.demo) {
        database.write([&](db::Tx& tx) {
            places::seed_example_division(tx, folder);
            members::seed_demo_members(tx, passwords);
            seed_demo_content(tx, folder + "/demo");
        });
    }
}

}  // namespace forum::app
