#include "moderation/check_invariants.hpp"

#include <limits>

#include "access/viewer.hpp"
#include "moderation/case_store.hpp"

namespace forum::moderation {

namespace {

// Each SELECT gives the rows that break one promise. The numbers are those of features.md 4d. What rows cannot show is held by tests: 1 in
// each channel, 2 at each statement, 4 of two at once, 14 of links in letters.
const db::Query broken_query{"moderation.check_invariants", R"(
    SELECT 'a waiting post without an open case: post ' || p.id AS fault
      FROM posts p WHERE p.state = 'waiting'
       AND NOT EXISTS (SELECT 1 FROM cases c WHERE c.post_id = p.id AND c.kind = 'review' AND c.state = 'open')
    UNION ALL
    SELECT 'a change that waits without an open case: post ' || p.id
      FROM posts p WHERE p.state = 'live_change'
       AND NOT EXISTS (SELECT 1 FROM cases c WHERE c.post_id = p.id AND c.kind = 'change' AND c.state = 'open')
    UNION ALL
    SELECT 'a returned post without its case: post ' || p.id
      FROM posts p WHERE p.state = 'returned'
       AND NOT EXISTS (SELECT 1 FROM cases c WHERE c.post_id = p.id AND c.state = 'with_author' AND c.deadline_at IS NOT NULL)
    UNION ALL
    SELECT 'an open review of a post that does not wait: case ' || c.id
      FROM cases c JOIN posts p ON p.id = c.post_id
     WHERE c.state = 'open' AND ((c.kind = 'review' AND p.state <> 'waiting') OR (c.kind = 'change' AND p.state <> 'live_change'))
    UNION ALL
    SELECT 'a decided case without a decision: case ' || c.id
      FROM cases c WHERE c.state = 'decided' AND NOT EXISTS (SELECT 1 FROM decisions d WHERE d.case_id = c.id)
    UNION ALL
    SELECT 'a closed case with a lease, a deadline or a timer: case ' || c.id
      FROM cases c WHERE c.state IN ('decided', 'withdrawn', 'merged') AND (c.lease_by IS NOT NULL OR c.deadline_at IS NOT NULL
                                                                OR c.hidden_until IS NOT NULL)
    UNION ALL
    SELECT 'a case about a version that does not exist: case ' || c.id
      FROM cases c WHERE c.post_id IS NOT NULL
       AND NOT EXISTS (SELECT 1 FROM post_versions v WHERE v.post_id = c.post_id AND v.version = c.post_version)
    UNION ALL  -- 1
    SELECT 'a title that stands while its text does not: thread ' || t.id
      FROM threads t JOIN posts p ON p.thread_id = t.id AND p.number = 1 WHERE t.opening_state <> p.state
    UNION ALL
    SELECT 'a text that others than its author and staff can read: post ' || p.id
      FROM generate_series(0, 2) AS level CROSS JOIN LATERAL visible_posts(0, level) p
     WHERE p.state NOT IN ('live', 'live_change') AND (p.has_text OR p.body <> '' OR p.body_html <> '')
    UNION ALL
    SELECT 'text is left of what was erased: post ' || p.id
      FROM posts p
     WHERE p.state = 'erased'
       AND (p.body <> '' OR p.body_html <> ''
            OR EXISTS (SELECT 1 FROM post_versions v WHERE v.post_id = p.id AND (v.body <> '-' OR v.body_html <> '')))
    UNION ALL  -- 2: both are written at the time of their transaction; events are kept for some days
    SELECT 'a decision without its event: decision ' || d.id
      FROM decisions d
     WHERE d.decided_at > (SELECT min(e.at) FROM events e) AND NOT EXISTS (SELECT 1 FROM events e WHERE e.at = d.decided_at)
    UNION ALL  -- 3
    SELECT 'more than one open case of a kind: post ' || c.post_id
      FROM cases c WHERE c.state IN ('open', 'with_author') AND c.kind <> 'appeal' AND c.post_id IS NOT NULL
     GROUP BY c.post_id, c.kind HAVING count(*) > 1
    UNION ALL  -- 4
    SELECT 'a case that was decided twice: case ' || d.case_id
      FROM decisions d
     WHERE d.kind IN ('approve', 'approve-with-changes', 'reject', 'remove', 'unfounded', 'grant', 'refuse', 'erase') AND NOT is_undone(d.id)
     GROUP BY d.case_id HAVING count(*) > 1
    UNION ALL
    SELECT 'decided about a text that came later: decision ' || d.id
      FROM decisions d JOIN post_versions v ON v.post_id = d.post_id AND v.version = d.post_version
     WHERE v.created_at > d.decided_at
    UNION ALL  -- 5
    SELECT 'a restriction without rule or law, facts, statement or way to object: decision ' || d.id
      FROM decisions d
     WHERE (d.kind IN ('reject', 'hide', 'remove', 'warn', 'review-all', 'read-only', 'suspend', 'end-membership')
            OR (d.kind = 'grant' AND d.state_to = 'removed'))
       AND NOT ((cardinality(d.rules) >= 1 OR d.legal_ground <> '') AND length(d.facts) >= 20 AND d.statement <> ''
                AND d.appeal_until IS NOT NULL)
    UNION ALL  -- 6, 7
    SELECT 'decided by who is involved: decision ' || d.id
      FROM decisions d  -- what he did later, and a municipality that changed, say nothing about it
     WHERE involvement(d.case_id, d.decided_by, d.decided_at) IS NOT NULL OR involvement(d.case_id, d.seconded_by, d.decided_at) IS NOT NULL
    UNION ALL
    SELECT 'nobody looks after what no scope reaches: every moderator has a scope'
     WHERE EXISTS (SELECT 1 FROM members m WHERE m.ended_at IS NULL AND is_scoped(m.id))
       AND NOT EXISTS (SELECT 1 FROM members m WHERE m.role = 'moderator' AND m.ended_at IS NULL AND NOT is_scoped(m.id))
    UNION ALL  -- 8
    SELECT 'the system decided what a person must: decision ' || d.id
      FROM decisions d
     WHERE d.decided_by IS NULL
       AND (NOT d.is_automatic OR d.kind NOT IN ('hide', 'restore', 'expire', 'lift') OR (d.kind = 'hide' AND d.until IS NULL))
    UNION ALL  -- 9
    SELECT 'a hidden post without an open case: post ' || p.id
      FROM posts p WHERE p.state = 'hidden' AND NOT EXISTS (SELECT 1 FROM cases c WHERE c.post_id = p.id AND c.state = 'open')
    UNION ALL
    SELECT 'a timer of a post that is not hidden: case ' || c.id
      FROM cases c JOIN posts p ON p.id = c.post_id WHERE c.hidden_until IS NOT NULL AND p.state <> 'hidden'
    UNION ALL
    SELECT 'a measure past its end: member ' || x.member_id
      FROM measures x WHERE x.lifted_at IS NULL AND x.until < now() - interval '1 hour'  -- a timer runs each minute
    UNION ALL
    SELECT 'a measure that is not what its decision says: member ' || x.member_id
      FROM measures x JOIN decisions d ON d.id = x.decision_id
     WHERE (d.kind, d.member_id, d.until) IS DISTINCT FROM (x.kind, x.member_id, x.until)
    UNION ALL
    SELECT 'a decision without its measure: decision ' || d.id
      FROM decisions d
     WHERE d.kind IN ('review-all', 'read-only', 'suspend', 'end-membership')
       AND NOT EXISTS (SELECT 1 FROM measures x WHERE x.decision_id = d.id)
    UNION ALL
    SELECT 'a measure that was lifted by no decision about it: member ' || x.member_id
      FROM measures x JOIN decisions d ON d.id = x.lifted_by
     WHERE d.member_id IS DISTINCT FROM x.member_id
        OR d.kind NOT IN ('lift', 'grant', 'undo', 'review-all', 'read-only', 'suspend', 'end-membership')
    UNION ALL  -- 12
    SELECT 'a report without an outcome: report ' || r.id
      FROM reports r JOIN cases c ON c.id = r.case_id WHERE r.closed_at IS NULL AND c.state <> 'open'
    UNION ALL
    SELECT 'a notice without an outcome: notice ' || n.id
      FROM content_notices n JOIN cases c ON c.id = n.case_id WHERE n.closed_at IS NULL AND c.state <> 'open'
    UNION ALL
    SELECT 'an objection without its case: decision ' || a.decision_id
      FROM appeals a JOIN cases c ON c.id = a.case_id WHERE c.kind <> 'appeal' OR c.appeals <> a.decision_id
    UNION ALL  -- 13
    SELECT 'the running forum may change ' || a.name
      FROM forum_append_only a JOIN pg_roles r ON r.rolname = 'forum_app'
     WHERE has_table_privilege(r.oid, a.name, 'UPDATE') OR has_table_privilege(r.oid, a.name, 'DELETE')
    UNION ALL  -- 14
    SELECT 'a notice that leads its reader to no text: notice ' || n.id
      FROM members m
     CROSS JOIN LATERAL standing_notices(m.id, member_level(m.role, m.function)) n
     WHERE m.ended_at IS NULL
       AND NOT EXISTS (SELECT 1 FROM visible_posts(m.id, member_level(m.role, m.function)) p WHERE p.id = n.post_id AND p.has_text)
    UNION ALL  -- 15
    SELECT 'a state that no decision led to: post ' || p.id
      FROM posts p
     WHERE p.state IN ('returned', 'rejected', 'hidden', 'removed', 'erased')
       AND p.state IS DISTINCT FROM (SELECT d.state_to FROM decisions d WHERE d.post_id = p.id ORDER BY d.id DESC LIMIT 1)
    UNION ALL
    SELECT 'a live post without a live version: post ' || p.id
      FROM posts p WHERE p.state IN ('live', 'live_change') AND (p.live_version IS NULL OR p.published_at IS NULL)
    UNION ALL
    SELECT 'a reply count that is not true: thread ' || t.id
      FROM threads t
     WHERE t.reply_count <> (SELECT count(*) FROM posts p
                              WHERE p.thread_id = t.id AND p.number > 1 AND p.state IN ('live', 'live_change'))
    UNION ALL
    SELECT 'a thread whose sequence has gaps: thread ' || t.id
      FROM threads t
      JOIN LATERAL (SELECT count(*) AS n, min(e.seq) AS first, max(e.seq) AS last
                      FROM events e WHERE e.topic = 'thread/' || t.id AND e.seq IS NOT NULL) s ON s.n > 0
     WHERE s.last <> t.seq OR s.last - s.first + 1 <> s.n
    UNION ALL
    SELECT 'a thread without its opening post: thread ' || t.id
      FROM threads t WHERE (t.merged_into IS NULL) <> EXISTS (SELECT 1 FROM posts p WHERE p.thread_id = t.id AND p.number = 1)
    UNION ALL
    SELECT 'a post in a thread that was merged: post ' || p.id
      FROM posts p JOIN threads t ON t.id = p.thread_id WHERE t.merged_into IS NOT NULL
    UNION ALL
    SELECT 'a number that was never given: post ' || p.id FROM posts p JOIN threads t ON t.id = p.thread_id WHERE p.number > t.last_number
    UNION ALL
    SELECT 'an address with two posts: thread ' || v.thread_id || ', number ' || v.number
      FROM post_moves v JOIN posts p ON p.thread_id = v.thread_id AND p.number = v.number
    UNION ALL
    SELECT 'an answer that stands in another thread: thread ' || t.id
      FROM threads t JOIN posts p ON p.id = t.accepted_post WHERE p.thread_id <> t.id
    UNION ALL
    SELECT 'a post that was announced as new twice: thread ' || e.topic
      FROM events e WHERE e.kind = 'post.new' AND e.audience <> 'member'
     GROUP BY e.topic, e.data ->> 'post' HAVING count(*) > 1
    ORDER BY 1)"};

// 13: the chain is whole, in order, and every row is what was sealed.
const db::Query chain_query{"moderation.check_chain", R"(
    WITH sealed AS (
        SELECT d.id, d.chain_number, d.hash, d.previous_hash, decision_hash(d) AS true_hash,
               lag(d.hash) OVER w AS hash_before, row_number() OVER w AS place
          FROM decisions d
        WINDOW w AS (ORDER BY d.chain_number NULLS FIRST)
    )
    SELECT 'a decision that is not as it was written: decision ' || s.id AS fault
      FROM sealed s WHERE s.hash IS DISTINCT FROM s.true_hash
    UNION ALL
    SELECT 'the chain of decisions is broken before decision ' || s.id
      FROM sealed s WHERE s.chain_number IS DISTINCT FROM s.place OR s.previous_hash IS DISTINCT FROM coalesce(s.hash_before, '\x'::bytea)
    UNION ALL
    SELECT 'decisions are missing at the end of the chain: ' || e.number || ' were written'
      FROM decision_chain e
     WHERE e.number <> (SELECT count(*) FROM decisions)
        OR e.hash IS DISTINCT FROM coalesce((SELECT d.hash FROM decisions d ORDER BY d.chain_number DESC NULLS LAST LIMIT 1), '\x'::bytea)
    ORDER BY 1)"};

const db::Query staff_query{"moderation.staff_to_check", R"(
    SELECT m.id, m.role, is_scoped(m.id) AS is_scoped FROM members m WHERE m.role <> 'member' AND m.ended_at IS NULL ORDER BY m.id)"};

/// 11, for each of the staff.
std::vector<std::string> compare_badges(db::Tx& tx) {
    std::vector<std::string> faults;
    for (const auto& row : tx.exec(staff_query)) {
        access::Viewer viewer;
        viewer.member = row.id<base::MemberId>("id");
        viewer.role = row.text("role") == "moderator" ? access::Role::moderator : access::Role::administrator;
        viewer.is_scoped = row.flag("is_scoped");
        const auto list = list_open_cases(tx, viewer, {}, {}, std::numeric_limits<int>::max());
        if (count_open_cases(tx, viewer).count != static_cast<std::int64_t>(list.size())) {
            faults.push_back("a badge that is not the length of the list: member " + to_string(viewer.member));
        }
    }
    return faults;
}

}  // namespace

std::vector<std::string> check_invariants(db::Tx& tx) {
    auto faults = compare_badges(tx);
    for (const auto* query : {&broken_query, &chain_query}) {
        for (const auto& row : tx.exec(*query)) {
            faults.push_back(row.text("fault"));
        }
    }
    return faults;
}

}  // namespace forum::moderation
