#include "view/mention_marks.hpp"

namespace forum::view {

namespace {

bool is_of_a_word(char c) {
    return static_cast<unsigned char>(c) >= 0x80 || (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z')
           || std::string_view{"_@./-+"}.find(c) != std::string_view::npos;
}

}  // namespace

std::vector<std::size_t> mention_marks(std::string_view text) {
    std::vector<std::size_t> marks;
    for (auto at = text.find('@'); at != text.npos; at = text.find('@', at + 1)) {
        if (at == 0 || !is_of_a_word(text[at - 1])) {
            marks.push_back(at);
        }
    }
    return marks;
}

std::string_view mention_words(std::string_view text, std::size_t mark) {
    auto words = text.substr(mark + 1, mention_bytes);
    const auto is_inside_character = [&](std::size_t at) {
        return at < text.size() && (static_cast<unsigned char>(text[at]) & 0xC0U) == 0x80U;
    };
    while (!words.empty() && is_inside_character(mark + 1 + words.size())) {
        words.remove_suffix(1);
    }
    return words;
}

}  // namespace forum::view
