#include "discussion/place_threads.hpp"

#include <nlohmann/json.hpp>

#include "discussion/thread_filter.hpp"
#include "discussion/thread_rows.hpp"

namespace forum::discussion {

places::ThreadSource thread_source(const view::Templates& texts, const places::Directory& places) {
    return {.rows = [&](const site::PageContext& context, const places::PlaceFilter& place, int limit) -> view::Model {
                ThreadFilter filter;
                filter.municipality = place.municipality;
                if (!place.typology.empty()) {
                    filter.typologies = {place.typology};
                }
                const auto found = find_threads(context.tx, context.viewer, filter, "", limit);
                return load_rows(context.tx, context.viewer, context.language, texts, places, found.ids);
            },
            .by_municipality = [](db::Tx& tx, const access::Viewer& viewer) { return count_by_municipality(tx, viewer); },
            .by_typology = [](db::Tx& tx, const access::Viewer& viewer) { return count_threads(tx, viewer, {}).typologies; }};
}

}  // namespace forum::discussion
