// How find_resident_data walks over a text; nobody else includes it. Rule: every step is linear in the text, because anyone can
// send 20,000 characters made to be slow.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "base/text.hpp"
#include "moderation/resident_data.hpp"

namespace forum::moderation {

constexpr std::string_view no_break_space = "\xC2\xA0";
constexpr std::string_view en_dash = "\xE2\x80\x93";
constexpr std::string_view euro = "\xE2\x82\xAC";

inline bool is_digit(char c) { return c >= '0' && c <= '9'; }
inline bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }
inline bool is_letter(char c) { return is_upper(c) || (c >= 'a' && c <= 'z'); }
/// Part of a word; every byte of an accented letter is, and so are other signs outside ASCII: good enough for an edge.
inline bool is_word(char c) { return is_digit(c) || is_letter(c) || static_cast<unsigned char>(c) >= 0x80; }

inline bool is_one_of(std::string_view value, const auto& list) { return std::find(list.begin(), list.end(), value) != list.end(); }

class ResidentScanner {
public:
    ResidentScanner(std::string_view text, const IsOfficialDomain& is_official)
        : text_{text}, is_official_{is_official}, taken_(text.size(), false) {}

    std::vector<ResidentData> scan() {
        // What is surest goes first: what it covers is looked at by nobody after it.
        take_web_addresses();
        find_bank_accounts();
        find_emails();
        find_numbers();
        find_postcodes();
        find_streets();
        std::sort(found_.begin(), found_.end(), [](const auto& a, const auto& b) { return a.begin < b.begin; });
        return std::move(found_);
    }

private:
    char at(std::size_t i) const { return i < text_.size() ? text_[i] : ' '; }
    bool starts(std::size_t i, std::string_view what) const { return i <= text_.size() && text_.substr(i).starts_with(what); }
    bool is_taken(std::size_t begin, std::size_t end) const {
        return std::find(taken_.begin() + static_cast<std::ptrdiff_t>(begin), taken_.begin() + static_cast<std::ptrdiff_t>(end), true)
               != taken_.begin() + static_cast<std::ptrdiff_t>(end);
    }
    void take(std::size_t begin, std::size_t end) {
        std::fill(taken_.begin() + static_cast<std::ptrdiff_t>(begin), taken_.begin() + static_cast<std::ptrdiff_t>(end), true);
    }
    /// A no-break space, a dash, a quotation mark (U+2000 to U+206F) or the sign of the euro: no part of a word.
    static bool is_sign(std::string_view character) {
        return character.starts_with(no_break_space) || character.starts_with("\xE2\x80") || character.starts_with("\xE2\x81")
               || character.starts_with(euro);
    }
    bool starts_word(std::size_t i) const {
        return i == 0 || !is_word(text_[i - 1]) || (i >= 2 && text_.substr(i - 2, 2) == no_break_space)
               || (i >= 3 && is_sign(text_.substr(i - 3, 3)) && text_[i - 3] == '\xE2');
    }
    bool ends_word(std::size_t i) const { return i >= text_.size() || !is_word(text_[i]) || is_sign(text_.substr(i, 3)); }
    /// Length of the white space at i: one space, of either kind; 0 for none.
    std::size_t space(std::size_t i) const { return at(i) == ' ' && i < text_.size() ? 1 : starts(i, no_break_space) ? 2 : 0; }
    void add(DataKind kind, std::size_t begin, std::size_t end) {
        found_.push_back({kind, begin, end});
        take(begin, end);
    }
    /// What stands in the last `count` bytes before i, in lower case.
    std::string before(std::size_t i, std::size_t count) const {
        count = std::min(i, count);
        return base::lower_ascii(text_.substr(i - count, count));
    }

    void take_web_addresses() {
        for (const std::string_view mark : {"http://", "https://", "www."}) {
            for (auto begin = text_.find(mark); begin != text_.npos;) {
                const auto end = std::min(text_.find_first_of(" \t\n\r<>()[]\"", begin), text_.size());
                take(begin, end);
                begin = text_.find(mark, end);
            }
        }
    }

    void find_bank_accounts();
    void find_emails();
    void find_numbers();
    void find_postcodes();
    void find_streets();

    /// Digits that belong together, as people write them: "06-12 34 56 78" is five groups.
    struct Group {
        std::size_t begin, end;
        std::string_view joiner;  ///< what stands before it, "" for the first
    };
    std::size_t joiner(std::size_t i) const;
    bool is_phone(const std::vector<Group>& groups, std::size_t first, std::size_t last, const std::string& digits) const;
    std::size_t find_phone(const std::vector<Group>& groups, std::size_t first);
    std::size_t find_citizen_number(const std::vector<Group>& groups, std::size_t first);

    std::string_view text_;
    const IsOfficialDomain& is_official_;
    std::vector<bool> taken_;
    std::vector<ResidentData> found_;
};

}  // namespace forum::moderation
