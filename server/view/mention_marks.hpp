// Where a running text says "@" and a name may follow. Rule: what looks like an address ("naam@gemeente.nl") names nobody.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

namespace forum::view {

/// Bytes of the words behind an "@" that are looked at.
constexpr std::size_t mention_bytes = 200;

/// The place of each "@" that begins a word.
std::vector<std::size_t> mention_marks(std::string_view text);

/// The words behind the "@" at that place; never half a character.
std::string_view mention_words(std::string_view text, std::size_t mark);

}  // namespace forum::view
