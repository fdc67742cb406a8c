#include "moderation/appeal_store.hpp"

namespace forum::moderation {

namespace {

// An author objects to what has a term for it, a reporter to what left the post where it was.
const db::Query standing_query{"moderation.find_standing", R"(
    SELECT coalesce(coalesce(p.author_id, d.member_id) = $2, false) AND d.appeal_until IS NOT NULL AS is_author,
           d.kind IN ('unfounded', 'restore') AND d.state_to IN ('live', 'live_change')
           AND (EXISTS (SELECT 1 FROM reports r WHERE r.decision_id = d.id AND r.reporter_id = $2)
                OR EXISTS (SELECT 1 FROM content_notices n WHERE n.decision_id = d.id AND n.id = $3)) AS is_reporter,
           standing_decision(d.id) = d.id
           AND NOT EXISTS (SELECT 1 FROM decisions u WHERE u.reverses = d.id AND u.kind = 'undo') AS is_standing
      FROM decisions d
      LEFT JOIN posts p ON p.id = d.post_id
     WHERE d.id = $1)"};

// In the lock order of sql/README.md: rows are locked in the order in which OF names them.
const db::Query lock_decided_post_query{"moderation.lock_decided_post", R"(
    SELECT p.id FROM decisions d JOIN posts p ON p.id = d.post_id JOIN threads t ON t.id = p.thread_id
     WHERE d.id = $1
       FOR NO KEY UPDATE OF t, p)"};

const db::Query lock_decided_member_query{"moderation.lock_decided_member", R"(
    SELECT m.id FROM decisions d JOIN members m ON m.id = d.member_id WHERE d.id = $1 FOR NO KEY UPDATE OF m)"};

const db::Query of_objector_query{"moderation.appeals_of", R"(
    SELECT a.case_id, a.decision_id, a.text, a.created_at, c.due_at, coalesce(d.kind, '') AS outcome, coalesce(d.facts, '') AS facts,
           d.decided_at
      FROM appeals a
      JOIN cases c ON c.id = a.case_id
      LEFT JOIN decisions d ON d.case_id = c.id AND d.kind IN ('grant', 'refuse') AND c.state = 'decided'
       AND NOT EXISTS (SELECT 1 FROM decisions u WHERE u.reverses = d.id AND u.kind = 'undo')
     WHERE a.decision_id = ANY ($3::bigint[]) AND (a.by_member = $1 OR a.by_notice = $2))"};

const db::Query insert_appeal_query{"moderation.insert_appeal", R"(
    WITH opened AS (
        INSERT INTO cases (kind, post_id, post_version, member_id, appeals, due_at)
        SELECT 'appeal', d.post_id, d.post_version, d.member_id, d.id, $5 FROM decisions d WHERE d.id = $1
        RETURNING id
    )
    INSERT INTO appeals (case_id, decision_id, by_member, by_notice, text) SELECT id, $1, $2, $3, $4 FROM opened
    RETURNING case_id)"};

const db::Query find_appeal_query{"moderation.find_appeal", R"(
    SELECT a.by_member, coalesce(a.by_notice, 0) AS notice, coalesce(m.name, n.name) AS name, coalesce(a.by_member = coalesce(p.author_id, c.member_id), false) AS is_author,
           a.text, a.created_at
      FROM appeals a
      JOIN cases c ON c.id = a.case_id
      LEFT JOIN posts p ON p.id = c.post_id
      LEFT JOIN members m ON m.id = a.by_member
      LEFT JOIN content_notices n ON n.id = a.by_notice
     WHERE a.case_id = $1)"};

const db::Query reporters_query{"moderation.reporters_told", R"(
    SELECT DISTINCT r.reporter_id FROM decisions d JOIN reports r ON r.post_id = d.post_id AND r.decision_id = d.id WHERE d.id = $1)"};

std::optional<std::int64_t> some(std::int64_t notice) { return notice == 0 ? std::nullopt : std::optional{notice}; }

}  // namespace

Standing find_standing(db::Tx& tx, base::DecisionId id, const Objector& by) {
    const auto rows = tx.exec(standing_query, db::Params::of(id, by.member, some(by.notice)));
    const auto row = rows.find_one();
    if (!row) {
        return {Interest::none, false};
    }
    const auto interest = row->flag("is_author") ? Interest::author : row->flag("is_reporter") ? Interest::reporter : Interest::none;
    return {interest, row->flag("is_standing")};
}

// A second time when it went to another thread while its lock was waited for.
void lock_decided_post(db::Tx& tx, base::DecisionId id) {
    if (tx.exec(lock_decided_post_query, db::Params::of(id)).empty() && tx.exec(lock_decided_post_query, db::Params::of(id)).empty()) {
        tx.exec(lock_decided_member_query, db::Params::of(id));
    }
}

std::vector<Appeal> appeals_of(db::Tx& tx, const Objector& by, const std::vector<std::int64_t>& decisions) {
    std::vector<Appeal> list;
    for (const auto& row : tx.exec(of_objector_query, db::Params::of(by.member, some(by.notice), decisions))) {
        list.push_back({.case_id = row.id<base::CaseId>("case_id"),
                        .decision = row.id<base::DecisionId>("decision_id"),
                        .text = row.text("text"),
                        .at = row.time("created_at"),
                        .due_at = row.time("due_at"),
                        .outcome = row.text("outcome"),
                        .facts = row.text("facts"),
                        .decided_at = row.find_time("decided_at")});
    }
    return list;
}

base::CaseId insert_appeal(db::Tx& tx, base::DecisionId id, const Objector& by, const std::string& text, base::Time due_at) {
    return tx.exec(insert_appeal_query, db::Params::of(id, by.member, some(by.notice), text, due_at)).one().id<base::CaseId>("case_id");
}

std::optional<CaseAppeal> find_appeal(db::Tx& tx, base::CaseId id) {
    const auto rows = tx.exec(find_appeal_query, db::Params::of(id));
    const auto row = rows.find_one();
    if (!row) {
        return std::nullopt;
    }
    return CaseAppeal{.member = row->id<base::MemberId>("by_member"),
                      .notice = row->integer("notice"),
                      .name = row->text("name"),
                      .is_author = row->flag("is_author"),
                      .text = row->text("text"),
                      .at = row->time("created_at")};
}

std::vector<base::MemberId> reporters_told(db::Tx& tx, base::DecisionId id) {
    std::vector<base::MemberId> list;
    for (const auto& row : tx.exec(reporters_query, db::Params::of(id))) {
        list.push_back(row.id<base::MemberId>("reporter_id"));
    }
    return list;
}

}  // namespace forum::moderation
