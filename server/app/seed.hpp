// Reference data at every start, demo content in an empty demo database. Rule: what is there already stays as it is.
#pragma once

#include "app/config.hpp"
#include "crypto/password.hpp"
#include "db/database.hpp"

namespace forum::app {

void seed(db::Database& database, const Config& config, const crypto::PasswordHasher& passwords);

}  // namespace forum::app
