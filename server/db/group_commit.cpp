#include "db/group_commit.hpp"

#include <algorithm>

namespace forum::db {

std::optional<Row> GroupCommit::run(const Query& query, const Params& params,
                                    const Execute& execute) {
    Caller mine{.query = query, .params = params, .row = {}, .in_doubt = {}};
    std::unique_lock lock{mutex_};
    waiting_.push_back(&mine);
    changed_.wait(lock, [&] { return mine.is_done || !is_under_way_; });
    if (!mine.is_done) {
        const auto group = take_group(query);
        is_under_way_ = true;
        lock.unlock();
        lead(group, execute);
        lock.lock();
        for (auto* caller : group) {
            caller->is_done = true;
        }
        is_under_way_ = false;
        changed_.notify_all();
    }
    if (mine.in_doubt) {
        std::rethrow_exception(mine.in_doubt);
    }
    return std::move(mine.row);
}

std::vector<GroupCommit::Caller*> GroupCommit::take_group(const Query& query) {
    const auto others =
        std::stable_partition(waiting_.begin(), waiting_.end(),
                              [&](const auto* caller) { return &caller->query == &query; });
    std::vector<Caller*> group{waiting_.begin(), others};
    waiting_.erase(waiting_.begin(), others);
    return group;
}

void GroupCommit::lead(const std::vector<Caller*>& group, const Execute& execute) {
    try {
        std::vector<const Params*> params;
        for (const auto* caller : group) {
            params.push_back(&caller->params);
        }
        if (const auto rows = execute(Params::arrays_of(params))) {
            for (const auto& row : *rows) {
                group.at(static_cast<std::size_t>(row.integer("place")) - 1)->row = row;
            }
        }
    } catch (...) {
        for (auto* caller : group) {
            caller->in_doubt = std::current_exception();
        }
    }
}

}  // namespace forum::db
