// The first account: who runs the forum makes himself an administrator from the command line. Rule: the same demands on the
// password as on every other; an address that exists is never taken over.
#pragma once

#include <cstddef>
#include <string>

#include "base/ids.hpp"
#include "crypto/password.hpp"
#include "db/tx.hpp"

namespace forum::members {

/// Characters of a password, counted in code points (BIO2 5.17.03 asks that demands are enforced; NIST SP 800-63B-4
/// §3.1.1.2 asks length, no mix of kinds).
constexpr std::size_t least_password_characters = 15;

/// Throws std::invalid_argument with a line for the operator: no address, no name of 2 to 100 characters, a short
/// password, or an address that exists.
base::MemberId create_administrator(db::Tx& tx, const crypto::PasswordHasher& passwords, const std::string& email, const std::string& name,
                                    const std::string& password);

}  // namespace forum::members
