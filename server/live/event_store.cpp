#include "live/event_store.hpp"

#include <algorithm>
#include <charconv>
#include <limits>
#include <stdexcept>

#include "live/announce.hpp"

namespace forum::live {

namespace {

const db::Query insert_query{"live.insert_event", R"(
    INSERT INTO events (topic, seq, kind, audience, member_id, data, hints)
    VALUES ($1, nullif($2::bigint, 0), $3, $4, $5, $6::jsonb, $7::text[])
    RETURNING id, at)"};

const db::Query replay_query{"live.replay_events", R"(
    SELECT id, topic, seq, kind, audience, member_id, data::text AS data, hints, at
      FROM events
     WHERE topic = $1 AND seq > $2::bigint
     ORDER BY seq
     LIMIT $3::bigint)"};

// The lowest ids are the oldest, but for those of transactions that ran at the same time.
const db::Query prune_query{"live.prune_events", R"(
    DELETE FROM events
     WHERE id IN (SELECT id FROM (SELECT id, at FROM events ORDER BY id LIMIT $2::bigint) AS oldest WHERE at < $1::timestamptz))"};

// One row without an event when there is none, so that the snapshot's bounds come in any case.
const db::Query poll_query{"live.poll_events", R"(
    SELECT now.horizon::text AS horizon, now.next::text AS next, e.xid::text AS xid,
           e.id, e.topic, e.seq, e.kind, e.audience, e.member_id, e.data::text AS data, e.hints, e.at
      FROM (SELECT pg_snapshot_xmin(pg_current_snapshot()) AS horizon, pg_snapshot_xmax(pg_current_snapshot()) AS next) AS now
      LEFT JOIN events_since(coalesce($1::xid8, pg_snapshot_xmin(pg_current_snapshot()))) AS e
        ON NOT EXISTS (SELECT FROM unnest($2::bigint[]) AS own WHERE own = e.id)
     ORDER BY e.id)"};

constexpr auto not_known = std::numeric_limits<std::uint64_t>::max();

Event event_of(const db::Row& row) {
    Event event;
    event.id = row.integer("id");
    event.topic = row.text("topic");
    event.seq = row.find_integer("seq").value_or(0);
    event.kind = row.text("kind");
    event.audience = audience_from(row.text("audience"));
    event.member = row.id<base::MemberId>("member_id");
    event.data = row.text("data");
    event.hints = row.texts("hints");
    event.at = row.time("at");
    return event;
}

std::uint64_t parse_xid(const std::string& text) {
    std::uint64_t value{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size()) {
        throw std::logic_error{"not a transaction id: " + text};
    }
    return value;
}

}  // namespace

void insert_event(db::Tx& tx, Event& event) {
    const db::Row row = tx.exec(insert_query, db::Params::of(event.topic, event.seq, event.kind, audience_name(event.audience),
                                                             event.member, event.data.empty() ? "{}" : event.data, event.hints))
                            .one();
    event.id = row.integer("id");
    event.at = row.time("at");
}

std::optional<std::vector<Event>> replay_events(db::Tx& tx, const std::string& topic, std::int64_t since, int limit) {
    std::vector<Event> events;
    for (const db::Row& row : tx.exec(replay_query, db::Params::of(topic, since, limit))) {
        events.push_back(event_of(row));
    }
    // Pruned by time, and times do not follow the numbers exactly: a hole may also be between two that are left.
    if (!events.empty() && events.back().seq != since + static_cast<std::int64_t>(events.size())) {
        return std::nullopt;
    }
    return events;
}

std::size_t prune_events(db::Tx& tx, base::Time older_than, int limit) {
    return tx.exec(prune_query, db::Params::of(older_than, limit)).affected();
}

void EventCursor::skip(const std::vector<Event>& own) {
    const std::lock_guard lock{own_mutex_};
    for (const Event& event : own) {
        own_.push_back({.id = event.id, .below = not_known});
    }
}

std::vector<Event> EventCursor::poll(db::Tx& tx) {
    const auto from = horizon_ ? std::optional{std::to_string(*horizon_)} : std::nullopt;
    std::vector<std::int64_t> own;
    {
        const std::lock_guard lock{own_mutex_};
        for (const Own& one : own_) {
            own.push_back(one.id);
        }
    }
    const db::Rows rows = tx.exec_alone(poll_query, db::Params::of(from, own));
    const std::uint64_t horizon = parse_xid(rows[0].text("horizon"));
    const std::uint64_t next = parse_xid(rows[0].text("next"));
    const bool is_first = !horizon_ || horizon < *horizon_;  // smaller: another database stands in its place

    std::vector<Event> events;
    std::unordered_map<std::int64_t, std::uint64_t> seen;
    for (const db::Row& row : rows) {
        if (row.is_null("id")) {
            continue;
        }
        const std::int64_t id = row.integer("id");
        const std::uint64_t xid = parse_xid(row.text("xid"));
        if (!is_first && !seen_.contains(id)) {
            events.push_back(event_of(row));
        }
        // A row below the new horizon is not looked at again.
        if (xid >= horizon) {
            seen.emplace(id, xid);
        }
    }
    horizon_ = horizon;
    seen_ = std::move(seen);
    const std::lock_guard lock{own_mutex_};
    for (std::size_t i = 0; i < own.size(); ++i) {
        own_[i].below = std::min(own_[i].below, next);
    }
    std::erase_if(own_, [&](const Own& one) { return is_first || one.below <= horizon; });
    return events;
}

}  // namespace forum::live
