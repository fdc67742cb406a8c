// The accounts of the demo: six invented persons with one known password. Rule: made only with --demo, which serves loopback
// alone.
#pragma once

#include <span>
#include <string_view>

#include "crypto/password.hpp"
#include "db/tx.hpp"

namespace forum::members {

constexpr std::string_view demo_password = "forum-demo-2026";

struct DemoAccount {
    const char* email;
    const char* label;  ///< text key: who this is, on the sign-in page
};
std::span<const DemoAccount> demo_accounts();

/// Makes the accounts that are not there yet; the municipalities must be there.
void seed_demo_members(db::Tx& tx, const crypto::PasswordHasher& passwords);

}  // namespace forum::members
