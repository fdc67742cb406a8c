// Brings the database up before anything uses it: its own PostgreSQL when no URL is given, migrations, reference data, demo
// content. Rule: everything here may run again at every start and then changes nothing.
#pragma once

#include <memory>
#include <string>

#include "app/config.hpp"
#include "crypto/password.hpp"
#include "db/embedded.hpp"

namespace forum::app {

class DatabaseStart {
public:
    /// Starts PostgreSQL when needed and migrates. Throws with one clear line.
    explicit DatabaseStart(const Config& config);

    const std::string& application_url() const { return application_url_; }
    const std::string& owner_url() const { return owner_url_; }

    /// Reference data, and with --demo the demo accounts and content when there are none yet.
    void fill(const crypto::PasswordHasher& passwords) const;

private:
    const Config& config_;
    std::unique_ptr<db::Embedded> embedded_;
    std::string owner_url_;
    std::string application_url_;
};

}  // namespace forum::app
