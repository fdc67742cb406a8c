#include "moderation/scope_page.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "members/member_rights.hpp"
#include "moderation/scope_store.hpp"

namespace forum::moderation {

namespace {

using base::Problem;
using base::ProblemKind;
using discussion::Services;
using nlohmann::json;

struct Choice {
    std::string value, label;
};
/// What can be chosen, as it stands in `ModeratorScope`.
struct Choices {
    std::vector<Choice> themes, provinces, types;
};

Choices list_choices(const Services& services) {
    Choices choices;
    for (const auto& theme : services.places.themes()) {
        choices.themes.push_back({theme.slug, theme.name});
    }
    for (const auto& province : services.places.provinces()) {
        choices.provinces.push_back({province, province});
    }
    for (const auto& type : services.places.typologies()) {
        choices.types.push_back({type.slug, type.name});
    }
    return choices;
}

json choices_json(const std::vector<Choice>& choices, const std::vector<std::string>& chosen) {
    auto list = json::array();
    for (const auto& choice : choices) {
        list.push_back({{"value", choice.value},
                        {"label", choice.label},
                        {"isChosen", std::find(chosen.begin(), chosen.end(), choice.value) != chosen.end()}});
    }
    return list;
}

/// "Wonen, Drenthe"; "" for everything.
std::string names_of(const Choices& choices, const ModeratorScope& scope) {
    std::string names;
    const auto add = [&](const std::vector<Choice>& all, const std::vector<std::string>& chosen) {
        for (const auto& choice : all) {
            if (std::find(chosen.begin(), chosen.end(), choice.value) != chosen.end()) {
                names += (names.empty() ? "" : ", ") + choice.label;
            }
        }
    };
    add(choices.themes, scope.themes);
    add(choices.provinces, scope.provinces);
    add(choices.types, scope.types);
    return names;
}

std::string get_moderator(const site::PageContext& context, base::MemberId id) {
    const auto name = find_moderator(context.tx, id);
    if (!name) {
        throw Problem{ProblemKind::not_found};
    }
    return *name;
}

std::string person_url(base::MemberId id) { return "/leden/" + to_string(id); }

site::Page scope_page(const site::PageContext& context, const Services& services, const ModeratorScope& scope,
                      const site::FormErrors& errors) {
    const auto id = context.id<base::MemberId>("id");
    const auto name = get_moderator(context, id);
    const auto choices = list_choices(services);
    auto changes = json::array();
    for (const auto& change : list_scope_changes(context.tx, id)) {
        changes.push_back({{"at", base::to_rfc3339(change.at)}, {"by", change.by_name}, {"what", names_of(choices, change.scope)}});
    }
    site::Page page;
    page.template_name = "scope";
    page.title = services.texts.text("scope.title", context.language, json{{"name", name}});
    page.breadcrumbs = {{name, person_url(id)}};
    json model{{"id", id.value},
               {"title", page.title},
               {"name", name},
               {"url", person_url(id)},
               {"action", person_url(id) + "/gebied"},
               {"isEverything", scope.is_everything()},
               {"themes", choices_json(choices.themes, scope.themes)},
               {"provinces", choices_json(choices.provinces, scope.provinces)},
               {"types", choices_json(choices.types, scope.types)},
               {"changes", std::move(changes)}};
    errors.write_to(model, {"themes", "provinces", "types"});
    page.model = std::move(model);
    return page;
}

std::vector<std::string> read_list(const site::ActionContext& context, const Services& services, const char* field,
                                   const std::vector<Choice>& choices, site::FormErrors& errors) {
    auto chosen = context.input.all(field);
    std::sort(chosen.begin(), chosen.end());
    chosen.erase(std::unique(chosen.begin(), chosen.end()), chosen.end());
    for (const auto& value : chosen) {
        if (std::none_of(choices.begin(), choices.end(), [&](const Choice& choice) { return choice.value == value; })) {
            errors.add(field, services.texts.text("scope.error_unknown", context.language));
            break;
        }
    }
    return chosen;
}

}  // namespace

site::Page load_scope(const site::PageContext& context, const Services& services) {
    return scope_page(context, services, find_scope(context.tx, context.id<base::MemberId>("id")), {});
}

site::ActionResult save_scope(const site::ActionContext& context, const Services& services) {
    const auto id = context.id<base::MemberId>("id");
    const bool leaves_rest = lock_and_ask_others(context.tx, id);
    get_moderator(context, id);
    site::FormErrors errors;
    site::check_fields(errors, context.input, {.texts = {"nonce"}, .others = {"themes", "provinces", "types"}}, services.texts,
                       context.language);
    const auto choices = list_choices(services);
    const ModeratorScope scope{.themes = read_list(context, services, "themes", choices.themes, errors),
                               .provinces = read_list(context, services, "provinces", choices.provinces, errors),
                               .types = read_list(context, services, "types", choices.types, errors)};
    if (!errors.any() && !scope.is_everything() && !leaves_rest) {
        errors.add("themes", services.texts.text("scope.error_last", context.language));
    }
    if (errors.any()) {
        return site::ShowAgain{scope_page(context, services, scope, errors), errors};
    }
    if (change_scope(context.tx, id, scope, context.viewer.member)) {
        members::announce_session_changed(context.tx, services.announcer, id);
        services.announcer.announce(
            context.tx,
            live::Event{.topic = "moderation", .kind = "scope.changed", .audience = live::Audience::member, .member = id, .data = "{}"});
    }
    return site::Done{.location = person_url(id),
                      .flash = "scope.flash_saved",
                      .model = json{{"id", id.value}, {"themes", scope.themes}, {"provinces", scope.provinces}, {"types", scope.types}},
                      .set_cookies = {}};
}

}  // namespace forum::moderation
