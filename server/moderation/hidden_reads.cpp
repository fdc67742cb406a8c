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

}  // namespace

void log_hidden_reads(db::Tx& tx, db::Database& database, const access::Viewer& reader, const std::vector<std::int64_t>& posts) {
    if (!reader.is_staff() || posts.empty()) {
        return;
    }
    // A page is a read job: the row is written by a job of its own.
    tx.after_commit([&database, member = reader.member, posts] {
        database.write([&](db::Tx& write) { write.exec(log_hidden_reads_query, db::Params::of(member, posts)); });
    });
}

}  // namespace forum::moderation
