#include "places/directory.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "base/text.hpp"
#include "places/place_store.hpp"

namespace forum::places {

namespace {

nlohmann::json to_json(const Typology& typology) {
    return {{"slug", typology.slug},
            {"letter", typology.letter},
            {"name", typology.name},
            {"nameSingular", typology.name_singular},
            {"url", "/typen/" + typology.slug},
            {"isConfirmed", typology.is_confirmed}};
}

}  // namespace

void Directory::load(db::Tx& tx) {
    auto fresh = std::make_shared<Snapshot>();
    for (auto& municipality : list_municipalities(tx)) {
        auto code = municipality.code;
        fresh->municipalities.emplace(std::move(code), std::move(municipality));
    }
    fresh->typologies = list_typologies(tx);
    fresh->themes = list_themes(tx);
    const std::lock_guard lock{mutex_};
    snapshot_ = std::move(fresh);
}

std::shared_ptr<const Directory::Snapshot> Directory::snapshot() const {
    const std::lock_guard lock{mutex_};
    return snapshot_;
}

std::optional<Municipality> Directory::find_municipality(std::string_view code) const {
    const auto now = snapshot();
    const auto found = now->municipalities.find(code);
    return found == now->municipalities.end() ? std::nullopt : std::optional{found->second};
}

std::optional<Typology> Directory::find_typology(std::string_view slug) const {
    const auto now = snapshot();
    for (const auto& typology : now->typologies) {
        if (typology.slug == slug) {
            return typology;
        }
    }
    return std::nullopt;
}

std::optional<Theme> Directory::find_theme(std::string_view slug) const {
    const auto now = snapshot();
    for (const auto& theme : now->themes) {
        if (theme.slug == slug) {
            return theme;
        }
    }
    return std::nullopt;
}

std::optional<Municipality> Directory::find_by_name(std::string_view name) const {
    const auto now = snapshot();
    const auto wanted = base::fold(base::trim(name));
    if (wanted.empty()) {
        return std::nullopt;
    }
    std::optional<Municipality> found;
    for (const auto& [code, municipality] : now->municipalities) {
        const auto names = base::split(municipality.search_names, '|');
        if (std::find(names.begin(), names.end(), wanted) == names.end()) {
            continue;
        }
        // One that exists today wins from one that is gone: Groningen, not the Groningen of before.
        if (!found || (municipality.is_current && !found->is_current)) {
            found = municipality;
        } else if (municipality.is_current == found->is_current) {
            return std::nullopt;
        }
    }
    return found;
}

std::vector<Municipality> Directory::current_municipalities() const {
    const auto now = snapshot();
    std::vector<Municipality> list;
    for (const auto& [code, municipality] : now->municipalities) {
        if (municipality.is_current) {
            list.push_back(municipality);
        }
    }
    std::sort(list.begin(), list.end(), [](const Municipality& a, const Municipality& b) { return a.search_names < b.search_names; });
    return list;
}

std::vector<std::string> Directory::provinces() const {
    std::set<std::string> names;
    for (const auto& municipality : current_municipalities()) {
        names.insert(municipality.province);
    }
    return {names.begin(), names.end()};
}

std::vector<Typology> Directory::typologies() const { return snapshot()->typologies; }

std::vector<Theme> Directory::themes() const { return snapshot()->themes; }

nlohmann::json Directory::municipality_ref(std::string_view code) const {
    const auto municipality = find_municipality(code);
    if (!municipality) {
        return nullptr;
    }
    return {{"code", municipality->code},
            {"name", municipality->name},
            {"url", "/gemeenten/" + municipality->code},
            {"typology", typology_json(municipality->typology)}};
}

nlohmann::json Directory::typology_json(std::string_view slug) const {
    const auto typology = find_typology(slug);
    return typology ? to_json(*typology) : nlohmann::json{};
}

nlohmann::json Directory::theme_ref(std::string_view slug) const {
    const auto theme = find_theme(slug);
    if (!theme) {
        return nullptr;
    }
    return {{"slug", theme->slug}, {"name", theme->name}, {"url", "/gesprekken?thema=" + theme->slug}};
}

std::string Directory::letter_of(std::string_view code) const {
    const auto municipality = find_municipality(code);
    if (!municipality) {
        return {};
    }
    const auto typology = find_typology(municipality->typology);
    return typology ? typology->letter : std::string{};
}

}  // namespace forum::places
