#include "moderation/check_invariants.hpp"

namespace forum::moderation {

namespace {

// Each SELECT gives the rows that break one promise.
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
    SELECT 'a closed case with a lease or a running deadline: case ' || c.id
      FROM cases c WHERE c.state IN ('decided', 'withdrawn', 'merged') AND (c.lease_by IS NOT NULL OR c.deadline_at IS NOT NULL)
    UNION ALL
    SELECT 'a case about a version that does not exist: case ' || c.id
      FROM cases c WHERE NOT EXISTS (SELECT 1 FROM post_versions v WHERE v.post_id = c.post_id AND v.version = c.post_version)
    UNION ALL
    SELECT 'decided on the own post: decision ' || d.id
      FROM decisions d JOIN posts p ON p.id = d.post_id WHERE d.decided_by = p.author_id
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
    SELECT 'a post that was announced as new twice: thread ' || e.topic
      FROM events e WHERE e.kind = 'post.new' AND e.audience <> 'member'
     GROUP BY e.topic, e.data ->> 'post' HAVING count(*) > 1
    ORDER BY 1)"};

}  // namespace

std::vector<std::string> check_invariants(db::Tx& tx) {
    std::vector<std::string> faults;
    for (const auto& row : tx.exec(broken_query)) {
        faults.push_back(row.text("fault"));
    }
    return faults;
}

}  // namespace forum::moderation
