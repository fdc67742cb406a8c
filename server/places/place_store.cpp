#include "places/place_store.hpp"

namespace forum::places {

namespace {

const db::Query list_municipalities_query{"places.list_municipalities", R"(
    SELECT m.code, m.name, m.province, coalesce(t.typology_slug, '') AS typology,
           (m.valid_until IS NULL OR m.valid_until > current_date) AS is_current, m.search_names
      FROM municipalities m
      LEFT JOIN municipality_typology t ON t.municipality_code = m.code)"};

const db::Query list_typologies_query{"places.list_typologies", R"(
    SELECT slug, letter, name, name_singular, description, aliases, source, is_confirmed
      FROM typologies ORDER BY position)"};

const db::Query list_themes_query{"places.list_themes", R"(
    SELECT slug, name FROM themes ORDER BY position)"};

const db::Query find_details_query{"places.find_details", R"(
    SELECT m.official_name, m.province, m.population, m.population_year,
           m.valid_from::text AS valid_from, m.valid_until::text AS valid_until,
           (SELECT count(*) FROM members p WHERE p.municipality_code = m.code AND p.ended_at IS NULL) AS member_count,
           coalesce(t.edition, '') AS edition, coalesce(t.source, '') AS source,
           coalesce(t.is_example, false) AS is_example
      FROM municipalities m
      LEFT JOIN municipality_typology t ON t.municipality_code = m.code
     WHERE m.code = $1)"};

const db::Query successors_query{"places.successors", R"(
    SELECT new_code AS code, since::text AS since FROM municipality_successors
     WHERE old_code = $1 ORDER BY share DESC, new_code)"};

const db::Query predecessors_query{"places.predecessors", R"(
    SELECT old_code AS code, since::text AS since FROM municipality_successors
     WHERE new_code = $1 ORDER BY since DESC, old_code)"};

// A former name leads to the municipality that exists now: one that is gone is found through its successors.
const db::Query search_query{"places.search", R"(
    SELECT m.code, m.name, m.province,
           CASE WHEN $1 = '' OR m.search_names LIKE '%' || $1 || '%' THEN ''
                ELSE coalesce((SELECT string_agg(o.name, ', ' ORDER BY o.name)
                        FROM municipality_successors s JOIN municipalities o ON o.code = s.old_code
                       WHERE s.new_code = m.code AND o.search_names LIKE '%' || $1 || '%'), '') END AS former_name
      FROM municipalities m
     WHERE (m.valid_until IS NULL OR m.valid_until > current_date)
       AND ($2 = '' OR m.province_code = $2)
       AND ($1 = '' OR m.search_names LIKE '%' || $1 || '%'
            OR EXISTS (SELECT 1 FROM municipality_successors s JOIN municipalities o ON o.code = s.old_code
                        WHERE s.new_code = m.code AND o.search_names LIKE '%' || $1 || '%'))
       AND (m.search_names, m.code) > ($3, $4)
     ORDER BY m.search_names, m.code
     LIMIT $5)"};

const db::Query count_query{"places.count", R"(
    SELECT count(*) AS n
      FROM municipalities m
     WHERE (m.valid_until IS NULL OR m.valid_until > current_date)
       AND ($2 = '' OR m.province_code = $2)
       AND ($1 = '' OR m.search_names LIKE '%' || $1 || '%'
            OR EXISTS (SELECT 1 FROM municipality_successors s JOIN municipalities o ON o.code = s.old_code
                        WHERE s.new_code = m.code AND o.search_names LIKE '%' || $1 || '%')))"};

const db::Query provinces_query{"places.provinces", R"(
    SELECT DISTINCT province_code || '|' || province AS province FROM municipalities ORDER BY 1)"};

const db::Query has_example_query{"places.has_example", R"(
    SELECT EXISTS (SELECT 1 FROM municipality_typology WHERE is_example) AS has_example)"};

/// % and _ typed by a visitor are letters, not wildcards.
std::string escape_like(const std::string& text) {
    std::string out;
    for (const char c : text) {
        if (c == '%' || c == '_' || c == '\\') {
            out += '\\';
        }
        out += c;
    }
    return out;
}

std::vector<Succession> read_successions(const db::Rows& rows) {
    std::vector<Succession> list;
    for (const auto& row : rows) {
        list.push_back({row.text("code"), row.text("since")});
    }
    return list;
}

}  // namespace

std::vector<Municipality> list_municipalities(db::Tx& tx) {
    std::vector<Municipality> list;
    for (const auto& row : tx.exec(list_municipalities_query)) {
        list.push_back({row.text("code"), row.text("name"), row.text("province"), row.text("typology"), row.flag("is_current"),
                        row.text("search_names")});
    }
    return list;
}

std::vector<Typology> list_typologies(db::Tx& tx) {
    std::vector<Typology> list;
    for (const auto& row : tx.exec(list_typologies_query)) {
        list.push_back({row.text("slug"), row.text("letter"), row.text("name"), row.text("name_singular"), row.text("description"),
                        row.text("source"), row.texts("aliases"), row.flag("is_confirmed")});
    }
    return list;
}

std::vector<Theme> list_themes(db::Tx& tx) {
    std::vector<Theme> list;
    for (const auto& row : tx.exec(list_themes_query)) {
        list.push_back({row.text("slug"), row.text("name")});
    }
    return list;
}

std::optional<MunicipalityDetails> find_details(db::Tx& tx, const std::string& code) {
    const auto rows = tx.exec(find_details_query, db::Params::of(code));
    const auto row = rows.find_one();
    if (!row) {
        return std::nullopt;
    }
    return MunicipalityDetails{
        row->text("official_name"),   row->text("province"),         row->find_integer("population"), row->find_integer("population_year"),
        row->find_text("valid_from"), row->find_text("valid_until"), row->integer("member_count"),    row->text("edition"),
        row->text("source"),          row->flag("is_example")};
}

std::vector<Succession> successors_of(db::Tx& tx, const std::string& code) {
    return read_successions(tx.exec(successors_query, db::Params::of(code)));
}

std::vector<Succession> predecessors_of(db::Tx& tx, const std::string& code) {
    return read_successions(tx.exec(predecessors_query, db::Params::of(code)));
}

std::vector<FoundMunicipality> search_municipalities(db::Tx& tx, const MunicipalitySearch& search) {
    std::vector<FoundMunicipality> list;
    const auto rows = tx.exec(
        search_query, db::Params::of(escape_like(search.folded_text), search.province, search.after_name, search.after_code, search.limit));
    for (const auto& row : rows) {
        list.push_back({row.text("code"), row.text("name"), row.text("province"), row.text("former_name")});
    }
    return list;
}

std::int64_t count_municipalities(db::Tx& tx, const MunicipalitySearch& search) {
    return tx.exec(count_query, db::Params::of(escape_like(search.folded_text), search.province)).one().integer("n");
}

std::vector<std::string> list_provinces(db::Tx& tx) {
    std::vector<std::string> list;
    for (const auto& row : tx.exec(provinces_query)) {
        list.push_back(row.text("province"));
    }
    return list;
}

bool has_example_division(db::Tx& tx) { return tx.exec(has_example_query).one().flag("has_example"); }

}  // namespace forum::places
