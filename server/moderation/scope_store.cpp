#include "moderation/scope_store.hpp"

namespace forum::moderation {

namespace {

const db::Query find_scope_query{"moderation.find_scope", R"(
    SELECT ARRAY(SELECT value FROM moderator_scopes WHERE member_id = $1 AND kind = 'theme' ORDER BY value) AS themes,
           ARRAY(SELECT value FROM moderator_scopes WHERE member_id = $1 AND kind = 'province' ORDER BY value) AS provinces,
           ARRAY(SELECT value FROM moderator_scopes WHERE member_id = $1 AND kind = 'type' ORDER BY value) AS types)"};

const db::Query moderator_query{"moderation.find_moderator", R"(
    SELECT name FROM members WHERE id = $1 AND role = 'moderator' AND ended_at IS NULL)"};

// All their rows are the lock.
const db::Query others_query{"moderation.others_without_scope", R"(
    SELECT id, id <> $1 AND NOT is_scoped(id) AS is_rest FROM members WHERE role = 'moderator' AND ended_at IS NULL ORDER BY id
       FOR NO KEY UPDATE)"};

const db::Query clear_query{"moderation.clear_scope", R"(
    DELETE FROM moderator_scopes WHERE member_id = $1)"};

const db::Query write_query{"moderation.write_scope", R"(
    INSERT INTO moderator_scopes (member_id, kind, value)
    SELECT $1::bigint, 'theme', value FROM unnest($2::text[]) AS chosen (value)
    UNION ALL SELECT $1, 'province', value FROM unnest($3::text[]) AS chosen (value)
    UNION ALL SELECT $1, 'type', value FROM unnest($4::text[]) AS chosen (value))"};

const db::Query log_scope_query{"moderation.log_scope", R"(
    INSERT INTO moderator_scope_changes (member_id, themes, provinces, types, by_member) VALUES ($1, $2, $3, $4, $5))"};

const db::Query scope_changes_query{"moderation.scope_changes", R"(
    SELECT c.at, m.name, c.themes, c.provinces, c.types
      FROM moderator_scope_changes c JOIN members m ON m.id = c.by_member
     WHERE c.member_id = $1 ORDER BY c.id DESC LIMIT 50)"};

const db::Query looks_after_query{"moderation.looks_after_member", R"(
    SELECT looks_after($1, NULL, $2) AS looks_after)"};

ModeratorScope read_scope(const db::Row& row) { return {row.texts("themes"), row.texts("provinces"), row.texts("types")}; }

}  // namespace

ModeratorScope find_scope(db::Tx& tx, base::MemberId moderator) {
    return read_scope(tx.exec(find_scope_query, db::Params::of(moderator)).one());
}

std::optional<std::string> find_moderator(db::Tx& tx, base::MemberId member) {
    const auto rows = tx.exec(moderator_query, db::Params::of(member));
    const auto row = rows.find_one();
    return row ? std::optional{row->text("name")} : std::nullopt;
}

bool lock_and_ask_others(db::Tx& tx, base::MemberId moderator) {
    bool is_left = false;
    for (const auto& row : tx.exec(others_query, db::Params::of(moderator))) {
        is_left = is_left || row.flag("is_rest");
    }
    return is_left;
}

bool change_scope(db::Tx& tx, base::MemberId moderator, const ModeratorScope& scope, base::MemberId by) {
    if (find_scope(tx, moderator) == scope) {
        return false;
    }
    tx.exec(clear_query, db::Params::of(moderator));
    tx.exec(write_query, db::Params::of(moderator, scope.themes, scope.provinces, scope.types));
    tx.exec(log_scope_query, db::Params::of(moderator, scope.themes, scope.provinces, scope.types, by));
    return true;
}

std::vector<ScopeChange> list_scope_changes(db::Tx& tx, base::MemberId moderator) {
    std::vector<ScopeChange> list;
    for (const auto& row : tx.exec(scope_changes_query, db::Params::of(moderator))) {
        list.push_back({row.time("at"), row.text("name"), read_scope(row)});
    }
    return list;
}

bool looks_after_member(db::Tx& tx, base::MemberId moderator, base::MemberId member) {
    return tx.exec(looks_after_query, db::Params::of(moderator, member)).one().flag("looks_after");
}

}  // namespace forum::moderation
