// /healthz, /readyz: does the process live, and may a load balancer send it people? Rule: cheap, public, without detail that
// helps an attacker.
#pragma once

#include <atomic>

#include "app/canary.hpp"
#include "db/database.hpp"
#include "site/routes.hpp"

namespace forum::app {

class Health {
public:
    explicit Health(db::Database& database) : database_{database} {}

    void add_routes(site::Routes& routes);
    /// /healthz tells how the canary does, too.
    void watch(const Canary& canary) { canary_ = &canary; }
    /// The LISTEN connection works.
    void set_listening(bool is_listening) { is_listening_ = is_listening; }

private:
    std::string canary_line() const;

    db::Database& database_;
    std::atomic<bool> is_listening_{false};
    const Canary* canary_{nullptr};
};

}  // namespace forum::app
