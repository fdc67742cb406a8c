#include "support/all_queries.hpp"

#include "db/connection.hpp"
#include "db/tx.hpp"

namespace forum::test {

std::vector<std::string> queries_that_do_not_prepare(const std::string& url) {
    db::Connection connection{url, {}};
    std::vector<std::string> faults;
    for (const auto* query : db::all_queries()) {
        try {
            connection.run(("PREPARE forum_query AS " + query->sql).c_str());
            connection.run("DEALLOCATE forum_query");
        } catch (const std::exception& error) {
            faults.push_back(query->name + ": " + error.what());
        }
    }
    return faults;
}

}  // namespace forum::test
