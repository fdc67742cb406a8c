#include "places/place_pages.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/text.hpp"
#include "places/place_store.hpp"
#include "site/paging.hpp"

namespace forum::places {

namespace {

constexpr int municipalities_per_page = 50;
constexpr int threads_on_page = 10;
constexpr int peers_on_page = 6;

using Counts = std::map<std::string, std::int64_t>;

std::int64_t count_of(const Counts& counts, const std::string& key) {
    const auto found = counts.find(key);
    return found == counts.end() ? 0 : found->second;
}

std::string title(const view::Templates& templates, const site::PageContext& context, const char* key) {
    return templates.text(key, context.language);
}

/// Reference data and threads in public lists: these pages fall when either changes.
void keep_with_threads(site::Page& page, std::string list_topic) {
    page.keep = site::Keep::until_changed;
    page.topics = {"places", std::move(list_topic)};
}

nlohmann::json succession_json(const Directory& directory, const std::vector<Succession>& list, bool with_date) {
    auto items = nlohmann::json::array();
    for (const auto& succession : list) {
        auto item = directory.municipality_ref(succession.code);
        if (with_date) {
            item["untilDate"] = succession.since;
        }
        items.push_back(std::move(item));
    }
    return items;
}

template <class T>
nlohmann::json or_null(const std::optional<T>& value) {
    return value ? nlohmann::json(*value) : nlohmann::json{};
}

/// Municipalities of a type, most threads first, then by name.
std::vector<Municipality> of_typology(const Directory& directory, const std::string& slug, const Counts& counts) {
    auto list = directory.current_municipalities();
    std::erase_if(list, [&](const Municipality& municipality) { return municipality.typology != slug; });
    std::stable_sort(list.begin(), list.end(),
                     [&](const Municipality& a, const Municipality& b) { return count_of(counts, a.code) > count_of(counts, b.code); });
    return list;
}

nlohmann::json with_count(const Directory& directory, const Municipality& municipality, const Counts& counts) {
    auto item = directory.municipality_ref(municipality.code);
    item["threadCount"] = count_of(counts, municipality.code);
    return item;
}

}  // namespace

site::Page load_municipalities(const site::PageContext& context, const Directory& directory, const ThreadSource& threads) {
    MunicipalitySearch search{.folded_text = base::fold(base::trim(context.query("zoek", "q"))),
                              .province = std::string{context.query("provincie", "province")},
                              .after_name = {},
                              .after_code = {},
                              .limit = municipalities_per_page + 1};
    search.folded_text = search.folded_text.substr(0, 100);
    if (const auto cursor = context.query("na", "cursor"); !cursor.empty()) {
        const auto values = site::decode_cursor(cursor, 2);
        search.after_name = values[0];
        search.after_code = values[1];
    }
    auto found = search_municipalities(context.tx, search);
    const auto counts = threads.by_municipality(context.tx, context.viewer);
    nlohmann::json next;
    if (found.size() > municipalities_per_page) {
        found.resize(municipalities_per_page);
        const auto last = directory.find_municipality(found.back().code);
        next = site::encode_cursor({last ? last->search_names : "", found.back().code});
    }
    auto items = nlohmann::json::array();
    for (const auto& municipality : found) {
        auto item = directory.municipality_ref(municipality.code);
        item["province"] = municipality.province;
        item["formerName"] = municipality.former_name;
        item["threadCount"] = count_of(counts, municipality.code);
        items.push_back(std::move(item));
    }
    auto provinces = nlohmann::json::array();
    for (const auto& province : list_provinces(context.tx)) {
        const auto bar = province.find('|');
        provinces.push_back({{"value", province.substr(0, bar)},
                             {"label", province.substr(bar + 1)},
                             {"isChosen", province.substr(0, bar) == search.province}});
    }
    const auto next_url = next.is_null()
                              ? std::string{}
                              : site::with_parameter(context.request.target, context.is_api ? "cursor" : "na", next.get<std::string>());
    site::Page page;
    page.template_name = "municipalities";
    page.nav = "places";
    page.model = nlohmann::json{{"q", base::trim(context.query("zoek", "q"))},
                                {"items", std::move(items)},
                                {"count", count_municipalities(context.tx, search)},
                                {"provinces", std::move(provinces)},
                                {"next", next},
                                {"nextUrl", next_url}};
    if (!next_url.empty()) {
        page.links.emplace_back("next", next_url);
    }
    keep_with_threads(page, "list/all");
    return page;
}

site::Page load_municipality(const site::PageContext& context, const Directory& directory, const ThreadSource& threads,
                             const view::Templates& templates) {
    const auto code = context.path.find("code")->second;
    const auto municipality = directory.find_municipality(code);
    const auto details = municipality ? find_details(context.tx, code) : std::nullopt;
    if (!details) {
        throw base::Problem{base::ProblemKind::not_found};
    }
    const auto counts = threads.by_municipality(context.tx, context.viewer);
    auto peers = nlohmann::json::array();
    std::size_t peer_count = 0;
    if (!municipality->typology.empty()) {
        for (const auto& peer : of_typology(directory, municipality->typology, counts)) {
            if (peer.code == code) {
                continue;
            }
            if (++peer_count <= peers_on_page) {
                peers.push_back(with_count(directory, peer, counts));
            }
        }
    }
    nlohmann::json assignment;
    if (!details->source.empty()) {
        assignment = {{"edition", details->edition}, {"source", details->source}, {"isExample", details->is_example}};
    }
    auto model = directory.municipality_ref(code);
    model.update({{"officialName", details->official_name},
                  {"province", details->province},
                  {"validFromDate", or_null(details->valid_from)},
                  {"validUntilDate", or_null(details->valid_until)},
                  {"isCurrent", municipality->is_current},
                  {"successors", succession_json(directory, successors_of(context.tx, code), false)},
                  {"predecessors", succession_json(directory, predecessors_of(context.tx, code), true)},
                  {"population", or_null(details->population)},
                  {"populationYear", or_null(details->population_year)},
                  {"assignment", std::move(assignment)},
                  {"threads", threads.rows(context, {code, ""}, threads_on_page).json()},
                  {"threadCount", count_of(counts, code)},
                  {"peers", std::move(peers)},
                  {"peerCount", peer_count},
                  {"memberCount", details->member_count}});
    site::Page page;
    page.template_name = "municipality";
    page.title = municipality->name;
    page.nav = "places";
    page.breadcrumbs = {{title(templates, context, "frame.nav_places"), "/gemeenten"}};
    page.live_topics = "list/municipality/" + code;
    page.subject = "municipality/" + code;
    page.model = std::move(model);
    keep_with_threads(page, "list/all");
    return page;
}

site::Page load_typologies(const site::PageContext& context, const Directory& directory, const ThreadSource& threads,
                           const view::Templates& templates) {
    const auto counts = threads.by_typology(context.tx, context.viewer);
    const auto municipalities = directory.current_municipalities();
    auto items = nlohmann::json::array();
    for (const auto& typology : directory.typologies()) {
        auto item = directory.typology_json(typology.slug);
        item["description"] = typology.description;
        item["municipalityCount"] = std::count_if(municipalities.begin(), municipalities.end(),
                                                  [&](const Municipality& each) { return each.typology == typology.slug; });
        item["threadCount"] = count_of(counts, typology.slug);
        items.push_back(std::move(item));
    }
    site::Page page;
    page.template_name = "typologies";
    page.title = title(templates, context, "places.types_title");
    page.nav = "typologies";
    page.model = nlohmann::json{{"items", std::move(items)},
                                {"unassignedCount", std::count_if(municipalities.begin(), municipalities.end(),
                                                                  [](const Municipality& each) { return each.typology.empty(); })},
                                {"source", title(templates, context, "places.wrr_source")},
                                {"isExample", has_example_division(context.tx)},
                                {"next", nullptr}};
    keep_with_threads(page, "list/all");
    return page;
}

site::Page load_typology(const site::PageContext& context, const Directory& directory, const ThreadSource& threads,
                         const view::Templates& templates) {
    const auto typology = directory.find_typology(context.path.find("slug")->second);
    if (!typology) {
        throw base::Problem{base::ProblemKind::not_found};
    }
    const auto counts = threads.by_municipality(context.tx, context.viewer);
    auto municipalities = nlohmann::json::array();
    for (const auto& municipality : of_typology(directory, typology->slug, counts)) {
        municipalities.push_back(with_count(directory, municipality, counts));
    }
    auto model = directory.typology_json(typology->slug);
    const auto municipality_count = municipalities.size();
    model.update({{"description", typology->description},
                  {"aliases", typology->aliases},
                  {"source", typology->source},
                  {"edition", "2018"},
                  {"isExample", has_example_division(context.tx)},
                  {"municipalities", std::move(municipalities)},
                  {"municipalityCount", municipality_count},
                  {"threads", threads.rows(context, {"", typology->slug}, threads_on_page).json()},
                  {"threadCount", count_of(threads.by_typology(context.tx, context.viewer), typology->slug)}});
    site::Page page;
    page.template_name = "typology";
    page.title = typology->name;
    page.nav = "typologies";
    page.breadcrumbs = {{title(templates, context, "frame.nav_typologies"), "/typen"}};
    page.live_topics = "list/all";  // as it is kept: it counts the threads of its municipalities, too
    page.subject = "typology/" + typology->slug;
    page.model = std::move(model);
    keep_with_threads(page, "list/all");
    return page;
}

site::Page load_themes(const site::PageContext& context, const Directory& directory) {
    static_cast<void>(context);
    auto items = nlohmann::json::array();
    for (const auto& theme : directory.themes()) {
        items.push_back(directory.theme_ref(theme.slug));
    }
    site::Page page;
    page.model = nlohmann::json{{"items", std::move(items)}, {"next", nullptr}};
    page.keep = site::Keep::until_changed;
    page.topics = {"places"};
    return page;
}

}  // namespace forum::places
