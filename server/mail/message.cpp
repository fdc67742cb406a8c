#include "mail/message.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace forum::mail {

namespace {

constexpr std::size_t longest_address = 254;  // RFC 5321 §4.5.3.1, erratum 1690
constexpr std::size_t longest_local = 64;
constexpr std::size_t longest_line = 76;  // RFC 2045 §6.7
// RFC 2047 §2: a line with encoded words has at most 76, and "Subject: " stands before the first.
constexpr std::size_t longest_word = 66;

bool is_alphanumeric(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); }

bool is_within_character(char c) { return (static_cast<unsigned char>(c) & 0xC0U) == 0x80; }

std::string hex(char c) { return fmt::format("={:02X}", static_cast<unsigned char>(c)); }

/// Parts between dots, none of them empty, of characters that `allowed` knows.
template <class Allowed>
bool is_dotted(std::string_view text, Allowed allowed) {
    char before = '.';
    for (const char c : text) {
        if (c == '.' ? before == '.' : !allowed(c)) {
            return false;
        }
        before = c;
    }
    return before != '.';
}

/// One or more encoded words, each of whole characters.
std::string encode_words(std::string_view text) {
    constexpr std::string_view begin{"=?UTF-8?Q?"}, end{"?="};
    std::string encoded, word;
    std::string piece;  // one character
    const auto take = [&] {
        if (begin.size() + word.size() + piece.size() + end.size() > longest_word) {
            encoded += (encoded.empty() ? "" : "\r\n ") + std::string{begin} + word + std::string{end};
            word.clear();
        }
        word += piece;
        piece.clear();
    };
    for (const char c : text) {
        if (!is_within_character(c)) {
            take();
        }
        piece += c == ' ' ? "_" : is_alphanumeric(c) ? std::string{c} : hex(c);
    }
    take();
    return encoded + (encoded.empty() ? "" : "\r\n ") + std::string{begin} + word + std::string{end};
}

std::string encode_body(std::string_view text) {
    std::string encoded;
    std::string line;
    for (std::size_t at = 0; at < text.size(); ++at) {
        const char c = text[at];
        if (c == '\n') {
            encoded += line + "\r\n";
            line.clear();
            continue;
        }
        const bool is_last = at + 1 == text.size() || text[at + 1] == '\n';
        const bool is_plain = (c > ' ' && c < 127 && c != '=' && !(c == '.' && line.empty())) || (c == ' ' && !is_last);
        const auto piece = is_plain ? std::string{c} : hex(c);
        if (line.size() + piece.size() > longest_line - 1) {
            encoded += line + "=\r\n";
            line.clear();
        }
        line += piece;
    }
    return encoded + line + (line.empty() ? "" : "\r\n");
}

}  // namespace

bool is_address(std::string_view text) {
    const auto at = text.find('@');
    if (at == text.npos || at > longest_local || text.size() > longest_address) {
        return false;
    }
    const auto local = text.substr(0, at);
    const auto domain = text.substr(at + 1);
    constexpr std::string_view also{"!#$%&'*+-/=?^_`{|}~"};
    return is_dotted(local, [&](char c) { return is_alphanumeric(c) || also.find(c) != also.npos; })
           && is_dotted(domain, [](char c) { return is_alphanumeric(c) || c == '-'; }) && domain.find('.') != domain.npos;
}

std::string to_message(const Letter& letter, const std::string& from, const std::string& from_name) {
    const auto domain = from.substr(from.find('@') + 1);
    const auto since = std::chrono::duration_cast<std::chrono::microseconds>(letter.created_at.time_since_epoch()).count();
    // "Sun, 22 Nov 2026 09:12:03 GMT" has the obsolete zone of RFC 5322 §4.3.
    auto date = base::to_http_date(letter.created_at);
    date.replace(date.size() - 3, 3, "+0000");
    return "Date: " + date + "\r\n" + "From: " + encode_words(from_name) + " <" + from + ">\r\n" + "To: <" + letter.address + ">\r\n"
           + "Subject: " + encode_words(letter.subject) + "\r\n" + fmt::format("Message-ID: <{}.{}@{}>\r\n", letter.id, since, domain)
           + "MIME-Version: 1.0\r\n"
             "Content-Type: text/plain; charset=utf-8\r\n"
             "Content-Transfer-Encoding: quoted-printable\r\n"
             // RFC 3834: no holiday answers to it.
             "Auto-Submitted: auto-generated\r\n"
             "\r\n"
           + encode_body(letter.body);
}

}  // namespace forum::mail
