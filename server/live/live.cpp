#include "live/live.hpp"

#include <algorithm>
#include <boost/asio/steady_timer.hpp>
#include <future>
#include <utility>

#include "base/text.hpp"
#include "live/hub.hpp"

namespace forum::live {

namespace {

constexpr std::chrono::milliseconds hub_interval{200};
constexpr std::chrono::seconds shard_interval{1};
constexpr std::chrono::seconds goodbye_time{2};

bool says_websocket(std::string_view header) { return base::lower_ascii(header).find("websocket") != std::string::npos; }

}  // namespace

class Live::Impl {
public:
    Impl(LiveOptions options, Sources sources, const std::vector<boost::asio::io_context*>& contexts, Hub::RunOnWorker run_on_worker)
        : hub_{std::make_shared<Hub>(options, std::move(sources), contexts, std::move(run_on_worker))} {
        timers_.reserve(contexts.size() + 1);  // the handlers hold references
        repeat(timers_.emplace_back(*contexts.front()), hub_interval, [hub = hub_.get()] { hub->tick(Hub::Clock::now()); });
        for (std::size_t i = 0; i < contexts.size(); ++i) {
            repeat(timers_.emplace_back(*contexts[i]), shard_interval, [shard = &hub_->shard(i)] { shard->tick(Hub::Clock::now()); });
        }
    }

    ~Impl() {
        timers_.clear();
        hub_->close();
    }

    Impl(const Impl&) = delete;
    Impl& operator=(const Impl&) = delete;

    Hub& hub() { return *hub_; }

private:
    template <class Task>
    static void repeat(boost::asio::steady_timer& timer, std::chrono::milliseconds interval, Task task) {
        timer.expires_after(interval);
        timer.async_wait([&timer, interval, task](const boost::system::error_code& error) {
            if (!error) {
                task();
                repeat(timer, interval, task);
            }
        });
    }

    std::shared_ptr<Hub> hub_;
    std::vector<boost::asio::steady_timer> timers_;
};

Live::Live(LiveOptions options, Sources sources, std::vector<boost::asio::io_context*> contexts,
           std::function<bool(std::function<void()>)> run_on_worker)
    : impl_{std::make_unique<Impl>(options, std::move(sources), contexts, std::move(run_on_worker))} {}

Live::~Live() = default;

bool Live::wants(const http::Request& request) {
    if (request.method != http::Method::get) {
        return false;
    }
    return request.path == stream_path || (request.path == socket_path && says_websocket(request.header("upgrade")));
}

void Live::take(http::Takeover takeover) {
    Hub& hub = impl_->hub();
    hub.shard(std::min(takeover.io_thread, hub.shards() - 1)).take(std::move(takeover));
}

void Live::deliver(const std::vector<Event>& events) { impl_->hub().pump().add(events); }

void Live::wake() { impl_->hub().pump().want_poll(); }

void Live::hear(const std::string& beat) { impl_->hub().presence().hear(beat, Hub::Clock::now()); }

void Live::stop() {
    const auto all_gone = std::make_shared<std::promise<void>>();
    std::future<void> gone = all_gone->get_future();
    impl_->hub().goodbye([all_gone] { all_gone->set_value(); });
    gone.wait_for(goodbye_time);
}

Live::Figures Live::figures() const {
    Hub& hub = impl_->hub();
    const Counts& counts = hub.counts();
    return {counts.followers, hub.registry().topics(), counts.deliveries,        counts.dropped,
            counts.resyncs,   counts.lag.figures(),    counts.replays.figures(), hub.pump().read_until()};
}

}  // namespace forum::live
