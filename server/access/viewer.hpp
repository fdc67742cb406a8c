// Who looks: a guest or a signed-in member with what he may do. Rule: made by the session store once per request,
// passed down by const reference; permission questions are asked here and in SQL (visible_*), nowhere else.
#pragma once

#include <string>

#include "base/ids.hpp"

namespace forum::access {

enum class Role { guest, member, moderator, administrator };

struct Viewer {
    base::MemberId member;    ///< none for a guest
    base::SessionId session;  ///< none for a guest
    Role role{Role::guest};
    bool is_trusted{false};    ///< posts are not held for review
    bool is_office_holder{false};  ///< mayor or alderman (SQL's is_office_holder): reads threads for them
    std::string name;          ///< "Marit Oosterwegel"
    std::string function;      ///< "wethouder"
    std::string municipality;  ///< CBS code or ""

    bool is_signed_in() const { return static_cast<bool>(member); }
    /// Moderators and administrators read the queue; deciding is for moderators (administrators decide no content).
    bool may_moderate() const { return role == Role::moderator; }
    bool is_staff() const { return role == Role::moderator || role == Role::administrator; }
    bool is_administrator() const { return role == Role::administrator; }
    /// The number that SQL's visible_* and is_staff take: 0 guest, 1 member, 2 office-holder, 3 moderator, 4 administrator.
    int level() const {
        switch (role) {
        case Role::guest: return 0;
        case Role::member: return is_office_holder ? 2 : 1;
        case Role::moderator: return 3;
        case Role::administrator: return 4;
        }
        return 0;
    }
};

}  // namespace forum::access
