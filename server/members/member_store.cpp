#include "members/member_store.hpp"

#include <stdexcept>

namespace forum::members {

namespace {

const db::Query create_query{"members.create", R"(
    INSERT INTO members (email, name, function, municipality_code, role, is_trusted, password_hash, is_demo)
    VALUES ($1, $2, $3, nullif($4, ''), $5, $6, $7, $8)
    RETURNING id)"};

const db::Query credentials_query{"members.find_credentials", R"(
    SELECT id, role, is_trusted, is_office_holder(function) AS is_office_holder, name, function,
           coalesce(municipality_code, '') AS municipality, password_hash
      FROM members
     WHERE lower(email) = lower($1) AND ended_at IS NULL)"};

const db::Query has_query{"members.has_member", R"(
    SELECT 1 AS found FROM members WHERE lower(email) = lower($1))"};

const db::Query password_query{"members.set_password_hash", R"(
    UPDATE members SET password_hash = $2 WHERE id = $1)"};

const db::Query email_query{"members.get_email", R"(SELECT email FROM members WHERE id = $1)"};

const db::Query role_query{"members.set_role", R"(
    UPDATE members SET role = $2 WHERE id = $1 AND role <> $2)"};

const db::Query trusted_query{"members.set_trusted", R"(
    UPDATE members SET is_trusted = $2 WHERE id = $1 AND is_trusted <> $2)"};

access::Role role_from(std::string_view name) {
    for (const auto role : {access::Role::member, access::Role::moderator, access::Role::administrator}) {
        if (role_name(role) == name) {
            return role;
        }
    }
    throw std::logic_error{"unknown role"};
}

}  // namespace

base::MemberId create_member(db::Tx& tx, const NewMember& member) {
    const auto rows =
        tx.exec(create_query, db::Params::of(member.email, member.name, member.function, member.municipality, role_name(member.role),
                                             member.is_trusted, member.password_hash, member.is_demo));
    return rows.one().id<base::MemberId>("id");
}

std::optional<Credentials> find_credentials(db::Tx& tx, std::string_view email) {
    const auto rows = tx.exec_alone(credentials_query, db::Params::of(email));
    const auto row = rows.find_one();
    if (!row) {
        return std::nullopt;
    }
    return Credentials{{.member = row->id<base::MemberId>("id"),
                        .role = role_from(row->text("role")),
                        .is_trusted = row->flag("is_trusted"),
                        .is_office_holder = row->flag("is_office_holder"),
                        .name = row->text("name"),
                        .function = row->text("function"),
                        .municipality = row->text("municipality")},
                       row->text("password_hash")};
}

bool has_member(db::Tx& tx, std::string_view email) { return !tx.exec(has_query, db::Params::of(email)).empty(); }

void set_password_hash(db::Tx& tx, base::MemberId member, const std::string& hash) {
    tx.exec(password_query, db::Params::of(member, hash));
}

std::string get_email(db::Tx& tx, base::MemberId member) { return tx.exec(email_query, db::Params::of(member)).one().text("email"); }

std::string_view role_name(access::Role role) {
    switch (role) {
    case access::Role::member: return "member";
    case access::Role::moderator: return "moderator";
    case access::Role::administrator: return "administrator";
    case access::Role::guest: break;
    }
    throw std::logic_error{"a guest has no row"};
}

bool set_role(db::Tx& tx, base::MemberId member, access::Role role) {
    return tx.exec(role_query, db::Params::of(member, role_name(role))).affected() == 1;
}

bool set_trusted(db::Tx& tx, base::MemberId member, bool is_trusted) {
    return tx.exec(trusted_query, db::Params::of(member, is_trusted)).affected() == 1;
}

}  // namespace forum::members
