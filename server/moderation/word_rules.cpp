#include "moderation/word_rules.hpp"

#include <unicode/uchar.h>

#include <algorithm>

#include "base/text.hpp"

namespace forum::moderation {

namespace {

constexpr std::size_t most_words = 5;
constexpr std::size_t most_characters = 100;

struct Token {
    std::string word;     ///< folded
    std::string letters;  ///< the same with digits read as the letters they look like
    std::size_t begin, end;
};

/// The code point at `i`, which goes to the next one; a byte that is no UTF-8 is a sign of its own.
UChar32 next_character(std::string_view text, std::size_t& i) {
    const auto byte = [&](std::size_t at) { return static_cast<unsigned char>(at < text.size() ? text[at] : '\0'); };
    const unsigned lead = byte(i++);
    const int more = lead >= 0xF0 ? 3 : lead >= 0xE0 ? 2 : lead >= 0xC0 ? 1 : 0;
    auto c = static_cast<UChar32>(more == 3 ? lead & 0x07U : more == 2 ? lead & 0x0FU : more == 1 ? lead & 0x1FU : lead);
    for (int n = 0; n < more && (byte(i) & 0xC0U) == 0x80U; ++n) {
        c = static_cast<UChar32>((static_cast<unsigned>(c) << 6U) | (byte(i++) & 0x3FU));
    }
    return c;
}

bool is_invisible(UChar32 c) { return u_charType(c) == U_FORMAT_CHAR || c == 0xAD; }

/// Marks of emphasis may stand within a word: "ge**heim**" is read as one.
bool is_emphasis(UChar32 c) { return c == '*' || c == '_' || c == '~' || c == '`'; }

bool is_inside(UChar32 c) {
    const auto type = u_charType(c);
    return u_isalnum(c) || type == U_NON_SPACING_MARK || type == U_COMBINING_SPACING_MARK || type == U_ENCLOSING_MARK;
}

std::string read_digits_as_letters(const std::string& word) {
    const bool is_number = std::all_of(word.begin(), word.end(), [](char c) { return c >= '0' && c <= '9'; });
    if (is_number) {
        return word;
    }
    auto letters = word;
    for (auto& c : letters) {
        constexpr std::string_view digits = "013457", alike = "oieast";
        const auto at = digits.find(c);
        c = at == digits.npos ? c : alike[at];
    }
    return letters;
}

std::vector<Token> split_words(std::string_view text) {
    std::vector<Token> tokens;
    std::string word;
    std::size_t begin = 0, end = 0;
    const auto finish = [&] {
        if (!word.empty()) {
            const auto folded = base::fold(word);
            tokens.push_back({folded, read_digits_as_letters(folded), begin, end});
            word.clear();
        }
    };
    for (std::size_t i = 0; i < text.size();) {
        const auto at = i;
        const auto c = next_character(text, i);
        if (is_inside(c)) {
            begin = word.empty() ? at : begin;
            end = i;
            word += text.substr(at, end - at);
        } else if (!is_invisible(c) && !is_emphasis(c)) {
            finish();
        }
    }
    finish();
    return tokens;
}

/// Each run of three or more letters that stand alone becomes one word: "g e h e i m", "g.e.h.e.i.m".
std::vector<Token> join_letters(const std::vector<Token>& tokens) {
    std::vector<Token> joined;
    const auto is_single = [&](std::size_t i) { return i < tokens.size() && base::count_characters(tokens[i].word) == 1; };
    for (std::size_t i = 0; i < tokens.size();) {
        auto last = i;
        while (is_single(last)) {
            ++last;
        }
        if (last < i + 3) {
            joined.push_back(tokens[i++]);
            continue;
        }
        Token one{.word = {}, .letters = {}, .begin = tokens[i].begin, .end = tokens[last - 1].end};
        for (; i < last; ++i) {
            one.word += tokens[i].word;
        }
        one.letters = read_digits_as_letters(one.word);
        joined.push_back(std::move(one));
    }
    return joined;
}

bool is_host_sign(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'; }

/// Where the host or one of its subdomains stands in the text (ASCII lower case); npos: nowhere.
std::size_t find_host(std::string_view lower, std::string_view host) {
    for (auto at = lower.find(host); at != lower.npos; at = lower.find(host, at + 1)) {
        const auto end = at + host.size();
        const bool begins = at == 0 || !is_host_sign(lower[at - 1]);
        const bool goes_on = end < lower.size()
                             && (is_host_sign(lower[end]) || (lower[end] == '.' && end + 1 < lower.size() && is_host_sign(lower[end + 1])));
        if (begins && !goes_on) {
            return at;
        }
    }
    return lower.npos;
}

std::string clean_host(std::string_view typed) {
    auto host = base::lower_ascii(base::trim(typed));
    for (const std::string_view front : {"https://", "http://", "www."}) {
        host = host.starts_with(front) ? host.substr(front.size()) : host;
    }
    host = host.substr(0, host.find_first_of("/?#:"));
    const bool is_plain = std::all_of(host.begin(), host.end(), [](char c) { return is_host_sign(c) || c == '.'; });
    const bool has_point =
        host.find('.') != std::string::npos && !host.starts_with('.') && !host.ends_with('.') && host.find("..") == std::string::npos;
    return is_plain && has_point && host.size() <= most_characters ? host : std::string{};
}

}  // namespace

std::string clean_pattern(std::string_view typed, bool is_host) {
    if (is_host) {
        return clean_host(typed);
    }
    std::string pattern;
    for (const auto& part : base::split(base::normalize_newlines(typed), ' ')) {
        const auto word = base::trim(part);
        pattern += (pattern.empty() || word.empty() ? "" : " ") + word;
    }
    const auto count = split_words(pattern).size();
    const bool is_right = count >= 1 && count <= most_words && base::count_characters(pattern) <= most_characters;
    return is_right ? pattern : std::string{};
}

WordMatcher::WordMatcher(std::vector<WordRule> rules) : rules_{std::move(rules)} {
    for (std::size_t i = 0; i < rules_.size(); ++i) {
        std::vector<std::string> words;
        if (rules_[i].is_host) {
            has_hosts_ = true;
        } else {
            for (auto& token : split_words(rules_[i].pattern)) {
                words.push_back(std::move(token.word));
            }
            if (!words.empty()) {
                by_word_.emplace(words.front(), i);
            }
        }
        words_.push_back(std::move(words));
    }
}

std::vector<WordMatch> WordMatcher::find(std::string_view markdown) const {
    std::map<std::size_t, WordMatch> first;
    const auto match_at = [&](const std::vector<Token>& tokens, std::size_t at, const std::string& word) {
        const auto [from, to] = by_word_.equal_range(word);
        for (auto entry = from; entry != to; ++entry) {
            const auto& words = words_[entry->second];
            if (at + words.size() > tokens.size()) {
                continue;
            }
            const bool is_met =
                std::equal(words.begin(), words.end(), tokens.begin() + static_cast<std::ptrdiff_t>(at),
                           [](const auto& wanted, const Token& token) { return wanted == token.word || wanted == token.letters; });
            if (is_met) {
                const WordMatch match{entry->second, tokens[at].begin, tokens[at + words.size() - 1].end};
                first.emplace(entry->second, match);
            }
        }
    };
    if (!by_word_.empty()) {
        const auto tokens = split_words(markdown);
        for (const auto& list : {tokens, join_letters(tokens)}) {
            for (std::size_t at = 0; at < list.size(); ++at) {
                match_at(list, at, list[at].word);
                if (list[at].letters != list[at].word) {
                    match_at(list, at, list[at].letters);
                }
            }
        }
    }
    if (has_hosts_) {
        const auto lower = base::lower_ascii(markdown);
        for (std::size_t i = 0; i < rules_.size(); ++i) {
            const auto at = rules_[i].is_host ? find_host(lower, rules_[i].pattern) : std::string::npos;
            if (at != std::string::npos) {
                first.emplace(i, WordMatch{i, at, at + rules_[i].pattern.size()});
            }
        }
    }
    std::vector<WordMatch> matches;
    for (const auto& [rule, match] : first) {
        matches.push_back(match);
    }
    return matches;
}

}  // namespace forum::moderation
