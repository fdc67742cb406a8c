// Markdown of members made safe HTML, the same in preview and page. Rule: the only maker of *Html text
// from what people wrote; nothing else may go unescaped into a page.
#pragma once

#include <string>
#include <string_view>

namespace forum::view {

/// CommonMark with tables, strikethrough, autolinks (cmark-gfm). Raw HTML is shown as text; only http, https and mailto
/// links; links get rel="nofollow ugc noopener"; images become links; headings begin at h3 under a post.
/// `#gemeente` mentions are not handled here. Input: valid UTF-8 of at most 100 kB; output is well-formed.
std::string render_markdown(std::string_view markdown);

/// The text of it without marks, on one line, for excerpts and search.
std::string markdown_to_text(std::string_view markdown);

}  // namespace forum::view
