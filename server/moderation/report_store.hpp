// The SQL of members' reports. Rule: who reported is for staff and himself; a report ends by a decision (judge.hpp) and by
// nothing else.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "access/viewer.hpp"
#include "base/ids.hpp"
#include "base/time.hpp"
#include "db/tx.hpp"
#include "moderation/outcome.hpp"

namespace forum::moderation {

/// A post as the viewer sees it; nothing when he does not see it.
struct ReportedPost {
    base::PostId id;
    base::ThreadId thread;
    int number;
    std::string thread_slug;
    base::MemberId author;
    bool is_live;
    int version;  ///< that readers see
};
std::optional<ReportedPost> find_reported_post(db::Tx& tx, const access::Viewer& viewer, base::ThreadId thread, int number);
/// Nobody edits, decides on or reports the post until the transaction ends; nothing happens when there is none.
void lock_reported_post(db::Tx& tx, base::ThreadId thread, int number);

struct NewReport {
    base::CaseId case_id;
    base::PostId post;
    int post_version;
    base::MemberId reporter;
    std::string category, text;
};
void insert_report(db::Tx& tx, const NewReport& report);

struct EarlierReport {
    std::string text;
    base::Time at;
};
/// The reporter's own open report of this version on this ground.
std::optional<EarlierReport> find_open_report(db::Tx& tx, const NewReport& report);
/// When this version was judged last after a report on this ground, whoever reported it.
std::optional<base::Time> find_judged(db::Tx& tx, const NewReport& report);

/// A case's open reports of its version, for the threshold.
struct TrustedReports {
    std::int64_t members;  ///< different members who are trusted
    std::vector<std::string> categories;
    bool was_hidden;  ///< the post was hidden in this case before, by whomever
};
TrustedReports trusted_reports(db::Tx& tx, base::CaseId id);

struct OwnReport {
    std::int64_t id;
    base::ThreadId thread;
    int number;
    std::string category, text;
    base::Time at;
    std::optional<Outcome> outcome;
};
/// Newest first. `before`: an id, 0 = from the newest.
std::vector<OwnReport> list_own_reports(db::Tx& tx, base::MemberId reporter, std::int64_t before, int limit);

struct CaseReport {
    std::string reporter, category, text;
    int post_version;
    base::Time at;
};
/// Of a case and those that were merged into it.
std::vector<CaseReport> reports_of_case(db::Tx& tx, base::CaseId id);

}  // namespace forum::moderation
