#include "moderation/case_store.hpp"

#include "moderation/working_time.hpp"

namespace forum::moderation {

namespace {

const db::Query list_rules_query{"moderation.list_rules", R"(
    SELECT slug, number, title, text FROM house_rules ORDER BY number)"};

// A lease that has expired counts as none: nothing has to run for it to end.
const std::string case_columns = R"(
    SELECT c.id, c.version, c.kind, c.state, c.post_id, coalesce(c.post_version, 0) AS post_version, c.member_id,
           coalesce(p.state, (SELECT s.kind FROM standing_measures s WHERE s.member_id = c.member_id), 'none') AS post_state,
           coalesce(p.version, 0) AS newest_version, coalesce(p.live_version, 0) AS live_version,
           c.hold_rule, (SELECT count(*) FROM reports r WHERE r.case_id = c.id) AS reports, c.appeals,
           coalesce(c.sent_to, '') AS sent_to, c.sent_reason, c.due_at,
           to_char(c.due_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS due_key, p.thread_id,
           coalesce(p.number, 0) AS number, coalesce(t.title, '') AS title, coalesce(t.slug, '') AS slug, coalesce(v.body, '') AS body,
           coalesce(v.body_html, '') AS body_html, a.id AS author_id, a.name AS author_name,
           CASE WHEN p.id IS NULL THEN a.function ELSE p.author_function END AS author_function,
           coalesce(CASE WHEN p.id IS NULL THEN a.municipality_code ELSE p.author_municipality END, '') AS author_municipality,
           a.role <> 'member' AS author_is_staff, is_office_holder(a.function) OR a.role <> 'member' AS author_takes_two,
           coalesce(c.proposal::text, '') AS proposal, c.proposed_by, coalesce(s.name, '') AS proposed_by_name,
           c.waiting_since, c.rounds,
           CASE WHEN c.lease_until > now() THEN c.lease_by END AS lease_by,
           CASE WHEN c.lease_until > now() THEN coalesce(l.name, '') ELSE '' END AS lease_name,
           CASE WHEN c.lease_until > now() THEN c.lease_until END AS lease_until
      FROM cases c
      LEFT JOIN posts p ON p.id = c.post_id
      LEFT JOIN threads t ON t.id = p.thread_id
      LEFT JOIN post_versions v ON v.post_id = c.post_id AND v.version = c.post_version
      JOIN members a ON a.id = coalesce(p.author_id, c.member_id)
      LEFT JOIN members l ON l.id = c.lease_by
      LEFT JOIN members s ON s.id = c.proposed_by )";

// The queue, once: $1 theme, $2 province, "" = all. Who sees all of it does not pay for what is looked up for a part.
const std::string in_queue = R"(
     c.state = 'open'
     AND ($1 = '' OR EXISTS (SELECT 1 FROM posts q JOIN threads s ON s.id = q.thread_id WHERE q.id = c.post_id AND s.theme_slug = $1))
     AND ($2 = '' OR EXISTS (SELECT 1 FROM municipalities g
                              WHERE g.province = $2
                                AND g.code = coalesce((SELECT author_municipality FROM posts WHERE id = c.post_id),
                                                      (SELECT municipality_code FROM members WHERE id = c.member_id)))) )";

// What SQL's is_in_scope says, of all cases at once; `p` is the case's post. For who has a scope only: the others do not pay for it.
std::string in_scope_of(const std::string& viewer) {
    return " AND (p.thread_id IN (SELECT id FROM threads_in_scope(" + viewer + ")) OR c.member_id IN (SELECT id FROM members_in_scope("
           + viewer + ")))";
}

const std::string list_open = case_columns + "WHERE" + in_queue + "AND ($3 = '' OR (c.due_at, c.id) > ($3::timestamptz, $4::bigint))";
const std::string list_order = " ORDER BY c.due_at, c.id LIMIT $5";
const db::Query list_open_query{"moderation.list_open", list_open + list_order};
const db::Query list_scoped_query{"moderation.list_scoped", list_open + in_scope_of("$6") + list_order};

const std::string count_open = R"(
    SELECT count(*) AS n, count(*) FILTER (WHERE c.due_at < now()) AS late, min(c.waiting_since) AS waiting_since FROM cases c )";
const db::Query count_open_query{"moderation.count_open", count_open + "WHERE" + in_queue};
const db::Query count_scoped_query{"moderation.count_scoped",
                                   count_open + "LEFT JOIN posts p ON p.id = c.post_id WHERE" + in_queue + in_scope_of("$3")};

// One after the other in their order: who may decide is asked of the first only, most of the time.
const std::string next_text = "SELECT c.id, c.due_at FROM cases c LEFT JOIN posts p ON p.id = c.post_id WHERE" + in_queue + R"(
       AND c.id <> $4 AND (c.lease_until IS NULL OR c.lease_until <= now() OR c.lease_by = $3))";
std::string first_of(const std::string& candidates) {
    return "SELECT n.id FROM (" + candidates
           + " ORDER BY c.due_at, c.id OFFSET 0) n WHERE decider_bar(n.id, $3) IS NULL ORDER BY n.due_at, n.id LIMIT 1";
}
const db::Query find_next_query{"moderation.find_next", first_of(next_text)};
// Of all others an administrator only reads.
const db::Query find_next_appeal_query{"moderation.find_next_appeal", first_of(next_text + " AND c.kind = 'appeal'")};
const db::Query find_next_scoped_query{"moderation.find_next_scoped", first_of(next_text + in_scope_of("$3"))};

const db::Query find_case_query{"moderation.find_case", case_columns + "WHERE c.id = $1"};

// In the lock order of sql/README.md: rows are locked in the order in which OF names them.
const db::Query lock_case_query{"moderation.lock_case", R"(
    SELECT c.id FROM cases c JOIN posts p ON p.id = c.post_id JOIN threads t ON t.id = p.thread_id
     WHERE c.id = $1
       FOR NO KEY UPDATE OF t, p, c)"};

const db::Query lock_member_of_case_query{"moderation.lock_member_of_case", R"(
    SELECT c.id FROM cases c JOIN members m ON m.id = c.member_id
     WHERE c.id = $1
       FOR NO KEY UPDATE OF m, c)"};

// Invariant 4: version, state and lease are checked in the statement that changes them. What a moderator proposed is not for the system
// ($3 is null) to end.
const db::Query close_round_query{"moderation.close_round", R"(
    UPDATE cases
       SET state = $4, version = version + 1, lease_by = NULL, lease_until = NULL, deadline_at = $5,
           hidden_until = CASE WHEN $4 = 'open' THEN coalesce($6, hidden_until) END,
           proposal = CASE WHEN $3::bigint IS NULL THEN proposal END, proposed_by = CASE WHEN $3::bigint IS NULL THEN proposed_by END,
           sent_to = coalesce(nullif($7, ''), sent_to), sent_reason = CASE WHEN $7 = '' THEN sent_reason ELSE $8 END,
           closed_at = CASE WHEN $4 = 'decided' THEN now() END,
           waited = now() - waiting_since,
           rounds = rounds + (CASE WHEN $4 = 'with_author' THEN 1 ELSE 0 END)
     WHERE id = $1 AND version = $2 AND state = 'open'
       AND (lease_until IS NULL OR lease_until <= now() OR lease_by = $3))"};

const db::Query merge_query{"moderation.merge_cases", R"(
    UPDATE cases
       SET state = 'merged', merged_into = $1, version = version + 1, closed_at = now(), lease_by = NULL, lease_until = NULL,
           deadline_at = NULL, hidden_until = NULL
     WHERE post_id = $2 AND id <> $1 AND kind = ANY ($3::text[]) AND state IN ('open', 'with_author'))"};

const db::Query close_reports_query{"moderation.close_reports", R"(
    WITH ended AS (
        SELECT id FROM cases WHERE id = $1 OR (merged_into = $1 AND state = 'merged')
    ), noticed AS (
        UPDATE content_notices SET closed_at = now(), decision_id = $2 WHERE case_id IN (SELECT id FROM ended) AND closed_at IS NULL
    )
    UPDATE reports SET closed_at = now(), decision_id = $2 WHERE case_id IN (SELECT id FROM ended) AND closed_at IS NULL
    RETURNING reporter_id)"};

const db::Query stop_hiding_query{"moderation.stop_hiding", R"(
    UPDATE cases SET hidden_until = NULL WHERE post_id = $1 AND hidden_until IS NOT NULL)"};

// A person hides without an end.
const db::Query resume_hiding_query{"moderation.resume_hiding", R"(
    UPDATE cases c SET hidden_until = d.until
      FROM decisions d
     WHERE c.id = d.case_id AND c.state = 'open'
       AND d.id = (SELECT max(h.id) FROM decisions h WHERE h.post_id = $1 AND h.kind = 'hide' AND NOT is_undone(h.id)))"};

const db::Query reopen_query{"moderation.reopen_case", R"(
    UPDATE cases c
       SET state = 'open', version = c.version + 1, closed_at = NULL, deadline_at = NULL, lease_by = NULL, lease_until = NULL,
           post_version = nullif($3, 0),
           rounds = c.rounds - (CASE WHEN d.kind = 'return' THEN 1 ELSE 0 END),
           sent_to = CASE WHEN d.kind <> 'escalate' THEN c.sent_to ELSE before.sent_to END,
           sent_reason = CASE WHEN d.kind <> 'escalate' THEN c.sent_reason ELSE coalesce(before.reason, '') END
      FROM decisions d
      LEFT JOIN LATERAL (SELECT coalesce(e.sent_to, 'senior') AS sent_to, CASE WHEN e.kind = 'escalate' THEN e.facts ELSE e.statement END AS reason
                           FROM decisions e
                          WHERE e.case_id = d.case_id AND e.id < d.id AND NOT is_undone(e.id)
                            AND (e.kind = 'escalate' OR (e.kind = 'restore' AND e.is_automatic))
                          ORDER BY e.kind <> 'escalate', e.id DESC LIMIT 1) before ON true
     WHERE c.id = $1 AND d.id = $2
       AND NOT EXISTS (SELECT 1 FROM cases a WHERE a.appeals = $2)
       AND NOT EXISTS (SELECT 1 FROM cases o
                        WHERE (o.post_id = c.post_id OR (c.post_id IS NULL AND o.member_id = c.member_id))
                          AND o.kind = c.kind AND o.id <> c.id AND o.kind <> 'appeal'
                          AND o.state IN ('open', 'with_author')))"};

// A change waits again only when the post has one again.
const db::Query unmerge_query{"moderation.unmerge_cases", R"(
    UPDATE cases c SET state = 'open', merged_into = NULL, version = c.version + 1, closed_at = NULL
      FROM decisions d
     WHERE c.merged_into = $1 AND c.state = 'merged' AND c.kind = ANY ($3::text[]) AND d.id = $2 AND c.closed_at >= d.decided_at
       AND (c.kind NOT IN ('review', 'change') OR (c.kind = 'change' AND d.state_from = 'live_change')))"};

const db::Query reopen_reports_query{"moderation.reopen_reports", R"(
    WITH noticed AS (UPDATE content_notices SET closed_at = NULL, decision_id = NULL WHERE decision_id = $1)
    UPDATE reports SET closed_at = NULL, decision_id = NULL WHERE decision_id = $1)"};

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

const db::Query returned_query{"moderation.returned_case", R"(
    SELECT c.due_at, (SELECT max(d.decided_at) FROM decisions d WHERE d.case_id = c.id) AS returned_at
      FROM cases c WHERE c.post_id = $1 AND c.kind = $2 AND c.state = 'with_author')"};

// T8: the case keeps its place in the queue; the days that it lay with its author do not count as waiting.
const db::Query open_case_query{"moderation.open_case", R"(
    INSERT INTO cases (kind, post_id, post_version, hold_rule, due_at) VALUES ($1, $2, $3, $4, $5)
    ON CONFLICT (post_id, kind) WHERE state IN ('open', 'with_author') AND kind <> 'appeal' DO UPDATE
       SET post_version = excluded.post_version, version = cases.version + 1, state = 'open', deadline_at = NULL,
           reminded_at = NULL, warned_at = CASE WHEN cases.state = 'open' THEN cases.warned_at END,
           due_at = CASE WHEN cases.state = 'with_author' THEN excluded.due_at ELSE cases.due_at END,
           waiting_since = CASE WHEN cases.state = 'with_author' THEN now() - cases.waited ELSE cases.waiting_since END
    RETURNING id, version = 1 AS is_new)"};

// Its row is the lock: two who open at once meet one case.
const db::Query lock_subject_query{"moderation.lock_subject", R"(
    SELECT id FROM members WHERE id = $1 AND ended_at IS NULL FOR NO KEY UPDATE)"};

const db::Query find_measure_case_query{"moderation.find_measure_case", R"(
    SELECT id FROM cases WHERE member_id = $1 AND kind = 'measure' AND state = 'open')"};

const db::Query open_measure_case_query{"moderation.open_measure_case", R"(
    INSERT INTO cases (kind, member_id, due_at) VALUES ('measure', $1, $2) RETURNING id)"};

const db::Query propose_query{"moderation.propose", R"(
    UPDATE cases SET proposal = $4::jsonb, proposed_by = $3, version = version + 1, lease_by = NULL, lease_until = NULL
     WHERE id = $1 AND version = $2 AND state = 'open' AND proposal IS NULL
       AND (lease_until IS NULL OR lease_until <= now() OR lease_by = $3))"};

const db::Query drop_proposal_query{"moderation.drop_proposal", R"(
    UPDATE cases SET proposal = NULL, proposed_by = NULL, version = version + 1, lease_by = NULL, lease_until = NULL WHERE id = $1)"};

const db::Query find_open_case_query{"moderation.find_open_case", R"(
    SELECT id, post_version FROM cases
     WHERE post_id = $1 AND kind = $2 AND kind <> 'appeal' AND state IN ('open', 'with_author'))"};

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
            .member = row.id<base::MemberId>("member_id"),
            .post_state = row.text("post_state"),
            .newest_version = static_cast<int>(row.integer("newest_version")),
            .live_version = static_cast<int>(row.integer("live_version")),
            .hold_rule = row.text("hold_rule"),
            .reports = row.integer("reports"),
            .appeals = row.id<base::DecisionId>("appeals"),
            .sent_to = row.text("sent_to"),
            .sent_reason = row.text("sent_reason"),
            .due_at = row.time("due_at"),
            .due_key = row.text("due_key"),
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
            .author_takes_two = row.flag("author_takes_two"),
            .waiting_since = row.time("waiting_since"),
            .rounds = static_cast<int>(row.integer("rounds")),
            .lease_by = row.id<base::MemberId>("lease_by"),
            .lease_name = row.text("lease_name"),
            .lease_until = row.find_time("lease_until"),
            .proposal = row.text("proposal"),
            .proposed_by = row.id<base::MemberId>("proposed_by"),
            .proposed_by_name = row.text("proposed_by_name")};
}

}  // namespace

std::vector<HouseRule> list_house_rules(db::Tx& tx) {
    std::vector<HouseRule> list;
    for (const auto& row : tx.exec(list_rules_query)) {
        list.push_back({row.text("slug"), static_cast<int>(row.integer("number")), row.text("title"), row.text("text")});
    }
    return list;
}

std::vector<CaseRow> list_open_cases(db::Tx& tx, const access::Viewer& viewer, const QueueScope& scope, const QueueCursor& after,
                                     int limit) {
    std::vector<CaseRow> list;
    const auto after_id = after.id.empty() ? std::string{"0"} : after.id;
    const auto rows =
        viewer.is_scoped
            ? tx.exec(list_scoped_query, db::Params::of(scope.theme, scope.province, after.due_at, after_id, limit, viewer.member))
            : tx.exec(list_open_query, db::Params::of(scope.theme, scope.province, after.due_at, after_id, limit));
    for (const auto& row : rows) {
        list.push_back(read_case(row));
    }
    return list;
}

QueueFigures count_open_cases(db::Tx& tx, const access::Viewer& viewer, const QueueScope& scope) {
    const auto rows = viewer.is_scoped ? tx.exec(count_scoped_query, db::Params::of(scope.theme, scope.province, viewer.member))
                                       : tx.exec(count_open_query, db::Params::of(scope.theme, scope.province));
    const auto row = rows.one();
    return {row.integer("n"), row.integer("late"), row.find_time("waiting_since")};
}

std::optional<base::CaseId> find_next_case(db::Tx& tx, const access::Viewer& viewer, const QueueScope& scope, base::CaseId except) {
    const auto& query = viewer.is_administrator() ? find_next_appeal_query : viewer.is_scoped ? find_next_scoped_query : find_next_query;
    const auto row = tx.exec(query, db::Params::of(scope.theme, scope.province, viewer.member, except.value)).find_one();
    return row ? std::optional{row->id<base::CaseId>("id")} : std::nullopt;
}

std::optional<CaseRow> find_case(db::Tx& tx, base::CaseId id) {
    const auto rows = tx.exec(find_case_query, db::Params::of(id));
    const auto row = rows.find_one();
    return row ? std::optional{read_case(*row)} : std::nullopt;
}

// A second time when it went to another thread while its lock was waited for.
void lock_case(db::Tx& tx, base::CaseId id) {
    if (tx.exec(lock_case_query, db::Params::of(id)).empty() && tx.exec(lock_case_query, db::Params::of(id)).empty()) {
        tx.exec(lock_member_of_case_query, db::Params::of(id));
    }
}

bool close_round(db::Tx& tx, base::CaseId id, const Round& round) {
    return tx.exec(close_round_query, db::Params::of(id, round.version, round.by, round.state, round.deadline, round.hidden_until,
                                                     round.sent_to, round.sent_reason))
               .affected()
           == 1;
}

void merge_cases(db::Tx& tx, base::CaseId into, base::PostId post, const std::vector<std::string>& kinds) {
    tx.exec(merge_query, db::Params::of(into, post, kinds));
}

std::vector<base::MemberId> close_reports(db::Tx& tx, base::CaseId id, base::DecisionId decision) {
    std::vector<base::MemberId> reporters;
    for (const auto& row : tx.exec(close_reports_query, db::Params::of(id, decision))) {
        reporters.push_back(row.id<base::MemberId>("reporter_id"));
    }
    return reporters;
}

void stop_hiding(db::Tx& tx, base::PostId post) { tx.exec(stop_hiding_query, db::Params::of(post)); }

void resume_hiding(db::Tx& tx, base::PostId post) { tx.exec(resume_hiding_query, db::Params::of(post)); }

bool reopen_case(db::Tx& tx, base::CaseId id, base::DecisionId undone, int post_version, const std::vector<std::string>& merged_kinds) {
    if (tx.exec(reopen_query, db::Params::of(id, undone, post_version)).affected() != 1) {
        return false;
    }
    tx.exec(unmerge_query, db::Params::of(id, undone, merged_kinds));
    tx.exec(reopen_reports_query, db::Params::of(undone));
    return true;
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

OpenedCase open_case(db::Tx& tx, std::string_view kind, base::PostId post, int post_version, std::string_view hold_rule,
                     std::chrono::hours norm) {
    base::Time::duration left = norm;
    if (const auto returned = tx.exec(returned_query, db::Params::of(post, kind)).find_one()) {
        left = std::max(base::Time::duration{0}, working_time(returned->time("returned_at"), returned->time("due_at")));
    }
    const auto due_at = add_working_time(base::now(), left);
    const auto row = tx.exec(open_case_query, db::Params::of(kind, post, post_version, hold_rule, due_at)).one();
    return {row.id<base::CaseId>("id"), row.flag("is_new")};
}

std::optional<OpenedCase> open_measure_case(db::Tx& tx, base::MemberId member, std::chrono::hours norm) {
    if (tx.exec(lock_subject_query, db::Params::of(member)).empty()) {
        return std::nullopt;
    }
    if (const auto open = tx.exec(find_measure_case_query, db::Params::of(member)).find_one()) {
        return OpenedCase{open->id<base::CaseId>("id"), false};
    }
    const auto due_at = add_working_time(base::now(), norm);
    return OpenedCase{tx.exec(open_measure_case_query, db::Params::of(member, due_at)).one().id<base::CaseId>("id"), true};
}

bool propose(db::Tx& tx, base::CaseId id, int version, base::MemberId by, const std::string& proposal) {
    return tx.exec(propose_query, db::Params::of(id, version, by, proposal)).affected() == 1;
}

void drop_proposal(db::Tx& tx, base::CaseId id) { tx.exec(drop_proposal_query, db::Params::of(id)); }

std::optional<OpenCase> find_open_case(db::Tx& tx, std::string_view kind, base::PostId post) {
    const auto row = tx.exec(find_open_case_query, db::Params::of(post, kind)).find_one();
    return row ? std::optional{OpenCase{row->id<base::CaseId>("id"), static_cast<int>(row->integer("post_version"))}} : std::nullopt;
}

std::vector<base::CaseId> withdraw_cases(db::Tx& tx, base::PostId post) {
    std::vector<base::CaseId> ids;
    for (const auto& row : tx.exec(withdraw_cases_query, db::Params::of(post))) {
        ids.push_back(row.id<base::CaseId>("id"));
    }
    return ids;
}

std::string member_name(db::Tx& tx, base::MemberId member) {
    const auto row = tx.exec(member_name_query, db::Params::of(member)).find_one();
    return row ? row->text("name") : std::string{};
}

}  // namespace forum::moderation
