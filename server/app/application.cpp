#include "app/application.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "app/canary.hpp"
#include "app/database_start.hpp"
#include "app/features.hpp"
#include "app/health.hpp"
#include "app/metrics.hpp"
#include "app/metrics_server.hpp"
#include "async/turns.hpp"
#include "async/workers.hpp"
#include "base/log.hpp"
#include "base/problem.hpp"
#include "crypto/token.hpp"
#include "db/listen.hpp"
#include "db/notify.hpp"
#include "discussion/wall_acts.hpp"
#include "following/notices.hpp"
#include "http/server.hpp"
#include "live/event_store.hpp"
#include "site/page_cache.hpp"

namespace forum::app {

namespace {

constexpr const char* channel = "forum_events";
const std::string wake_mark{"wake "};

std::size_t megabytes(std::size_t count) { return count * 1024 * 1024; }

/// Everything whose answer may change when this event happens.
std::vector<std::string> topics_of(const live::Event& event) {
    auto topics = event.hints;
    topics.push_back(event.topic);
    return topics;
}

}  // namespace

class Application::Impl final : public http::Application {
public:
    explicit Impl(Config given);
    ~Impl() override { stop(); }

    std::uint16_t port() const { return server_->port(); }
    void stop();

    // http::Application
    std::shared_ptr<const http::PreparedReply> find_ready(const http::RequestView& request) override {
        return pipeline_->find_ready(request);
    }
    http::Reply handle(http::Request& request) override { return pipeline_->handle(request); }
    bool wants_socket(const http::Request& request) override { return live::Live::wants(request); }
    void take(http::Takeover takeover) override { live_->take(std::move(takeover)); }
    http::Reply refuse(const http::Request* request, int status) override { return pipeline_->refuse(request, status); }

private:
    live::Sources make_sources();
    /// Events of any process: what is kept falls before anyone is told.
    void on_events(const std::vector<live::Event>& events);
    std::vector<live::Event> poll();

    Config config_;
    DatabaseStart start_;
    db::Database database_;
    async::Workers workers_;
    /// Live's own few: an event never waits behind pages.
    async::Workers live_workers_;
    view::Templates templates_;
    site::Assets assets_;
    site::PageCache cache_;
    access::SessionCache sessions_;
    access::RateLimiter rate_limiter_;
    crypto::PasswordHasher passwords_;
    places::Directory directory_;
    live::Announcer announcer_;
    Features features_;
    const std::string wake_word_;  // this process's own
    db::Notifier notifier_;
    live::EventCursor cursor_;
    std::unique_ptr<site::Pipeline> pipeline_;
    std::unique_ptr<http::Server> server_;
    std::unique_ptr<live::Live> live_;
    std::unique_ptr<db::Listener> listener_;
    Canary canary_{announcer_};
    /// After each commit of this process, and each second for what another left when it stopped.
    std::unique_ptr<async::Turns> notice_turns_;
    /// Once a second: however many vote, followers hear of it no oftener.
    std::unique_ptr<async::Turns> vote_turns_;
    Health health_;
    std::unique_ptr<Chores> chores_;
    std::unique_ptr<MetricsServer> metrics_;
    bool is_stopped_{false};
};

Application::Impl::Impl(Config given)
    : config_{std::move(given)},
      start_{config_},
      database_{{.url = start_.application_url()}},
      workers_{config_.workers, config_.queue, [this] { database_.close_this_thread(); }},
      live_workers_{2, 10'000, [this] { database_.close_this_thread(); }},
      templates_{config_.web_folder},
      assets_{config_.web_folder},
      cache_{megabytes(config_.cache_megabytes)},
      rate_limiter_{{.writes_per_minute = config_.writes_per_minute,
                     .sign_ins_per_5_minutes = config_.sign_ins_per_5_minutes,
                     .notices_per_hour = config_.notices_per_hour}},
      passwords_{{.memory_kib = config_.argon2_memory_kib, .passes = config_.argon2_passes, .lanes = config_.argon2_lanes}},
      features_{
          Parts{database_,
                templates_,
                announcer_,
                directory_,
                sessions_,
                rate_limiter_,
                passwords_,
                config_.demo,
                config_.web_folder,
                std::chrono::hours{config_.review_norm_hours},
                config_.report_threshold,
                {.smtp_url = config_.smtp_url, .from = config_.mail_from, .from_name = "Forum Diversiteit", .site = config_.public_url}}},
      wake_word_{wake_mark + crypto::random_token()},
      notifier_{start_.application_url(), channel, wake_word_},
      health_{database_} {
    start_.fill(passwords_);
    database_.read([&](db::Tx& tx) {
        directory_.load(tx);
        features_.load(tx);
    });

    auto routes = features_.routes();
    if (config_.canary_seconds > 0) {
        canary_.add_routes(routes);
        health_.watch(canary_);
    }
    health_.add_routes(routes);
    auto frame = features_.frame_sources();
    frame.is_demo = config_.demo;
    pipeline_ = std::make_unique<site::Pipeline>(site::PipelineParts{.database = database_,
                                                                     .templates = templates_,
                                                                     .assets = assets_,
                                                                     .cache = cache_,
                                                                     .sessions = sessions_,
                                                                     .rate_limiter = rate_limiter_,
                                                                     .frame = std::move(frame),
                                                                     .public_origin = config_.public_url,
                                                                     .sign_in_again = features_.sign_in_again(),
                                                                     .restricted = features_.restricted()},
                                                 std::move(routes));

    http::ServerOptions options{.address = config_.listen,
                                .port = config_.port,
                                .io_threads = config_.io_threads,
                                .trusted_proxies = config_.trusted_proxies,
                                // A proxy on this machine brings everybody from one address, also one that is not told of.
                                .unlimited = {"127.0.0.0/8", "::1"},
                                .is_https = config_.public_url.starts_with("https://"),
                                .limits = {}};
    options.limits.connections = config_.max_connections;
    options.limits.connections_per_address = config_.connections_per_address;
    server_ = std::make_unique<http::Server>(std::move(options), *this,
                                             [this](std::function<void()> job) { return workers_.try_run(std::move(job)); });
    live_ = std::make_unique<live::Live>(live::LiveOptions{}, make_sources(), server_->contexts(),
                                         [this](std::function<void()> job) { return live_workers_.try_run(std::move(job)); });
    announcer_.set_sink([this](const std::vector<live::Event>& events) {
        on_events(events);
        live_->deliver(events);
        cursor_.skip(events);
        notifier_.notify();
        // Counters are what a turn itself announces.
        if (std::any_of(events.begin(), events.end(), [](const live::Event& event) { return event.kind != "counters"; })) {
            notice_turns_->wake();
        }
    });
    notice_turns_ = std::make_unique<async::Turns>(
        "notices", async::Turns::Pace{},
        [this] { return database_.write([&](db::Tx& tx) { return following::make_notices(tx, announcer_); }); },
        [this] { database_.close_this_thread(); });
    vote_turns_ = std::make_unique<async::Turns>(
        "votes", async::Turns::Pace{},
        [this] { return database_.write([&](db::Tx& tx) { return discussion::announce_votes(tx, announcer_); }); },
        [this] { database_.close_this_thread(); });
    listener_ = std::make_unique<db::Listener>(
        start_.application_url(), channel,
        [this](const std::string& said) {
            if (!said.starts_with(wake_mark)) {
                live_->hear(said);
            } else if (said != wake_word_) {
                live_->wake();
            }
        },
        [this](bool is_healthy) {
            // Without wake-ups kept pages could be old for up to a second: better none.
            cache_.set_enabled(is_healthy);
            health_.set_listening(is_healthy);
            live_->wake();
        });
    if (!config_.metrics_listen.empty()) {
        metrics_ = std::make_unique<MetricsServer>(parse_endpoint(config_.metrics_listen), config_.metrics_token, [this] {
            return metrics_text({*server_, *pipeline_, cache_, *live_, workers_, live_workers_, database_,
                                 config_.canary_seconds > 0 ? &canary_ : nullptr});
        });
    }
    server_->start();
    chores_ = std::make_unique<Chores>(database_, features_.chores());
    chores_->start();
    if (config_.canary_seconds > 0) {
        canary_.start(config_.listen, server_->port(), std::chrono::seconds{config_.canary_seconds});
    }
}

live::Sources Application::Impl::make_sources() {
    live::Sources sources;
    // Who is shut out follows what a guest may follow.
    const auto as_follower = [](access::Viewer viewer) { return viewer.is_shut_out() ? access::Viewer{} : viewer; };
    sources.find_viewer = [this, as_follower](const http::Request& request) { return as_follower(pipeline_->find_viewer(request)); };
    sources.check_sessions = [this, as_follower](const std::vector<base::SessionId>& sessions) {
        auto viewers = database_.read([&](db::Tx& tx) { return access::find_viewers(tx, sessions); });
        std::transform(viewers.begin(), viewers.end(), viewers.begin(), as_follower);
        return viewers;
    };
    sources.replay = [this](const std::string& topic, std::int64_t since, int limit) {
        return database_.read([&](db::Tx& tx) { return live::replay_events(tx, topic, since, limit); });
    };
    sources.poll_events = [this] { return poll(); };
    sources.tell = [this](const std::string& beat) {
        try {
            database_.write([&](db::Tx& tx) { db::tell(tx, channel, beat); });
        } catch (const base::Problem&) {
            // The database is away or busy: others forget who is here until the next one.
        }
    };
    features_.fill(sources);
    canary_.fill(sources);
    return sources;
}

std::vector<live::Event> Application::Impl::poll() {
    auto events = database_.read([&](db::Tx& tx) { return cursor_.poll(tx); });
    on_events(events);
    return events;
}

void Application::Impl::on_events(const std::vector<live::Event>& events) {
    std::vector<std::string> topics;
    for (const auto& event : events) {
        for (auto& topic : topics_of(event)) {
            topics.push_back(std::move(topic));
        }
        if (event.kind == "session.changed") {
            sessions_.forget(event.member);
        }
        if (event.topic == "places") {
            database_.read([&](db::Tx& tx) { directory_.load(tx); });
        }
        if (Features::is_kept(event.topic)) {
            database_.read([&](db::Tx& tx) { features_.load(tx); });
        }
    }
    if (!topics.empty()) {
        cache_.drop(topics);
    }
}

void Application::Impl::stop() {
    if (is_stopped_) {
        return;
    }
    is_stopped_ = true;
    base::log(base::LogLevel::info, "stopping");
    metrics_.reset();
    canary_.stop();
    // Followers first: they reconnect elsewhere while the last requests finish.
    live_->stop();
    server_->stop(std::chrono::seconds{10});
    chores_.reset();
    listener_.reset();
    notice_turns_->stop();
    vote_turns_->stop();
    workers_.stop();
    live_workers_.stop();
    live_.reset();
    database_.close_this_thread();
}

Application::Application(Config config) : impl_{std::make_unique<Impl>(std::move(config))} {}
Application::~Application() = default;
std::uint16_t Application::port() const { return impl_->port(); }
void Application::stop() { impl_->stop(); }

}  // namespace forum::app
