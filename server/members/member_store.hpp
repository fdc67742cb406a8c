// The members table. Rule: the only SQL on members besides reading names; what changes a member's rights goes through
// member_rights.hpp, so that his sessions hear of it.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "access/viewer.hpp"
#include "base/ids.hpp"
#include "db/tx.hpp"

namespace forum::members {

struct NewMember {
    std::string email;         ///< unique without regard to case
    std::string name;          ///< 2 to 100 characters
    std::string function;      ///< "wethouder", "" = none
    std::string municipality;  ///< CBS code, "" = none
    access::Role role{access::Role::member};
    bool is_trusted{false};
    std::string password_hash;  ///< "" = cannot sign in by password
    bool is_demo{false};
};

/// Throws db::ConstraintViolation{members_email_key} when the address is taken.
base::MemberId create_member(db::Tx& tx, const NewMember& member);

/// What signing in needs.
struct Credentials {
    access::Viewer viewer;  ///< without a session
    std::string password_hash;
};

/// Nothing for an unknown address and for a member who has left. Outside a transaction, so that none is open while the
/// password is computed.
std::optional<Credentials> find_credentials(db::Tx& tx, std::string_view email);

bool has_member(db::Tx& tx, std::string_view email);

void set_password_hash(db::Tx& tx, base::MemberId member, const std::string& hash);

/// The address is shown to its owner only. Throws std::logic_error for an unknown member.
std::string get_email(db::Tx& tx, base::MemberId member);

/// "member", "moderator", "administrator" as the table has them; std::logic_error for a guest.
std::string_view role_name(access::Role role);

/// False when that is the role already or there is no such member.
bool set_role(db::Tx& tx, base::MemberId member, access::Role role);
bool set_trusted(db::Tx& tx, base::MemberId member, bool is_trusted);

}  // namespace forum::members
