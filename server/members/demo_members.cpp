#include "members/demo_members.hpp"

#include <array>

#include "members/member_store.hpp"

namespace forum::members {

namespace {

struct Person {
    DemoAccount account;
    const char* name;
    const char* function;
    const char* municipality;
    access::Role role;
    bool is_trusted;
};

using access::Role;

constexpr std::array people{
    Person{{"wethouder@demo.example", "members.demo_alderman"}, "Marit Oosterwegel", "wethouder", "GM1783", Role::member, true},
    Person{{"nieuw@demo.example", "members.demo_newcomer"}, "Thijs Rozemarijn", "wethouder", "GM1507", Role::member, false},
    Person{{"adviseur@demo.example", "members.demo_adviser"}, "Leonie Kleijkers", "beleidsadviseur", "GM0981", Role::member, true},
    Person{{"moderator@demo.example", "members.demo_moderator"}, "Sanne Verhulst", "moderator", "", Role::moderator, true},
    Person{{"moderator2@demo.example", "members.demo_moderator2"}, "Ricardo Tempelaar", "moderator", "", Role::moderator, true},
    Person{{"beheer@demo.example", "members.demo_administrator"}, "Anneke Duinkerken", "beheerder", "", Role::administrator, true},
};

constexpr auto accounts = [] {
    std::array<DemoAccount, people.size()> list{};
    for (std::size_t i = 0; i < people.size(); ++i) {
        list[i] = people[i].account;
    }
    return list;
}();

}  // namespace

std::span<const DemoAccount> demo_accounts() { return accounts; }

void seed_demo_members(db::Tx& tx, const crypto::PasswordHasher& passwords) {
    for (const auto& person : people) {
        if (has_member(tx, person.account.email)) {
            continue;
        }
        create_member(tx, {.email = person.account.email,
                           .name = person.name,
                           .function = person.function,
                           .municipality = person.municipality,
                           .role = person.role,
                           .is_trusted = person.is_trusted,
                           .password_hash = passwords.hash(std::string{demo_password}),
                           .is_demo = true});
    }
}

}  // namespace forum::members
