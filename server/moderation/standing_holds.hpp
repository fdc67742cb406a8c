// What staff have read first whoever writes it: a theme, a type of municipality, authors with a function (features.md D1). Rule: a snapshot
// in memory, read anew at start and when its topic has an event, so that writing costs no query while nothing is held.
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "access/viewer.hpp"
#include "base/time.hpp"
#include "db/tx.hpp"
#include "discussion/publication_gate.hpp"

namespace forum::moderation {

/// With its id the slug of one in cases.hold_rule.
inline const std::string standing_hold_mark = "standing-";

/// "theme", "typology", "function".
std::string_view hold_kind_name(discussion::StandingHold::Kind kind);

class StandingHolds {
public:
    void load(db::Tx& tx);
    /// Those that may hold a text of this author; none for staff, who read it themselves.
    std::vector<discussion::StandingHold> of(const access::Viewer& author) const;

private:
    mutable std::mutex mutex_;
    std::shared_ptr<const std::vector<discussion::StandingHold>> holds_{std::make_shared<std::vector<discussion::StandingHold>>()};
};

/// One that holds or held.
struct ListedHold {
    discussion::StandingHold hold;
    std::string created_by, ended_by;  ///< names; the second "" while it holds
    base::Time created_at;
    std::optional<base::Time> ended_at;
};
/// All, the newest first.
std::vector<ListedHold> list_standing_holds(db::Tx& tx);

/// The functions that members have, by name.
std::vector<std::string> list_functions(db::Tx& tx);

/// False when there is one for the same already.
bool add_standing_hold(db::Tx& tx, const discussion::StandingHold& hold, base::MemberId by);
/// False when there is no such one that holds.
bool end_standing_hold(db::Tx& tx, std::int64_t id, base::MemberId by);

}  // namespace forum::moderation
