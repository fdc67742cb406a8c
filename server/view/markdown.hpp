// Markdown of members made safe HTML, the same in preview and page. Rule: the only maker of *Html text
// from what people wrote; nothing else may go unescaped into a page.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace forum::view {

/// CommonMark with tables, strikethrough, autolinks (cmark-gfm). Raw HTML is shown as text; only http, https and mailto
/// links; links get rel="nofollow ugc noopener"; images become links; headings begin at h3 under a post.
/// Input: valid UTF-8 of at most 100 kB; output is well-formed.
std::string render_markdown(std::string_view markdown);

/// Who or what an "@" names: `length` bytes of the words behind it, and its page on this site.
struct Mention {
    std::size_t length;
    std::string path;
};
/// Asked with the words behind each "@" (see mentioned_words); nothing = no name.
using FindMention = std::function<std::optional<Mention>(std::string_view words)>;

/// The same, with what `find` knows as links of the class `fd-vermelding`, which nothing that a member writes can get otherwise.
std::string render_markdown(std::string_view markdown, const FindMention& find);

/// The words behind each "@" that begins a word in running text (not in code or a link), up to the end of the line
/// (view/mention_marks.hpp); in their order, at most `most_mentions`. What render_markdown will ask.
constexpr std::size_t most_mentions = 20;
std::vector<std::string> mentioned_words(std::string_view markdown);

/// The text of it without marks, on one line, for excerpts and search.
std::string markdown_to_text(std::string_view markdown);

}  // namespace forum::view
