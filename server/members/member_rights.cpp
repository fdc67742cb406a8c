#include "members/member_rights.hpp"

#include "members/member_store.hpp"

namespace forum::members {

void announce_session_changed(db::Tx& tx, const live::Announcer& announcer, base::MemberId member) {
    announcer.announce(tx, {.topic = "me/" + to_string(member),
                            .kind = "session.changed",
                            .audience = live::Audience::member,
                            .member = member,
                            .data = "{}"});
}

void change_role(db::Tx& tx, const live::Announcer& announcer, base::MemberId member, access::Role role) {
    if (set_role(tx, member, role)) {
        announce_session_changed(tx, announcer, member);
    }
}

void change_trust(db::Tx& tx, const live::Announcer& announcer, base::MemberId member, bool is_trusted) {
    if (set_trusted(tx, member, is_trusted)) {
        announce_session_changed(tx, announcer, member);
    }
}

}  // namespace forum::members
