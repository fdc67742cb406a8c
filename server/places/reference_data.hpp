// Loads and imports reference data: the register of municipalities, types and their assignments, themes. Rule: an import says
// what it would change before it changes it, refuses what it does not understand as a whole, and never guesses.
#pragma once

#include <string>
#include <vector>

#include "db/tx.hpp"

namespace forum::places {

struct ImportReport {
    std::vector<std::string> changes;   ///< one line each: "GM1783 Westland: tuinbouwgemeenten (2018)", "GM0184 Urk: population"
    std::vector<std::string> problems;  ///< line number and fault; with any of these nothing is changed
    std::size_t unchanged{0};
};

/// Fills an empty or older register from `<folder>/municipalities.csv`, `municipality_successors.csv`, `typologies.csv`,
/// `typology_assignments.csv`, `themes.csv`. Running it again changes nothing that was imported since;
/// a municipality only when the file itself is another one. Throws std::runtime_error
/// when a file is missing or malformed.
void seed_reference_data(db::Tx& tx, const std::string& folder);

/// The example division of `<folder>/demo/typology_example.csv`, only for municipalities without a sourced type.
void seed_example_division(db::Tx& tx, const std::string& folder);

/// `forum import typologies FILE`: CSV with header `cbs_code,typology_slug,source` and optionally `edition` (default
/// "2018"). At most one type per municipality; a code that was merged or split is reported, not converted, because that is
/// an administrator's decision. With `dry_run` nothing is written.
ImportReport import_typologies(db::Tx& tx, const std::string& csv, bool dry_run);

/// `forum import municipalities FILE`: CSV in the form of sql/seed/municipalities.csv, with all its columns; new codes are
/// added, names, figures and validity updated; a code that is missing from the file is reported as a problem, never deleted.
ImportReport import_municipalities(db::Tx& tx, const std::string& csv, bool dry_run);

}  // namespace forum::places
