#include "live/announce.hpp"

#include <array>
#include <stdexcept>
#include <utility>

#include "live/event_store.hpp"

namespace forum::live {

namespace {

constexpr std::array<std::pair<Audience, std::string_view>, 5> names{{
    {Audience::everyone, "everyone"},
    {Audience::members, "members"},
    {Audience::staff, "staff"},
    {Audience::administrators, "administrators"},
    {Audience::member, "member"},
}};

}  // namespace

std::string_view audience_name(Audience audience) {
    for (const auto& [value, name] : names) {
        if (value == audience) {
            return name;
        }
    }
    throw std::logic_error{"unknown audience"};
}

Audience audience_from(std::string_view name) {
    for (const auto& [value, known] : names) {
        if (known == name) {
            return value;
        }
    }
    throw std::logic_error{"unknown audience: " + std::string{name}};
}

void Announcer::announce(db::Tx& tx, Event event) const {
    insert_event(tx, event);
    announce_inserted(tx, std::move(event));
}

void Announcer::announce_inserted(db::Tx& tx, Event event) const {
    if (sink_) {
        tx.after_commit([sink = sink_, event = std::move(event)] { sink({event}); });
    }
}

}  // namespace forum::live
