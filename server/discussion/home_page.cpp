#include "discussion/home_page.hpp"

#include <nlohmann/json.hpp>

#include "base/time.hpp"
#include "discussion/braid.hpp"
#include "discussion/thread_filter.hpp"
#include "discussion/thread_rows.hpp"
#include "places/hex_map.hpp"

namespace forum::discussion {

namespace {

using nlohmann::json;

const db::Query people_query{"discussion.home_people", R"(
    SELECT count(*) AS members, count(DISTINCT municipality_code) AS municipalities FROM members WHERE ended_at IS NULL)"};

std::vector<std::int64_t> first_ids(db::Tx& tx, const access::Viewer& viewer, const ThreadFilter& filter, int limit) {
    return find_threads(tx, viewer, filter, "", limit).ids;
}

/// Rows of several lists from one query: takes those of `ids` out of `all` in their order.
json pick(const json& all, const std::vector<std::int64_t>& ids) {
    auto picked = json::array();
    for (const auto id : ids) {
        for (const auto& row : all) {
            if (row["id"] == id) {
                picked.push_back(row);
                break;
            }
        }
    }
    return picked;
}

/// Municipalities of the same type, those with most threads first.
json peers_json(const places::Directory& places, const places::Municipality& mine, const std::map<std::string, std::int64_t>& counts,
                std::int64_t& peer_count) {
    std::vector<std::pair<std::int64_t, places::Municipality>> peers;
    for (const auto& municipality : places.current_municipalities()) {
        if (municipality.typology == mine.typology && municipality.code != mine.code) {
            const auto count = counts.find(municipality.code);
            peers.emplace_back(count == counts.end() ? 0 : count->second, municipality);
        }
    }
    peer_count = static_cast<std::int64_t>(peers.size());
    std::stable_sort(peers.begin(), peers.end(), [](const auto& a, const auto& b) { return a.first > b.first; });
    auto list = json::array();
    for (const auto& [count, municipality] : peers) {
        if (list.size() == 3) {
            break;
        }
        auto reference = places.municipality_ref(municipality.code);
        reference["threadCount"] = count;
        list.push_back(std::move(reference));
    }
    return list;
}

}  // namespace

site::Page load_home_page(const site::PageContext& context, const Services& services) {
    auto& tx = context.tx;
    const auto& viewer = context.viewer;
    const auto& places = services.places;
    const ThreadFilter latest;
    ThreadFilter open;
    open.state = "open";
    open.sort = Sort::unanswered_first;
    const auto mine = places.find_municipality(viewer.municipality);
    const bool has_type = mine && !mine->typology.empty();

    const auto latest_ids = first_ids(tx, viewer, latest, 4);
    const auto open_ids = first_ids(tx, viewer, open, 3);
    std::vector<std::int64_t> mine_ids;
    if (has_type) {
        ThreadFilter alike;
        alike.like_mine = mine->typology;
        mine_ids = first_ids(tx, viewer, alike, 3);
    }
    auto ids = latest_ids;
    ids.insert(ids.end(), open_ids.begin(), open_ids.end());
    ids.insert(ids.end(), mine_ids.begin(), mine_ids.end());
    std::sort(ids.begin(), ids.end());
    ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
    const auto rows = load_rows(tx, viewer, context.language, services.texts, places, ids);
    const auto counts = count_threads(tx, viewer, latest);
    const auto open_count = counts.states.find("open");
    const auto people = tx.exec(people_query).one();

    json model;
    const int hour = base::to_amsterdam(base::now()).hour;
    const bool is_morning = hour >= 5 && hour < 12, is_afternoon = hour >= 12 && hour < 18;
    model["greeting"] = is_morning ? "morning" : is_afternoon ? "afternoon" : "evening";
    model["isMorning"] = is_morning;
    model["isAfternoon"] = is_afternoon;
    model["isEvening"] = !is_morning && !is_afternoon;
    model["name"] = viewer.name;
    model["ask"] = {{"memberCount", people.integer("members")}, {"municipalityCount", people.integer("municipalities")}};
    model["threads"] = pick(rows, latest_ids);
    model["threadCount"] = counts.all;
    model["unanswered"] = pick(rows, open_ids);
    model["unansweredCount"] = open_count == counts.states.end() ? 0 : open_count->second;
    model["mine"] = nullptr;
    if (has_type) {
        std::int64_t peer_count = 0;
        auto peers = peers_json(places, *mine, count_by_municipality(tx, viewer), peer_count);
        model["mine"] = {{"municipality", places.municipality_ref(mine->code)},
                         {"typology", places.typology_json(mine->typology)},
                         {"peerCount", peer_count},
                         {"threads", pick(rows, mine_ids)},
                         {"peers", std::move(peers)}};
    }
    auto& typologies = model["typologies"] = json::array();
    for (const auto& typology : places.typologies()) {
        typologies.push_back(places.typology_json(typology.slug));
    }
    static const std::string hero = hero_svg();
    model["heroSvgHtml"] = hero;
    model["mapSvgHtml"] = places::hex_map_svg(tx);

    site::Page page;
    page.template_name = "home";
    page.title = services.texts.text("discussion.home_title", context.language);
    page.live_topics = viewer.is_signed_in() ? "list/all me" : "list/all";
    page.topics = {"list/all", "places"};
    page.keep = site::Keep::until_changed;
    page.model = std::move(model);
    return page;
}

}  // namespace forum::discussion
