#include "moderation/measure_store.hpp"

namespace forum::moderation {

namespace {

const db::Query find_measure_query{"moderation.find_measure", R"(
    SELECT member_id, kind, decision_id, until FROM standing_measures WHERE member_id = $1)"};

const db::Query end_measure_query{"moderation.end_measure", R"(
    UPDATE measures SET lifted_at = now(), lifted_by = $1 WHERE member_id = $2 AND lifted_at IS NULL)"};

const db::Query begin_query{"moderation.begin_measure", R"(
    INSERT INTO measures (member_id, kind, decision_id, until) VALUES ($2, $3, $1, $4))"};

const db::Query replaced_query{"moderation.find_replaced_measure", R"(
    WITH RECURSIVE replaced AS (
        SELECT x.*, EXISTS (SELECT 1 FROM decisions g WHERE g.reverses = x.decision_id AND g.kind = 'grant' AND NOT is_undone(g.id)) AS is_gone
          FROM measures x WHERE x.lifted_by = $1
        UNION ALL
        SELECT x.*, EXISTS (SELECT 1 FROM decisions g WHERE g.reverses = x.decision_id AND g.kind = 'grant' AND NOT is_undone(g.id))
          FROM replaced r JOIN measures x ON x.lifted_by = r.decision_id
         WHERE r.is_gone
    )
    SELECT member_id, kind, decision_id, until FROM replaced WHERE NOT is_gone AND (until IS NULL OR until > now()) LIMIT 1)"};

const db::Query resume_query{"moderation.resume_measure", R"(
    UPDATE measures SET lifted_at = NULL, lifted_by = NULL WHERE decision_id = $1)"};

const db::Query undo_begin_query{"moderation.undo_begin_measure", R"(
    UPDATE measures SET lifted_at = now(), lifted_by = $2 WHERE decision_id = $1 AND lifted_at IS NULL)"};

const db::Query undo_end_query{"moderation.undo_end_measure", R"(
    UPDATE measures SET lifted_at = NULL, lifted_by = NULL WHERE lifted_by = $1)"};

const db::Query due_query{"moderation.due_measures", R"(
    SELECT x.member_id, x.kind, x.decision_id, x.until, d.case_id
      FROM measures x JOIN decisions d ON d.id = x.decision_id
     WHERE x.lifted_at IS NULL AND x.until <= $1
     ORDER BY x.until, x.id LIMIT $2)"};

const db::Query lock_measure_query{"moderation.lock_measure", R"(
    SELECT x.id FROM members m JOIN measures x ON x.member_id = m.id
     WHERE m.id = $1 AND x.decision_id = $2 AND x.lifted_at IS NULL
       FOR NO KEY UPDATE OF m, x)"};

Measure read_measure(const db::Row& row) {
    return {.member = row.id<base::MemberId>("member_id"),
            .kind = row.text("kind"),
            .decision = row.id<base::DecisionId>("decision_id"),
            .until = row.find_time("until")};
}

}  // namespace

std::optional<Measure> find_measure(db::Tx& tx, base::MemberId member) {
    const auto row = tx.exec(find_measure_query, db::Params::of(member)).find_one();
    return row ? std::optional{read_measure(*row)} : std::nullopt;
}

void begin_measure(db::Tx& tx, base::DecisionId decision, base::MemberId member, const std::string& kind, std::optional<base::Time> until) {
    tx.exec(end_measure_query, db::Params::of(decision, member));
    tx.exec(begin_query, db::Params::of(decision, member, kind, until));
}

void end_measure(db::Tx& tx, base::DecisionId decision, base::MemberId member) {
    tx.exec(end_measure_query, db::Params::of(decision, member));
}

std::optional<Measure> find_replaced(db::Tx& tx, base::DecisionId measure) {
    const auto row = tx.exec(replaced_query, db::Params::of(measure)).find_one();
    return row ? std::optional{read_measure(*row)} : std::nullopt;
}

void resume_measure(db::Tx& tx, base::DecisionId measure) { tx.exec(resume_query, db::Params::of(measure)); }

void undo_measure(db::Tx& tx, base::DecisionId undone, base::DecisionId decision) {
    tx.exec(undo_begin_query, db::Params::of(undone, decision));
    tx.exec(undo_end_query, db::Params::of(undone));
}

std::vector<DueMeasure> due_measures(db::Tx& tx, base::Time now, int limit) {
    std::vector<DueMeasure> list;
    for (const auto& row : tx.exec(due_query, db::Params::of(now, limit))) {
        list.push_back({read_measure(row), row.id<base::CaseId>("case_id")});
    }
    return list;
}

bool lock_measure(db::Tx& tx, const Measure& measure) {
    return !tx.exec(lock_measure_query, db::Params::of(measure.member, measure.decision)).empty();
}

}  // namespace forum::moderation
