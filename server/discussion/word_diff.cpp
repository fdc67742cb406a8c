#include "discussion/word_diff.hpp"

#include <algorithm>
#include <cstdint>

#include "base/text.hpp"

namespace forum::discussion {

namespace {

using Words = std::vector<std::string_view>;

/// Cells of the table of common subsequences; above it a word for word answer would not help a reader either.
constexpr std::size_t table_limit = 4'000'000;

bool is_space(char c) { return c == ' ' || c == '\n' || c == '\t'; }

/// Words, runs of spaces, and each line end by itself, so that a changed line end is seen.
Words split_words(std::string_view text) {
    Words words;
    std::size_t begin = 0;
    while (begin < text.size()) {
        auto end = begin + 1;
        if (text[begin] != '\n') {
            const bool is_gap = is_space(text[begin]);
            while (end < text.size() && text[end] != '\n' && is_space(text[end]) == is_gap) {
                ++end;
            }
        }
        words.push_back(text.substr(begin, end - begin));
        begin = end;
    }
    return words;
}

class Builder {
public:
    void add(DiffPart::Kind kind, std::string_view text) {
        if (text.empty()) {
            return;
        }
        if (!parts_.empty() && parts_.back().kind == kind) {
            parts_.back().text += text;
        } else {
            parts_.push_back({kind, std::string{text}});
        }
    }
    std::vector<DiffPart> take() { return std::move(parts_); }

private:
    std::vector<DiffPart> parts_;
};

/// The middle, where both texts differ: by the longest common subsequence of words.
void diff_middle(const Words& before, const Words& after, Builder& builder) {
    const auto rows = before.size(), columns = after.size();
    if (rows * columns > table_limit) {
        for (const auto& word : before) {
            builder.add(DiffPart::Kind::removed, word);
        }
        for (const auto& word : after) {
            builder.add(DiffPart::Kind::added, word);
        }
        return;
    }
    // common[i][j]: length of the longest common subsequence of what is left from i and from j on.
    std::vector<std::uint16_t> common((rows + 1) * (columns + 1), 0);
    const auto at = [&](std::size_t i, std::size_t j) -> std::uint16_t& { return common[i * (columns + 1) + j]; };
    for (std::size_t i = rows; i-- > 0;) {
        for (std::size_t j = columns; j-- > 0;) {
            at(i, j) = before[i] == after[j] ? static_cast<std::uint16_t>(at(i + 1, j + 1) + 1) : std::max(at(i + 1, j), at(i, j + 1));
        }
    }
    std::size_t i = 0, j = 0;
    while (i < rows || j < columns) {
        if (i < rows && j < columns && before[i] == after[j]) {
            builder.add(DiffPart::Kind::same, before[i]);
            ++i;
            ++j;
        } else if (j == columns || (i < rows && at(i + 1, j) >= at(i, j + 1))) {
            builder.add(DiffPart::Kind::removed, before[i++]);
        } else {
            builder.add(DiffPart::Kind::added, after[j++]);
        }
    }
}

}  // namespace

std::vector<DiffPart> diff_words(std::string_view before, std::string_view after) {
    const auto old_words = split_words(before), new_words = split_words(after);
    std::size_t front = 0;
    const auto shortest = std::min(old_words.size(), new_words.size());
    while (front < shortest && old_words[front] == new_words[front]) {
        ++front;
    }
    std::size_t back = 0;
    while (back < shortest - front && old_words[old_words.size() - 1 - back] == new_words[new_words.size() - 1 - back]) {
        ++back;
    }
    Builder builder;
    for (std::size_t i = 0; i < front; ++i) {
        builder.add(DiffPart::Kind::same, old_words[i]);
    }
    const auto middle = [&](const Words& words) {
        return Words(words.begin() + static_cast<std::ptrdiff_t>(front), words.end() - static_cast<std::ptrdiff_t>(back));
    };
    diff_middle(middle(old_words), middle(new_words), builder);
    for (std::size_t i = new_words.size() - back; i < new_words.size(); ++i) {
        builder.add(DiffPart::Kind::same, new_words[i]);
    }
    return builder.take();
}

double changed_share(std::string_view before, std::string_view after) {
    std::size_t changed = 0;
    for (const auto& part : diff_words(before, after)) {
        changed += part.kind == DiffPart::Kind::same ? 0 : part.text.size();
    }
    const auto all = before.size() + after.size();
    return all == 0 ? 0 : static_cast<double>(changed) / static_cast<double>(all);
}

std::string diff_html(std::string_view before, std::string_view after) {
    std::string html = "<p>";
    for (const auto& part : diff_words(before, after)) {
        const std::string_view tag = part.kind == DiffPart::Kind::removed ? "del" : part.kind == DiffPart::Kind::added ? "ins" : "";
        const auto open = [&] { return tag.empty() ? std::string{} : "<" + std::string{tag} + ">"; };
        const auto close = [&] { return tag.empty() ? std::string{} : "</" + std::string{tag} + ">"; };
        // The tag is closed around a paragraph's end: a <del> never spans two paragraphs.
        html += open();
        std::size_t begin = 0;
        while (begin <= part.text.size()) {
            const auto end = part.text.find('\n', begin);
            html += base::escape_html(std::string_view{part.text}.substr(begin, end == std::string::npos ? end : end - begin));
            if (end == std::string::npos) {
                break;
            }
            const bool is_paragraph = end + 1 < part.text.size() && part.text[end + 1] == '\n';
            html += is_paragraph ? close() + "</p><p>" + open() : std::string{"<br>"};
            begin = end + (is_paragraph ? 2 : 1);
        }
        html += close();
    }
    return html + "</p>";
}

}  // namespace forum::discussion
