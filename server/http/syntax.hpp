// The small words of HTTP's grammar that every parser of a header needs (RFC 9110 §5.6). Rule: ASCII only, no locale.
#pragma once

#include <algorithm>
#include <string_view>

namespace forum::http {

inline char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; }

/// Equal but for the case of ASCII letters.
inline bool equals_ignoring_case(std::string_view a, std::string_view b) {
    return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(), [](char x, char y) { return lower(x) == lower(y); });
}

inline bool is_token_char(char c) {
    constexpr std::string_view others = "!#$%&'*+-.^_`|~";
    return (c >= '0' && c <= '9') || (lower(c) >= 'a' && lower(c) <= 'z') || others.find(c) != std::string_view::npos;
}

inline bool is_token(std::string_view text) { return !text.empty() && std::all_of(text.begin(), text.end(), is_token_char); }

/// Without spaces and tabs at both ends.
inline std::string_view trim_blanks(std::string_view text) {
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) {
        text.remove_prefix(1);
    }
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) {
        text.remove_suffix(1);
    }
    return text;
}

/// Cuts the next element off a list, up to `separator` outside double quotes, trimmed; `rest` becomes "" at the end.
inline std::string_view next_element(std::string_view& rest, char separator) {
    bool is_quoted = false;
    std::size_t end = 0;
    for (; end < rest.size(); ++end) {
        if (is_quoted && rest[end] == '\\') {
            ++end;
        } else if (rest[end] == '"') {
            is_quoted = !is_quoted;
        } else if (rest[end] == separator && !is_quoted) {
            break;
        }
    }
    end = std::min(end, rest.size());
    const auto element = trim_blanks(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
    return element;
}

}  // namespace forum::http
