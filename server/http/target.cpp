#include "http/target.hpp"

#include <algorithm>
#include <utility>

#include "base/text.hpp"
#include "http/form.hpp"

namespace forum::http {

namespace {

bool is_letter_or_digit(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }

bool has_dot_segment(std::string_view path) {
    while (!path.empty()) {
        path.remove_prefix(1);  // the slash
        const auto segment = path.substr(0, path.find('/'));
        if (segment == "." || segment == "..") {
            return true;
        }
        path.remove_prefix(segment.size());
    }
    return false;
}

}  // namespace

std::optional<Target> parse_target(std::string_view origin_form) {
    if (!origin_form.starts_with('/')
        || std::any_of(origin_form.begin(), origin_form.end(), [](char c) { return c <= ' ' || c == 0x7f || c == '#'; })) {
        return std::nullopt;
    }
    const auto question = origin_form.find('?');
    const auto raw_path = origin_form.substr(0, question);
    auto path = percent_decode(raw_path, Plus::is_plus);
    if (!path || !base::is_valid_utf8(*path) || std::any_of(path->begin(), path->end(), is_control)
        || std::count(path->begin(), path->end(), '/') != std::count(raw_path.begin(), raw_path.end(), '/') || has_dot_segment(*path)) {
        return std::nullopt;
    }
    auto query = parse_form(question == std::string_view::npos ? std::string_view{} : origin_form.substr(question + 1));
    if (!query) {
        return std::nullopt;
    }
    return Target{std::move(*path), std::move(*query)};
}

std::optional<AbsoluteTarget> split_absolute(std::string_view target) {
    const auto mark = target.find("://");
    if (mark == 0 || mark == std::string_view::npos
        || !std::all_of(target.begin(), target.begin() + static_cast<std::ptrdiff_t>(mark), is_letter_or_digit)) {
        return std::nullopt;
    }
    const auto after = target.substr(mark + 3);
    const auto authority = after.substr(0, after.find_first_of("/?#"));
    if (!is_valid_authority(authority)) {
        return std::nullopt;
    }
    return AbsoluteTarget{target.substr(0, mark), authority, after.substr(authority.size())};
}

bool is_valid_authority(std::string_view authority) {
    constexpr std::string_view others = "-._~%!$&'()*+,;=:[]";
    return !authority.empty() && std::all_of(authority.begin(), authority.end(), [&](char c) {
        return is_letter_or_digit(c) || others.find(c) != std::string_view::npos;
    });
}

std::string_view target_in(std::string_view bytes) {
    while (bytes.starts_with("\r\n")) {
        bytes.remove_prefix(2);
    }
    const auto line = bytes.substr(0, bytes.find('\r'));
    const auto method_end = line.find(' ');
    if (method_end == std::string_view::npos) {
        return {};
    }
    const auto target = line.substr(method_end + 1);
    return target.substr(0, target.find(' '));
}

}  // namespace forum::http
