// What the pages of municipalities and types show of discussions. Rule: the same visibility and the same meaning of a place as
// the list with that filter, so that the number on a municipality's page is the length of its list.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "discussion/services.hpp"
#include "places/thread_source.hpp"

namespace forum::discussion {

view::Model load_place_threads(const site::PageContext& context, const Services& services,
                               const places::PlaceFilter& filter, int limit);

/// Threads that are linked to the municipality or were asked from there, by CBS code.
std::map<std::string, std::int64_t> count_by_municipality(db::Tx& tx, const access::Viewer& viewer);
/// Threads that are linked to the type, by slug.
std::map<std::string, std::int64_t> count_by_typology(db::Tx& tx, const access::Viewer& viewer);

}  // namespace forum::discussion
