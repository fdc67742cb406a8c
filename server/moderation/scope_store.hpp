// What each moderator looks after: the SQL of writing it. Rule: who looks after which case is said by SQL's is_in_scope
// (sql/replaceable/22_scopes.sql) and nowhere else.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/ids.hpp"
#include "base/time.hpp"
#include "db/tx.hpp"

namespace forum::moderation {

/// Each list sorted, without doubles; three times nothing: everything.
struct ModeratorScope {
    std::vector<std::string> themes;     ///< slugs
    std::vector<std::string> provinces;  ///< names
    std::vector<std::string> types;      ///< slugs

    bool is_everything() const { return themes.empty() && provinces.empty() && types.empty(); }
    bool operator==(const ModeratorScope&) const = default;
};
ModeratorScope find_scope(db::Tx& tx, base::MemberId moderator);

/// The name of a moderator who is not gone; nothing for anybody else.
std::optional<std::string> find_moderator(db::Tx& tx, base::MemberId member);
/// Nobody becomes another's rest: would a moderator without scope be left if this one had one? Until the transaction ends no
/// other change of a scope comes between.
bool lock_and_ask_others(db::Tx& tx, base::MemberId moderator);
/// Writes it, with who did it; nothing happens and false when it was so already.
bool change_scope(db::Tx& tx, base::MemberId moderator, const ModeratorScope& scope, base::MemberId by);

struct ScopeChange {
    base::Time at;
    std::string by_name;
    ModeratorScope scope;  ///< from then on
};
/// Newest first, at most 50.
std::vector<ScopeChange> list_scope_changes(db::Tx& tx, base::MemberId moderator);

/// Does a moderator look after what happens to this member (SQL's looks_after)?
bool looks_after_member(db::Tx& tx, base::MemberId moderator, base::MemberId member);

}  // namespace forum::moderation
