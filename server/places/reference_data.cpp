#include "places/reference_data.hpp"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <map>
#include <optional>
#include <regex>
#include <set>
#include <sstream>
#include <stdexcept>

#include "base/text.hpp"
#include "crypto/sha256.hpp"
#include "places/csv.hpp"

namespace forum::places {

namespace {

const db::Query upsert_municipality{"places.upsert_municipality", R"(
    INSERT INTO municipalities (code, name, official_name, cbs_name, search_names, province, province_code, population,
                                population_year, latitude, longitude, hex_q, hex_r, valid_from, valid_until)
    VALUES ($1, $2, $3, $4, $5, $6, $7, nullif($8, '')::integer, nullif($9, '')::integer,
            nullif($10, '')::double precision, nullif($11, '')::double precision,
            nullif($12, '')::integer, nullif($13, '')::integer, nullif($14, '')::date, nullif($15, '')::date)
    ON CONFLICT (code) DO UPDATE SET
        (name, official_name, cbs_name, search_names, province, province_code, population, population_year, latitude,
         longitude, hex_q, hex_r, valid_from, valid_until) =
        (excluded.name, excluded.official_name, excluded.cbs_name, excluded.search_names, excluded.province,
         excluded.province_code, excluded.population, excluded.population_year, excluded.latitude, excluded.longitude,
         excluded.hex_q, excluded.hex_r, excluded.valid_from, excluded.valid_until)
    WHERE municipalities.* IS DISTINCT FROM excluded.*)"};

// What a row of a file would change, by the names of its columns; those of validity come last.
const db::Query changed_columns{"places.changed_columns", R"(
    SELECT coalesce(string_agg(c.name, ', ' ORDER BY c.position), '') AS names
      FROM municipalities m,
           LATERAL (VALUES (1, 'name', m.name <> $2), (2, 'official_name', m.official_name <> $3), (3, 'cbs_name', m.cbs_name <> $4),
                           (4, 'province', m.province <> $5), (5, 'province_code', m.province_code <> $6),
                           (6, 'population', m.population IS DISTINCT FROM nullif($7, '')::integer),
                           (7, 'population_year', m.population_year IS DISTINCT FROM nullif($8, '')::integer),
                           (8, 'latitude', m.latitude IS DISTINCT FROM nullif($9, '')::double precision),
                           (9, 'longitude', m.longitude IS DISTINCT FROM nullif($10, '')::double precision),
                           (10, 'hex_q', m.hex_q IS DISTINCT FROM nullif($11, '')::integer),
                           (11, 'hex_r', m.hex_r IS DISTINCT FROM nullif($12, '')::integer),
                           (12, 'valid_from', m.valid_from IS DISTINCT FROM nullif($13, '')::date),
                           (13, 'valid_until', m.valid_until IS DISTINCT FROM nullif($14, '')::date)) AS c (position, name, is_changed)
     WHERE m.code = $1 AND c.is_changed)"};

const db::Query remember_file{"places.remember_seeded_file", R"(
    INSERT INTO seeded_files (name, hash) VALUES ($1, $2)
    ON CONFLICT (name) DO UPDATE SET hash = excluded.hash WHERE seeded_files.hash <> excluded.hash
    RETURNING name)"};

const db::Query list_codes{"places.list_codes", R"(
    SELECT code, name, (valid_until IS NULL OR valid_until > current_date) AS is_current FROM municipalities)"};

const db::Query upsert_successor{"places.upsert_successor", R"(
    INSERT INTO municipality_successors (old_code, new_code, since, share, kind)
    VALUES ($1, $2, $3::date, $4::numeric, $5)
    ON CONFLICT (old_code, new_code) DO UPDATE SET since = excluded.since, share = excluded.share, kind = excluded.kind)"};

const db::Query upsert_typology{"places.upsert_typology", R"(
    INSERT INTO typologies (slug, letter, name, name_singular, description, aliases, source, is_confirmed, position)
    VALUES ($1, $2, $3, $4, $5, coalesce(string_to_array(nullif($6, ''), '|'), '{}'), $7, $8, $9)
    ON CONFLICT (slug) DO NOTHING)"};

const db::Query upsert_theme{"places.upsert_theme", R"(
    INSERT INTO themes (slug, name, position) VALUES ($1, $2, $3) ON CONFLICT (slug) DO NOTHING)"};

const db::Query assignment_of{"places.assignment_of", R"(
    SELECT typology_slug, source FROM typology_assignments
     WHERE municipality_code = $1 AND edition = $2 AND NOT is_example)"};

const db::Query delete_assignment{"places.delete_assignment", R"(
    DELETE FROM typology_assignments WHERE municipality_code = $1 AND edition = $2)"};

const db::Query insert_assignment{"places.insert_assignment", R"(
    INSERT INTO typology_assignments (municipality_code, typology_slug, edition, source, is_example)
    VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING)"};

// Not over what an administrator imported since: the list of the program is the older one.
const db::Query seed_assignment{"places.seed_assignment", R"(
    INSERT INTO typology_assignments (municipality_code, typology_slug, edition, source)
    SELECT $1, $2, $3, $4
     WHERE NOT EXISTS (SELECT FROM typology_assignments WHERE municipality_code = $1 AND edition = $3 AND NOT is_example))"};

const db::Query has_typology{"places.has_typology", R"(
    SELECT EXISTS (SELECT 1 FROM typologies WHERE slug = $1) AS is_known)"};

const db::Query has_any_assignment{"places.has_any_assignment", R"(
    SELECT EXISTS (SELECT 1 FROM typology_assignments WHERE municipality_code = $1) AS is_assigned)"};

const db::Query successor_names{"places.successor_names", R"(
    SELECT coalesce(string_agg(m.code || ' ' || m.name, ', ' ORDER BY s.share DESC), '') AS names
      FROM municipality_successors s JOIN municipalities m ON m.code = s.new_code WHERE s.old_code = $1)"};

std::string read_file(const std::filesystem::path& path) {
    std::ifstream in{path, std::ios::binary};
    if (!in) {
        throw std::runtime_error{"cannot read " + path.string()};
    }
    std::ostringstream out;
    out << in.rdbuf();
    return std::move(out).str();
}

/// "westland|gemeente spelling" folded and without doubles: every name a person may type. The shown name comes first,
/// because lists are sorted by it.
std::string search_names(const CsvRow& row) {
    std::string joined;
    std::set<std::string> seen;
    for (const auto* column : {"name", "official_name", "cbs_name"}) {
        const auto folded = base::fold(row[column]);
        if (!folded.empty() && seen.insert(folded).second) {
            joined += (joined.empty() ? "" : "|") + folded;
        }
    }
    return joined;
}

void save_municipality(db::Tx& tx, const CsvRow& row) {
    tx.exec(upsert_municipality,
            db::Params::of(row["code"], row["name"], row["official_name"], row["cbs_name"], search_names(row), row["province"],
                           row["province_code"], row["population"], row["population_year"], row["latitude"], row["longitude"], row["hex_q"],
                           row["hex_r"], row["valid_from"], row["valid_until"]));
}

std::string columns_changed_by(db::Tx& tx, const CsvRow& row) {
    return tx
        .exec(changed_columns, db::Params::of(row["code"], row["name"], row["official_name"], row["cbs_name"], row["province"],
                                              row["province_code"], row["population"], row["population_year"], row["latitude"],
                                              row["longitude"], row["hex_q"], row["hex_r"], row["valid_from"], row["valid_until"]))
        .one()
        .text("names");
}

bool is_code(const std::string& code) {
    return code.size() == 6 && code.starts_with("GM") && code.find_first_not_of("0123456789", 2) == std::string::npos;
}

template <class Number>
bool is_number(std::string_view text) {
    Number number{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    return error == std::errc{} && end == text.data() + text.size();
}

bool is_date(const std::string& date) {
    static const std::regex form{"([1-9]\\d{3})-(\\d{2})-(\\d{2})"};
    std::smatch part;
    return std::regex_match(date, part, form)
           && std::chrono::year_month_day{std::chrono::year{std::stoi(part[1])},
                                          std::chrono::month(static_cast<unsigned>(std::stoi(part[2]))),
                                          std::chrono::day(static_cast<unsigned>(std::stoi(part[3])))}
                  .ok();
}

/// Why a row cannot stand in the register; "" = it can.
std::string find_fault(const CsvRow& row) {
    const auto& code = row["code"];
    if (row["name"].empty() || row["province"].empty() || row["province_code"].empty()) {
        return code + " has no name or province";
    }
    for (const auto* column : {"valid_from", "valid_until"}) {
        if (!row[column].empty() && !is_date(row[column])) {
            return code + " has a date that is not YYYY-MM-DD";
        }
    }
    const auto is_wrong = [&](const char* column, bool (*is_right)(std::string_view)) {
        return !row[column].empty() && !is_right(row[column]);
    };
    for (const auto* column : {"population", "population_year", "hex_q", "hex_r"}) {
        if (is_wrong(column, is_number<std::int32_t>) || (column[0] == 'p' && row[column].starts_with('-'))) {
            return code + ": " + column + " is no number";
        }
    }
    for (const auto* column : {"latitude", "longitude"}) {
        if (is_wrong(column, is_number<double>)) {
            return code + ": " + column + " is no number";
        }
    }
    return {};
}

std::string at_line(const CsvRow& row, const std::string& fault) { return "line " + std::to_string(row.line) + ": " + fault; }

void require_columns(const Csv& csv, std::initializer_list<const char*> columns, ImportReport& report) {
    for (const auto* column : columns) {
        if (std::find(csv.columns.begin(), csv.columns.end(), column) == csv.columns.end()) {
            report.problems.push_back(std::string{"line 1: the column "} + column + " is missing");
        }
    }
}

/// A CSV that does not parse is one problem, not an exception: the person who imports reads the report.
std::optional<Csv> parse_or_report(const std::string& text, ImportReport& report) {
    try {
        return parse_csv(text);
    } catch (const std::runtime_error& error) {
        report.problems.emplace_back(error.what());
        return std::nullopt;
    }
}

struct KnownCode {
    std::string name;
    bool is_current;
};

std::map<std::string, KnownCode> known_codes(db::Tx& tx) {
    std::map<std::string, KnownCode> known;
    for (const auto& row : tx.exec(list_codes)) {
        known[row.text("code")] = {row.text("name"), row.flag("is_current")};
    }
    return known;
}

/// Was this text not yet put in place under this name? From now on it was.
bool is_new_file(db::Tx& tx, const std::string& name, const std::string& text) {
    return !tx.exec(remember_file, db::Params::of(name, crypto::sha256_hex(text))).empty();
}

}  // namespace

void seed_reference_data(db::Tx& tx, const std::string& folder) {
    const std::filesystem::path root{folder};
    if (const auto text = read_file(root / "municipalities.csv"); is_new_file(tx, "municipalities.csv", text)) {
        for (const auto& row : parse_csv(text).rows) {
            save_municipality(tx, row);
        }
    }
    for (const auto& row : parse_csv(read_file(root / "municipality_successors.csv")).rows) {
        tx.exec(upsert_successor, db::Params::of(row["old_code"], row["new_code"], row["since"], row["share"], row["kind"]));
    }
    int position = 0;
    for (const auto& row : parse_csv(read_file(root / "typologies.csv")).rows) {
        tx.exec(upsert_typology, db::Params::of(row["slug"], row["letter"], row["name"], row["name_singular"], row["description"],
                                                row["aliases"], row["source"], row["is_confirmed"] == "true", ++position));
    }
    for (const auto& row : parse_csv(read_file(root / "typology_assignments.csv")).rows) {
        tx.exec(seed_assignment, db::Params::of(row["code"], row["typology"], row["edition"], row["source"]));
    }
    position = 0;
    for (const auto& row : parse_csv(read_file(root / "themes.csv")).rows) {
        tx.exec(upsert_theme, db::Params::of(row["slug"], row["name"], ++position));
    }
}

void seed_example_division(db::Tx& tx, const std::string& folder) {
    const auto path = std::filesystem::path{folder} / "demo" / "typology_example.csv";
    for (const auto& row : parse_csv(read_file(path)).rows) {
        if (!tx.exec(has_any_assignment, db::Params::of(row["code"])).one().flag("is_assigned")) {
            tx.exec(insert_assignment,
                    db::Params::of(row["code"], row["typology"], "voorbeeld", "Voorbeeldindeling, niet van de WRR", true));
        }
    }
}

ImportReport import_typologies(db::Tx& tx, const std::string& text, bool dry_run) {
    ImportReport report;
    const auto csv = parse_or_report(text, report);
    if (!csv) {
        return report;
    }
    require_columns(*csv, {"cbs_code", "typology_slug", "source"}, report);
    if (!report.problems.empty()) {
        return report;
    }
    const auto known = known_codes(tx);
    struct Change {
        std::string code, typology, edition, source;
    };
    std::vector<Change> changes;
    std::map<std::string, std::size_t> line_of;
    for (const auto& row : csv->rows) {
        const auto& code = row["cbs_code"];
        const auto& slug = row["typology_slug"];
        const auto edition = row["edition"].empty() ? std::string{"2018"} : row["edition"];
        const auto municipality = known.find(code);
        if (municipality == known.end()) {
            report.problems.push_back(at_line(row, "unknown municipality code '" + code + "'"));
            continue;
        }
        if (!municipality->second.is_current) {
            const auto names = tx.exec(successor_names, db::Params::of(code)).one().text("names");
            report.problems.push_back(
                at_line(row, code + " " + municipality->second.name + " no longer exists; decide for its successors: " + names));
            continue;
        }
        if (!tx.exec(has_typology, db::Params::of(slug)).one().flag("is_known")) {
            report.problems.push_back(at_line(row, "unknown typology '" + slug + "'"));
            continue;
        }
        if (row["source"].empty()) {
            report.problems.push_back(at_line(row, code + " has no source"));
            continue;
        }
        if (const auto [earlier, is_new] = line_of.emplace(code + " " + edition, row.line); !is_new) {
            report.problems.push_back(at_line(row, code + " has a second type; the first is on line " + std::to_string(earlier->second)));
            continue;
        }
        const auto present = tx.exec(assignment_of, db::Params::of(code, edition));
        if (const auto one = present.find_one(); one && one->text("typology_slug") == slug && one->text("source") == row["source"]) {
            ++report.unchanged;
            continue;
        }
        std::string line = code + " " + municipality->second.name + ": ";
        for (const auto& before : present) {
            line += before.text("typology_slug") + " -> ";
        }
        report.changes.push_back(line + slug + " (" + edition + ")");
        changes.push_back({code, slug, edition, row["source"]});
    }
    if (dry_run || !report.problems.empty()) {
        return report;
    }
    for (const auto& change : changes) {
        tx.exec(delete_assignment, db::Params::of(change.code, change.edition));
        tx.exec(insert_assignment, db::Params::of(change.code, change.typology, change.edition, change.source, false));
    }
    return report;
}

ImportReport import_municipalities(db::Tx& tx, const std::string& text, bool dry_run) {
    ImportReport report;
    const auto csv = parse_or_report(text, report);
    if (!csv) {
        return report;
    }
    // All of them: what a file leaves out would be taken from the register.
    require_columns(*csv,
                    {"code", "name", "official_name", "cbs_name", "province", "province_code", "population", "population_year", "latitude",
                     "longitude", "hex_q", "hex_r", "valid_from", "valid_until"},
                    report);
    if (!report.problems.empty()) {
        return report;
    }
    const auto known = known_codes(tx);
    std::set<std::string> seen;
    for (const auto& row : csv->rows) {
        const auto& code = row["code"];
        if (!is_code(code)) {
            report.problems.push_back(at_line(row, "'" + code + "' is no municipality code (GM and four digits)"));
        } else if (!seen.insert(code).second) {
            report.problems.push_back(at_line(row, code + " stands here twice"));
        } else if (const auto fault = find_fault(row); !fault.empty()) {
            report.problems.push_back(at_line(row, fault));
        } else if (const auto before = known.find(code); before == known.end()) {
            report.changes.push_back(code + " " + row["name"] + ": new");
        } else if (const auto changed = columns_changed_by(tx, row); changed.empty()) {
            ++report.unchanged;
        } else if (before->second.name != row["name"]) {
            report.changes.push_back(code + " " + before->second.name + " -> " + row["name"]);
        } else if (changed.ends_with("valid_until") && !row["valid_until"].empty()) {
            report.changes.push_back(code + " " + row["name"] + ": ends on " + row["valid_until"]);
        } else {
            report.changes.push_back(code + " " + row["name"] + ": " + changed);
        }
    }
    for (const auto& [code, municipality] : known) {
        if (!seen.contains(code)) {
            report.problems.push_back(code + " " + municipality.name + " is missing from the file");
        }
    }
    if (!dry_run && report.problems.empty()) {
        for (const auto& row : csv->rows) {
            save_municipality(tx, row);
        }
    }
    return report;
}

}  // namespace forum::places
