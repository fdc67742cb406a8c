#include "live/hub.hpp"

#include <boost/asio/post.hpp>
#include <utility>

namespace forum::live {

namespace {

constexpr std::chrono::seconds sessions_interval{2};  // a right lost is a right lost within 2 s (features.md E10)

}  // namespace

Hub::Hub(LiveOptions options, Sources sources, const std::vector<boost::asio::io_context*>& contexts, RunOnWorker run_on_worker)
    : options_{options},
      sources_{std::move(sources)},
      run_on_worker_{std::move(run_on_worker)},
      renderer_{sources_},
      pump_{*this, sources_, registry_, renderer_},
      desk_{*this, sources_, renderer_} {
    for (std::size_t i = 0; i < contexts.size(); ++i) {
        shards_.push_back(std::make_shared<Shard>(*this, *contexts[i], i));
    }
}

void Hub::tick(Clock::time_point now) {
    pump_.tick(now);
    desk_.retry();
    if (now - sessions_checked_at_ >= sessions_interval && !desk_.is_checking_sessions()) {
        sessions_checked_at_ = now;
        check_sessions(registry_.sessions());
    }
    if (sources_.tell) {
        for (std::string& beat : presence_.take_beats(now)) {
            // Without a free worker it is lost, and the next one says it.
            run_on_worker([this, beat = std::move(beat)] { sources_.tell(beat); });
        }
    }
    std::vector<Outgoing> batch;
    for (const Presence::Change& change : presence_.take_changes(now)) {
        Outgoing outgoing;
        outgoing.topic = change.topic;
        outgoing.audience = Audience::members;
        const Present& present = change.present;
        outgoing.message = make_message(say_present(change.topic, present.readers, present.writers, present.writing));
        outgoing.for_others = make_message(say_present(change.topic, present.readers, present.writers, {}));
        batch.push_back(std::move(outgoing));
    }
    if (!batch.empty()) {
        deliver(std::make_shared<const std::vector<Outgoing>>(std::move(batch)));
    }
}

bool Hub::run_on_worker(std::function<void()> job) {
    {
        const std::lock_guard lock{mutex_};
        if (is_closed_) {
            return false;
        }
    }
    return run_on_worker_([self = shared_from_this(), job = std::move(job)] { job(); });
}

void Hub::post(std::size_t shard, std::function<void(Shard&)> task) {
    const std::lock_guard lock{mutex_};
    if (!is_closed_) {
        boost::asio::post(shards_[shard]->context(), [target = shards_[shard], task = std::move(task)] { task(*target); });
    }
}

void Hub::deliver(const Batch& batch) {
    for (std::size_t i = 0; i < shards_.size(); ++i) {
        post(i, [batch](Shard& shard) { shard.deliver(*batch); });
    }
}

void Hub::read_until(base::Time time) {
    for (std::size_t i = 0; i < shards_.size(); ++i) {
        post(i, [time](Shard& shard) { shard.read_until(time); });
    }
}

void Hub::viewer_changed(base::SessionId session, const ViewerPtr& viewer) {
    registry_.replace_viewer(session, viewer);
    for (std::size_t i = 0; i < shards_.size(); ++i) {
        post(i, [session, viewer](Shard& shard) { shard.viewer_changed(session, viewer); });
    }
}

void Hub::check_sessions(std::vector<ViewerPtr> sessions) {
    if (!sessions.empty()) {
        desk_.ask(AskSessions{std::move(sessions)});
    }
}

void Hub::goodbye(std::function<void()> done) {
    is_stopping_ = true;
    const auto left = std::make_shared<std::atomic<std::size_t>>(shards_.size());
    for (std::size_t i = 0; i < shards_.size(); ++i) {
        post(i, [left, done, back_in = options_.back_in](Shard& shard) {
            shard.goodbye(back_in, [left, done] {
                if (--*left == 0) {
                    done();
                }
            });
        });
    }
}

void Hub::close() {
    {
        const std::lock_guard lock{mutex_};
        is_closed_ = true;
    }
    for (const auto& shard : shards_) {
        shard->drop_all();
    }
}

}  // namespace forum::live
