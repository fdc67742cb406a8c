#include "discussion/thread_ends.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/text.hpp"
#include "discussion/thread_events.hpp"

namespace forum::discussion {

namespace {

// In order of id: two of these locks in one transaction are taken lower id first (sql/README.md).
const db::Query due_query{"discussion.due_thread_ends", R"(
    SELECT t.id, t.author_id, coalesce(t.closed_until <= $1, false) AS opens, coalesce(t.pinned_until <= $1, false) AS unpins
      FROM threads t
     WHERE t.id IN (SELECT id FROM threads WHERE closed_until <= $1
                     UNION SELECT id FROM threads WHERE pinned_until <= $1 LIMIT 100)
     ORDER BY t.id
       FOR NO KEY UPDATE)"};

const db::Query reopen_query{"discussion.end_closing", R"(
    WITH act AS (INSERT INTO thread_acts (thread_id, kind) VALUES ($1, 'reopen'))
    UPDATE threads
       SET is_closed = false, closed_reason = '', closed_until = NULL,
           conclusion = '', conclusion_html = '', concluded_by = NULL, concluded_at = NULL
     WHERE id = $1)"};

const db::Query unpin_query{"discussion.end_pinning", R"(
    WITH act AS (INSERT INTO thread_acts (thread_id, kind) VALUES ($1, 'unpin'))
    UPDATE threads SET is_pinned = false, pinned_reason = '', pinned_until = NULL WHERE id = $1)"};

}  // namespace

std::optional<base::Time> parse_last_day(std::string_view text, base::Time now) {
    std::string iso{text};
    if (const auto parts = base::split(text, '-'); parts.size() == 3 && parts[2].size() == 4) {
        const auto two = [](std::string part) { return part.size() == 1 ? "0" + part : part; };
        iso = std::string{parts[2]} + "-" + two(std::string{parts[1]}) + "-" + two(std::string{parts[0]});
    }
    // At noon in London it is the same day in Amsterdam, summer and winter.
    const auto noon = base::parse_rfc3339(iso + "T12:00:00Z");
    if (!noon || *noon > now + longest_end) {
        return std::nullopt;
    }
    const auto end = base::next_amsterdam_midnight(*noon);
    return end > now ? std::optional{end} : std::nullopt;
}

std::string last_day(const std::optional<base::Time>& end) {
    if (!end) {
        return {};
    }
    const auto day = base::to_amsterdam(*end - std::chrono::seconds{1});
    return fmt::format("{:04}-{:02}-{:02}", day.year, day.month, day.day);
}

nlohmann::json last_day_json(const std::optional<base::Time>& end) { return end ? nlohmann::json(last_day(end)) : nlohmann::json{}; }

int end_due_acts(db::Tx& tx, const Services& services, base::Time now) {
    int ended = 0;
    for (const auto& row : tx.exec(due_query, db::Params::of(now))) {
        const auto thread = row.id<base::ThreadId>("id");
        const auto end = [&](bool is_due, const db::Query& query, std::string_view act) {
            if (is_due) {
                tx.exec(query, db::Params::of(thread));
                announce_in_thread(tx, services.announcer, thread, row.id<base::MemberId>("author_id"), kind::thread_changed,
                                   nlohmann::json{{"thread", thread.value}, {"act", act}});
                ++ended;
            }
        };
        end(row.flag("opens"), reopen_query, "reopen");
        end(row.flag("unpins"), unpin_query, "unpin");
    }
    return ended;
}

}  // namespace forum::discussion
