#include "moderation/standing_holds_page.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/text.hpp"
#include "moderation/standing_holds.hpp"

namespace forum::moderation {

namespace {

using discussion::Services;
using discussion::StandingHold;
using nlohmann::json;

// The database has the same bounds (standing_holds).
constexpr std::size_t least_hold_reason = 10, most_hold_reason = 300;

struct HoldChoice {
    StandingHold::Kind kind;
    std::string value, label;
    std::string about() const { return std::string{hold_kind_name(kind)} + "/" + value; }
};

std::vector<HoldChoice> list_hold_choices(const site::PageContext& context, const Services& services) {
    std::vector<HoldChoice> choices;
    for (const auto& theme : services.places.themes()) {
        choices.push_back({StandingHold::Kind::theme, theme.slug, theme.name});
    }
    for (const auto& typology : services.places.typologies()) {
        choices.push_back({StandingHold::Kind::typology, typology.slug, typology.name});
    }
    for (const auto& function : list_functions(context.tx)) {
        choices.push_back({StandingHold::Kind::function, function, function});
    }
    return choices;
}

struct HoldForm {
    std::string about, reason;
    site::FormErrors errors;
};

site::Page holds_page(const site::PageContext& context, const Services& services, const HoldForm& form) {
    const bool may_change = context.viewer.may_moderate();
    const auto choices = list_hold_choices(context, services);
    const auto name_of = [&](const StandingHold& hold) {
        const auto choice =
            std::ranges::find_if(choices, [&](const HoldChoice& c) { return c.kind == hold.kind && c.value == hold.value; });
        return choice == choices.end() ? hold.value : choice->label;
    };
    const auto kind_key = [](StandingHold::Kind kind) { return "holds.kind_" + std::string{hold_kind_name(kind)}; };
    auto items = json::array();
    std::vector<json> log;
    const auto note = [&](base::Time at, const char* key, const std::string& by, const StandingHold& hold) {
        log.push_back({{"at", base::to_rfc3339(at)},
                       {"what", say(context, services, key,
                                    json{{"name", by}, {"kind", say(context, services, kind_key(hold.kind))}, {"about", name_of(hold)}})}});
    };
    for (const auto& listed : list_standing_holds(context.tx)) {
        const auto& hold = listed.hold;
        if (listed.ended_at) {
            note(*listed.ended_at, "holds.log_ended", listed.ended_by, hold);
        }
        note(listed.created_at, "holds.log_began", listed.created_by, hold);
        if (listed.ended_at) {
            continue;
        }
        items.push_back({{"id", hold.id},
                         {"kind", hold_kind_name(hold.kind)},
                         {"kindText", say(context, services, kind_key(hold.kind))},
                         {"value", hold.value},
                         {"name", name_of(hold)},
                         {"reason", hold.reason},
                         {"createdBy", listed.created_by},
                         {"createdAt", base::to_rfc3339(listed.created_at)},
                         {"endUrl", may_change ? "/moderatie/vooraf/" + std::to_string(hold.id) : ""}});
    }
    std::ranges::stable_sort(log, [](const json& a, const json& b) { return a["at"] > b["at"]; });
    json model{{"items", std::move(items)}, {"next", nullptr}, {"log", std::move(log)}};
    site::Page page;
    if (context.is_api) {
        page.model = std::move(model);
        return page;
    }
    auto groups = json::array();
    for (const auto kind : {StandingHold::Kind::theme, StandingHold::Kind::typology, StandingHold::Kind::function}) {
        auto options = json::array();
        for (const auto& choice : choices) {
            if (choice.kind == kind) {
                options.push_back({{"value", choice.about()}, {"label", choice.label}, {"isChosen", choice.about() == form.about}});
            }
        }
        groups.push_back({{"label", say(context, services, kind_key(kind))}, {"choices", std::move(options)}});
    }
    model.update({{"mayChange", may_change}, {"form", {{"groups", std::move(groups)}, {"reason", form.reason}}}});
    form.errors.write_to(model, {"about", "reason"});
    page.template_name = "standing_holds";
    page.title = say(context, services, "holds.title");
    page.breadcrumbs = {{say(context, services, "moderation.queue"), "/moderatie"}};
    page.nav = "moderation";
    page.model = std::move(model);
    return page;
}

void announce_holds(const site::ActionContext& context, const Services& services) {
    services.announcer.announce(
        context.tx,
        live::Event{.topic = discussion::standing_holds_topic, .kind = "rules.changed", .audience = live::Audience::staff, .data = "{}"});
}

}  // namespace

site::Page load_standing_holds(const site::PageContext& context, const Services& services) { return holds_page(context, services, {}); }

site::ActionResult begin_standing_hold(const site::ActionContext& context, const Services& services) {
    HoldForm form;
    form.about = context.input.text("about");
    form.reason = base::trim(context.input.text("reason"));
    site::check_fields(form.errors, context.input, {.texts = {"about", "reason", "nonce"}, .others = {}}, services.texts, context.language);
    const auto choices = list_hold_choices(context, services);
    const auto choice = std::ranges::find(choices, form.about, &HoldChoice::about);
    if (choice == choices.end()) {
        form.errors.add("about", say(context, services, "holds.error_about"));
    }
    if (const auto used = base::count_characters(form.reason); used < least_hold_reason || used > most_hold_reason) {
        form.errors.add("reason", say(context, services, "guard.error_reason",
                                      {{"least", least_hold_reason}, {"most", most_hold_reason}, {"used", used}}));
    }
    if (!form.errors.any()
        && !add_standing_hold(context.tx, {.id = 0, .kind = choice->kind, .value = choice->value, .reason = form.reason},
                              context.viewer.member)) {
        form.errors.add("about", say(context, services, "holds.error_doubled"));
    }
    if (form.errors.any()) {
        return site::ShowAgain{holds_page(context, services, form), form.errors};
    }
    announce_holds(context, services);
    return site::Done{.status = 201,
                      .location = context.is_api ? "/api/v1/moderation/holds" : "/moderatie/vooraf",
                      .flash = "holds.flash_began",
                      .model = json{{"id", list_standing_holds(context.tx).front().hold.id}},
                      .set_cookies = {}};
}

site::ActionResult finish_standing_hold(const site::ActionContext& context, const Services& services) {
    const auto id = context.id<base::RuleId>("id").value;
    if (!end_standing_hold(context.tx, id, context.viewer.member)) {
        throw base::Problem{base::ProblemKind::not_found};
    }
    announce_holds(context, services);
    return site::Done{.location = "/moderatie/vooraf", .flash = "holds.flash_ended", .model = json{{"id", id}}, .set_cookies = {}};
}

}  // namespace forum::moderation
