#include "moderation/case_events.hpp"

#include <nlohmann/json.hpp>

namespace forum::moderation {

namespace {

const db::Query scoped_query{"moderation.scoped_concerned", R"(
    SELECT id FROM members m
     WHERE role = 'moderator' AND ended_at IS NULL AND id IN (SELECT member_id FROM moderator_scopes) AND is_in_scope($1, id)
     ORDER BY id)"};

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
