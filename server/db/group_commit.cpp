#include "db/group_commit.hpp"

#include <algorithm>

#include "db/connection.hpp"

namespace forum::db {

GroupCommit::~GroupCommit() {
    {
        const std::lock_guard lock{mutex_};
        is_stopping_ = true;
    }
    wanted_.notify_one();
    if (thread_.joinable()) {
        thread_.join();
    }
}

std::optional<Row> GroupCommit::run(const Query& query, const Params& params) {
    Caller mine{.query = query, .params = params};
    std::unique_lock lock{mutex_};
    if (!thread_.joinable()) {
        thread_ = std::thread{[this] { work(); }};
    }
    waiting_.push_back(&mine);
    if (waiting_.size() == 1 || waiting_.size() >= expected_) {
        wanted_.notify_one();
    }
    mine.done.wait(lock, [&] { return mine.is_done; });
    if (mine.in_doubt) {
        std::rethrow_exception(mine.in_doubt);
    }
    return std::move(mine.row);
}

void GroupCommit::work() {
    using Clock = std::chrono::steady_clock;
    Clock::duration patience{0};
    std::unique_lock lock{mutex_};
    while (true) {
        wanted_.wait(lock, [&] { return is_stopping_ || !waiting_.empty(); });
        if (waiting_.empty()) {
            return;
        }
        wanted_.wait_for(lock, patience, [&] { return is_stopping_ || waiting_.size() >= expected_; });
        const auto group = take_group();
        lock.unlock();
        const auto begin = Clock::now();
        execute(group);
        patience = std::min<Clock::duration>(Clock::now() - begin, longest_patience);
        lock.lock();
        expected_ = group.size() + waiting_.size();
        for (auto* caller : group) {
            caller->is_done = true;
            caller->done.notify_one();
        }
    }
}

GroupCommit::Group GroupCommit::take_group() {
    const auto* const query = &waiting_.front()->query;
    const auto others =
        std::stable_partition(waiting_.begin(), waiting_.end(), [&](const auto* caller) { return &caller->query == query; });
    Group group{waiting_.begin(), others};
    waiting_.erase(waiting_.begin(), others);
    return group;
}

void GroupCommit::execute(const Group& group) const {
    try {
        std::vector<const Params*> params;
        for (const auto* caller : group) {
            params.push_back(&caller->params);
        }
        if (const auto rows = execute_(group.front()->query, Params::arrays_of(params))) {
            for (const auto& row : *rows) {
                group.at(static_cast<std::size_t>(row.integer("place")) - 1)->row = row;
            }
        }
    } catch (const ConnectionLost& lost) {
        // Each its own: they read it and let it go on threads of their own.
        for (auto* caller : group) {
            caller->in_doubt = std::make_exception_ptr(lost);
        }
    } catch (...) {
        for (auto* caller : group) {
            caller->in_doubt = std::current_exception();
        }
    }
}

}  // namespace forum::db
