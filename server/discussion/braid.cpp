#include "discussion/braid.hpp"

#include <array>
#include <cmath>
#include <functional>
#include <spdlog/fmt/fmt.h>
#include <vector>

namespace forum::discussion {

namespace {

struct Point {
    double x, y;
};

Point between(Point a, Point b, double t) { return {a.x + (b.x - a.x) * t, a.y + (b.y - a.y) * t}; }

/// A cubic Bezier curve; `part` cuts a piece out of it by de Casteljau's construction.
struct Curve {
    std::array<Point, 4> p;

    std::pair<Curve, Curve> cut(double t) const {
        const auto a = between(p[0], p[1], t), b = between(p[1], p[2], t), c = between(p[2], p[3], t);
        const auto d = between(a, b, t), e = between(b, c, t), middle = between(d, e, t);
        return {Curve{{p[0], a, d, middle}}, Curve{{middle, e, c, p[3]}}};
    }
    Curve part(double from, double to) const {
        const auto front = to < 1 ? cut(to).first : *this;
        return from > 0 ? front.cut(from / to).second : front;
    }
};

/// From slot to slot through one column: leaves and arrives level.
Curve crossing(Point from, Point to) {
    const double middle = (from.x + to.x) / 2;
    return {{from, {middle, from.y}, {middle, to.y}, to}};
}

std::string number(double value) {
    auto text = fmt::format("{:.1f}", value);
    if (text.ends_with(".0")) {
        text.resize(text.size() - 2);
    }
    return text == "-0" ? "0" : text;
}

/// The path of one strand, written as it grows. A gap stands where another strand lies on top: a gap instead of an outline
/// works on every ground.
class Strand {
public:
    void level(Point from, Point to) {
        begin(from);
        path_ += "L" + number(to.x) + " " + number(to.y);
    }
    void over(const Curve& curve) {
        begin(curve.p[0]);
        path_ += "C";
        for (std::size_t i = 1; i < 4; ++i) {
            path_ += (i > 1 ? " " : "") + number(curve.p[i].x) + " " + number(curve.p[i].y);
        }
    }
    void under(const Curve& curve, double gap) {
        over(curve.part(0, 0.5 - gap));
        is_open_ = false;
        over(curve.part(0.5 + gap, 1));
    }
    const std::string& path() const { return path_; }

private:
    void begin(Point at) {
        if (!is_open_) {
            path_ += "M" + number(at.x) + " " + number(at.y);
        }
        is_open_ = true;
    }

    std::string path_;
    bool is_open_{false};
};

/// The strand in slot `slot` and the one below it change places; which of them lies on top?
struct Swap {
    std::size_t slot;
    bool upper_on_top;
};

struct Weave {
    std::size_t strands;
    std::vector<double> columns;  ///< x of the column borders, one more than there are columns
    std::function<double(std::size_t slot, double x)> height;
    std::function<std::vector<Swap>(std::size_t column, const std::vector<std::size_t>& strand_in_slot)> swaps;
    double gap;  ///< share of a crossing that is left out on each side of its middle
};

std::vector<Strand> weave(const Weave& plan) {
    std::vector<Strand> strands(plan.strands);
    std::vector<std::size_t> in_slot(plan.strands);
    for (std::size_t slot = 0; slot < plan.strands; ++slot) {
        in_slot[slot] = slot;
    }
    for (std::size_t column = 0; column + 1 < plan.columns.size(); ++column) {
        const double left = plan.columns[column], right = plan.columns[column + 1];
        std::vector<bool> is_moved(plan.strands, false);
        auto next = in_slot;
        for (const auto& swap : plan.swaps(column, in_slot)) {
            const auto upper = in_slot[swap.slot], lower = in_slot[swap.slot + 1];
            const auto down = crossing({left, plan.height(swap.slot, left)}, {right, plan.height(swap.slot + 1, right)});
            const auto up = crossing({left, plan.height(swap.slot + 1, left)}, {right, plan.height(swap.slot, right)});
            if (swap.upper_on_top) {
                strands[upper].over(down);
                strands[lower].under(up, plan.gap);
            } else {
                strands[upper].under(down, plan.gap);
                strands[lower].over(up);
            }
            std::swap(next[swap.slot], next[swap.slot + 1]);
            is_moved[upper] = is_moved[lower] = true;
        }
        for (std::size_t slot = 0; slot < plan.strands; ++slot) {
            if (!is_moved[in_slot[slot]]) {
                const Point from{left, plan.height(slot, left)}, to{right, plan.height(slot, right)};
                if (std::abs(from.y - to.y) < 0.05) {
                    strands[in_slot[slot]].level(from, to);
                } else {
                    strands[in_slot[slot]].over(crossing(from, to));
                }
            }
        }
        in_slot = next;
    }
    return strands;
}

std::string svg_open(double width, double height, std::string_view more = {}) {
    return fmt::format(R"(<svg viewBox="0 0 {} {}"{} aria-hidden="true" focusable="false">)", number(width), number(height), more);
}

std::string path_tag(std::string_view letter, const std::string& path) {
    return fmt::format(R"(<path class="fd-streng" data-type="{}" d="{}"/>)", letter == "-" ? "" : letter, path);
}

}  // namespace

std::string braid_svg(std::string_view strand, std::size_t limit) {
    if (strand.size() < 2) {
        return {};
    }
    const auto posts = strand.substr(strand.size() > limit ? strand.size() - limit : 0);
    std::string letters;
    for (const char letter : posts) {
        if (letters.find(letter) == std::string::npos) {
            letters += letter;
        }
    }
    constexpr double column_width = 26, slot_height = 9, edge = 6;
    std::vector<double> columns;
    for (std::size_t i = 0; i <= posts.size(); ++i) {
        columns.push_back(static_cast<double>(i) * column_width);
    }
    std::vector<bool> goes_down(letters.size(), true);
    const auto swaps = [&](std::size_t column, const std::vector<std::size_t>& in_slot) -> std::vector<Swap> {
        // The first post has nothing to cross yet.
        if (column == 0 || letters.size() < 2) {
            return {};
        }
        const auto author = letters.find(posts[column]);
        const auto slot = static_cast<std::size_t>(std::find(in_slot.begin(), in_slot.end(), author) - in_slot.begin());
        const bool is_at_edge = goes_down[author] ? slot + 1 == in_slot.size() : slot == 0;
        if (is_at_edge) {
            goes_down[author] = !goes_down[author];
        }
        return {goes_down[author] ? Swap{slot, true} : Swap{slot - 1, false}};
    };
    const auto strands = weave({.strands = letters.size(),
                                .columns = columns,
                                .height = [&](std::size_t slot, double) { return edge + static_cast<double>(slot) * slot_height; },
                                .swaps = swaps,
                                .gap = 0.16});
    auto svg = svg_open(columns.back(), 2 * edge + static_cast<double>(letters.size() - 1) * slot_height);
    for (std::size_t i = 0; i < letters.size(); ++i) {
        svg += path_tag(letters.substr(i, 1), strands[i].path());
    }
    return svg + "</svg>";
}

std::string hero_svg() {
    // Loose threads on the left that are drawn together: columns grow narrower and strands come closer.
    constexpr std::string_view letters = "MVPSETGH";
    constexpr double middle = 190;
    std::vector<double> columns;
    for (double x = 60, width = 58; x < 1500; x += width, width = std::max(30.0, width - 3)) {
        columns.push_back(x);
    }
    const auto height = [&](std::size_t slot, double x) {
        const double spread = 16 + 30 * std::exp(-x / 420);
        return middle + (static_cast<double>(slot) - 3.5) * spread + 14 * std::sin(x / 210);
    };
    const auto swaps = [&](std::size_t column, const std::vector<std::size_t>& in_slot) {
        std::vector<Swap> all;
        for (std::size_t slot = column % 2; slot + 1 < in_slot.size(); slot += 2) {
            all.push_back({slot, column % 2 == 0});
        }
        return all;
    };
    const auto strands = weave({.strands = letters.size(), .columns = columns, .height = height, .swaps = swaps, .gap = 0.2});
    auto svg = svg_open(1440, 380, R"( preserveAspectRatio="xMinYMid slice")");
    for (std::size_t i = 0; i < letters.size(); ++i) {
        const double y = height(i, columns.front());
        svg += fmt::format(R"(<circle data-type="{}" cx="{}" cy="{}" r="5.5"/>)", letters[i], number(columns.front()), number(y));
        svg += path_tag(letters.substr(i, 1), strands[i].path());
    }
    return svg + "</svg>";
}

}  // namespace forum::discussion
