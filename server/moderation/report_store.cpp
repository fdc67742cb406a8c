#include "moderation/report_store.hpp"

namespace forum::moderation {

namespace {

const db::Query reported_post_query{"moderation.reported_post", R"(
    SELECT p.id, p.thread_id, p.number, p.author_id, t.slug, p.state IN ('live', 'live_change') AS is_live, coalesce(p.live_version, p.version) AS version
      FROM visible_posts($1, $2) p
      JOIN visible_threads($1, $2) t ON t.id = p.thread_id
     WHERE p.id = post_at($3, $4))"};

// In the lock order of sql/README.md: rows are locked in the order in which OF names them.
const db::Query lock_reported_post_query{"moderation.lock_reported_post", R"(
    SELECT p.id FROM posts p JOIN threads t ON t.id = p.thread_id
     WHERE p.id = post_at($1, $2)
       FOR NO KEY UPDATE OF t, p)"};

const db::Query insert_report_query{"moderation.insert_report", R"(
    INSERT INTO reports (case_id, post_id, post_version, reporter_id, category, text) VALUES ($1, $2, $3, $4, $5, $6))"};

const db::Query open_query{"moderation.find_open_report", R"(
    SELECT text, created_at FROM reports
     WHERE reporter_id = $1 AND post_id = $2 AND post_version = $3 AND category = $4 AND closed_at IS NULL)"};

const db::Query judged_query{"moderation.find_judged_report", R"(
    SELECT d.decided_at FROM reports r JOIN decisions d ON d.id = r.decision_id
     WHERE r.post_id = $1 AND r.post_version = $2 AND r.category = $3
     ORDER BY d.id DESC
     LIMIT 1)"};

const db::Query trusted_query{"moderation.trusted_reports", R"(
    SELECT count(DISTINCT r.reporter_id) AS members, coalesce(array_agg(DISTINCT r.category), '{}') AS categories,
           EXISTS (SELECT 1 FROM decisions d WHERE d.case_id = $1 AND d.kind = 'hide') AS was_hidden
      FROM reports r
      JOIN cases c ON c.id = r.case_id
      JOIN members m ON m.id = r.reporter_id
     WHERE r.case_id = $1 AND r.post_version = c.post_version AND r.closed_at IS NULL
       AND (m.is_trusted OR m.role <> 'member') AND m.ended_at IS NULL)"};

const db::Query own_query{"moderation.own_reports", R"(
    SELECT r.id, r.category, r.text, r.created_at, r.decision_id, p.thread_id, p.number,)"
                                                        + std::string{outcome_columns} + R"(
      FROM reports r
      JOIN posts p ON p.id = r.post_id
      LEFT JOIN decisions d ON d.id = standing_decision(r.decision_id)
     WHERE r.reporter_id = $1 AND ($2::bigint = 0 OR r.id < $2)
     ORDER BY r.id DESC
     LIMIT $3)"};

const db::Query reports_of_case_query{"moderation.reports_of_case", R"(
    SELECT m.name, r.category, r.text, r.post_version, r.created_at
      FROM reports r
      JOIN cases c ON c.id = r.case_id
      JOIN members m ON m.id = r.reporter_id
     WHERE c.id = $1 OR c.merged_into = $1
     ORDER BY r.id)"};

}  // namespace

std::optional<ReportedPost> find_reported_post(db::Tx& tx, const access::Viewer& viewer, base::ThreadId thread, int number) {
    const auto rows = tx.exec(reported_post_query, db::Params::of(viewer.member, viewer.level(), thread, number));
    const auto row = rows.find_one();
    if (!row) {
        return std::nullopt;
    }
    return ReportedPost{.id = row->id<base::PostId>("id"),
                        .thread = row->id<base::ThreadId>("thread_id"),
                        .number = static_cast<int>(row->integer("number")),
                        .thread_slug = row->text("slug"),
                        .author = row->id<base::MemberId>("author_id"),
                        .is_live = row->flag("is_live"),
                        .version = static_cast<int>(row->integer("version"))};
}

// A second time when it went to another thread while its lock was waited for.
void lock_reported_post(db::Tx& tx, base::ThreadId thread, int number) {
    if (tx.exec(lock_reported_post_query, db::Params::of(thread, number)).empty()) {
        tx.exec(lock_reported_post_query, db::Params::of(thread, number));
    }
}

void insert_report(db::Tx& tx, const NewReport& report) {
    tx.exec(insert_report_query,
            db::Params::of(report.case_id, report.post, report.post_version, report.reporter, report.category, report.text));
}

std::optional<EarlierReport> find_open_report(db::Tx& tx, const NewReport& report) {
    const auto rows = tx.exec(open_query, db::Params::of(report.reporter, report.post, report.post_version, report.category));
    const auto row = rows.find_one();
    return row ? std::optional{EarlierReport{row->text("text"), row->time("created_at")}} : std::nullopt;
}

std::optional<base::Time> find_judged(db::Tx& tx, const NewReport& report) {
    const auto row = tx.exec(judged_query, db::Params::of(report.post, report.post_version, report.category)).find_one();
    return row ? std::optional{row->time("decided_at")} : std::nullopt;
}

TrustedReports trusted_reports(db::Tx& tx, base::CaseId id) {
    const auto row = tx.exec(trusted_query, db::Params::of(id)).one();
    return {row.integer("members"), row.texts("categories"), row.flag("was_hidden")};
}

std::vector<OwnReport> list_own_reports(db::Tx& tx, base::MemberId reporter, std::int64_t before, int limit) {
    std::vector<OwnReport> list;
    for (const auto& row : tx.exec(own_query, db::Params::of(reporter, before, limit))) {
        list.push_back({.id = row.integer("id"),
                        .thread = row.id<base::ThreadId>("thread_id"),
                        .number = static_cast<int>(row.integer("number")),
                        .category = row.text("category"),
                        .text = row.text("text"),
                        .at = row.time("created_at"),
                        .outcome = read_outcome(row)});
    }
    return list;
}

std::vector<CaseReport> reports_of_case(db::Tx& tx, base::CaseId id) {
    std::vector<CaseReport> list;
    for (const auto& row : tx.exec(reports_of_case_query, db::Params::of(id))) {
        list.push_back({row.text("name"), row.text("category"), row.text("text"), static_cast<int>(row.integer("post_version")),
                        row.time("created_at")});
    }
    return list;
}

}  // namespace forum::moderation
