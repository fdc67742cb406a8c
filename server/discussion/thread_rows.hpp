// A thread as a row of a list, the same on every list of the site. Rule: rows are loaded by id, in one query for all the rows
// of a page, and only those that the viewer may see come back.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <vector>

#include "access/viewer.hpp"
#include "db/tx.hpp"
#include "places/directory.hpp"
#include "view/templates.hpp"

namespace forum::discussion {

/// View model `Row` for each id, in the given order, as a JSON array; ids that the viewer may not see are left out.
/// At most 200 ids. A member's rows link to his first new post and count what is new since his last visit.
nlohmann::json load_rows(db::Tx& tx, const access::Viewer& viewer, view::Language language, const view::Templates& texts,
                         const places::Directory& places, const std::vector<std::int64_t>& ids);

/// `kind`, isQuestion, isExperience, isDilemma, isAnnouncement.
void put_kind(nlohmann::json& model, const std::string& kind);
/// `visibility`, isPublic, isMembersOnly, isAdministratorsOnly.
void put_visibility(nlohmann::json& model, const std::string& visibility);

/// The strand of a thread ('T', 'G', '-' for each live post) as [{letter}], at most `limit` of them spread evenly.
nlohmann::json strand_json(const std::string& strand, std::size_t limit);

}  // namespace forum::discussion
