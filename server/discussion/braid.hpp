// The braid of a discussion: one strand per municipality type, and with each reply its author's strand crosses a neighbour
// and lies on top. Rule: pure drawing from a row of letters; no colours here, the style sheet gives each letter its own.
#pragma once

#include <string>
#include <string_view>

namespace forum::discussion {

/// Inline SVG of the strand letters of a thread ('T', '-', ...; a municipality without a type has '-'), at most the last
/// `limit` posts. "" for fewer than two posts.
std::string braid_svg(std::string_view strand, std::size_t limit = 60);

/// The wide weave of the start page: eight strands over the whole width, always the same.
std::string hero_svg();

}  // namespace forum::discussion
