// What the server counts, as Prometheus reads it. Rule: figures are plain counters where they arise, and only this file knows
// Prometheus; no label holds a person, an address or anything else that has no end.
#pragma once

#include <string>

#include "app/canary.hpp"
#include "async/workers.hpp"
#include "db/database.hpp"
#include "http/server.hpp"
#include "live/live.hpp"
#include "site/page_cache.hpp"
#include "site/pipeline.hpp"

namespace forum::app {

/// Where the figures come from; all of it lives as long as the server.
struct MetricSources {
    const http::Server& server;
    const site::Pipeline& pipeline;
    const site::PageCache& cache;
    const live::Live& live;
    const async::Workers& workers;
    const async::Workers& live_workers;
    const db::Database& database;
    const Canary* canary;  ///< nullptr = there is none
};

/// Text format 0.0.4. Any thread; takes some short locks and no database.
std::string metrics_text(const MetricSources& sources);

}  // namespace forum::app
