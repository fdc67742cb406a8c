#include "moderation/case_events.hpp"

#include <nlohmann/json.hpp>

namespace forum::moderation {

void announce_case(db::Tx& tx, const live::Announcer& announcer, std::string_view kind, base::CaseId id,
                   const std::string& who, const std::string& until) {
    const bool is_decision = kind == "case.decided";
    const nlohmann::json data{{"case",
                               {{"id", id.value},
                                {"leaseHolder", is_decision ? "" : who},
                                {"leaseUntil", until},
                                {"decidedBy", is_decision ? who : ""}}}};
    announcer.announce(tx, live::Event{.topic = "moderation",
                                       .kind = std::string{kind},
                                       .audience = live::Audience::staff,
                                       .data = data.dump()});
}

}  // namespace forum::moderation
