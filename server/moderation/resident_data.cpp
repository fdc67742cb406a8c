#include "moderation/resident_data.hpp"

#include <array>

#include "moderation/resident_scanner.hpp"

namespace forum::moderation {

namespace {

constexpr std::array<std::string_view, 32> general_boxes{"info",         "contact",      "gemeente",
                                                         "griffie",      "raadsgriffie", "post",
                                                         "postbus",      "secretariaat", "bestuurssecretariaat",
                                                         "bestuur",      "klantcontact", "kcc",
                                                         "communicatie", "pers",         "woordvoering",
                                                         "vergunningen", "wmo",          "burgerzaken",
                                                         "redactie",     "helpdesk",     "support",
                                                         "servicedesk",  "noreply",      "no-reply",
                                                         "privacy",      "fg",           "webmaster",
                                                         "wijkteam",     "loket",        "balie",
                                                         "abuse",        "security"};

/// Domains of government as a whole; those of municipalities are known by their names.
bool is_government(std::string_view domain) {
    static constexpr std::array<std::string_view, 12> domains{"rijksoverheid.nl", "overheid.nl", "vng.nl",     "vngrealisatie.nl",
                                                              "minszw.nl",        "minbzk.nl",   "minjenv.nl", "minvws.nl",
                                                              "minocw.nl",        "politie.nl",  "ind.nl",     "coa.nl"};
    return std::any_of(domains.begin(), domains.end(), [&](std::string_view known) {
        return domain == known || (domain.ends_with(known) && domain[domain.size() - known.size() - 1] == '.');
    });
}

constexpr std::array<std::string_view, 13> street_ends{"straat", "laan", "weg", "plein", "singel", "gracht",   "kade",
                                                       "dijk",   "hof",  "pad", "steeg", "dreef",  "plantsoen"};
/// Words that end like a street and are none, and streets at which a town hall stands.
constexpr std::array<std::string_view, 11> no_streets{"snelweg", "rijksweg", "spoorweg", "onderweg",    "overweg", "omweg",
                                                      "uitweg",  "terugweg", "tijdpad",  "gerechtshof", "groeipad"};
constexpr std::array<std::string_view, 4> town_halls{"stadhuis", "raadhuis", "gemeentehuis", "provinciehuis"};

bool is_street(std::string_view word) {
    if (!(is_upper(word.front()) || static_cast<unsigned char>(word.front()) >= 0xC3)) {
        return false;
    }
    const auto lower = base::lower_ascii(word);
    const auto is_begin = [&](std::string_view begin) { return lower.starts_with(begin); };
    const auto is_end = [&](std::string_view end) { return lower.size() >= end.size() + 3 && lower.ends_with(end); };
    return std::any_of(street_ends.begin(), street_ends.end(), is_end) && !is_one_of(lower, no_streets)
           && std::none_of(town_halls.begin(), town_halls.end(), is_begin);
}

}  // namespace

void ResidentScanner::find_emails() {
    constexpr std::size_t most = 64;  // RFC 5321 §4.5.3.1.1, and what keeps this linear
    const auto is_local = [](char c) { return is_letter(c) || is_digit(c) || std::string_view{"._%+-"}.find(c) != std::string_view::npos; };
    const auto is_host = [](char c) { return is_letter(c) || is_digit(c) || c == '.' || c == '-'; };
    for (auto sign = text_.find('@'); sign != text_.npos; sign = text_.find('@', sign + 1)) {
        auto begin = sign, end = sign + 1;
        while (begin > 0 && sign - begin < most && is_local(text_[begin - 1])) {
            --begin;
        }
        while (end < text_.size() && end - sign < 255 && is_host(text_[end])) {
            ++end;
        }
        while (end > sign + 1 && !is_letter(text_[end - 1]) && !is_digit(text_[end - 1])) {
            --end;
        }
        const auto local = base::lower_ascii(text_.substr(begin, sign - begin));
        const auto domain = base::lower_ascii(text_.substr(sign + 1, end - sign - 1));
        const auto dot = domain.rfind('.');
        if (local.empty() || dot == std::string::npos || dot == 0 || domain.size() - dot < 3 || is_taken(begin, end)) {
            continue;
        }
        const auto box = local.substr(0, local.find_first_of(".+_-"));
        if (is_one_of(box, general_boxes) || is_one_of(local, general_boxes) || is_government(domain) || is_official_(domain)) {
            take(begin, end);
        } else {
            add(DataKind::email, begin, end);
        }
    }
}

void ResidentScanner::find_postcodes() {
    for (std::size_t i = 0; i + 5 < text_.size(); ++i) {
        if (text_[i] < '1' || text_[i] > '9' || !starts_word(i) || !is_digit(text_[i + 1]) || !is_digit(text_[i + 2])
            || !is_digit(text_[i + 3])) {
            continue;
        }
        const auto letters = i + 4 + space(i + 4);
        if (!is_upper(at(letters)) || !is_upper(at(letters + 1)) || !ends_word(letters + 2) || is_taken(i, letters + 2)) {
            continue;
        }
        const auto pair = text_.substr(letters, 2);
        if (pair == "SA" || pair == "SD" || pair == "SS") {
            continue;
        }
        // The number after it: "2671 AB 12", "2671 AB, 12a".
        auto number = letters + 2;
        number += at(number) == ',' ? 1 : 0;
        number += space(number);
        auto end = number;
        while (is_digit(at(end)) && end < text_.size() && end - number < 6) {
            ++end;
        }
        if (end > number && number > letters + 2 && end - number < 6) {
            end += is_letter(at(end)) && end < text_.size() ? 1 : 0;
            if (ends_word(end) && !is_taken(i, end)) {
                add(DataKind::address, i, end);
                continue;
            }
        }
        // Or before it: "De Brink 4, 9401 AB"; a post box is no home.
        auto last = i;
        while (last > 0 && i - last < 3 && (text_[last - 1] == ' ' || text_[last - 1] == ',')) {
            --last;
        }
        auto begin = last;
        while (begin > 0 && last - begin < 6 && (is_digit(text_[begin - 1]) || is_letter(text_[begin - 1]))) {
            --begin;
        }
        if (begin < last && last < i && is_digit(text_[begin]) && starts_word(begin) && !is_taken(begin, letters + 2)
            && !before(begin, 16).ends_with("postbus ") && !before(begin, 16).ends_with("antwoordnummer ")) {
            add(DataKind::address, begin, letters + 2);
        }
    }
}

void ResidentScanner::find_streets() {
    constexpr std::size_t longest_word = 60;
    for (std::size_t i = 1; i < text_.size(); ++i) {
        const auto gap = text_[i - 1] == ' ' ? std::size_t{1} : i > 1 && text_.substr(i - 2, 2) == no_break_space ? 2 : 0;
        if (text_[i] < '1' || text_[i] > '9' || gap == 0) {
            continue;
        }
        auto end = i;
        while (is_digit(at(end)) && end < text_.size()) {
            ++end;
        }
        const auto digits = text_.substr(i, end - i);
        // "Lindelaan 2030" is a project.
        const bool is_year = digits.size() == 4 && (digits.starts_with("19") || digits.starts_with("20"));
        if (digits.size() > 4 || is_year) {
            continue;
        }
        end += is_letter(at(end)) && end < text_.size() && ends_word(end + 1) ? 1 : 0;
        const bool is_time_or_share = (at(end) == ':' || at(end) == ',' || at(end) == '.') && is_digit(at(end + 1));
        if (!ends_word(end) || is_time_or_share || at(end) == '%' || starts(end, " %") || starts(end, " procent")) {
            continue;
        }
        const auto word_end = i - gap;
        auto begin = word_end;
        while (begin > 0 && word_end - begin < longest_word
               && (is_letter(text_[begin - 1]) || text_[begin - 1] == '-' || static_cast<unsigned char>(text_[begin - 1]) >= 0x80)) {
            --begin;
        }
        while (begin < word_end && (text_[begin] == '-' || (static_cast<unsigned char>(text_[begin]) & 0xC0U) == 0x80U)) {
            ++begin;
        }
        if (begin < word_end && is_street(text_.substr(begin, word_end - begin)) && !is_taken(begin, end)) {
            add(DataKind::address, begin, end);
        }
    }
}

std::string_view data_kind_name(DataKind kind) {
    switch (kind) {
    case DataKind::citizen_number: return "citizen_number";
    case DataKind::phone: return "phone";
    case DataKind::email: return "email";
    case DataKind::address: return "address";
    case DataKind::bank_account: return "bank_account";
    }
    return {};
}

std::vector<ResidentData> find_resident_data(std::string_view text, const IsOfficialDomain& is_official) {
    return ResidentScanner{text, is_official}.scan();
}

}  // namespace forum::moderation
