#include "discussion/place_threads.hpp"

#include <nlohmann/json.hpp>

#include "discussion/thread_filter.hpp"
#include "discussion/thread_rows.hpp"

namespace forum::discussion {

namespace {

const db::Query by_municipality_query{"discussion.count_by_municipality", R"(
    SELECT place, count(*) AS n FROM (
        SELECT m.municipality_code AS place, t.id
          FROM visible_threads($1, $2) t JOIN thread_municipalities m ON m.thread_id = t.id
        UNION
        SELECT o.author_municipality, t.id
          FROM visible_threads($1, $2) t JOIN posts o ON o.thread_id = t.id AND o.number = 1
         WHERE o.author_municipality IS NOT NULL) linked
     GROUP BY place)"};

const db::Query by_typology_query{"discussion.count_by_typology", R"(
    SELECT y.typology_slug AS place, count(*) AS n
      FROM visible_threads($1, $2) t JOIN thread_typologies y ON y.thread_id = t.id
     GROUP BY y.typology_slug)"};

std::map<std::string, std::int64_t> count(db::Tx& tx, const access::Viewer& viewer, const db::Query& query) {
    std::map<std::string, std::int64_t> counts;
    for (const auto& row : tx.exec(query, db::Params::of(viewer.member, viewer.level()))) {
        counts[row.text("place")] = row.integer("n");
    }
    return counts;
}

}  // namespace

view::Model load_place_threads(const site::PageContext& context, const Services& services,
                               const places::PlaceFilter& filter, int limit) {
    ThreadFilter thread_filter;
    thread_filter.municipality = filter.municipality;
    if (!filter.typology.empty()) {
        thread_filter.typologies = {filter.typology};
    }
    const auto found = find_threads(context.tx, context.viewer, thread_filter, "", limit);
    return load_rows(context.tx, context.viewer, context.language, services.texts, services.places, found.ids);
}

std::map<std::string, std::int64_t> count_by_municipality(db::Tx& tx, const access::Viewer& viewer) {
    return count(tx, viewer, by_municipality_query);
}

std::map<std::string, std::int64_t> count_by_typology(db::Tx& tx, const access::Viewer& viewer) {
    return count(tx, viewer, by_typology_query);
}

}  // namespace forum::discussion
