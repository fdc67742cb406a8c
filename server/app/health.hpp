// /healthz, /readyz: does the process live, and may a load balancer send it people? Rule: cheap, public, without detail that
// helps an attacker.
#pragma once

#include <atomic>

#include "db/database.hpp"
#include "site/routes.hpp"

namespace forum::app {

class Health {
public:
    explicit Health(db::Database& database) : database_{database} {}

    void add_routes(site::Routes& routes);
    /// The LISTEN connection works.
    void set_listening(bool is_listening) { is_listening_ = is_listening; }

private:
    db::Database& database_;
    std::atomic<bool> is_listening_{false};
};

}  // namespace forum::app
