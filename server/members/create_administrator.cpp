#include "members/create_administrator.hpp"

#include <stdexcept>

#include "base/text.hpp"
#include "members/member_store.hpp"

namespace forum::members {

namespace {

/// Something on both sides of one @, and no spaces: whether mail arrives is known only by sending it.
bool is_address(const std::string& email) {
    const auto at = email.find('@');
    return at != email.npos && at > 0 && at + 1 < email.size() && email.find('@', at + 1) == email.npos
           && email.find_first_of(" \t\r\n<>,;") == email.npos && email.size() <= 254;
}

void demand(bool is_met, const char* line) {
    if (!is_met) {
        throw std::invalid_argument{line};
    }
}

}  // namespace

base::MemberId create_administrator(db::Tx& tx, const crypto::PasswordHasher& passwords, const std::string& email, const std::string& name,
                                    const std::string& password) {
    demand(base::is_valid_utf8(email) && is_address(email), "the e-mail address is not an address");
    demand(base::is_valid_utf8(name), "the name is not UTF-8");
    const auto length = base::count_characters(base::trim(name));
    demand(length >= 2 && length <= 100, "the name has 2 to 100 characters");
    demand(base::is_valid_utf8(password), "the password is not UTF-8");
    demand(base::count_characters(password) >= least_password_characters, "the password has at least 15 characters");
    demand(password.size() <= 1000, "the password has at most 1000 bytes");
    demand(!has_member(tx, email), "there is a member with this e-mail address");
    return create_member(tx, {.email = email,
                              .name = base::trim(name),
                              .role = access::Role::administrator,
                              .is_trusted = true,
                              .password_hash = passwords.hash(password)});
}

}  // namespace forum::members
