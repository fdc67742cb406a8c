// What the pages of places show of discussions, which live on a floor above. Rule: the discussion feature fills this in, with
// the viewer inside its SQL; places never asks the threads' tables itself.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>

#include "access/viewer.hpp"
#include "db/tx.hpp"
#include "site/page.hpp"
#include "view/model.hpp"

namespace forum::places {

/// Exactly one of the two is set.
struct PlaceFilter {
    std::string municipality;  ///< CBS code
    std::string typology;      ///< slug
};

struct ThreadSource {
    /// The newest visible threads as a JSON list of rows, at most `limit`.
    std::function<view::Model(const site::PageContext&, const PlaceFilter&, int limit)> rows;
    /// Number of threads visible to the viewer, by CBS code and by typology slug; what is absent has none.
    std::function<std::map<std::string, std::int64_t>(db::Tx&, const access::Viewer&)> by_municipality;
    std::function<std::map<std::string, std::int64_t>(db::Tx&, const access::Viewer&)> by_typology;
};

}  // namespace forum::places
