#include "moderation/handling_time.hpp"

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <vector>

namespace forum::moderation {

namespace {

constexpr std::chrono::minutes kept_for{10};

// Each judgement ends a round of waiting. The first began when the case was opened; one after a return began when the author
// sent in his first new version; after a decision that was undone, waiting went on.
const db::Query rounds_query{"moderation.rounds", R"(
    WITH judged AS (
        SELECT c.id, c.post_id, c.created_at, d.decided_at, lag(d.decided_at) OVER w AS before, lag(d.kind) OVER w AS kind_before
          FROM cases c
          JOIN decisions d ON d.case_id = c.id AND d.kind IN ('approve', 'approve-with-changes', 'return', 'reject')
         WHERE c.state = 'decided' AND c.kind IN ('review', 'change') AND c.closed_at >= $1 AND c.closed_at < $2
        WINDOW w AS (PARTITION BY d.case_id ORDER BY d.number)
    )
    SELECT j.id, j.decided_at,
           CASE WHEN j.before IS NULL THEN j.created_at
                WHEN j.kind_before <> 'return' THEN j.before
                ELSE coalesce((SELECT min(v.created_at) FROM post_versions v
                                WHERE v.post_id = j.post_id AND v.created_at > j.before), j.decided_at)
            END AS since
      FROM judged j)"};

/// The smallest value that `share` of the sorted, non-empty list does not exceed.
base::Time::duration rank(const std::vector<base::Time::duration>& sorted, int percent) {
    const auto count = sorted.size() * static_cast<std::size_t>(percent);
    return sorted[(count + 99) / 100 - 1];
}

}  // namespace

HandlingFigures measure_handling(db::Tx& tx, base::Time since, base::Time until) {
    std::map<std::int64_t, base::Time::duration> waited;
    for (const auto& row : tx.exec(rounds_query, db::Params::of(since, until))) {
        waited[row.integer("id")] += working_time(row.time("since"), row.time("decided_at"));
    }
    if (waited.empty()) {
        return {};
    }
    std::vector<base::Time::duration> sorted;
    for (const auto& [id, time] : waited) {
        sorted.push_back(time);
    }
    std::sort(sorted.begin(), sorted.end());
    return {.decided = static_cast<int>(sorted.size()), .median = rank(sorted, 50), .p90 = rank(sorted, 90)};
}

HandlingFigures HandlingTime::figures(db::Tx& tx) {
    const auto now = base::now();
    {
        const std::lock_guard lock{mutex_};
        if (measured_at_ && now < *measured_at_ + kept_for) {
            return figures_;
        }
    }
    // Measured without the lock: two at once do the same work, and nobody waits for a database.
    const auto measured = measure_handling(tx, now - measured_over, now);
    const std::lock_guard lock{mutex_};
    measured_at_ = now;
    figures_ = measured;
    return measured;
}

std::string HandlingTime::promise(db::Tx& tx, view::Language language) {
    using std::chrono::ceil;
    using std::chrono::hours;
    const auto measured = figures(tx);
    const bool is_measured = measured.decided >= least_measured;
    const auto time = is_measured ? measured.median : base::Time::duration{norm_};
    const auto in_hours = std::max(hours{1}, ceil<hours>(time));
    const bool is_short = in_hours <= working_day / 2;
    const auto count = is_short ? in_hours.count() : (in_hours + working_day - hours{1}) / working_day;
    const std::string key = std::string{"guard.promise_"} + (is_measured ? "measured_" : "norm_") + (is_short ? "hours" : "days");
    return texts_.text(key, language, nlohmann::json{{"n", count}});
}

}  // namespace forum::moderation
