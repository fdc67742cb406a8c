// Municipalities, types and themes in memory, for names on every page. Rule: an immutable snapshot that is replaced as a
// whole when reference data changes; what a page counts or lists still comes from the database.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "db/tx.hpp"

namespace forum::places {

struct Typology {
    std::string slug, letter, name, name_singular, description, source;
    std::vector<std::string> aliases;
    bool is_confirmed;
};

struct Municipality {
    std::string code, name, province;
    std::string typology;      ///< slug, "" = not assigned
    bool is_current;           ///< exists today
    std::string search_names;  ///< folded names, also former and official spellings
};

struct Theme {
    std::string slug, name;
};

class Directory {
public:
    /// Reads everything anew (some hundreds of rows). Call at start and when topic `places` changes.
    void load(db::Tx& tx);

    std::optional<Municipality> find_municipality(std::string_view code) const;
    std::optional<Typology> find_typology(std::string_view slug) const;
    std::optional<Theme> find_theme(std::string_view slug) const;
    /// By name as people type it (any case, accents, official or short spelling); nothing when unknown or ambiguous.
    std::optional<Municipality> find_by_name(std::string_view name) const;

    std::vector<Municipality> current_municipalities() const;  ///< by name
    std::vector<std::string> provinces() const;                ///< of those, by name
    std::vector<Typology> typologies() const;                  ///< in fixed order
    std::vector<Theme> themes() const;                         ///< by name

    /// MunicipalityRef {code, name, url, typology} or null.
    nlohmann::json municipality_ref(std::string_view code) const;
    /// Typology {slug, letter, name, nameSingular, url, isConfirmed} or null.
    nlohmann::json typology_json(std::string_view slug) const;
    /// ThemeRef {slug, name, url} or null.
    nlohmann::json theme_ref(std::string_view slug) const;
    /// The letter of the municipality's type, "" without one.
    std::string letter_of(std::string_view code) const;

private:
    struct Snapshot {
        std::map<std::string, Municipality, std::less<>> municipalities;
        std::vector<Typology> typologies;
        std::vector<Theme> themes;
    };
    std::shared_ptr<const Snapshot> snapshot() const;

    mutable std::mutex mutex_;
    std::shared_ptr<const Snapshot> snapshot_{std::make_shared<Snapshot>()};
};

}  // namespace forum::places
