#include "db/group_commit.hpp"

#include <algorithm>
#include <utility>

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
    std::unique_lock lock{mutex_};
    if (!thread_.joinable()) {
        thread_ = std::thread{[this] { work(); }};
    }
    const auto group = group_for(query);
    const auto place = group->params.size();
    group->params.push_back(&params);
    const bool is_enough = ++waiting_ >= expected_;
    lock.unlock();
    if (is_enough) {
        wanted_.notify_one();
    }
    group->is_done.wait();
    auto& outcome = group->outcomes[place];
    if (outcome.in_doubt) {
        std::rethrow_exception(std::exchange(outcome.in_doubt, nullptr));  // its end is this thread's, whoever lets the group go
    }
    return std::move(outcome.row);
}

void GroupCommit::work() {
    using Clock = std::chrono::steady_clock;
    Clock::duration patience{0};
    const auto is_enough = [&] { return is_stopping_ || waiting_ >= expected_; };
    std::unique_lock lock{mutex_};
    while (true) {
        wanted_.wait_for(lock, patience, is_enough);
        if (next_.empty()) {
            expected_ = 1;
            wanted_.wait(lock, is_enough);
        }
        if (next_.empty()) {
            return;
        }
        const auto group = next_.front();
        next_.pop_front();
        waiting_ -= group->params.size();
        lock.unlock();
        const auto begin = Clock::now();
        execute(*group);
        patience = std::min<Clock::duration>(Clock::now() - begin, longest_patience);
        lock.lock();
        expected_ = group->params.size() + waiting_;
        lock.unlock();
        group->is_done.count_down();
        lock.lock();
    }
}

std::shared_ptr<GroupCommit::Group> GroupCommit::group_for(const Query& query) {
    const auto found = std::find_if(next_.begin(), next_.end(), [&](const auto& group) { return &group->query == &query; });
    return found != next_.end() ? *found : next_.emplace_back(std::make_shared<Group>(query));
}

void GroupCommit::execute(Group& group) const {
    group.outcomes.resize(group.params.size());
    try {
        if (const auto rows = execute_(group.query, Params::arrays_of(group.params))) {
            for (const auto& row : *rows) {
                group.outcomes.at(static_cast<std::size_t>(row.integer("place")) - 1).row = row;
            }
        }
    } catch (const ConnectionLost& lost) {
        // Each its own: they read it and let it go on threads of their own.
        for (auto& outcome : group.outcomes) {
            outcome.in_doubt = std::make_exception_ptr(lost);
        }
    } catch (...) {
        for (auto& outcome : group.outcomes) {
            outcome.in_doubt = std::current_exception();
        }
    }
}

}  // namespace forum::db
