#include "app/chores.hpp"

#include <utility>

#include "base/log.hpp"

namespace forum::app {

namespace {

// Of the session, not of the transaction: who has it keeps it while his connection lives, so that the periods are counted in
// one process. Taking it again is harmless.
const db::Query take_query{"app.take_chores", "SELECT pg_try_advisory_lock(7027281847) AS is_ours"};

}  // namespace

Chores::Chores(db::Database& database, std::vector<Chore> chores) : database_{database} {
    for (auto& chore : chores) {
        planned_.push_back({std::move(chore)});
    }
}

Chores::~Chores() {
    {
        const std::lock_guard lock{mutex_};
        is_stopping_ = true;
    }
    wake_.notify_all();
    if (thread_.joinable()) {
        thread_.join();
    }
}

void Chores::start(std::chrono::milliseconds interval) {
    thread_ = std::thread{[this, interval] { work(interval); }};
}

void Chores::run_due(base::Time now) {
    for (auto& [chore, due] : planned_) {
        if (now < due) {
            continue;
        }
        if (is_stopping()) {
            return;
        }
        try {
            const bool is_ours = database_.write([&, &run = chore.run](db::Tx& tx) {
                const bool is_taken = tx.exec(take_query).one().flag("is_ours");
                if (is_taken) {
                    run(tx, now);
                }
                return is_taken;
            });
            if (!is_ours) {
                return;
            }
            due = now + chore.period;
        } catch (const std::exception& error) {
            base::log(base::LogLevel::error, "event=chore_failed chore={} what=\"{}\"", chore.name, error.what());
        }
    }
}

void Chores::work(std::chrono::milliseconds interval) {
    while (!is_stopping()) {
        run_due(base::now());
        std::unique_lock lock{mutex_};
        wake_.wait_for(lock, interval, [this] { return is_stopping_; });
    }
    database_.close_this_thread();
}

bool Chores::is_stopping() {
    const std::lock_guard lock{mutex_};
    return is_stopping_;
}

}  // namespace forum::app
