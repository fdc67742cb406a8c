#include "moderation/case_store.hpp"

namespace forum::moderation {

namespace {

const db::Query bar_query{"moderation.decider_bar", R"(
    SELECT coalesce(decider_bar($1, $2), '') AS bar)"};

const db::Query deciders_query{"moderation.who_decides", R"(
    SELECT falls_to_administrators($1) AS falls, falls_to_administrators($1) AND NOT somebody_may($1, 'administrator') AS is_nobody)"};

const db::Query in_scope_query{"moderation.is_in_scope", R"(
    SELECT coalesce(is_in_scope($1, $2), false) AS is_in_scope)"};

const db::Query take_lease_query{"moderation.take_lease", R"(
    UPDATE cases SET lease_by = $2, lease_until = now() + make_interval(secs => $3)
     WHERE id = $1 AND state = 'open'
       AND (lease_until IS NULL OR lease_until <= now() OR lease_by = $2))"};

const db::Query release_lease_query{"moderation.release_lease", R"(
    UPDATE cases SET lease_by = NULL, lease_until = NULL WHERE id = $1 AND lease_by = $2)"};

}  // namespace

bool is_in_scope(db::Tx& tx, base::CaseId id, const access::Viewer& viewer) {
    return tx.exec(in_scope_query, db::Params::of(id, viewer.member)).one().flag("is_in_scope");
}

std::string decider_bar(db::Tx& tx, base::CaseId id, base::MemberId member) {
    return tx.exec(bar_query, db::Params::of(id, member)).one().text("bar");
}

Deciders who_decides(db::Tx& tx, base::CaseId id) {
    const auto row = tx.exec(deciders_query, db::Params::of(id)).one();
    return row.flag("is_nobody") ? Deciders::nobody : row.flag("falls") ? Deciders::administrators : Deciders::moderators;
}

bool take_lease(db::Tx& tx, base::CaseId id, base::MemberId member) {
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(lease_time).count();
    return tx.exec(take_lease_query, db::Params::of(id, member, std::int64_t{seconds})).affected() == 1;
}

void release_lease(db::Tx& tx, base::CaseId id, base::MemberId member) { tx.exec(release_lease_query, db::Params::of(id, member)); }

}  // namespace forum::moderation
