// A member as others see him: who he is and what he started. Rule: only what he shows by writing here (name, function,
// municipality); never an address, never what the viewer may not open.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "discussion/services.hpp"
#include "site/page.hpp"

namespace forum::following {

struct Person {
    std::string name, function, municipality;  ///< municipality: CBS code or ""
    bool is_moderator;
};
/// By id; who has left is absent.
std::map<std::int64_t, Person> find_people(db::Tx& tx, const std::vector<std::int64_t>& ids);

/// "/leden/7"
std::string person_url(base::MemberId member);

/// /leden/{id}, /api/v1/members/{id}
site::Page load_person(const site::PageContext& context, const discussion::Services& services);

}  // namespace forum::following
