// Sources: server/view/markdown.cpp server/view/mention_marks.cpp server/base/text.cpp
// Feeds bytes to the markdown of members. What comes out must hold no tag that we do not make ourselves.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "view/markdown.hpp"

namespace {

constexpr std::string_view known_tags[] = {
    "p>",
    "/p>",
    "br>",
    "em>",
    "/em>",
    "strong>",
    "/strong>",
    "del>",
    "/del>",
    "code>",
    "/code>",
    "pre>",
    "/pre>",
    "ul>",
    "/ul>",
    "ol>",
    "ol start=\"",
    "/ol>",
    "li>",
    "/li>",
    "hr>",
    "blockquote>",
    "/blockquote>",
    "h3>",
    "/h3>",
    "h4>",
    "/h4>",
    "h5>",
    "/h5>",
    "h6>",
    "/h6>",
    "/a>",
    "table>",
    "/table>",
    "thead>",
    "/thead>",
    "tbody>",
    "/tbody>",
    "tr>",
    "/tr>",
    "td>",
    "/td>",
    "th scope=\"col\">",
    "/th>",
    "/div>",
    "div class=\"fd-tabelvak\" tabindex=\"0\">",
    "a href=\"http",
    "a href=\"HTTP",
    "a href=\"mailto:",
};

/// Schemes may be written in any case ("hTTp"): the beginning of a link is compared without case.
bool is_known(std::string_view rest) {
    for (const auto tag : known_tags) {
        if (rest.size() < tag.size())
            continue;
        bool is_equal = true;
        for (std::size_t i = 0; i < tag.size() && is_equal; ++i) {
            const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
            is_equal = lower(rest[i]) == lower(tag[i]);
        }
        if (is_equal)
            return true;
    }
    return false;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text{reinterpret_cast<const char*>(data), size};
    const auto html = forum::view::render_markdown(text);
    for (auto at = html.find('<'); at != html.npos; at = html.find('<', at + 1)) {
        if (!is_known(std::string_view{html}.substr(at + 1)))
            std::abort();
    }
    forum::view::markdown_to_text(text);
    return 0;
}
