// Prepares every query of the rooms that are linked into a test program. Rule: a test calls it once per program that
// links stores, and expects an empty answer.
#pragma once

#include <string>
#include <vector>

#include "db/database.hpp"

namespace forum::test {

/// One line "name: what PostgreSQL said" per query that cannot be prepared on this database.
std::vector<std::string> queries_that_do_not_prepare(const std::string& url);

}  // namespace forum::test
