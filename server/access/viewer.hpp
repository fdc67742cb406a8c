// Who looks: a guest or a signed-in member with what he may do. Rule: made by the session store once per request,
// passed down by const reference; permission questions are asked here and in SQL (visible_*), nowhere else.
#pragma once

#include <string>

#include "base/ids.hpp"

namespace forum::access {

enum class Role { guest, member, moderator, administrator };
/// What holds for a member (SQL's standing_measures), from light to heavy.
enum class Measure { none, review_all, read_only, shut_out };

struct Viewer {
    base::MemberId member;    ///< none for a guest
    base::SessionId session;  ///< none for a guest
    Role role{Role::guest};
    bool is_trusted{false};        ///< posts are not held for review
    bool is_office_holder{false};  ///< mayor or alderman (SQL's is_office_holder): reads threads for them
    bool is_scoped{false};         ///< a moderator who looks after a part (SQL's is_scoped); all others of the staff: everything
    Measure measure{Measure::none};
    std::string name;          ///< "Marit Oosterwegel"
    std::string function;      ///< "wethouder"
    std::string municipality;  ///< CBS code or ""

    bool is_signed_in() const { return static_cast<bool>(member); }
    /// He reads, reports and objects, and writes nothing.
    bool is_read_only() const { return measure == Measure::read_only; }
    /// Suspended, or no member any more: his session reaches only what tells him so and lets him object.
    bool is_shut_out() const { return measure == Measure::shut_out; }
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
