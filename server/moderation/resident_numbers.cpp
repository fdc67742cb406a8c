#include <array>

#include "moderation/resident_scanner.hpp"

namespace forum::moderation {

namespace {

/// Lengths of the IBAN registry (ISO 13616) for the countries whose accounts are met here.
std::size_t iban_length(std::string_view country) {
    static constexpr std::array<std::pair<std::string_view, std::size_t>, 14> lengths{{{"NL", 18},
                                                                                       {"BE", 16},
                                                                                       {"DE", 22},
                                                                                       {"FR", 27},
                                                                                       {"GB", 22},
                                                                                       {"LU", 20},
                                                                                       {"ES", 24},
                                                                                       {"IT", 27},
                                                                                       {"PL", 28},
                                                                                       {"RO", 24},
                                                                                       {"BG", 22},
                                                                                       {"PT", 25},
                                                                                       {"TR", 26},
                                                                                       {"HU", 28}}};
    for (const auto& [name, length] : lengths) {
        if (name == country) {
            return length;
        }
    }
    return 0;
}

bool is_iban(std::string_view iban) {
    int rest = 0;
    for (std::size_t i = 0; i < iban.size(); ++i) {
        const char c = iban[(i + 4) % iban.size()];
        rest = is_digit(c) ? (rest * 10 + (c - '0')) % 97 : (rest * 100 + (c - 'A' + 10)) % 97;
    }
    return rest == 1;
}

}  // namespace

void ResidentScanner::find_bank_accounts() {
    for (std::size_t i = 0; i + 4 < text_.size(); ++i) {
        const auto length = is_upper(text_[i]) && starts_word(i) ? iban_length(text_.substr(i, 2)) : 0;
        if (length == 0 || !is_digit(text_[i + 2]) || !is_digit(text_[i + 3]) || taken_[i]) {
            continue;
        }
        std::string iban;
        auto end = i;
        while (iban.size() < length && end < text_.size() && (is_upper(text_[end]) || is_digit(text_[end]))) {
            iban += text_[end++];
            const auto gap = space(end) != 0 ? space(end) : std::size_t{at(end) == '.' || at(end) == '-'};
            end += iban.size() < length ? gap : 0;
        }
        if (iban.size() != length || !ends_word(end)) {
            continue;
        }
        // BNG Bank and NWB Bank serve the public sector only.
        const bool is_public = iban.substr(4, 4) == "BNGH" || iban.substr(4, 4) == "NWAB";
        if (is_iban(iban) && !is_public) {
            add(DataKind::bank_account, i, end);
        } else {
            take(i, end);  // its digits are no telephone number either
        }
    }
}

/// Length of what joins two groups of one number at i: at most ")", a space, one of "-./–", a space, "(" in this order; 0 when
/// no digit follows. A point or a stroke with a space at its side ends a sentence or a part of one.
std::size_t ResidentScanner::joiner(std::size_t i) const {
    auto end = i;
    end += at(end) == ')' ? 1 : 0;
    const auto left = space(end);
    end += left;
    const bool is_mark = at(end) == '.' || at(end) == '/';
    end += at(end) == '-' || is_mark ? 1 : starts(end, en_dash) ? en_dash.size() : 0;
    const auto right = end > i + left ? space(end) : 0;
    end += right;
    end += at(end) == '(' ? 1 : 0;
    const bool is_sentence = is_mark && left + right > 0;
    return end > i && !is_sentence && is_digit(at(end)) && end < text_.size() ? end - i : 0;
}

bool ResidentScanner::is_phone(const std::vector<Group>& groups, std::size_t first, std::size_t last, const std::string& digits) const {
    const bool has_plus = groups[first].begin > 0 && text_[groups[first].begin - 1] == '+';
    std::string national;
    if (has_plus || digits.starts_with("0031")) {
        const std::size_t country = has_plus ? 2 : 4;
        if (digits.substr(country - 2, 2) != "31") {
            return false;
        }
        national = digits.substr(country);
        national = (national.starts_with('0') ? "" : "0") + national;
    } else {
        national = digits;
    }
    if (national.size() != 10 || national[0] != '0' || national[1] == '0') {
        return false;
    }
    // 0800 and 090x are for the public, 088 is for large organisations.
    for (const std::string_view general : {"0800", "0900", "0906", "0909", "088", "067"}) {
        if (national.starts_with(general)) {
            return false;
        }
    }
    if (national.size() != digits.size()) {
        return true;
    }
    const auto length = groups[first].end - groups[first].begin;
    if (length == 2 && last > first + 1) {
        // 06-12-2024 is a day.
        const auto second = groups[first + 1].end - groups[first + 1].begin;
        const auto third = groups[first + 2].end - groups[first + 2].begin;
        const auto year = text_.substr(groups[first + 2].begin, 2);
        if (second <= 2 && third == 4 && (year == "19" || year == "20")) {
            return false;
        }
    }
    return national[1] == '6' ? length >= 2 : length == 3 || length == 4 || length == 10;
}

/// The group after the number that begins at `first`; `first` itself when none does.
std::size_t ResidentScanner::find_phone(const std::vector<Group>& groups, std::size_t first) {
    constexpr std::size_t most_digits = 14;  // 0031 0 6 12345678
    std::string digits;
    for (auto last = first; last < groups.size() && digits.size() < most_digits; ++last) {
        digits += text_.substr(groups[last].begin, groups[last].end - groups[last].begin);
        if (digits.size() >= 10 && is_phone(groups, first, last, digits)) {
            const auto begin = groups[first].begin, end = groups[last].end;
            const char left = begin > 0 ? text_[begin - 1] : ' ';
            const bool is_bracket = left == '(' && text_.substr(begin, end - begin).find(')') != text_.npos;
            add(DataKind::phone, left == '+' || is_bracket ? begin - 1 : begin, end);
            return last + 1;
        }
    }
    return first;
}

std::size_t ResidentScanner::find_citizen_number(const std::vector<Group>& groups, std::size_t first) {
    const auto joined_by = [&](std::size_t group) { return group < groups.size() ? groups[group].joiner : std::string_view{}; };
    // 1.123.456.782 and 12-123456782 are numbers of another kind.
    const auto is_tight = [](std::string_view joiner) { return joiner == "." || joiner == "-" || joiner == "/"; };
    if (is_tight(joined_by(first))) {
        return first;
    }
    std::string digits;
    auto last = first;
    for (; last < groups.size() && last < first + 4; ++last) {
        if (last > first + 1 && groups[last].joiner != groups[first + 1].joiner) {
            return first;
        }
        digits += text_.substr(groups[last].begin, groups[last].end - groups[last].begin);
        if (digits.size() >= 9) {
            break;
        }
    }
    if (last == groups.size() || !is_citizen_number(digits)) {
        return first;
    }
    const auto begin = groups[first].begin, end = groups[last].end;
    const auto left = before(begin, 16);
    const bool is_money = left.ends_with(euro) || left.ends_with(std::string{euro} + " ") || left.ends_with("eur ")
                          || left.ends_with("euro ") || starts(end, " euro") || starts(end, " EUR")
                          || (at(end) == ',' && is_digit(at(end + 1)));
    // A legal entity has a number of the same make.
    if (is_tight(joined_by(last + 1)) || is_money || left.find("rsin") != std::string::npos) {
        return first;
    }
    add(DataKind::citizen_number, begin, end);
    return last + 1;
}

void ResidentScanner::find_numbers() {
    for (std::size_t i = 0; i < text_.size();) {
        if (!is_digit(text_[i]) || !starts_word(i) || taken_[i]) {
            ++i;
            continue;
        }
        std::vector<Group> groups;
        std::size_t joined = 0;
        do {
            const auto begin = i + joined;
            auto end = begin;
            while (end < text_.size() && is_digit(text_[end])) {
                ++end;
            }
            if (!ends_word(end) || is_taken(begin, end)) {
                i = end;
                break;
            }
            groups.push_back({begin, end, text_.substr(i, groups.empty() ? 0 : joined)});
            i = end;
            joined = joiner(i);
        } while (joined > 0);
        for (std::size_t first = 0; first < groups.size();) {
            auto next = find_phone(groups, first);
            if (next == first) {
                next = find_citizen_number(groups, first);
            }
            first = std::max(next, first + 1);
        }
    }
}

bool is_citizen_number(std::string_view digits) {
    if (digits.size() != 9 || digits == "000000000" || !std::all_of(digits.begin(), digits.end(), is_digit)) {
        return false;
    }
    int sum = -(digits[8] - '0');
    for (std::size_t i = 0; i < 8; ++i) {
        sum += (9 - static_cast<int>(i)) * (digits[i] - '0');
    }
    return sum % 11 == 0;
}

}  // namespace forum::moderation
