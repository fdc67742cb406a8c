#include "following/notices.hpp"

namespace forum::following {

namespace {

// Cheap enough to ask once a second: nothing is locked or written when there is nothing to do.
const db::Query waiting_query{"following.events_waiting", R"(
    SELECT EXISTS (SELECT FROM events_since(c.horizon) e
                    WHERE e.kind <> 'counters' AND NOT e.id = ANY (c.seen)) AS is_waiting
      FROM notice_cursor c)"};

const db::Query make_query{"following.make_notices", R"(
    SELECT event_id, member_id, created_at FROM make_notices($1))"};

const db::Query count_unread_query{"following.count_unread", R"(
    SELECT count(DISTINCT n.thread_id) AS n FROM standing_notices($1, $2) n WHERE NOT n.is_read)"};

const db::Query mark_query{"following.mark_read", R"(
    UPDATE notices SET read_at = now()
     WHERE member_id = $1 AND id <= $2 AND read_at IS NULL AND ($3::bigint IS NULL OR thread_id = $3))"};

const db::Query prune_query{"following.prune_notices", R"(
    DELETE FROM notices WHERE id IN (SELECT id FROM notices WHERE at < $1::timestamptz ORDER BY at LIMIT $2::bigint))"};

}  // namespace

bool make_notices(db::Tx& tx, const live::Announcer& announcer, int limit) {
    if (!tx.exec_alone(waiting_query).one().flag("is_waiting")) {
        return false;
    }
    for (const auto& row : tx.exec(make_query, db::Params::of(limit))) {
        live::Event event;
        event.id = row.integer("event_id");
        event.member = row.id<base::MemberId>("member_id");
        event.topic = "me/" + to_string(event.member);
        event.kind = "counters";
        event.audience = live::Audience::member;
        event.data = "{}";
        event.at = row.time("created_at");
        announcer.announce_inserted(tx, std::move(event));
    }
    return true;
}

int count_unread(db::Tx& tx, const access::Viewer& viewer) {
    return static_cast<int>(tx.exec(count_unread_query, db::Params::of(viewer.member, viewer.level())).one().integer("n"));
}

std::size_t mark_read(db::Tx& tx, base::MemberId member, std::int64_t until, base::ThreadId thread) {
    return tx.exec(mark_query, db::Params::of(member, until, thread)).affected();
}

std::size_t prune_notices(db::Tx& tx, base::Time older_than, int limit) {
    return tx.exec(prune_query, db::Params::of(older_than, limit)).affected();
}

}  // namespace forum::following
