#include "http/form.hpp"

#include <algorithm>
#include <utility>

#include "base/text.hpp"

namespace forum::http {

namespace {

int hex_value(char c) {
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    if (c >= 'a' && c <= 'f') {
        return c - 'a' + 10;
    }
    if (c >= 'A' && c <= 'F') {
        return c - 'A' + 10;
    }
    return -1;
}

std::optional<std::string> decode_part(std::string_view part) {
    auto decoded = percent_decode(part, Plus::is_space);
    if (decoded && !base::is_valid_utf8(*decoded)) {
        return std::nullopt;
    }
    return decoded;
}

}  // namespace

std::optional<std::string> percent_decode(std::string_view text, Plus plus) {
    std::string out;
    out.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '%') {
            const int high = i + 2 < text.size() ? hex_value(text[i + 1]) : -1;
            const int low = i + 2 < text.size() ? hex_value(text[i + 2]) : -1;
            if (high < 0 || low < 0) {
                return std::nullopt;
            }
            out.push_back(static_cast<char>(high * 16 + low));
            i += 2;
        } else if (text[i] == '+' && plus == Plus::is_space) {
            out.push_back(' ');
        } else {
            out.push_back(text[i]);
        }
    }
    return out;
}

std::optional<Pairs> parse_form(std::string_view text) {
    Pairs fields;
    while (!text.empty()) {
        const auto part = text.substr(0, text.find('&'));
        text.remove_prefix(std::min(part.size() + 1, text.size()));
        if (part.empty()) {
            continue;
        }
        if (fields.size() == max_form_fields) {
            return std::nullopt;
        }
        const auto equals = part.find('=');
        auto name = decode_part(part.substr(0, equals));
        auto value = decode_part(equals == std::string_view::npos ? "" : part.substr(equals + 1));
        if (!name || !value) {
            return std::nullopt;
        }
        fields.emplace_back(std::move(*name), std::move(*value));
    }
    return fields;
}

}  // namespace forum::http
