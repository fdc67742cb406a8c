// Municipalities and types as they stand before any demo, behind the whole pipeline: real database, reference data, routes and
// templates, without a socket and without discussions. Rule: a test asks as a browser or an API client does.
#pragma once

#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <optional>
#include <sstream>
#include <string>

#include "http/target.hpp"
#include "places/reference_data.hpp"
#include "places/routes.hpp"
#include "site/pipeline.hpp"
#include "support/test_database.hpp"

namespace forum::test {

using nlohmann::json;

inline const std::string source_folder{FORUM_SOURCE_DIR};
inline const std::string seed_folder{source_folder + "/sql/seed"};

inline const view::Templates& templates() {
    static const view::Templates loaded{source_folder + "/build/web", view::Missing::refuse};
    return loaded;
}

inline const site::Assets& assets() {
    static const site::Assets loaded{source_folder + "/build/web"};
    return loaded;
}

class PlacesTest : public RolledBackTest {
protected:
    void SetUp() override {
        database().write([](db::Tx& tx) { places::seed_reference_data(tx, seed_folder); });
        site::Routes routes;
        places::add_routes(routes, directory_, no_threads_, templates());
        site::FrameSources frame;
        frame.municipality = [](const std::string&) { return view::Model{}; };
        frame.counters = [](db::Tx&, const access::Viewer&) { return site::FrameSources::Counters{}; };
        pipeline_.emplace(site::PipelineParts{.database = database(),
                                              .templates = templates(),
                                              .assets = assets(),
                                              .cache = cache_,
                                              .sessions = sessions_,
                                              .rate_limiter = limiter_,
                                              .frame = std::move(frame)},
                          std::move(routes));
    }

    /// What a guest gets, from the register as it is now.
    http::Reply get(const std::string& target) {
        database().read([&](db::Tx& tx) { directory_.load(tx); });
        http::Request request;
        request.target = target;
        const auto parsed = http::parse_target(target);
        request.path = parsed->path;
        request.query = parsed->query;
        request.headers = {{"host", "forum.test"}};
        request.request_id = "0000000000000000";
        return pipeline_->handle(request);
    }
    std::string page(const std::string& target) {
        const auto reply = get(target);
        EXPECT_EQ(reply.status, 200) << target;
        return reply.body;
    }
    json api(const std::string& target) {
        const auto reply = get("/api/v1" + target);
        EXPECT_EQ(reply.status, 200) << target;
        return json::parse(reply.body);
    }

    template <class Import>
    places::ImportReport import(Import&& importer, const std::string& csv, bool dry_run = false) {
        return database().write([&](db::Tx& tx) { return importer(tx, csv, dry_run); });
    }
    /// Every row of a table, to see that nothing of it changed.
    std::string rows_of(const std::string& table) {
        return sql(database(), "SELECT coalesce(string_agg(t::text, ';' ORDER BY t::text), '') AS all_rows FROM " + table + " t")
            .one()
            .text("all_rows");
    }

private:
    places::Directory directory_;
    const places::ThreadSource no_threads_{
        .rows = [](const site::PageContext&, const places::PlaceFilter&, int) { return view::Model{json::array()}; },
        .by_municipality = [](db::Tx&, const access::Viewer&) { return std::map<std::string, std::int64_t>{}; },
        .by_typology = [](db::Tx&, const access::Viewer&) { return std::map<std::string, std::int64_t>{}; }};
    site::PageCache cache_{0};
    access::SessionCache sessions_;
    access::RateLimiter limiter_{{}};
    std::optional<site::Pipeline> pipeline_;
};

inline std::string read_seed(const std::string& name) {
    std::ifstream in{seed_folder + "/" + name, std::ios::binary};
    std::ostringstream out;
    out << in.rdbuf();
    return std::move(out).str();
}

/// `text` with its one `before` replaced.
inline std::string with_replaced(std::string text, const std::string& before, const std::string& after) {
    const auto at = text.find(before);
    EXPECT_NE(at, text.npos) << before;
    EXPECT_EQ(text.find(before, at + 1), text.npos) << before << " stands there twice";
    return at == text.npos ? text : text.replace(at, before.size(), after);
}

}  // namespace forum::test
