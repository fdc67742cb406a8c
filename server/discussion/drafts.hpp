// Texts that are not sent yet, kept on the server so that any device has them (B1). Rule: saving names the revision it began
// from; on another one nothing is overwritten and both texts are given back.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "access/viewer.hpp"
#include "base/time.hpp"
#include "discussion/services.hpp"
#include "site/action.hpp"

namespace forum::discussion {

/// Bytes of one draft's data as JSON.
constexpr std::size_t draft_limit = 120'000;

struct DraftSaved {
    std::int64_t revision;
    base::Time saved_at;
};
struct DraftConflict {
    std::int64_t revision;  ///< of the one that is stored; 0 = none (it was posted or thrown away)
    view::Model data;
};

/// Keeps `data` (a JSON object) as the revision after `revision` (0 = there is none yet).
std::variant<DraftSaved, DraftConflict> save_draft(db::Tx& tx, const live::Announcer& announcer, base::MemberId member,
                                                   const std::string& key, std::int64_t revision, const nlohmann::json& data);

/// The data of a draft with its revision; nothing when there is none.
struct Draft {
    std::int64_t revision;
    base::Time saved_at;
    view::Model data;
};
std::optional<Draft> find_draft(db::Tx& tx, base::MemberId member, const std::string& key);

/// Drafts of a member, newest first, as {id (the key), title, url, savedAt, excerpt}: for his own page.
nlohmann::json load_drafts(db::Tx& tx, const Services& services, const access::Viewer& viewer, view::Language language);

/// The form's button "Bewaar als concept": keeps the named fields of the input under `key`. On a conflict nothing is kept, and
/// the form must show both texts.
std::variant<DraftSaved, DraftConflict> keep_draft(const site::ActionContext& context, const Services& services, const std::string& key,
                                                   const std::vector<std::string>& fields);

/// What is typed with what was stored elsewhere under it: after a conflict the form shows both, so nothing is lost.
std::string both_texts(const std::string& typed, const DraftConflict& conflict, const std::string& field);

/// Throws away drafts that were last saved before `older_than`, at most 10,000 at a time.
void prune_drafts(db::Tx& tx, base::Time older_than);

// GET, PUT and DELETE /api/v1/drafts/{key}
site::Page load_draft(const site::PageContext& context);
site::ActionResult put_draft(const site::ActionContext& context, const Services& services);
site::ActionResult delete_draft(const site::ActionContext& context, const Services& services);

}  // namespace forum::discussion
