#include "access/session_store.hpp"

#include <algorithm>

#include "crypto/sha256.hpp"
#include "crypto/token.hpp"

namespace forum::access {

namespace {

constexpr std::size_t max_remembered = 20'000;
constexpr std::size_t device_bytes = 200;

const db::Query create_query{"access.create_session", R"(
    INSERT INTO sessions (token_hash, member_id, device, expires_at)
    VALUES (decode($1, 'hex'), $2, $3, now() + make_interval(secs => $4)))"};

const std::string viewer_columns = R"(
    SELECT s.id AS session_id, m.id, m.role, m.is_trusted, is_office_holder(m.function) AS is_office_holder, m.name, m.function,
           coalesce(m.municipality_code, '') AS municipality, coalesce(x.kind, '') AS measure, is_scoped(m.id) AS is_scoped
      FROM sessions s
      JOIN members m ON m.id = s.member_id
      LEFT JOIN standing_measures x ON x.member_id = m.id
     WHERE s.ended_at IS NULL AND s.expires_at > now() AND m.ended_at IS NULL )";

const db::Query find_query{"access.find_viewer", viewer_columns + "AND s.token_hash = decode($1, 'hex')"};
const db::Query find_by_sessions_query{"access.find_viewers", viewer_columns + "AND s.id = ANY($1::bigint[])"};

const db::Query end_query{"access.end_session", R"(
    UPDATE sessions SET ended_at = now() WHERE id = $1 AND member_id = $2 AND ended_at IS NULL)"};

const db::Query touch_query{"access.touch_session", R"(
    UPDATE sessions SET seen_at = now(), expires_at = now() + make_interval(secs => $2)
     WHERE id = $1 AND seen_at < now() - interval '5 minutes')"};

const db::Query list_query{"access.list_sessions", R"(
    SELECT id, device, created_at, seen_at FROM sessions
     WHERE member_id = $1 AND ended_at IS NULL AND expires_at > now()
     ORDER BY seen_at DESC, id DESC LIMIT 100)"};

const db::Query prune_query{"access.prune_sessions", R"(
    DELETE FROM sessions
     WHERE id IN (SELECT id FROM sessions WHERE least(ended_at, expires_at) < $1::timestamptz LIMIT 10000))"};

std::int64_t session_seconds() { return std::chrono::duration_cast<std::chrono::seconds>(session_time).count(); }

Role role_of(const std::string& name) {
    if (name == "administrator") {
        return Role::administrator;
    }
    return name == "moderator" ? Role::moderator : Role::member;
}

Measure measure_of(const std::string& kind) {
    return kind.empty()           ? Measure::none
           : kind == "review-all" ? Measure::review_all
           : kind == "read-only"  ? Measure::read_only
                                  : Measure::shut_out;
}

Viewer read_viewer(const db::Row& row) {
    return {.member = row.id<base::MemberId>("id"),
            .session = row.id<base::SessionId>("session_id"),
            .role = role_of(row.text("role")),
            .is_trusted = row.flag("is_trusted"),
            .is_office_holder = row.flag("is_office_holder"),
            .is_scoped = row.flag("is_scoped"),
            .measure = measure_of(row.text("measure")),
            .name = row.text("name"),
            .function = row.text("function"),
            .municipality = row.text("municipality")};
}

/// Whole code points only: the browser chose these bytes.
std::string cut_device(std::string_view device) {
    auto length = std::min(device.size(), device_bytes);
    while (length > 0 && length < device.size() && (static_cast<unsigned char>(device[length]) & 0xC0U) == 0x80U) {
        --length;
    }
    return std::string{device.substr(0, length)};
}

}  // namespace

std::string create_session(db::Tx& tx, base::MemberId member, std::string_view device) {
    auto token = crypto::random_token();
    tx.exec(create_query, db::Params::of(crypto::sha256_hex(token), member, cut_device(device), session_seconds()));
    return token;
}

Viewer find_viewer(db::Tx& tx, std::string_view token) {
    const auto rows = tx.exec_alone(find_query, db::Params::of(crypto::sha256_hex(token)));
    const auto row = rows.find_one();
    return row ? read_viewer(*row) : Viewer{};
}

std::vector<Viewer> find_viewers(db::Tx& tx, const std::vector<base::SessionId>& sessions) {
    std::vector<std::int64_t> ids;
    for (const auto session : sessions) {
        ids.push_back(session.value);
    }
    std::unordered_map<std::int64_t, Viewer> found;
    for (const auto& row : tx.exec(find_by_sessions_query, db::Params::of(ids))) {
        auto viewer = read_viewer(row);
        found.emplace(viewer.session.value, std::move(viewer));
    }
    std::vector<Viewer> viewers;
    for (const auto id : ids) {
        const auto one = found.find(id);
        viewers.push_back(one == found.end() ? Viewer{} : one->second);
    }
    return viewers;
}

bool end_session(db::Tx& tx, base::MemberId member, base::SessionId session) {
    return tx.exec(end_query, db::Params::of(session, member)).affected() == 1;
}

void touch_session(db::Tx& tx, base::SessionId session) { tx.exec_alone(touch_query, db::Params::of(session, session_seconds())); }

void prune_sessions(db::Tx& tx, base::Time older_than) { tx.exec(prune_query, db::Params::of(older_than)); }

std::vector<SessionRow> list_sessions(db::Tx& tx, base::MemberId member) {
    std::vector<SessionRow> list;
    for (const auto& row : tx.exec(list_query, db::Params::of(member))) {
        list.push_back({row.id<base::SessionId>("id"), row.text("device"), row.time("created_at"), row.time("seen_at")});
    }
    return list;
}

std::optional<Viewer> SessionCache::find(std::string_view token) const {
    const auto hash = crypto::sha256(token);
    const std::lock_guard lock{mutex_};
    const auto found = by_token_hash_.find(hash);
    if (found == by_token_hash_.end() || found->second.until <= clock_()) {
        return std::nullopt;
    }
    return found->second.viewer;
}

Viewer SessionCache::load(db::Tx& tx, std::string_view token) {
    std::uint64_t before = 0;
    {
        const std::lock_guard lock{mutex_};
        before = changes_;
    }
    auto viewer = find_viewer(tx, token);
    if (viewer.is_signed_in()) {
        touch_session(tx, viewer.session);
        const std::lock_guard lock{mutex_};
        if (changes_ == before) {
            if (by_token_hash_.size() >= max_remembered) {
                by_token_hash_.clear();
            }
            by_token_hash_[crypto::sha256(token)] = {viewer, clock_() + max_age};
        }
    }
    return viewer;
}

void SessionCache::forget(base::MemberId member) {
    const std::lock_guard lock{mutex_};
    ++changes_;
    std::erase_if(by_token_hash_, [&](const auto& entry) { return entry.second.viewer.member == member; });
}

void SessionCache::clear() {
    const std::lock_guard lock{mutex_};
    ++changes_;
    by_token_hash_.clear();
}

}  // namespace forum::access
