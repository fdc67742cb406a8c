#include "moderation/standing_holds.hpp"

#include <algorithm>
#include <array>

namespace forum::moderation {

namespace {

using discussion::StandingHold;

constexpr std::array<std::string_view, 3> kind_names{"theme", "typology", "function"};

const db::Query list_holds_query{"moderation.list_standing_holds", R"(
    SELECT h.id, h.kind, h.value, h.reason, h.created_at, h.ended_at, c.name AS created_by, coalesce(e.name, '') AS ended_by
      FROM standing_holds h
      JOIN members c ON c.id = h.created_by
      LEFT JOIN members e ON e.id = h.ended_by
     ORDER BY h.id DESC)"};

const db::Query list_functions_query{"moderation.list_functions", R"(
    SELECT DISTINCT function FROM members WHERE function <> '' AND ended_at IS NULL ORDER BY function)"};

const db::Query add_hold_query{"moderation.add_standing_hold", R"(
    INSERT INTO standing_holds (kind, value, reason, created_by) VALUES ($1, $2, $3, $4)
    ON CONFLICT (kind, value) WHERE ended_at IS NULL DO NOTHING)"};

const db::Query end_hold_query{"moderation.end_standing_hold", R"(
    UPDATE standing_holds SET ended_at = now(), ended_by = $2 WHERE id = $1 AND ended_at IS NULL)"};

StandingHold read_hold(const db::Row& row) {
    const auto kind = std::ranges::find(kind_names, row.text("kind")) - kind_names.begin();
    return {
        .id = row.integer("id"), .kind = static_cast<StandingHold::Kind>(kind), .value = row.text("value"), .reason = row.text("reason")};
}

}  // namespace

std::string_view hold_kind_name(StandingHold::Kind kind) { return kind_names.at(static_cast<std::size_t>(kind)); }

void StandingHolds::load(db::Tx& tx) {
    auto loaded = std::make_shared<std::vector<StandingHold>>();
    for (auto& listed : list_standing_holds(tx)) {
        if (!listed.ended_at) {
            loaded->push_back(std::move(listed.hold));
        }
    }
    const std::lock_guard lock{mutex_};
    holds_ = std::move(loaded);
}

std::vector<StandingHold> StandingHolds::of(const access::Viewer& author) const {
    if (author.is_staff()) {
        return {};
    }
    std::vector<StandingHold> found;
    const std::lock_guard lock{mutex_};
    std::ranges::copy_if(*holds_, std::back_inserter(found), [&](const StandingHold& hold) {
        return hold.kind != StandingHold::Kind::function || hold.value == author.function;
    });
    return found;
}

std::vector<ListedHold> list_standing_holds(db::Tx& tx) {
    std::vector<ListedHold> list;
    for (const auto& row : tx.exec(list_holds_query)) {
        list.push_back({read_hold(row), row.text("created_by"), row.text("ended_by"), row.time("created_at"), row.find_time("ended_at")});
    }
    return list;
}

std::vector<std::string> list_functions(db::Tx& tx) {
    std::vector<std::string> functions;
    for (const auto& row : tx.exec(list_functions_query)) {
        functions.push_back(row.text("function"));
    }
    return functions;
}

bool add_standing_hold(db::Tx& tx, const StandingHold& hold, base::MemberId by) {
    return tx.exec(add_hold_query, db::Params::of(hold_kind_name(hold.kind), hold.value, hold.reason, by)).affected() == 1;
}

bool end_standing_hold(db::Tx& tx, std::int64_t id, base::MemberId by) {
    return tx.exec(end_hold_query, db::Params::of(id, by)).affected() == 1;
}

}  // namespace forum::moderation
