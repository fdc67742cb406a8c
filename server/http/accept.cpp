#include "http/accept.hpp"

#include <array>

#include <utility>

#include "base/text.hpp"
#include "http/syntax.hpp"

namespace forum::http {

namespace {

// A qvalue in thousandths: "0.8" is 800; what is malformed counts as 0 (not wanted).
int parse_q(std::string_view text) {
    if (text.empty() || text.size() > 5 || (text[0] != '0' && text[0] != '1') || (text.size() > 1 && text[1] != '.')) {
        return 0;
    }
    int q = (text[0] - '0') * 1000;
    int unit = 100;
    for (const char c : text.substr(std::min<std::size_t>(2, text.size()))) {
        if (c < '0' || c > '9') {
            return 0;
        }
        q += (c - '0') * unit;
        unit /= 10;
    }
    return q <= 1000 ? q : 0;
}

struct Wish {
    std::string_view value;
    int q;
};

// Cuts the next element with its weight off an Accept-like list. Other parameters are ignored.
Wish next_wish(std::string_view& list) {
    auto element = next_element(list, ',');
    const auto value = next_element(element, ';');
    int q = 1000;
    while (!element.empty()) {
        const auto parameter = next_element(element, ';');
        if (parameter.size() >= 2 && lower(parameter[0]) == 'q' && parameter[1] == '=') {
            q = parse_q(parameter.substr(2));
        }
    }
    return {value, q};
}

// 3 for the type itself, 2 for "text/*", 1 for "*/*", 0 for no match.
int specificity(std::string_view range, std::string_view type) {
    if (equals_ignoring_case(range, type)) {
        return 3;
    }
    if (range == "*/*") {
        return 1;
    }
    const auto slash = type.find('/') + 1;
    return range.size() == slash + 1 && range.ends_with("/*") && equals_ignoring_case(range.substr(0, slash), type.substr(0, slash)) ? 2
                                                                                                                                     : 0;
}

}  // namespace

Encoding choose_encoding(std::string_view accept_encoding) {
    constexpr int unknown = -1;
    int gzip = unknown;
    int brotli = unknown;
    int identity = unknown;
    int any = unknown;
    while (!accept_encoding.empty()) {
        const auto wish = next_wish(accept_encoding);
        if (equals_ignoring_case(wish.value, "gzip") || equals_ignoring_case(wish.value, "x-gzip")) {
            gzip = wish.q;
        } else if (equals_ignoring_case(wish.value, "br")) {
            brotli = wish.q;
        } else if (equals_ignoring_case(wish.value, "identity")) {
            identity = wish.q;
        } else if (wish.value == "*") {
            any = wish.q;
        }
    }
    const int rest = any == unknown ? 0 : any;
    gzip = gzip == unknown ? rest : gzip;
    brotli = brotli == unknown ? rest : brotli;
    // Not named, identity is acceptable but no wish: any encoding that is wanted at all comes first.
    identity = identity == unknown ? 0 : identity;
    if (brotli > 0 && brotli >= gzip && brotli >= identity) {
        return Encoding::brotli;
    }
    return gzip > 0 && gzip >= identity ? Encoding::gzip : Encoding::identity;
}

std::optional<std::string_view> choose_media_type(std::string_view accept, std::span<const std::string_view> offered) {
    if (trim_blanks(accept).empty()) {
        return offered.empty() ? std::nullopt : std::optional{offered.front()};
    }
    std::optional<std::string_view> best;
    int best_q = 0;
    for (const auto type : offered) {
        int q = 0;
        int closest = 0;
        for (auto rest = accept; !rest.empty();) {
            const auto wish = next_wish(rest);
            if (const int fit = specificity(wish.value, type); fit > closest) {
                closest = fit;
                q = wish.q;
            }
        }
        if (q > best_q) {
            best = type;
            best_q = q;
        }
    }
    return best;
}

std::string_view choose_language(std::string_view accept_language, std::span<const std::string_view> offered) {
    if (offered.empty()) {
        return {};
    }
    auto best = offered.front();
    int best_q = 0;
    while (!accept_language.empty()) {
        const auto wish = next_wish(accept_language);
        const auto primary = wish.value.substr(0, wish.value.find('-'));
        if (wish.q <= best_q) {
            continue;
        }
        for (const auto language : offered) {
            if (equals_ignoring_case(primary, language)) {
                best = language;
                best_q = wish.q;
            }
        }
    }
    return best;
}

bool prefers_json(std::string_view accept) {
    static constexpr std::array<std::string_view, 2> offered{"text/html", "application/json"};
    return choose_media_type(accept, offered) == offered[1];
}

}  // namespace forum::http
