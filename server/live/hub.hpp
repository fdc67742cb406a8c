// The live engine within one process: ties shards (one per I/O thread), pump and desk together. Rule: knows no thread of
// its own; time comes in by tick(), work leaves by run_on_worker, so a test can step it.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <vector>

#include "live/desk.hpp"
#include "live/live.hpp"
#include "live/presence.hpp"
#include "live/pump.hpp"
#include "live/registry.hpp"
#include "live/renderer.hpp"
#include "live/shard.hpp"

namespace forum::live {

class Hub : public std::enable_shared_from_this<Hub> {
public:
    using Clock = std::chrono::steady_clock;
    using RunOnWorker = std::function<bool(std::function<void()>)>;

    Hub(LiveOptions options, Sources sources, const std::vector<boost::asio::io_context*>& contexts, RunOnWorker run_on_worker);

    const LiveOptions& options() const { return options_; }
    Registry& registry() { return registry_; }
    Presence& presence() { return presence_; }
    Counts& counts() { return counts_; }
    Pump& pump() { return pump_; }
    Desk& desk() { return desk_; }
    Shard& shard(std::size_t index) { return *shards_[index]; }
    std::size_t shards() const { return shards_.size(); }
    bool is_stopping() const { return is_stopping_; }

    /// A few times a second, from any one thread: polls, checks sessions, tells who is present, tries again.
    void tick(Clock::time_point now);

    /// Runs `job` on a worker with this hub kept alive; false when no worker is free or the hub is closed.
    bool run_on_worker(std::function<void()> job);
    /// Runs `task` on a shard's I/O thread. Nothing once closed.
    void post(std::size_t shard, std::function<void(Shard&)> task);
    void deliver(const Batch& batch);
    /// All events up to `time` were delivered before this.
    void read_until(base::Time time);
    void viewer_changed(base::SessionId session, const ViewerPtr& viewer);
    void check_sessions(std::vector<ViewerPtr> sessions);

    /// Goodbye to all; `done` is called (on an I/O thread) when no follower is left.
    void goodbye(std::function<void()> done);
    /// From here on nothing is posted or run. The I/O threads no longer run when this is called.
    void close();

private:
    LiveOptions options_;
    Sources sources_;
    RunOnWorker run_on_worker_;
    Counts counts_;
    Registry registry_;
    Presence presence_;
    Renderer renderer_;
    Pump pump_;
    Desk desk_;
    std::vector<std::shared_ptr<Shard>> shards_;
    std::mutex mutex_;
    bool is_closed_{false};
    std::atomic<bool> is_stopping_{false};
    Clock::time_point sessions_checked_at_{};
};

}  // namespace forum::live
