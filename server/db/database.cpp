#include "db/database.hpp"

#include "base/log.hpp"
#include "db/connection.hpp"
#include "db/tx_impl.hpp"

namespace forum::db {

namespace {

constexpr int max_repeats = 3;

const Query ping_query{"db.ping", "SELECT 1"};

bool is_conflict(const DatabaseError& error) { return error.sqlstate == "40001" || error.sqlstate == "40P01"; }

/// A migration changed a table under this connection's prepared statements: a new connection knows better.
bool is_stale_plan(const DatabaseError& error) {
    return error.sqlstate == "0A000" && std::string_view{error.what()}.find("cached plan") != std::string_view::npos;
}

/// What was committed stays done, so a hook that throws must not make the request look failed.
void run_hooks(const std::vector<std::function<void()>>& hooks) {
    for (const auto& hook : hooks) {
        try {
            hook();
        } catch (const std::exception& error) {
            base::log(base::LogLevel::error, "event=after_commit_failed what=\"{}\"", error.what());
        }
    }
}

}  // namespace

struct Database::Session {
    std::weak_ptr<const int> owner;
    std::unique_ptr<Connection> connection;
    bool inside_outer{false};
};

namespace {

/// Needs no destruction, so it can be asked when the thread's other objects are gone.
thread_local bool thread_is_ending = false;

/// The connections of this thread; none any more while it ends (a Database that is a static object ends later).
template <class Session>
std::vector<Session>* thread_sessions() {
    struct Kept {
        Kept() = default;
        ~Kept() { thread_is_ending = true; }
        Kept(const Kept&) = delete;
        Kept& operator=(const Kept&) = delete;
        std::vector<Session> sessions;
    };
    if (thread_is_ending) {
        return nullptr;
    }
    thread_local Kept kept;
    return &kept.sessions;
}

}  // namespace

Database::Database(DatabaseOptions options)
    : options_{std::move(options)}, alive_{std::make_shared<const int>(0)}, group_commit_{[this](const Query& query, const Params& params) {
          return run_group(query, params);
      }} {
    complete_url(options_.url, {});
}

Database::~Database() { forget_session(); }

void Database::note_reachable(bool reachable, const std::string& reason) {
    if (reachable_.exchange(reachable) == reachable) {
        return;
    }
    if (reachable) {
        base::log(base::LogLevel::info, "event=database_back");
    } else {
        base::log(base::LogLevel::error, "event=database_away reason=\"{}\"", reason);
    }
}

Database::Session& Database::session() {
    auto* const kept = thread_sessions<Session>();
    if (kept == nullptr) {
        throw std::logic_error{"a job on a thread that ends"};
    }
    auto& sessions = *kept;
    for (auto it = sessions.begin(); it != sessions.end();) {
        const auto owner = it->owner.lock();
        if (!owner || (owner == alive_ && !it->inside_outer && !it->connection->is_usable())) {
            it = sessions.erase(it);
        } else if (owner == alive_) {
            return *it;
        } else {
            ++it;
        }
    }
    const auto begin = std::chrono::steady_clock::now();
    if (begin.time_since_epoch().count() < next_attempt_.load(std::memory_order_relaxed)) {
        throw ConnectionLost{"tried a moment ago"};
    }
    try {
        sessions.push_back(
            {alive_, std::make_unique<Connection>(options_.url, ConnectionSettings{.statement_timeout = options_.statement_timeout,
                                                                                   .connect_timeout = options_.connect_timeout})});
    } catch (const ConnectionLost&) {
        const auto end = std::chrono::steady_clock::now();
        next_attempt_ = (end + (end - begin)).time_since_epoch().count();
        throw;
    }
    return sessions.back();
}

void Database::forget_session() {
    if (auto* const sessions = thread_sessions<Session>()) {
        std::erase_if(*sessions, [&](const Session& session) {
            const auto owner = session.owner.lock();
            return !owner || owner == alive_;
        });
    }
}

void Database::close_this_thread() { forget_session(); }

void Database::run_erased(TxKind kind, const std::function<void(Tx&)>& job) {
    const auto begin = std::chrono::steady_clock::now();
    int repeats = 0;
    bool renewed = false;
    while (true) {
        std::optional<Tx::Impl> impl;
        bool committed = false;
        try {
            auto& mine = session();
            impl.emplace(*mine.connection, group_commit_, kind, mine.inside_outer);
            Tx tx{*impl};
            job(tx);
            committed = impl->finish();
        } catch (const ConnectionLost& lost) {
            const bool again = impl && !impl->nested_ && impl->may_repeat() && !renewed;
            forget_session();
            if (again) {
                renewed = true;
                continue;
            }
            note_reachable(false, lost.reason);
            throw;
        } catch (const DatabaseError& error) {
            const bool may_repeat = impl && !impl->nested_ && impl->may_repeat();
            if (impl) {
                impl->roll_back();
            }
            if (may_repeat && is_conflict(error) && repeats < max_repeats) {
                ++repeats;
                // Whoever was in the way gets the time to finish before the locks are taken again.
                std::this_thread::sleep_for(std::chrono::milliseconds{1 << repeats});
                continue;
            }
            if (is_stale_plan(error)) {
                forget_session();
                if (may_repeat && !renewed) {
                    renewed = true;
                    continue;
                }
            }
            throw;
        } catch (...) {
            if (impl) {
                impl->roll_back();
            }
            throw;
        }
        note_reachable(true, {});
        if (committed) {
            if (kind == TxKind::write) {
                writes_.count(std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count());
            }
            run_hooks(impl->hooks_);
        }
        return;
    }
}

// On the thread of group_commit_.
std::optional<Rows> Database::run_group(const Query& query, const Params& params) {
    try {
        return session().connection->run(query, params);
    } catch (const ConnectionLost& lost) {
        forget_session();
        note_reachable(false, lost.reason);
        throw;
    } catch (const DatabaseError& error) {
        if (is_stale_plan(error)) {
            forget_session();
        }
    } catch (const ConstraintViolation&) {
        // One of them: each asks alone.
    }
    return std::nullopt;
}

bool Database::ping() noexcept {
    try {
        read([](Tx& tx) { tx.exec_alone(ping_query); });
        return true;
    } catch (const std::exception&) {
        return false;
    }
}

Database::RolledBack::RolledBack(Database& database) : database_{database} {
    auto& mine = database_.session();
    mine.connection->run("BEGIN");
    mine.inside_outer = true;
}

Database::RolledBack::~RolledBack() {
    try {
        auto& mine = database_.session();
        if (mine.inside_outer) {
            mine.inside_outer = false;
            mine.connection->run("ROLLBACK");
        }
    } catch (const std::exception&) {
        database_.forget_session();
    }
}

}  // namespace forum::db
