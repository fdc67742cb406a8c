#include "moderation/hidden_reads.hpp"

namespace forum::moderation {

namespace {

const db::Query log_hidden_reads_query{"moderation.log_hidden_reads", R"(
    INSERT INTO hidden_reads (member_id, post_id, post_version)
    SELECT $1, p.id, p.version FROM posts p
     WHERE p.id = ANY ($2::bigint[]) AND p.author_id <> $1 AND p.state IN ('hidden', 'rejected', 'removed', 'withdrawn')
       AND NOT EXISTS (SELECT 1 FROM hidden_reads r
                        WHERE r.member_id = $1 AND r.post_id = p.id AND r.post_version = p.version
                          AND r.at > now() - interval '10 minutes'))"};

const db::Query log_hidden_versions_query{"moderation.log_hidden_versions", R"(
    INSERT INTO hidden_reads (member_id, post_id, post_version)
    SELECT $1, p.id, v.version FROM posts p JOIN post_versions v ON v.post_id = p.id
     WHERE p.id = $2 AND v.version = ANY ($3::bigint[]) AND p.author_id <> $1
       AND NOT EXISTS (SELECT 1 FROM hidden_reads r
                        WHERE r.member_id = $1 AND r.post_id = p.id AND r.post_version = v.version
                          AND r.at > now() - interval '10 minutes'))"};

const db::Query log_sender_read_query{"moderation.log_sender_read", R"(
    INSERT INTO sender_reads (member_id, case_id)
    SELECT $1::bigint, $2::bigint
     WHERE (EXISTS (SELECT 1 FROM reports r WHERE r.case_id = $2 AND r.reporter_id <> $1)
            OR EXISTS (SELECT 1 FROM content_notices n WHERE n.case_id = $2)
            OR EXISTS (SELECT 1 FROM appeals a WHERE a.case_id = $2 AND a.by_member IS DISTINCT FROM $1))
       AND NOT EXISTS (SELECT 1 FROM sender_reads r
                        WHERE r.member_id = $1 AND r.case_id = $2 AND r.at > now() - interval '10 minutes'))"};

/// A page is a read job: the row is written by a job of its own, before the answer is sent.
void log_read(db::Tx& tx, db::Database& database, const db::Query& query, db::Params params) {
    tx.after_commit([&database, &query, params = std::move(params)] { database.write([&](db::Tx& write) { write.exec(query, params); }); });
}

}  // namespace

void log_hidden_reads(db::Tx& tx, db::Database& database, const access::Viewer& reader, const std::vector<std::int64_t>& posts) {
    if (!reader.is_staff() || posts.empty()) {
        return;
    }
    log_read(tx, database, log_hidden_reads_query, db::Params::of(reader.member, posts));
}

void log_hidden_versions(db::Tx& tx, db::Database& database, const access::Viewer& reader, std::int64_t post,
                         const std::vector<std::int64_t>& versions) {
    if (reader.is_staff() && !versions.empty()) {
        log_read(tx, database, log_hidden_versions_query, db::Params::of(reader.member, post, versions));
    }
}

void log_sender_read(db::Tx& tx, db::Database& database, const access::Viewer& reader, base::CaseId about) {
    if (reader.is_staff()) {
        log_read(tx, database, log_sender_read_query, db::Params::of(reader.member, about));
    }
}

}  // namespace forum::moderation
