#include "base/text.hpp"

#include <unicode/brkiter.h>
#include <unicode/normalizer2.h>
#include <unicode/translit.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>

#include <algorithm>
#include <memory>
#include <stdexcept>

namespace forum::base {

namespace {

constexpr std::size_t max_slug_bytes = 80;

bool is_continuation(char c) { return (static_cast<unsigned char>(c) & 0xc0U) == 0x80U; }

bool is_ascii(std::string_view text) {
    return std::all_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

/// Bytes of the well-formed sequence at the front of `text`; 0 when there is none (RFC 3629 §4, its table).
std::size_t sequence_length(std::string_view text) {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const auto lead = byte(0);
    if (lead < 0x80) {
        return lead == 0 ? 0 : 1;
    }
    std::size_t length = 0;
    unsigned char low = 0x80;
    unsigned char high = 0xbf;
    if (lead >= 0xc2 && lead <= 0xdf) {
        length = 2;
    } else if (lead >= 0xe0 && lead <= 0xef) {
        length = 3;
        if (lead == 0xe0)
            low = 0xa0;
        if (lead == 0xed)
            high = 0x9f;
    } else if (lead >= 0xf0 && lead <= 0xf4) {
        length = 4;
        if (lead == 0xf0)
            low = 0x90;
        if (lead == 0xf4)
            high = 0x8f;
    }
    if (length == 0 || text.size() < length || byte(1) < low || byte(1) > high) {
        return 0;
    }
    for (std::size_t i = 2; i < length; ++i) {
        if (!is_continuation(text[i])) {
            return 0;
        }
    }
    return length;
}

icu::UnicodeString to_icu(std::string_view text) {
    return icu::UnicodeString::fromUTF8(icu::StringPiece{text.data(), static_cast<int32_t>(text.size())});
}

void check(UErrorCode status, const char* what) {
    if (U_FAILURE(status)) {
        throw std::runtime_error{std::string{"ICU: "} + what + ": " + u_errorName(status)};
    }
}

/// A transliterator keeps state while it works, so each thread has its own.
const icu::Transliterator& to_latin_ascii() {
    thread_local const std::unique_ptr<icu::Transliterator> made = [] {
        UErrorCode status = U_ZERO_ERROR;
        std::unique_ptr<icu::Transliterator> result{icu::Transliterator::createInstance("Any-Latin; Latin-ASCII", UTRANS_FORWARD, status)};
        check(status, "transliterator");
        return result;
    }();
    return *made;
}

/// Letters and signs that have no decomposition, but that a person at a keyboard leaves plain.
void append_plain(icu::UnicodeString& out, UChar32 c) {
    switch (c) {
    case 0x00f8: out.append(u'o'); return;      // ø
    case 0x0111: out.append(u'd'); return;      // đ
    case 0x0142: out.append(u'l'); return;      // ł
    case 0x0131: out.append(u'i'); return;      // dotless i
    case 0x00e6: out.append(u"ae", 2); return;  // æ
    case 0x0153: out.append(u"oe", 2); return;  // œ
    case 0x2018:                                // ‘
    case 0x2019:                                // ’
    case 0x02bc: out.append(u'\''); return;     // modifier apostrophe
    case 0x2010:                                // hyphen
    case 0x2011:                                // no-break hyphen
    case 0x2013: out.append(u'-'); return;      // –
    default:
        if (u_charType(c) != U_NON_SPACING_MARK) {
            out.append(c);
        }
    }
}

/// Byte offset of code point number `index`.
std::size_t offset_of(std::string_view text, std::size_t index) {
    std::size_t at = 0;
    for (; at < text.size(); ++at) {
        if (!is_continuation(text[at]) && index-- == 0) {
            return at;
        }
    }
    return text.size();
}

/// The last place at or before `limit` (bytes) where a visible character ends.
std::size_t character_boundary(std::string_view text, std::size_t limit) {
    UErrorCode status = U_ZERO_ERROR;
    std::unique_ptr<icu::BreakIterator> iterator{icu::BreakIterator::createCharacterInstance(icu::Locale::getRoot(), status)};
    check(status, "character boundaries");
    // Sixteen code points behind the limit are enough to see that a character goes on there.
    const auto head = to_icu(text.substr(0, offset_of(text.substr(limit), 16) + limit));
    iterator->setText(head);
    const int32_t wanted = to_icu(text.substr(0, limit)).length();
    const int32_t found = iterator->isBoundary(wanted) != 0 ? wanted : iterator->preceding(wanted);
    if (found <= 0) {
        return limit;
    }
    std::string kept;
    head.tempSubStringBetween(0, found).toUTF8String(kept);
    return kept.size();
}

bool is_space_at_end(std::string_view text, std::size_t& length) {
    if (text.empty()) {
        return false;
    }
    if (text.ends_with("\xc2\xa0")) {
        length = 2;
        return true;
    }
    length = 1;
    return std::string_view{" \t\n\v\f\r"}.find(text.back()) != std::string_view::npos;
}

bool is_space_at_start(std::string_view text, std::size_t& length) {
    if (text.empty()) {
        return false;
    }
    if (text.starts_with("\xc2\xa0")) {
        length = 2;
        return true;
    }
    length = 1;
    return std::string_view{" \t\n\v\f\r"}.find(text.front()) != std::string_view::npos;
}

std::string_view trimmed(std::string_view text) {
    std::size_t length = 0;
    while (is_space_at_start(text, length)) {
        text.remove_prefix(length);
    }
    while (is_space_at_end(text, length)) {
        text.remove_suffix(length);
    }
    return text;
}

}  // namespace

bool is_valid_utf8(std::string_view text) {
    while (!text.empty()) {
        const auto length = sequence_length(text);
        if (length == 0) {
            return false;
        }
        text.remove_prefix(length);
    }
    return true;
}

std::size_t count_characters(std::string_view text) {
    return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) { return !is_continuation(c); }));
}

std::string excerpt(std::string_view text, std::size_t limit) {
    if (count_characters(text) <= limit) {
        return std::string{text};
    }
    if (limit == 0) {
        return {};
    }
    const auto cut = offset_of(text, limit - 1);
    auto kept = text.substr(0, cut);
    const auto space = text.substr(0, cut + 1).find_last_of(" \t\n");
    if (space != std::string_view::npos && !trimmed(text.substr(0, space)).empty()) {
        kept = text.substr(0, space);
    } else {
        kept = text.substr(0, character_boundary(text, cut));
    }
    std::size_t length = 0;
    while (is_space_at_end(kept, length)) {
        kept.remove_suffix(length);
    }
    return std::string{kept} + "…";
}

std::string trim(std::string_view text) { return std::string{trimmed(text)}; }

std::string normalize_newlines(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '\r') {
            out += text[i];
        } else {
            out += '\n';
            if (i + 1 < text.size() && text[i + 1] == '\n') {
                ++i;
            }
        }
    }
    return out;
}

std::string slugify(std::string_view text) {
    auto plain = fold(text);
    if (!is_ascii(plain)) {
        // Other scripts, and signs such as the euro's: complete, and a hundred times slower than folding.
        auto latin = to_icu(plain);
        to_latin_ascii().transliterate(latin);
        plain.clear();
        latin.toUTF8String(plain);
    }
    std::string slug;
    for (const char c : lower_ascii(plain)) {
        if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) {
            slug += c;
        } else if (c == '\'') {
            // "foto's" is one word.
        } else if (!slug.empty() && slug.back() != '-') {
            slug += '-';
        }
    }
    if (slug.size() > max_slug_bytes) {
        const bool inside_word = slug[max_slug_bytes] != '-';
        slug.resize(max_slug_bytes);
        const auto hyphen = slug.rfind('-');
        if (inside_word && hyphen != std::string::npos) {
            slug.resize(hyphen);
        }
    }
    while (!slug.empty() && slug.back() == '-') {
        slug.pop_back();
    }
    return slug.empty() ? "gesprek" : slug;
}

std::string fold(std::string_view text) {
    if (is_ascii(text)) {
        return lower_ascii(text);
    }
    UErrorCode status = U_ZERO_ERROR;
    const auto* folder = icu::Normalizer2::getNFKCCasefoldInstance(status);
    const auto* decomposer = icu::Normalizer2::getNFKDInstance(status);
    check(status, "normalizer");
    const auto folded = folder->normalize(to_icu(text), status);
    const auto decomposed = decomposer->normalize(folded, status);
    check(status, "normalize");
    icu::UnicodeString plain;
    for (int32_t i = 0; i < decomposed.length(); i = decomposed.moveIndex32(i, 1)) {
        append_plain(plain, decomposed.char32At(i));
    }
    std::string out;
    plain.toUTF8String(out);
    return out;
}

std::string escape_html(std::string_view text) {
    std::string out;
    out.reserve(text.size() + text.size() / 8);
    for (const char c : text) {
        switch (c) {
        case '&': out += "&amp;"; break;
        case '<': out += "&lt;"; break;
        case '>': out += "&gt;"; break;
        case '"': out += "&quot;"; break;
        case '\'': out += "&#39;"; break;
        default: out += c;
        }
    }
    return out;
}

std::vector<std::string> split(std::string_view text, char separator) {
    std::vector<std::string> parts;
    while (true) {
        const auto at = text.find(separator);
        parts.emplace_back(text.substr(0, at));
        if (at == std::string_view::npos) {
            return parts;
        }
        text.remove_prefix(at + 1);
    }
}

std::string lower_ascii(std::string_view text) {
    std::string out{text};
    for (char& c : out) {
        if (c >= 'A' && c <= 'Z') {
            c = static_cast<char>(c - 'A' + 'a');
        }
    }
    return out;
}

}  // namespace forum::base
