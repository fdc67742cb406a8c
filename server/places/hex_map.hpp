// The map of all municipalities as hexagons, one path per type, drawn once from the register. Rule: a picture only: what it
// shows is also in the lists of municipalities and types.
#pragma once

#include <string>

#include "db/tx.hpp"

namespace forum::places {

/// Inline SVG: `<path data-type="T" d=.../>` per type with all its hexagons, data-type="" for what is not assigned. "" when the
/// register has no places on the map.
std::string hex_map_svg(db::Tx& tx);

}  // namespace forum::places
