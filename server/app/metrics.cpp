#include "app/metrics.hpp"

#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>
#include <unistd.h>

#include <fstream>

namespace forum::app {

namespace {

using prometheus::ClientMetric;
using prometheus::MetricType;
using Labels = std::vector<ClientMetric::Label>;

class Families {
public:
    void gauge(const std::string& name, const std::string& help, double value, Labels labels = {}) {
        add(name, help, MetricType::Gauge, std::move(labels)).gauge.value = value;
    }

    void counter(const std::string& name, const std::string& help, double value, Labels labels = {}) {
        add(name, help, MetricType::Counter, std::move(labels)).counter.value = value;
    }

    void histogram(const std::string& name, const std::string& help, const base::Histogram::Figures& figures, Labels labels = {}) {
        auto& into = add(name, help, MetricType::Histogram, std::move(labels)).histogram;
        for (std::size_t i = 0; i < figures.counts.size(); ++i) {
            into.sample_count += figures.counts[i];
            const bool is_last = i == figures.bounds.size();
            into.bucket.push_back({into.sample_count, is_last ? std::numeric_limits<double>::infinity() : figures.bounds[i]});
        }
        into.sample_sum = figures.sum;
    }

    std::string text() const { return prometheus::TextSerializer{}.Serialize(all_); }

private:
    /// A family's metrics stand together, under one name and help.
    ClientMetric& add(const std::string& name, const std::string& help, MetricType type, Labels labels) {
        if (all_.empty() || all_.back().name != name) {
            all_.push_back({name, help, type, {}});
        }
        auto& metric = all_.back().metric.emplace_back();
        metric.label = std::move(labels);
        return metric;
    }

    std::vector<prometheus::MetricFamily> all_;
};

double number(auto value) { return static_cast<double>(value); }

double seconds(base::Time time) { return std::chrono::duration<double>(time.time_since_epoch()).count(); }

/// Of this process, as the kernel counts it (proc(5), statm).
double resident_bytes() {
    std::ifstream statm{"/proc/self/statm"};
    double size = 0;
    double resident = 0;
    statm >> size >> resident;
    return resident * number(sysconf(_SC_PAGESIZE));
}

void add_http(Families& families, const MetricSources& sources) {
    const auto server = sources.server.figures();
    families.gauge("forum_connections", "Open connections, followers included", number(server.connections));
    families.counter("forum_requests_read_total", "Requests read, whatever became of them", number(server.requests));
    families.counter("forum_ready_answers_total", "Requests answered by kept pages and assets, without a worker",
                     number(server.ready_answers));
    for (const auto& [key, count] : sources.pipeline.requests()) {
        families.counter("forum_requests_total", "Requests by route and status, without the ready answers", number(count),
                         {{"route", key.first}, {"status", std::to_string(key.second)}});
    }
    const auto cache = sources.cache.figures();
    families.counter("forum_cache_hits_total", "Kept pages that were found", number(cache.hits));
    families.counter("forum_cache_misses_total", "Kept pages that were asked for and not there", number(cache.misses));
    families.gauge("forum_cache_entries", "Kept pages", number(cache.entries));
    families.gauge("forum_cache_bytes", "Memory of kept pages", number(cache.bytes));
}

void add_live(Families& families, const MetricSources& sources) {
    const auto live = sources.live.figures();
    families.gauge("forum_live_followers", "Followers connected to this process", number(live.followers));
    families.gauge("forum_live_topics", "Topics that they follow", number(live.topics));
    families.counter("forum_live_deliveries_total", "Events handed to followers", number(live.deliveries));
    families.counter("forum_live_dropped_total", "Followers closed because they read too slowly", number(live.dropped));
    families.counter("forum_live_resyncs_total", "Followers told to read the page anew", number(live.resyncs));
    families.gauge("forum_live_read_until_seconds", "Up to here the table of events was read (Unix time)", seconds(live.read_until));
    families.histogram("forum_live_lag_seconds", "From an event's commit until it was written for a follower", live.lag);
    families.histogram("forum_live_replay_events", "Events that a follower who came back had missed", live.replays);
}

void add_work(Families& families, const MetricSources& sources) {
    const auto pages = sources.workers.figures();
    const auto live = sources.live_workers.figures();
    const Labels page_pool{{"pool", "pages"}};
    const Labels live_pool{{"pool", "live"}};
    const std::string waiting = "Jobs that wait for a thread";
    families.gauge("forum_workers_waiting", waiting, number(pages.waiting), page_pool);
    families.gauge("forum_workers_waiting", waiting, number(live.waiting), live_pool);
    const std::string refused = "Jobs refused because the queue was full";
    families.counter("forum_workers_refused_total", refused, number(pages.refused), page_pool);
    families.counter("forum_workers_refused_total", refused, number(live.refused), live_pool);
    const std::string wait = "How long a job waited for a thread and its database connection";
    families.histogram("forum_workers_wait_seconds", wait, pages.wait, page_pool);
    families.histogram("forum_workers_wait_seconds", wait, live.wait, live_pool);
    families.histogram("forum_write_seconds", "Write jobs, from their start to their commit", sources.database.write_figures());
    families.gauge("forum_database_reachable", "1 while PostgreSQL answers", sources.database.is_reachable() ? 1 : 0);
    families.gauge("process_resident_memory_bytes", "Resident memory", resident_bytes());
}

void add_canary(Families& families, const Canary& canary) {
    const auto figures = canary.figures();
    families.gauge("forum_canary_up", "1 while the canary's last beat arrived", figures.is_up ? 1 : 0);
    families.gauge("forum_canary_seconds", "Of its last beat that arrived: from the request to the follower", figures.round_seconds);
    const std::string beats = "Beats by what became of them";
    families.counter("forum_canary_beats_total", beats, number(figures.heard), {{"result", "heard"}});
    families.counter("forum_canary_beats_total", beats, number(figures.silent), {{"result", "silent"}});
    families.histogram("forum_canary_delivery_seconds", "From the beat's commit to the follower", figures.delivery);
}

}  // namespace

std::string metrics_text(const MetricSources& sources) {
    Families families;
    add_http(families, sources);
    add_live(families, sources);
    add_work(families, sources);
    if (sources.canary != nullptr) {
        add_canary(families, *sources.canary);
    }
    return families.text();
}

}  // namespace forum::app
