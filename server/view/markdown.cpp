#include "view/markdown.hpp"

#include <cmark-gfm-core-extensions.h>
#include <cmark-gfm-extension_api.h>
#include <cmark-gfm.h>

#include "base/text.hpp"
#include "view/mention_marks.hpp"

namespace forum::view {

namespace {

constexpr std::string_view rel = "nofollow ugc noopener";

/// How often a mark may stand in a text before it is taken for an attack and shown as it was typed. cmark-gfm 0.29.0.gfm.6
/// needs time or output that grows with the square of these (CVE-2022-39209, CVE-2023-22483 and -22486, CVE-2023-24824);
/// with the limits the worst case of 20 kB stays in milliseconds. A long post has a few dozen of each.
struct MarkLimit {
    char mark;
    std::size_t most;
};
constexpr std::array mark_limits{
    MarkLimit{'<', 300},  MarkLimit{'@', 200},  MarkLimit{'[', 600},  MarkLimit{'>', 600},  MarkLimit{'~', 1000},
    MarkLimit{')', 1000}, MarkLimit{':', 1000}, MarkLimit{'*', 4000}, MarkLimit{'_', 4000},
};
constexpr std::size_t most_bytes = 100'000;
constexpr std::size_t most_table_cells = 5'000;  ///< cmark fills up short rows: columns times lines
constexpr int most_depth = 40;                   ///< of nodes inside each other; browsers bend at 512

struct FreeNode {
    void operator()(cmark_node* node) const { cmark_node_free(node); }
};
struct FreeParser {
    void operator()(cmark_parser* parser) const { cmark_parser_free(parser); }
};
struct FreeIterator {
    void operator()(cmark_iter* iterator) const { cmark_iter_free(iterator); }
};
using Node = std::unique_ptr<cmark_node, FreeNode>;

bool is_ordinary(std::string_view markdown) {
    if (markdown.size() > most_bytes)
        return false;
    std::array<std::size_t, 256> counts{};
    for (const char c : markdown) ++counts[static_cast<unsigned char>(c)];
    return std::all_of(mark_limits.begin(), mark_limits.end(),
                       [&](const MarkLimit& limit) { return counts[static_cast<unsigned char>(limit.mark)] <= limit.most; });
}

bool may_have_tables(std::string_view markdown) {
    std::size_t lines = 1;
    std::size_t bars = 0;
    std::size_t most_bars = 0;
    for (const char c : markdown) {
        if (c == '\n' || c == '\r') {
            ++lines;
            bars = 0;
        } else if (c == '|') {
            most_bars = std::max(most_bars, ++bars);
        }
    }
    return most_bars > 0 && (most_bars + 1) * lines <= most_table_cells;
}

/// The parsed text, or nothing when it is no ordinary text.
Node parse(std::string_view markdown) {
    if (!is_ordinary(markdown))
        return nullptr;
    // The library keeps the special characters of the extensions in a global table that it changes while it parses.
    static std::mutex only_one;
    const std::lock_guard lock{only_one};
    static const bool registered = (cmark_gfm_core_extensions_ensure_registered(), true);
    static_cast<void>(registered);
    const std::unique_ptr<cmark_parser, FreeParser> parser{cmark_parser_new(CMARK_OPT_VALIDATE_UTF8)};
    for (const char* extension : {"strikethrough", "autolink", "table"}) {
        if (extension == std::string_view{"table"} && !may_have_tables(markdown))
            continue;
        cmark_parser_attach_syntax_extension(parser.get(), cmark_find_syntax_extension(extension));
    }
    cmark_parser_feed(parser.get(), markdown.data(), markdown.size());
    return Node{cmark_parser_finish(parser.get())};
}

std::string_view view_of(const char* text) { return text == nullptr ? std::string_view{} : std::string_view{text}; }

std::string_view kind_of(cmark_node* node) { return view_of(cmark_node_get_type_string(node)); }

/// What cannot hold other nodes: the iterator enters it and never leaves it.
bool is_leaf(std::string_view kind) {
    return kind == "text" || kind == "softbreak" || kind == "linebreak" || kind == "code" || kind == "code_block"
           || kind.starts_with("html_") || kind == "thematic_break";
}

/// Visits `root` in reading order, `visit(node, entering, depth)`; stops and answers false when it does.
template <class Visit>
bool walk(cmark_node* root, Visit&& visit) {
    const std::unique_ptr<cmark_iter, FreeIterator> iterator{cmark_iter_new(root)};
    int depth = 0;
    for (auto event = cmark_iter_next(iterator.get()); event != CMARK_EVENT_DONE; event = cmark_iter_next(iterator.get())) {
        auto* node = cmark_iter_get_node(iterator.get());
        const bool is_entering = event == CMARK_EVENT_ENTER;
        if (!visit(node, is_entering, depth))
            return false;
        if (!is_leaf(kind_of(node)))
            depth += is_entering ? 1 : -1;
    }
    return true;
}

bool is_safe_url(std::string_view url) {
    const auto lower = base::lower_ascii(url.substr(0, 8));
    return lower.starts_with("https://") || lower.starts_with("http://") || lower.starts_with("mailto:");
}

/// For an attribute between double quotes: what is no URL character is percent-encoded (RFC 3986), & and ' are entities.
std::string escape_url(std::string_view url) {
    constexpr std::string_view kept = "-_.~!*();:@=+$,/?#[]%";
    constexpr std::string_view digits = "0123456789ABCDEF";
    std::string result;
    for (const char c : url) {
        const bool is_plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || kept.find(c) != kept.npos;
        if (is_plain) {
            result += c;
        } else if (c == '&') {
            result += "&amp;";
        } else {
            const auto byte = static_cast<unsigned char>(c);
            result += {'%', digits[byte >> 4U], digits[byte & 15U]};
        }
    }
    return result;
}

std::string escape_lines(std::string_view text) {
    std::string result;
    for (const char c : base::escape_html(text)) {
        if (c == '\n')
            result += "<br>";
        result += c;
    }
    return result;
}

/// The text as it was typed, in paragraphs.
std::string render_plain(std::string_view text) {
    const auto normal = base::normalize_newlines(text);
    std::string result;
    std::string_view rest{normal};
    while (!rest.empty()) {
        const auto end = std::min(rest.find("\n\n"), rest.size());
        if (const auto paragraph = base::trim(rest.substr(0, end)); !paragraph.empty()) {
            result += "<p>" + escape_lines(paragraph) + "</p>\n";
        }
        rest.remove_prefix(std::min(end + 2, rest.size()));
    }
    return result;
}

class Renderer {
public:
    Renderer(std::size_t most_output, const FindMention& find) : most_output_{most_output}, find_{find} {}

    /// False when the text turned out to be an attack: too deep, or far longer than what was written.
    bool visit(cmark_node* node, bool is_entering, int depth) {
        render(node, is_entering);
        return depth <= most_depth && out_.size() <= most_output_;
    }

    std::string take() { return std::move(out_); }

private:
    void render(cmark_node* node, bool is_entering) {
        const auto kind = kind_of(node);
        if (kind == "text") {
            render_text(view_of(cmark_node_get_literal(node)));
        } else if (kind == "softbreak" || kind == "linebreak") {
            // Who types Enter means a new line.
            out_ += "<br>\n";
        } else if (kind == "paragraph") {
            if (!is_tight(node))
                put(is_entering, "<p>", "</p>\n");
        } else if (kind == "emph") {
            put(is_entering, "<em>", "</em>");
        } else if (kind == "strong") {
            put(is_entering, "<strong>", "</strong>");
        } else if (kind == "strikethrough") {
            put(is_entering, "<del>", "</del>");
        } else if (kind == "link" || kind == "image") {
            render_link(node, is_entering);
        } else if (kind == "code") {
            out_ += "<code>" + base::escape_html(view_of(cmark_node_get_literal(node))) + "</code>";
        } else if (kind == "html_inline") {
            out_ += base::escape_html(view_of(cmark_node_get_literal(node)));
        } else if (kind == "heading") {
            render_heading(node, is_entering);
        } else if (kind == "block_quote") {
            put(is_entering, "<blockquote>\n", "</blockquote>\n");
        } else if (kind == "list") {
            render_list(node, is_entering);
        } else if (kind == "item") {
            put(is_entering, "<li>", "</li>\n");
        } else if (kind == "code_block") {
            out_ += "<pre><code>" + base::escape_html(view_of(cmark_node_get_literal(node))) + "</code></pre>\n";
        } else if (kind == "html_block") {
            out_ += "<p>" + escape_lines(base::trim(view_of(cmark_node_get_literal(node)))) + "</p>\n";
        } else if (kind == "thematic_break") {
            out_ += "<hr>\n";
        } else if (kind.starts_with("table")) {
            render_table(kind, is_entering);
        }
    }

    void render_text(std::string_view text) {
        if (!find_ || links_ > 0) {
            out_ += base::escape_html(text);
            return;
        }
        std::size_t done = 0;
        for (const auto at : mention_marks(text)) {
            if (at < done || mentions_++ >= most_mentions)
                continue;
            const auto words = mention_words(text, at);
            if (const auto mention = find_(words)) {
                out_ += base::escape_html(text.substr(done, at - done)) + "<a class=\"fd-vermelding\" href=\"" + escape_url(mention->path)
                        + "\">@" + base::escape_html(words.substr(0, mention->length)) + "</a>";
                done = at + 1 + mention->length;
            }
        }
        out_ += base::escape_html(text.substr(done));
    }

    void put(bool is_entering, std::string_view begin, std::string_view end) { out_ += is_entering ? begin : end; }

    static bool is_tight(cmark_node* paragraph) {
        auto* item = cmark_node_parent(paragraph);
        auto* list = item == nullptr ? nullptr : cmark_node_parent(item);
        return list != nullptr && kind_of(list) == "list" && cmark_node_get_list_tight(list) != 0;
    }

    /// Images are links to the picture: showing it would tell its server who reads. Links inside links show their text.
    void render_link(cmark_node* node, bool is_entering) {
        const auto url = view_of(cmark_node_get_url(node));
        const bool is_outer = is_entering ? links_++ == 0 : --links_ == 0;
        if (!is_safe_url(url))
            return;
        if (is_outer && is_entering) {
            out_ += "<a href=\"" + escape_url(url) + "\" rel=\"";
            out_ += rel;
            out_ += "\">";
        }
        if (is_entering && cmark_node_first_child(node) == nullptr)
            out_ += base::escape_html(url);
        if (is_outer && !is_entering)
            out_ += "</a>";
    }

    /// The highest is h3 (h1 is the page's, h2 the discussion's), and no level is left out on the way down.
    void render_heading(cmark_node* node, bool is_entering) {
        if (is_entering) {
            const int level = cmark_node_get_heading_level(node);
            while (!headings_.empty() && headings_.back() >= level) headings_.pop_back();
            headings_.push_back(level);
        }
        const auto number = std::to_string(std::min<std::size_t>(2 + headings_.size(), 6));
        out_ += is_entering ? "<h" + number + ">" : "</h" + number + ">\n";
    }

    void render_list(cmark_node* node, bool is_entering) {
        if (cmark_node_get_list_type(node) != CMARK_ORDERED_LIST) {
            return put(is_entering, "<ul>\n", "</ul>\n");
        }
        const int start = cmark_node_get_list_start(node);
        const auto begin = start == 1 ? std::string{"<ol>\n"} : "<ol start=\"" + std::to_string(start) + "\">\n";
        put(is_entering, begin, "</ol>\n");
    }

    void render_table(std::string_view kind, bool is_entering) {
        if (kind == "table") {
            // Wide tables scroll by themselves; the tab stop lets a keyboard do that.
            put(is_entering, "<div class=\"fd-tabelvak\" tabindex=\"0\"><table>\n",
                has_body_ ? "</tbody></table></div>\n" : "</table></div>\n");
            has_body_ = is_entering ? false : has_body_;
            return;
        }
        if (kind == "table_header") {
            is_header_ = is_entering;
            return put(is_entering, "<thead><tr>", "</tr></thead>\n");
        }
        if (kind == "table_row") {
            if (is_entering && !has_body_) {
                out_ += "<tbody>\n";
                has_body_ = true;
            }
            return put(is_entering, "<tr>", "</tr>\n");
        }
        if (is_header_)
            return put(is_entering, "<th scope=\"col\">", "</th>");
        put(is_entering, "<td>", "</td>");
    }

    std::size_t most_output_;
    const FindMention& find_;
    std::size_t mentions_{0};
    std::string out_;
    std::vector<int> headings_;
    int links_{0};
    bool has_body_{false};
    bool is_header_{false};
};

}  // namespace

std::string render_markdown(std::string_view markdown) { return render_markdown(markdown, nullptr); }

std::vector<std::string> mentioned_words(std::string_view markdown) {
    std::vector<std::string> found;
    if (markdown.find('@') == markdown.npos)
        return found;
    if (const auto document = parse(markdown)) {
        int links = 0;
        walk(document.get(), [&](cmark_node* node, bool is_entering, int) {
            const auto kind = kind_of(node);
            if (kind == "link" || kind == "image")
                links += is_entering ? 1 : -1;
            if (kind == "text" && links == 0) {
                const auto text = view_of(cmark_node_get_literal(node));
                for (const auto at : mention_marks(text)) {
                    if (found.size() < most_mentions)
                        found.emplace_back(mention_words(text, at));
                }
            }
            return true;
        });
    }
    return found;
}

std::string render_markdown(std::string_view markdown, const FindMention& find) {
    if (const auto document = parse(markdown)) {
        Renderer renderer{20 * markdown.size() + 1000, find};
        const bool is_whole =
            walk(document.get(), [&](cmark_node* node, bool is_entering, int depth) { return renderer.visit(node, is_entering, depth); });
        if (is_whole)
            return renderer.take();
    }
    return render_plain(markdown);
}

std::string markdown_to_text(std::string_view markdown) {
    std::string text;
    if (const auto document = parse(markdown)) {
        walk(document.get(), [&](cmark_node* node, bool, int) {
            const auto kind = kind_of(node);
            if (kind == "text" || kind.starts_with("code") || kind.starts_with("html")) {
                text += view_of(cmark_node_get_literal(node));
            }
            const bool is_in_a_line = kind == "text" || kind == "code" || kind == "html_inline" || kind == "emph" || kind == "strong"
                                      || kind == "strikethrough" || kind == "link" || kind == "image";
            if (!is_in_a_line)
                text += ' ';
            return text.size() <= 20 * markdown.size();
        });
    } else {
        text = markdown;
    }
    std::string line;
    for (const auto& word : base::split(base::normalize_newlines(text), '\n')) {
        for (const auto& part : base::split(word, ' ')) {
            if (const auto trimmed = base::trim(part); !trimmed.empty()) {
                if (!line.empty())
                    line += ' ';
                line += trimmed;
            }
        }
    }
    return line;
}

}  // namespace forum::view
