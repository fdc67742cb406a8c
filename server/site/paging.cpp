#include "site/paging.hpp"

#include <nlohmann/json.hpp>

#include "base/problem.hpp"

namespace forum::site {

namespace {

constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

std::string to_base64url(std::string_view bytes) {
    std::string out;
    unsigned buffer = 0;
    int bits = 0;
    for (const char c : bytes) {
        buffer = (buffer << 8U) | static_cast<unsigned char>(c);
        bits += 8;
        while (bits >= 6) {
            bits -= 6;
            out += alphabet[(buffer >> static_cast<unsigned>(bits)) & 63U];
        }
    }
    if (bits > 0) {
        out += alphabet[(buffer << static_cast<unsigned>(6 - bits)) & 63U];
    }
    return out;
}

std::string from_base64url(std::string_view text) {
    std::string out;
    unsigned buffer = 0;
    int bits = 0;
    for (const char c : text) {
        const auto value = alphabet.find(c);
        if (value == std::string_view::npos) {
            return {};
        }
        buffer = (buffer << 6U) | static_cast<unsigned>(value);
        bits += 6;
        if (bits >= 8) {
            bits -= 8;
            out += static_cast<char>((buffer >> static_cast<unsigned>(bits)) & 255U);
        }
    }
    return out;
}

}  // namespace

std::string encode_cursor(const std::vector<std::string>& values) { return to_base64url(nlohmann::json(values).dump()); }

std::vector<std::string> decode_cursor(std::string_view cursor, std::size_t count) {
    const auto json = nlohmann::json::parse(from_base64url(cursor.substr(0, 400)), nullptr, false);
    const bool is_good = json.is_array() && json.size() == count
                         && std::all_of(json.begin(), json.end(), [](const auto& value) { return value.is_string(); });
    if (!is_good) {
        throw base::Problem{base::ProblemKind::bad_request, "frame.bad_cursor"};
    }
    return json.get<std::vector<std::string>>();
}

std::string with_parameter(std::string_view target, std::string_view name, std::string_view value) {
    const auto mark = target.find('?');
    std::string out{target.substr(0, mark)};
    char separator = '?';
    const auto append = [&](std::string_view pair) {
        out += separator;
        out += pair;
        separator = '&';
    };
    if (mark != std::string_view::npos) {
        auto rest = target.substr(mark + 1);
        while (!rest.empty()) {
            const auto end = rest.find('&');
            const auto pair = rest.substr(0, end);
            if (!pair.empty() && pair.substr(0, pair.find('=')) != name) {
                append(pair);
            }
            rest = end == std::string_view::npos ? std::string_view{} : rest.substr(end + 1);
        }
    }
    if (!value.empty()) {
        append(std::string{name} + "=" + encode_query(value));
    }
    return out;
}

std::string encode_query(std::string_view text) {
    constexpr std::string_view hex = "0123456789ABCDEF";
    std::string out;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        const bool is_plain =
            (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_' || c == '~';
        if (is_plain) {
            out += c;
        } else {
            out += '%';
            out += hex[byte >> 4U];
            out += hex[byte & 15U];
        }
    }
    return out;
}

}  // namespace forum::site
