// The SQL of places: municipalities with validity and successors, types, themes. Rule: the only queries on these tables
// outside of joins in features above.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "db/tx.hpp"
#include "places/directory.hpp"

namespace forum::places {

std::vector<Municipality> list_municipalities(db::Tx& tx);
std::vector<Typology> list_typologies(db::Tx& tx);
std::vector<Theme> list_themes(db::Tx& tx);

struct MunicipalityDetails {
    std::string official_name, province;
    std::optional<std::int64_t> population, population_year;
    std::optional<std::string> valid_from, valid_until;  ///< dates YYYY-MM-DD
    std::int64_t member_count;
    std::string edition, source;  ///< of the assignment in force, "" without one
    bool is_example;
};
/// Nothing for an unknown code.
std::optional<MunicipalityDetails> find_details(db::Tx& tx, const std::string& code);

struct Succession {
    std::string code;
    std::string since;  ///< date
};
std::vector<Succession> successors_of(db::Tx& tx, const std::string& code);
std::vector<Succession> predecessors_of(db::Tx& tx, const std::string& code);

/// Municipalities that exist today and have an (also former) name with these folded letters; at most `limit`, by name, after
/// `after_name`,`after_code` (keyset). A former name comes along when only it matched.
struct FoundMunicipality {
    std::string code, name, province, former_name;
};
struct MunicipalitySearch {
    std::string folded_text;  ///< "" = all
    std::string province;     ///< "" = all
    std::string after_name, after_code;
    int limit;
};
std::vector<FoundMunicipality> search_municipalities(db::Tx& tx, const MunicipalitySearch& search);
std::int64_t count_municipalities(db::Tx& tx, const MunicipalitySearch& search);
std::vector<std::string> list_provinces(db::Tx& tx);

/// Is any assignment in force an example one (--demo)?
bool has_example_division(db::Tx& tx);

}  // namespace forum::places
