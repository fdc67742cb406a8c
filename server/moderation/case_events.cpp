#include "moderation/case_events.hpp"

#include <nlohmann/json.hpp>

namespace forum::moderation {

namespace {

// OFFSET 0: only who has a scope is asked whether it reaches the case.
const db::Query scoped_query{"moderation.scoped_concerned", R"(
    SELECT m.id
      FROM (SELECT DISTINCT member_id FROM moderator_scopes OFFSET 0) s
      JOIN members m ON m.id = s.member_id
     WHERE m.role = 'moderator' AND m.ended_at IS NULL AND is_in_scope($1, s.member_id)
     ORDER BY m.id)"};

}  // namespace

void announce_case(db::Tx& tx, const live::Announcer& announcer, std::string_view kind, base::CaseId id, const std::string& who,
                   const std::string& until) {
    const bool is_decision = kind == "case.decided";
    const nlohmann::json data{
        {"case",
         {{"id", id.value}, {"leaseHolder", is_decision ? "" : who}, {"leaseUntil", until}, {"decidedBy", is_decision ? who : ""}}}};
    live::Event event{.topic = "moderation", .kind = std::string{kind}, .audience = live::Audience::staff, .data = data.dump()};
    announcer.announce(tx, event);
    event.audience = live::Audience::member;
    for (const auto& row : tx.exec(scoped_query, db::Params::of(id))) {
        event.member = row.id<base::MemberId>("id");
        announcer.announce(tx, event);
    }
}

}  // namespace forum::moderation
