// What changed between two texts, word by word, as HTML. Rule: shows text, never markup: everything is escaped, and the
// result with its insertions is the new text, with its deletions the old one.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace forum::discussion {

struct DiffPart {
    enum class Kind { same, removed, added };
    Kind kind;
    std::string text;
};

/// Parts in order; texts of up to 20,000 code points. Very different long texts come back as one removal and one addition.
std::vector<DiffPart> diff_words(std::string_view before, std::string_view after);

/// How much of two texts differs, 0 to 1: characters that were removed or added, of all characters of both.
double changed_share(std::string_view before, std::string_view after);

/// The parts as paragraphs with <del> and <ins>; an empty line begins a new paragraph.
std::string diff_html(std::string_view before, std::string_view after);

}  // namespace forum::discussion
