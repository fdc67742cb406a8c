#include "moderation/post_address.hpp"

#include "base/text.hpp"
#include "discussion/urls.hpp"

namespace forum::moderation {

namespace {

bool is_host(std::string_view text, std::string_view host) { return base::lower_ascii(text) == base::lower_ascii(host); }

}  // namespace

std::optional<PostAddress> parse_post_address(std::string_view text, std::string_view host) {
    for (const std::string_view scheme : {"https://", "http://"}) {
        if (is_host(text.substr(0, scheme.size()), scheme)) {
            text.remove_prefix(scheme.size());
            break;
        }
    }
    const auto path_begin = text.find('/');
    if (path_begin == text.npos || (path_begin > 0 && !is_host(text.substr(0, path_begin), host))) {
        return std::nullopt;
    }
    text.remove_prefix(path_begin);
    std::string_view fragment;
    if (const auto at = text.find('#'); at != text.npos) {
        fragment = text.substr(at + 1);
        text = text.substr(0, at);
    }
    // "", "gesprekken", "12", ...
    const auto parts = base::split(text.substr(0, text.find('?')), '/');
    if (parts.size() < 3 || parts[1] != "gesprekken") {
        return std::nullopt;
    }
    const auto thread = base::parse_id<base::ThreadId>(parts[2]);
    if (!thread) {
        return std::nullopt;
    }
    constexpr std::string_view mark{"bericht-"};
    std::string number{"1"};
    if (parts.size() > 4 && parts[3] == "berichten") {
        number = parts[4];
    } else if (fragment.starts_with(mark)) {
        number = fragment.substr(mark.size());
    }
    const auto parsed = discussion::parse_post_number(number);
    return parsed ? std::optional{PostAddress{*thread, *parsed}} : std::nullopt;
}

}  // namespace forum::moderation
