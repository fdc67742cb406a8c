#include "discussion/held_beforehand.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace forum::discussion {

namespace {

using nlohmann::json;

std::string text_of(const StandingHold& hold, const site::PageContext& context, const Services& services) {
    std::string key = "held_function", name = hold.value;
    if (hold.kind == StandingHold::Kind::theme) {
        key = "held_theme";
        name = services.places.find_theme(hold.value).value_or(places::Theme{}).name;
    } else if (hold.kind == StandingHold::Kind::typology) {
        key = "held_typology";
        name = services.places.find_typology(hold.value).value_or(places::Typology{}).name;
    }
    return say(context, services, "discussion." + key, {{"name", name}, {"reason", hold.reason}});
}

}  // namespace

std::vector<StandingHold> that_apply(std::vector<StandingHold> holds, const ThreadPlace& place) {
    std::erase_if(holds, [&](const StandingHold& hold) {
        switch (hold.kind) {
        case StandingHold::Kind::theme: return hold.value != place.theme;
        case StandingHold::Kind::typology: return std::ranges::find(place.typologies, hold.value) == place.typologies.end();
        case StandingHold::Kind::function: break;
        }
        return false;
    });
    return holds;
}

void put_held(json& model, const site::PageContext& context, const Services& services, base::ThreadId thread, const char* own_key) {
    auto& held = model["held"] = json::array();
    if (context.viewer.is_signed_in()) {
        if (!writes_at_once(context.viewer)) {
            held.push_back({{"text", say(context, services, own_key)}});
        }
        auto holds = services.gate.standing_holds(context.viewer);
        if (!holds.empty() && thread) {
            holds = that_apply(std::move(holds), find_place(context.tx, thread));
        }
        for (const auto& hold : holds) {
            held.push_back({{"text", text_of(hold, context, services)}});
        }
    }
    model["isHeld"] = !held.empty();
}

}  // namespace forum::discussion
