#include "moderation/decision_store.hpp"

namespace forum::moderation {

namespace {

const db::Query insert_decision_query{"moderation.insert_decision", R"(
    INSERT INTO decisions (case_id, number, kind, post_id, post_version, member_id, state_from, state_to, live_version_from,
                           decided_by, decided_role, seconded_by, is_automatic, is_detected_automatically, source, rules,
                           legal_ground, facts, questions, note, scope, sent_to, deadline_at, until, appeal_until, statement,
                           reverses)
    SELECT $1, 1 + coalesce(max(number), 0), $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19,
           $20, nullif($21, ''), $22, $23, $24, $25, $26
      FROM decisions WHERE case_id = $1
    RETURNING id)"};

const std::string columns = R"(
    SELECT d.*, coalesce(m.name, '') AS by_name
      FROM decisions d LEFT JOIN members m ON m.id = d.decided_by )";

// Of $1: it was taken back.
const std::string is_undone = "EXISTS (SELECT 1 FROM decisions u WHERE u.reverses = d.id AND u.kind = 'undo')";

const db::Query find_decision_query{"moderation.find_decision", columns + "WHERE d.id = $1"};

const db::Query decisions_of_case_query{"moderation.decisions_of_case", columns + "WHERE d.case_id = $1 ORDER BY d.number"};

const db::Query last_query{"moderation.last_decisions", R"(
    SELECT DISTINCT ON (d.post_id) d.*, coalesce(m.name, '') AS by_name
      FROM decisions d LEFT JOIN members m ON m.id = d.decided_by
     WHERE d.post_id = ANY ($1::bigint[])
       AND (d.kind NOT IN ('undo', 'escalate', 'unfounded', 'refuse') OR (d.kind = 'refuse' AND d.appeal_until IS NOT NULL))
       AND NOT )" + is_undone + R"(
     ORDER BY d.post_id, d.id DESC)"};

// A member hears of what touched his post or himself, and of his own appeal; that somebody looked into it in vain is not for him (T18).
const db::Query of_author_query{"moderation.decisions_of_author", columns + R"(
     WHERE d.id IN (SELECT own.id FROM posts p JOIN decisions own ON own.post_id = p.id WHERE p.author_id = $1
                    UNION ALL
                    SELECT about.id FROM decisions about WHERE about.member_id = $1)
       AND ($2::bigint IS NULL OR d.id < $2)
       AND d.kind NOT IN ('undo', 'escalate')
       AND (d.kind <> 'unfounded' OR d.state_from <> d.state_to)
       AND (d.kind NOT IN ('grant', 'refuse') OR d.state_from <> d.state_to OR EXISTS (SELECT 1 FROM appeals a WHERE a.case_id = d.case_id AND a.by_member = $1))
       AND NOT )" + is_undone + R"(
     ORDER BY d.id DESC
     LIMIT $3)"};

const db::Query of_member_query{"moderation.measures_of_member", columns + R"(
     WHERE d.member_id = $1 AND d.kind IN ('warn', 'review-all', 'read-only', 'suspend', 'end-membership', 'lift')
       AND NOT )" + is_undone + R"(
     ORDER BY d.id)"};

const db::Query count_since_query{"moderation.count_decided", R"(
    SELECT count(*) AS n FROM decisions WHERE decided_at >= $1 AND ($2::bigint IS NULL OR is_in_scope(case_id, $2)))"};

const db::Query undoable_query{"moderation.find_undoable", columns + R"(
     WHERE $1 IN (d.decided_by, d.seconded_by) AND ($2::bigint IS NULL OR d.case_id = $2)
       AND d.decided_at > now() - make_interval(mins => $3)
       AND d.kind NOT IN ('undo', 'erase')
       AND NOT EXISTS (SELECT 1 FROM decisions later
                        WHERE later.id > d.id AND (later.case_id = d.case_id OR later.post_id = d.post_id
                                                      OR later.member_id = d.member_id))
     ORDER BY d.id DESC
     LIMIT 1)"};

std::optional<int> number(const db::Row& row, const char* column) {
    const auto value = row.find_integer(column);
    return value ? std::optional{static_cast<int>(*value)} : std::nullopt;
}

Decision read_decision(const db::Row& row) {
    return {.id = row.id<base::DecisionId>("id"),
            .case_id = row.id<base::CaseId>("case_id"),
            .kind = row.text("kind"),
            .post = row.id<base::PostId>("post_id"),
            .post_version = number(row, "post_version").value_or(0),
            .member = row.id<base::MemberId>("member_id"),
            .state_from = row.text("state_from"),
            .state_to = row.text("state_to"),
            .live_version_from = number(row, "live_version_from"),
            .by = row.id<base::MemberId>("decided_by"),
            .by_name = row.text("by_name"),
            .by_role = row.text("decided_role"),
            .seconded_by = row.id<base::MemberId>("seconded_by"),
            .at = row.time("decided_at"),
            .is_automatic = row.flag("is_automatic"),
            .is_detected_automatically = row.flag("is_detected_automatically"),
            .source = row.text("source"),
            .rules = row.texts("rules"),
            .legal_ground = row.text("legal_ground"),
            .facts = row.text("facts"),
            .questions = row.text("questions"),
            .note = row.text("note"),
            .scope = row.text("scope"),
            .sent_to = row.text_or("sent_to", ""),
            .deadline_at = row.find_time("deadline_at"),
            .until = row.find_time("until"),
            .appeal_until = row.find_time("appeal_until"),
            .statement = row.text("statement"),
            .reverses = row.id<base::DecisionId>("reverses")};
}

std::optional<Decision> one_decision(const db::Rows& rows) {
    const auto row = rows.find_one();
    return row ? std::optional{read_decision(*row)} : std::nullopt;
}

std::vector<Decision> all_decisions(const db::Rows& rows) {
    std::vector<Decision> list;
    for (const auto& row : rows) {
        list.push_back(read_decision(row));
    }
    return list;
}

}  // namespace

base::DecisionId insert_decision(db::Tx& tx, const Decision& d) {
    const auto version = d.post_version == 0 ? std::nullopt : std::optional{static_cast<std::int64_t>(d.post_version)};
    return tx
        .exec(insert_decision_query,
              db::Params::of(d.case_id, d.kind, d.post, version, d.member, d.state_from, d.state_to, d.live_version_from, d.by, d.by_role,
                             d.seconded_by, d.is_automatic, d.is_detected_automatically, d.source, d.rules, d.legal_ground, d.facts,
                             d.questions, d.note, d.scope, d.sent_to, d.deadline_at, d.until, d.appeal_until, d.statement, d.reverses))
        .one()
        .id<base::DecisionId>("id");
}

std::optional<Decision> find_decision(db::Tx& tx, base::DecisionId id) {
    return one_decision(tx.exec(find_decision_query, db::Params::of(id)));
}

std::vector<Decision> decisions_of_case(db::Tx& tx, base::CaseId id) {
    return all_decisions(tx.exec(decisions_of_case_query, db::Params::of(id)));
}

std::vector<Decision> last_decisions(db::Tx& tx, const std::vector<std::int64_t>& posts) {
    return all_decisions(tx.exec(last_query, db::Params::of(posts)));
}

std::vector<Decision> measures_of_member(db::Tx& tx, base::MemberId member) {
    return all_decisions(tx.exec(of_member_query, db::Params::of(member)));
}

std::vector<Decision> decisions_of_author(db::Tx& tx, base::MemberId author, base::DecisionId before, int limit) {
    return all_decisions(tx.exec(of_author_query, db::Params::of(author, before, limit)));
}

std::int64_t count_decided_since(db::Tx& tx, const access::Viewer& viewer, base::Time since) {
    const auto part = viewer.is_scoped ? viewer.member : base::MemberId{};
    return tx.exec(count_since_query, db::Params::of(since, part)).one().integer("n");
}

std::optional<Decision> find_undoable(db::Tx& tx, base::MemberId by, base::CaseId id) {
    const auto minutes = static_cast<std::int64_t>(undo_time.count());
    return one_decision(tx.exec(undoable_query, db::Params::of(by, id, minutes)));
}

}  // namespace forum::moderation
