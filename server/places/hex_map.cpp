#include "places/hex_map.hpp"

#include <spdlog/fmt/fmt.h>

#include <algorithm>
#include <limits>
#include <map>
#include <vector>

namespace forum::places {

namespace {

const db::Query cells_query{"places.map_cells", R"(
    SELECT m.hex_q, m.hex_r, coalesce(t.letter, '') AS letter
      FROM municipalities m
      LEFT JOIN municipality_typology t ON t.municipality_code = m.code
     WHERE m.hex_q IS NOT NULL AND (m.valid_until IS NULL OR m.valid_until > current_date)
     ORDER BY m.hex_r, m.hex_q)"};

// A pointy-top hexagon on whole numbers: half its width, its slope's height and its side (about 1 : 0.58 : 1.15), with a
// gap of one around it.
constexpr int half = 7, slope = 4, side = 8;
constexpr int step = 2 * half + 1, row_step = slope + side + 1;

}  // namespace

std::string hex_map_svg(db::Tx& tx) {
    struct Cell {
        int x, y;
        std::string letter;
    };
    std::vector<Cell> cells;
    int left = std::numeric_limits<int>::max(), top = left;
    int right = std::numeric_limits<int>::min(), bottom = right;
    for (const auto& row : tx.exec(cells_query)) {
        const auto q = static_cast<int>(row.integer("hex_q")), r = static_cast<int>(row.integer("hex_r"));
        // Axial coordinates: each row stands half a cell further to the right.
        const Cell cell{(2 * q + r) * step / 2, r * row_step, row.text("letter")};
        left = std::min(left, cell.x);
        right = std::max(right, cell.x);
        top = std::min(top, cell.y);
        bottom = std::max(bottom, cell.y);
        cells.push_back(cell);
    }
    if (cells.empty()) {
        return {};
    }
    std::map<std::string, std::string> paths;
    for (const auto& cell : cells) {
        paths[cell.letter] += fmt::format("M{} {}l{} {}v{}l-{} {}-{}-{}v-{}z", cell.x - left + half, cell.y - top, half, slope, side, half,
                                          slope, half, slope, side);
    }
    auto svg = fmt::format(R"(<svg viewBox="0 0 {} {}" focusable="false">)", right - left + 2 * half, bottom - top + 2 * slope + side);
    for (const auto& [letter, path] : paths) {
        svg += fmt::format(R"(<path data-type="{}" d="{}"/>)", letter, path);
    }
    return svg + "</svg>";
}

}  // namespace forum::places
