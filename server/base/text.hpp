// Small functions on UTF-8 text that several rooms need. Rule: lengths shown to people count
// code points, limits on storage count bytes; the name says which.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace forum::base {

/// True for well-formed UTF-8 (RFC 3629: no surrogates, no overlong forms) without U+0000.
bool is_valid_utf8(std::string_view text);

/// Number of code points of valid UTF-8.
std::size_t count_characters(std::string_view text);

/// At most `limit` code points, cut at a word boundary where possible, with "…" when something was cut.
std::string excerpt(std::string_view text, std::size_t limit);

/// Without white space (ASCII and U+00A0) at both ends.
std::string trim(std::string_view text);

/// \r\n and \r become \n; text from a textarea has \r\n (HTML, form submission).
std::string normalize_newlines(std::string_view text);

/// "Hoe betrekt u arbeidsmigranten?" -> "hoe-betrekt-u-arbeidsmigranten": a-z, 0-9 and single hyphens, at most
/// 80 bytes, cut at a hyphen; "gesprek" when nothing is left. Accents are folded (ICU).
std::string slugify(std::string_view text);

/// Lower case, accents folded, for comparing names of places ("Súdwest-Fryslân" -> "sudwest-fryslan").
std::string fold(std::string_view text);

/// & < > " ' as entities.
std::string escape_html(std::string_view text);

std::vector<std::string> split(std::string_view text, char separator);
std::string lower_ascii(std::string_view text);

}  // namespace forum::base
