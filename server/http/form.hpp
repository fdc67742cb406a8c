// Reads application/x-www-form-urlencoded: the body of a form and the query of a target. Rule: each %xx and '+' is
// decoded once, and what is malformed is refused whole, never repaired.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "http/request.hpp"

namespace forum::http {

constexpr std::size_t max_form_fields = 1000;

/// The fields in order, names and values decoded; nothing on a bad %xx, bad UTF-8, U+0000 or more than
/// `max_form_fields` fields. Empty parts (`a=1&&b=2`) are skipped; a part without '=' is a name with an empty value.
std::optional<Pairs> parse_form(std::string_view text);

enum class Plus { is_plus, is_space };

/// Decodes %xx once; nothing on a '%' without two hex digits after it. The bytes that come out are not checked.
std::optional<std::string> percent_decode(std::string_view text, Plus plus);

}  // namespace forum::http
