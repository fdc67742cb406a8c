#include "moderation/case_store.hpp"

namespace forum::moderation {

namespace {

const db::Query list_rules_query{"moderation.list_rules", R"(
    SELECT slug, number, title, text FROM house_rules ORDER BY number)"};

// A lease that has expired counts as none: nothing has to run for it to end.
const std::string case_columns = R"(
    SELECT c.id, c.version, c.kind, c.state, c.post_id, c.post_version, p.thread_id, p.number, t.title, t.slug,
           v.body, v.body_html, p.author_id, a.name AS author_name, p.author_function,
           coalesce(p.author_municipality, '') AS author_municipality, a.role <> 'member' AS author_is_staff,
           c.waiting_since, c.rounds,
           CASE WHEN c.lease_until > now() THEN c.lease_by END AS lease_by,
           CASE WHEN c.lease_until > now() THEN coalesce(l.name, '') ELSE '' END AS lease_name,
           CASE WHEN c.lease_until > now() THEN c.lease_until END AS lease_until
      FROM cases c
      JOIN posts p ON p.id = c.post_id
      JOIN threads t ON t.id = p.thread_id
      JOIN post_versions v ON v.post_id = c.post_id AND v.version = c.post_version
      JOIN members a ON a.id = p.author_id
      LEFT JOIN members l ON l.id = c.lease_by )";

const db::Query list_open_query{"moderation.list_open", case_columns + R"(
     WHERE c.state = 'open'
       AND ($1 = '' OR (c.waiting_since, c.id) > ($1::timestamptz, $2::bigint))
     ORDER BY c.waiting_since, c.id
     LIMIT $3)"};

const db::Query find_case_query{"moderation.find_case", case_columns + "WHERE c.id = $1"};

// In the lock order of sql/README.md: rows are locked in the order in which OF names them.
const db::Query lock_case_query{"moderation.lock_case", R"(
    SELECT c.id FROM cases c JOIN posts p ON p.id = c.post_id JOIN threads t ON t.id = p.thread_id
     WHERE c.id = $1
       FOR NO KEY UPDATE OF t, p, c)"};

const db::Query count_open_query{"moderation.count_open", R"(
    SELECT count(*) AS n FROM cases WHERE state = 'open')"};

const db::Query find_next_query{"moderation.find_next", R"(
    SELECT c.id FROM cases c JOIN posts p ON p.id = c.post_id
     WHERE c.state = 'open' AND c.id <> $2 AND p.author_id <> $1
       AND (c.lease_until IS NULL OR c.lease_until <= now() OR c.lease_by = $1)
     ORDER BY c.waiting_since, c.id
     LIMIT 1)"};

const db::Query count_decided_query{"moderation.count_decided", R"(
    SELECT count(*) AS n FROM decisions WHERE decided_at >= $1)"};

const db::Query take_lease_query{"moderation.take_lease", R"(
    UPDATE cases SET lease_by = $2, lease_until = now() + make_interval(secs => $3)
     WHERE id = $1 AND state = 'open'
       AND (lease_until IS NULL OR lease_until <= now() OR lease_by = $2))"};

const db::Query release_lease_query{"moderation.release_lease", R"(
    UPDATE cases SET lease_by = NULL, lease_until = NULL WHERE id = $1 AND lease_by = $2)"};

// Invariant 4: version, state and lease are checked in the statement that changes them.
const db::Query close_round_query{"moderation.close_round", R"(
    UPDATE cases
       SET state = $4, version = version + 1, lease_by = NULL, lease_until = NULL, deadline_at = $5,
           closed_at = CASE WHEN $4 = 'decided' THEN now() END,
           waited = now() - waiting_since,
           rounds = rounds + (CASE WHEN $4 = 'with_author' THEN 1 ELSE 0 END)
     WHERE id = $1 AND version = $2 AND state = 'open'
       AND (lease_until IS NULL OR lease_until <= now() OR lease_by = $3))"};

const db::Query insert_decision_query{"moderation.insert_decision", R"(
    INSERT INTO decisions (case_id, number, kind, post_id, post_version, state_from, state_to, decided_by, decided_role,
                           rules, facts, questions, note, statement, deadline_at, appeal_until)
    SELECT $1, 1 + coalesce(max(number), 0), $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15
      FROM decisions WHERE case_id = $1
    RETURNING id)"};

const db::Query decisions_of_case_query{"moderation.decisions_of_case", R"(
    SELECT d.id, d.case_id, d.post_id, d.kind, d.rules, d.facts, d.questions, d.statement,
           coalesce(m.name, '') AS by_name, d.decided_at, d.is_automatic, d.deadline_at, d.appeal_until
      FROM decisions d LEFT JOIN members m ON m.id = d.decided_by
     WHERE d.case_id = $1 ORDER BY d.number)"};

const db::Query last_decisions_query{"moderation.last_decisions", R"(
    SELECT DISTINCT ON (d.post_id)
           d.id, d.case_id, d.post_id, d.kind, d.rules, d.facts, d.questions, d.statement,
           coalesce(m.name, '') AS by_name, d.decided_at, d.is_automatic, d.deadline_at, d.appeal_until
      FROM decisions d LEFT JOIN members m ON m.id = d.decided_by
     WHERE d.post_id = ANY ($1::bigint[])
     ORDER BY d.post_id, d.id DESC)"};

const db::Query decisions_of_author_query{"moderation.decisions_of_author", R"(
    SELECT d.id, d.case_id, d.post_id, d.kind, d.rules, d.facts, d.questions, d.statement,
           coalesce(m.name, '') AS by_name, d.decided_at, d.is_automatic, d.deadline_at, d.appeal_until
      FROM decisions d
      JOIN posts p ON p.id = d.post_id
      LEFT JOIN members m ON m.id = d.decided_by
     WHERE p.author_id = $1 AND ($2 = 0 OR d.id < $2)
     ORDER BY d.id DESC
     LIMIT $3)"};

const db::Query author_history_query{"moderation.author_history", R"(
    SELECT (SELECT count(*) FROM posts WHERE author_id = $1 AND state IN ('live', 'live_change')) AS live,
           (SELECT count(*) FROM decisions d JOIN posts p ON p.id = d.post_id
             WHERE p.author_id = $1 AND d.kind = 'return') AS returned,
           (SELECT count(*) FROM decisions d JOIN posts p ON p.id = d.post_id
             WHERE p.author_id = $1 AND d.kind = 'reject') AS rejected)"};

const db::Query count_published_query{"moderation.count_published", R"(
    SELECT count(*) AS n FROM posts WHERE author_id = $1 AND published_at IS NOT NULL)"};

const db::Query count_returned_query{"moderation.count_returned", R"(
    SELECT count(*) AS n FROM posts WHERE author_id = $1 AND state = 'returned')"};

// T8: the case keeps its place in the queue; the days that it lay with its author do not count as waiting.
const db::Query open_case_query{"moderation.open_case", R"(
    INSERT INTO cases (kind, post_id, post_version, hold_rule) VALUES ($1, $2, $3, $4)
    ON CONFLICT (post_id, kind) WHERE state IN ('open', 'with_author') DO UPDATE
       SET post_version = excluded.post_version, version = cases.version + 1, state = 'open', deadline_at = NULL,
           waiting_since = CASE WHEN cases.state = 'with_author' THEN now() - cases.waited ELSE cases.waiting_since END
    RETURNING id, version = 1 AS is_new)"};

const db::Query withdraw_cases_query{"moderation.withdraw_cases", R"(
    UPDATE cases
       SET state = 'withdrawn', version = version + 1, closed_at = now(), lease_by = NULL, lease_until = NULL,
           deadline_at = NULL
     WHERE post_id = $1 AND kind IN ('review', 'change') AND state IN ('open', 'with_author')
    RETURNING id)"};

const db::Query member_name_query{"moderation.member_name", R"(
    SELECT name FROM members WHERE id = $1)"};

CaseRow read_case(const db::Row& row) {
    return {.id = row.id<base::CaseId>("id"),
            .version = static_cast<int>(row.integer("version")),
            .kind = row.text("kind"),
            .state = row.text("state"),
            .post = row.id<base::PostId>("post_id"),
            .post_version = static_cast<int>(row.integer("post_version")),
            .thread = row.id<base::ThreadId>("thread_id"),
            .post_number = static_cast<int>(row.integer("number")),
            .thread_title = row.text("title"),
            .thread_slug = row.text("slug"),
            .body = row.text("body"),
            .body_html = row.text("body_html"),
            .author = row.id<base::MemberId>("author_id"),
            .author_name = row.text("author_name"),
            .author_function = row.text("author_function"),
            .author_municipality = row.text("author_municipality"),
            .author_is_staff = row.flag("author_is_staff"),
            .waiting_since = row.time("waiting_since"),
            .rounds = static_cast<int>(row.integer("rounds")),
            .lease_by = row.id<base::MemberId>("lease_by"),
            .lease_name = row.text("lease_name"),
            .lease_until = row.find_time("lease_until")};
}

Decision read_decision(const db::Row& row) {
    return {.id = row.id<base::DecisionId>("id"),
            .case_id = row.id<base::CaseId>("case_id"),
            .post = row.id<base::PostId>("post_id"),
            .kind = row.text("kind"),
            .rules = row.texts("rules"),
            .facts = row.text("facts"),
            .questions = row.text("questions"),
            .statement = row.text("statement"),
            .by_name = row.text("by_name"),
            .decided_at = row.time("decided_at"),
            .is_automatic = row.flag("is_automatic"),
            .deadline_at = row.find_time("deadline_at"),
            .appeal_until = row.find_time("appeal_until")};
}

std::vector<Decision> read_decisions(const db::Rows& rows) {
    std::vector<Decision> list;
    for (const auto& row : rows) {
        list.push_back(read_decision(row));
    }
    return list;
}

}  // namespace

std::vector<HouseRule> list_house_rules(db::Tx& tx) {
    std::vector<HouseRule> list;
    for (const auto& row : tx.exec(list_rules_query)) {
        list.push_back({row.text("slug"), static_cast<int>(row.integer("number")), row.text("title"), row.text("text")});
    }
    return list;
}

std::vector<CaseRow> list_open_cases(db::Tx& tx, const QueueCursor& after, int limit) {
    std::vector<CaseRow> list;
    const auto after_id = after.id.empty() ? std::string{"0"} : after.id;
    for (const auto& row : tx.exec(list_open_query, db::Params::of(after.waiting_since, after_id, limit))) {
        list.push_back(read_case(row));
    }
    return list;
}

std::int64_t count_open_cases(db::Tx& tx) { return tx.exec(count_open_query).one().integer("n"); }

std::optional<base::CaseId> find_next_case(db::Tx& tx, base::MemberId viewer, base::CaseId except) {
    const auto row = tx.exec(find_next_query, db::Params::of(viewer.value, except.value)).find_one();
    return row ? std::optional{row->id<base::CaseId>("id")} : std::nullopt;
}

std::optional<CaseRow> find_case(db::Tx& tx, base::CaseId id) {
    const auto rows = tx.exec(find_case_query, db::Params::of(id));
    const auto row = rows.find_one();
    return row ? std::optional{read_case(*row)} : std::nullopt;
}

void lock_case(db::Tx& tx, base::CaseId id) { tx.exec(lock_case_query, db::Params::of(id)); }

std::int64_t count_decided_today(db::Tx& tx, base::Time since) {
    return tx.exec(count_decided_query, db::Params::of(since)).one().integer("n");
}

bool take_lease(db::Tx& tx, base::CaseId id, base::MemberId member) {
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(lease_time).count();
    return tx.exec(take_lease_query, db::Params::of(id, member, std::int64_t{seconds})).affected() == 1;
}

void release_lease(db::Tx& tx, base::CaseId id, base::MemberId member) {
    tx.exec(release_lease_query, db::Params::of(id, member));
}

bool close_round(db::Tx& tx, base::CaseId id, int version, base::MemberId member, std::string_view new_state,
                 std::optional<base::Time> deadline) {
    return tx.exec(close_round_query, db::Params::of(id, version, member, new_state, deadline)).affected() == 1;
}

base::DecisionId insert_decision(db::Tx& tx, const NewDecision& d) {
    return tx
        .exec(insert_decision_query,
              db::Params::of(d.case_id, d.kind, d.post, d.post_version, d.state_from, d.state_to, d.decided_by,
                             d.decided_role, d.rules, d.facts, d.questions, d.note, d.statement, d.deadline_at,
                             d.appeal_until))
        .one()
        .id<base::DecisionId>("id");
}

std::vector<Decision> decisions_of_case(db::Tx& tx, base::CaseId id) {
    return read_decisions(tx.exec(decisions_of_case_query, db::Params::of(id)));
}

std::vector<Decision> last_decisions(db::Tx& tx, const std::vector<std::int64_t>& posts) {
    return read_decisions(tx.exec(last_decisions_query, db::Params::of(posts)));
}

std::vector<Decision> decisions_of_author(db::Tx& tx, base::MemberId author, std::int64_t before_id, int limit) {
    return read_decisions(tx.exec(decisions_of_author_query, db::Params::of(author, before_id, limit)));
}

AuthorHistory author_history(db::Tx& tx, base::MemberId author) {
    const auto rows = tx.exec(author_history_query, db::Params::of(author));
    const auto row = rows.one();
    return {row.integer("live"), row.integer("returned"), row.integer("rejected")};
}

std::int64_t count_published(db::Tx& tx, base::MemberId author) {
    return tx.exec(count_published_query, db::Params::of(author)).one().integer("n");
}

std::int64_t count_returned(db::Tx& tx, base::MemberId author) {
    return tx.exec(count_returned_query, db::Params::of(author)).one().integer("n");
}

OpenedCase open_case(db::Tx& tx, std::string_view kind, base::PostId post, int post_version,
                     std::string_view hold_rule) {
    const auto rows = tx.exec(open_case_query, db::Params::of(kind, post, post_version, hold_rule));
    const auto row = rows.one();
    return {row.id<base::CaseId>("id"), row.flag("is_new")};
}

std::vector<base::CaseId> withdraw_cases(db::Tx& tx, base::PostId post) {
    std::vector<base::CaseId> ids;
    for (const auto& row : tx.exec(withdraw_cases_query, db::Params::of(post))) {
        ids.push_back(row.id<base::CaseId>("id"));
    }
    return ids;
}

std::string member_name(db::Tx& tx, base::MemberId member) {
    const auto rows = tx.exec(member_name_query, db::Params::of(member));
    const auto row = rows.find_one();
    return row ? row->text("name") : std::string{};
}

}  // namespace forum::moderation
