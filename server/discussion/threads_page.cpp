#include "discussion/threads_page.hpp"

#include <array>
#include <nlohmann/json.hpp>

#include "discussion/thread_filter.hpp"
#include "discussion/thread_rows.hpp"
#include "site/paging.hpp"

namespace forum::discussion {

namespace {

using nlohmann::json;

constexpr int rows_per_page = 20;
constexpr std::array kinds_to_filter{"question", "experience", "dilemma", "announcement"};
constexpr std::array sorts{"activity", "newest", "unanswered"};

/// Makes the page's choices and chips in one language, with the words of the face that asked.
class Choices {
public:
    Choices(const site::PageContext& context, const Services& services, const ThreadFilter& filter)
        : context_{context}, services_{services}, filter_{filter} {}

    std::string text(const std::string& key) const { return services_.texts.text("discussion." + key, context_.language); }
    std::string word(std::string_view value) const { return context_.is_api ? std::string{value} : page_word(value); }

    json choice(std::string_view value, const std::string& label, bool is_chosen) const {
        return {{"value", word(value)}, {"label", label}, {"isChosen", is_chosen}};
    }
    json counted(std::string_view value, const std::string& label, bool is_chosen,
                 const std::map<std::string, std::int64_t>& counts) const {
        auto item = choice(value, label, is_chosen);
        const auto count = counts.find(std::string{value});
        item["count"] = count == counts.end() ? 0 : count->second;
        return item;
    }

    /// A link to this list without one value of one filter; the cursor goes too, it belongs to another list.
    json chip(const std::string& label, std::string_view page_name, std::string_view api_name, std::string_view value) const {
        const auto name = context_.is_api ? api_name : page_name;
        const auto& target = context_.request.target;
        std::string url = target.substr(0, target.find('?'));
        char separator = '?';
        bool is_dropped = false;
        for (const auto& [parameter, given] : context_.request.query) {
            const bool is_this = parameter == name && (value.empty() || given == value || given == page_word(value));
            const bool is_cursor = parameter == (context_.is_api ? "cursor" : "na");
            if (is_cursor || given.empty() || (is_this && !is_dropped)) {
                is_dropped = is_dropped || is_this;
                continue;
            }
            url += separator + site::encode_query(parameter) + "=" + site::encode_query(given);
            separator = '&';
        }
        return {{"label", label}, {"url", url}};
    }

    const site::PageContext& context_;
    const Services& services_;
    const ThreadFilter& filter_;
};

bool has(const std::vector<std::string>& values, std::string_view value) {
    return std::find(values.begin(), values.end(), value) != values.end();
}

std::vector<std::string> state_values(const access::Viewer& viewer) {
    std::vector<std::string> states{"", "open", "unanswered", "answered", "closed"};
    if (viewer.is_signed_in()) {
        states.emplace_back("own");
    }
    return states;
}

json filters_json(const Choices& choices, const ThreadCounts& counts) {
    const auto& filter = choices.filter_;
    const auto& places = choices.services_.places;
    json filters;
    auto& kind_list = filters["kinds"] = json::array();
    for (const char* kind : kinds_to_filter) {
        kind_list.push_back(choices.counted(kind, choices.text(std::string{"kind_"} + kind), has(filter.kinds, kind), counts.kinds));
    }
    auto& themes = filters["themes"] = json::array();
    for (const auto& theme : places.themes()) {
        themes.push_back(choices.counted(theme.slug, theme.name, has(filter.themes, theme.slug), counts.themes));
    }
    auto& typologies = filters["typologies"] = json::array();
    for (const auto& typology : places.typologies()) {
        auto item = choices.counted(typology.slug, typology.name, has(filter.typologies, typology.slug), counts.typologies);
        item["letter"] = typology.letter;
        typologies.push_back(std::move(item));
    }
    auto& states = filters["states"] = json::array();
    for (const auto& state : state_values(choices.context_.viewer)) {
        states.push_back(choices.counted(state, choices.text(state.empty() ? "filter_state_all" : "filter_state_" + state),
                                         filter.state == state, counts.states));
    }
    json municipality;
    if (!filter.municipality.empty()) {
        const auto found = places.find_municipality(filter.municipality);
        municipality = {{"code", filter.municipality}, {"name", found ? found->name : filter.municipality}};
    }
    filters["municipality"] = municipality;
    filters["q"] = filter.text;
    filters["onCount"] = filter.count_active();
    return filters;
}

json chips_json(const Choices& choices) {
    const auto& filter = choices.filter_;
    const auto& places = choices.services_.places;
    auto chips = json::array();
    if (!filter.text.empty()) {
        chips.push_back(choices.chip("‘" + filter.text + "’", "zoek", "q", ""));
    }
    for (const auto& kind : filter.kinds) {
        const bool is_known = std::find(kinds_to_filter.begin(), kinds_to_filter.end(), kind) != kinds_to_filter.end();
        chips.push_back(choices.chip(is_known ? choices.text("kind_" + kind) : kind, "soort", "kind", kind));
    }
    for (const auto& slug : filter.themes) {
        const auto theme = places.find_theme(slug);
        chips.push_back(choices.chip(theme ? theme->name : slug, "thema", "theme", slug));
    }
    for (const auto& slug : filter.typologies) {
        const auto typology = places.find_typology(slug);
        chips.push_back(choices.chip(typology ? typology->name : slug, "type", "typology", slug));
    }
    if (!filter.municipality.empty()) {
        const auto found = places.find_municipality(filter.municipality);
        chips.push_back(choices.chip(found ? found->name : filter.municipality, "gemeente", "municipality", ""));
    }
    if (!filter.state.empty()) {
        const auto states = state_values(choices.context_.viewer);
        const bool is_known = has(states, filter.state);
        chips.push_back(choices.chip(is_known ? choices.text("filter_state_" + filter.state) : filter.state, "stand", "state", ""));
    }
    if (!filter.like_mine.empty()) {
        chips.push_back(choices.chip(choices.text("like_mine"), "mijn", "likeMine", ""));
    }
    return chips;
}

}  // namespace

site::Page load_threads_page(const site::PageContext& context, const Services& services) {
    const auto& viewer = context.viewer;
    const auto filter = parse_filter(context, services.places);
    const auto found = find_threads(context.tx, viewer, filter, context.query("na", "cursor"), rows_per_page);
    const auto counts = count_threads(context.tx, viewer, filter);
    const Choices choices{context, services, filter};

    site::Page page;
    json model;
    model["items"] = load_rows(context.tx, viewer, context.language, services.texts, services.places, found.ids);
    model["next"] = found.next.empty() ? json{} : json(found.next);
    const auto& target = context.request.target;
    const auto* const cursor = context.is_api ? "cursor" : "na";
    model["nextUrl"] = found.next.empty() ? "" : site::with_parameter(target, cursor, found.next);
    model["previousUrl"] = found.has_previous ? site::with_parameter(target, cursor, found.previous) : "";
    model["count"] = counts.all;
    model["filters"] = filters_json(choices, counts);
    model["chips"] = chips_json(choices);
    model["clearUrl"] = target.substr(0, target.find('?'));
    model["isFiltered"] = filter.is_filtered();
    auto& sort_list = model["sorts"] = json::array();
    for (const char* sort : sorts) {
        const bool is_chosen = (filter.sort == Sort::activity && sort == sorts[0]) || (filter.sort == Sort::newest && sort == sorts[1])
                               || (filter.sort == Sort::unanswered_first && sort == sorts[2]);
        sort_list.push_back(choices.choice(sort, choices.text(std::string{"sort_"} + sort), is_chosen));
    }
    const auto mine = services.places.find_municipality(viewer.municipality);
    model["likeMine"] = mine && !mine->typology.empty()
                            ? json{{"value", "1"}, {"label", choices.text("like_mine")}, {"isChosen", !filter.like_mine.empty()}}
                            : json{};
    auto& municipalities = model["municipalities"] = json::array();
    if (!context.is_api) {
        for (const auto& municipality : services.places.current_municipalities()) {
            municipalities.push_back({{"code", municipality.code}, {"name", municipality.name}});
        }
    }

    if (!found.next.empty()) {
        page.links.emplace_back("next", model["nextUrl"]);
    }
    page.template_name = "threads";
    page.title = choices.text("threads_title");
    page.nav = "threads";
    page.live_topics = viewer.is_signed_in() ? "list/all me" : "list/all";
    page.subject = filter.themes.size() == 1 && services.places.find_theme(filter.themes.front()) ? "theme/" + filter.themes.front() : "";
    page.topics = {"list/all", "places"};
    page.keep = site::Keep::until_changed;
    page.model = std::move(model);
    return page;
}

}  // namespace forum::discussion
