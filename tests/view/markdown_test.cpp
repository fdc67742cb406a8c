#include "view/markdown.hpp"

#include <gtest/gtest.h>

#include <thread>

namespace forum::view {
namespace {

struct Case {
    const char* name;
    std::string markdown;
    std::string html;
};

class Markdown : public testing::TestWithParam<Case> {};

TEST_P(Markdown, BecomesHtml) { EXPECT_EQ(render_markdown(GetParam().markdown), GetParam().html); }

constexpr auto rel = "\" rel=\"nofollow ugc noopener\">";

std::string link(const std::string& url, const std::string& text) { return "<a href=\"" + url + rel + text + "</a>"; }

INSTANTIATE_TEST_SUITE_P(Structure, Markdown,
                         testing::Values(Case{"empty", "", ""}, Case{"paragraphs", "een\n\ntwee", "<p>een</p>\n<p>twee</p>\n"},
                                         Case{"line_break_as_typed", "een\ntwee", "<p>een<br>\ntwee</p>\n"},
                                         Case{"emphasis", "*a* **b** ~~c~~ `d`",
                                              "<p><em>a</em> <strong>b</strong> <del>c</del> <code>d</code></p>\n"},
                                         Case{"unclosed_emphasis", "**a *b", "<p>**a *b</p>\n"},
                                         Case{"headings_begin_at_three_without_gaps", "# a\n\n### b\n\n###### c\n\n## d\n",
                                              "<h3>a</h3>\n<h4>b</h4>\n<h5>c</h5>\n<h4>d</h4>\n"},
                                         Case{"lone_deep_heading", "###### a", "<h3>a</h3>\n"},
                                         Case{"tight_list", "- a\n- b", "<ul>\n<li>a</li>\n<li>b</li>\n</ul>\n"},
                                         Case{"loose_list", "1. a\n\n2. b", "<ol>\n<li><p>a</p>\n</li>\n<li><p>b</p>\n</li>\n</ol>\n"},
                                         Case{"list_from_three", "3. a", "<ol start=\"3\">\n<li>a</li>\n</ol>\n"},
                                         Case{"no_task_list", "- [ ] a", "<ul>\n<li>[ ] a</li>\n</ul>\n"},
                                         Case{"quote", "> a", "<blockquote>\n<p>a</p>\n</blockquote>\n"},
                                         Case{"code_block_without_language", "```js\na < b\n```", "<pre><code>a &lt; b\n</code></pre>\n"},
                                         Case{"rule", "---", "<hr>\n"},
                                         Case{"table", "|a|b|\n|-|-:|\n|1|2|",
                                              "<div class=\"fd-tabelvak\" tabindex=\"0\"><table>\n<thead><tr><th "
                                              "scope=\"col\">a</th><th "
                                              "scope=\"col\">b</th></tr></thead>\n<tbody>\n<tr><td>1</td><td>2</td></"
                                              "tr>\n</tbody></table></div>\n"},
                                         Case{"table_without_rows", "|a|\n|-|",
                                              "<div class=\"fd-tabelvak\" tabindex=\"0\"><table>\n<thead><tr><th "
                                              "scope=\"col\">a</th></tr></thead>\n</table></div>\n"},
                                         Case{"accents", "één — “twee”", "<p>één — “twee”</p>\n"}),
                         [](const auto& test) { return std::string{test.param.name}; });

INSTANTIATE_TEST_SUITE_P(
    Links, Markdown,
    testing::Values(Case{"https", "[a](https://b.nl/c?d=1&e=2)", "<p>" + link("https://b.nl/c?d=1&amp;e=2", "a") + "</p>\n"},
                    Case{"autolink", "https://b.nl/c.", "<p>" + link("https://b.nl/c", "https://b.nl/c") + ".</p>\n"},
                    Case{"www", "www.b.nl", "<p>" + link("http://www.b.nl", "www.b.nl") + "</p>\n"},
                    Case{"mail", "a@b.nl", "<p>" + link("mailto:a@b.nl", "a@b.nl") + "</p>\n"},
                    Case{"angle_brackets", "<https://b.nl>", "<p>" + link("https://b.nl", "https://b.nl") + "</p>\n"},
                    Case{"title_is_dropped", "[a](https://b.nl \"t\")", "<p>" + link("https://b.nl", "a") + "</p>\n"},
                    Case{"image_becomes_link", "![foto](https://b.nl/c.png)", "<p>" + link("https://b.nl/c.png", "foto") + "</p>\n"},
                    Case{"image_without_text", "![](https://b.nl/c.png)",
                         "<p>" + link("https://b.nl/c.png", "https://b.nl/c.png") + "</p>\n"},
                    Case{"link_without_text", "[](https://b.nl)", "<p>" + link("https://b.nl", "https://b.nl") + "</p>\n"},
                    Case{"image_in_link", "[![foto](https://c.nl/d.png)](https://b.nl)", "<p>" + link("https://b.nl", "foto") + "</p>\n"},
                    Case{"upper_case_scheme", "[a](HTTPS://b.nl)", "<p>" + link("HTTPS://b.nl", "a") + "</p>\n"},
                    Case{"quote_in_url", "[a](https://b.nl/\"onclick=\"x)", "<p>" + link("https://b.nl/%22onclick=%22x", "a") + "</p>\n"},
                    Case{"reference", "[a]\n\n[a]: https://b.nl", "<p>" + link("https://b.nl", "a") + "</p>\n"}),
    [](const auto& test) { return std::string{test.param.name}; });

INSTANTIATE_TEST_SUITE_P(
    Harmless, Markdown,
    testing::Values(Case{"script", "<script>alert(1)</script>", "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>\n"},
                    Case{"unclosed_script", "a <script>alert(1)", "<p>a &lt;script&gt;alert(1)</p>\n"},
                    Case{"attribute", "a <b onclick=alert(1)>b</b>", "<p>a &lt;b onclick=alert(1)&gt;b&lt;/b&gt;</p>\n"},
                    Case{"comment", "<!-- a -->", "<p>&lt;!-- a --&gt;</p>\n"},
                    Case{"html_block_lines", "<div>\na\n</div>", "<p>&lt;div&gt;<br>\na<br>\n&lt;/div&gt;</p>\n"},
                    Case{"javascript", "[a](javascript:alert(1))", "<p>a</p>\n"},
                    Case{"javascript_mixed_case", "[a](JaVaScRiPt:alert(1))", "<p>a</p>\n"},
                    Case{"javascript_entity", "[a](java&#115;cript:alert(1))", "<p>a</p>\n"},
                    Case{"javascript_entity_tab", "[a](java&Tab;script:alert(1))", "<p>a</p>\n"},
                    Case{"javascript_leading_control", "[a](&#1;javascript:alert(1))", "<p>a</p>\n"},
                    Case{"javascript_angle", "<javascript:alert(1)>", "<p>javascript:alert(1)</p>\n"},
                    Case{"javascript_reference", "[a]\n\n[a]: javascript:alert(1)", "<p>a</p>\n"},
                    Case{"data", "[a](data:text/html;base64,PHN2Zz4=)", "<p>a</p>\n"},
                    Case{"data_image", "![a](data:image/svg+xml,x)", "<p>a</p>\n"}, Case{"vbscript", "[a](vbscript:x)", "<p>a</p>\n"},
                    Case{"file", "[a](file:///etc/passwd)", "<p>a</p>\n"}, Case{"scheme_relative", "[a](//b.nl)", "<p>a</p>\n"},
                    Case{"relative", "[a](/uitloggen)", "<p>a</p>\n"}, Case{"https_without_slashes", "[a](https:b)", "<p>a</p>\n"},
                    Case{"inside_safe_link", "[<b onmouseover=x>](https://b.nl)",
                         "<p>" + link("https://b.nl", "&lt;b onmouseover=x&gt;") + "</p>\n"},
                    Case{"entities_stay_text", "&lt;script&gt;", "<p>&lt;script&gt;</p>\n"},
                    Case{"code", "`<script>`", "<p><code>&lt;script&gt;</code></p>\n"},
                    Case{"fence_info", "```\"><script>\na\n```", "<pre><code>a\n</code></pre>\n"},
                    Case{"table_cell", "|<script>|\n|-|\n|[a](javascript:x)|",
                         "<div class=\"fd-tabelvak\" tabindex=\"0\"><table>\n<thead><tr><th "
                         "scope=\"col\">&lt;script&gt;</th></tr></thead>\n<tbody>\n<tr><td>a</td></tr>\n</"
                         "tbody></table></div>\n"},
                    Case{"nul", std::string{"a\0b", 3},
                         "<p>a\xEF\xBF\xBD"
                         "b</p>\n"}),
    [](const auto& test) { return std::string{test.param.name}; });

std::string repeat(std::string_view part, std::size_t bytes) {
    std::string text;
    while (text.size() < bytes) text += part;
    return text;
}

/// Inputs that make a plain cmark-gfm slow, deep or huge. What they become is text that stays near the size of what was
/// written and that a browser can lay out.
TEST(Markdown, NestingBombsStaySmallAndFlat) {
    constexpr std::size_t size = 20'000;
    const std::vector<std::string> bombs{repeat(">", size),
                                         repeat("> ", size),
                                         repeat("- ", size) + "a",
                                         repeat("1. ", size) + "a",
                                         repeat("*_", size) + "a" + repeat("_*", size),
                                         repeat("[", size) + repeat("](a)", size),
                                         repeat("![[]()", size),
                                         repeat("a@b.c@", size),
                                         "http://a.b" + repeat(")", size),
                                         repeat("<!A ", size),
                                         repeat("<?", size),
                                         repeat("a|", size / 4) + "\n" + repeat("-|", size / 4) + "\n" + repeat("x\n", size / 2),
                                         "[a]: https://" + repeat("u", size / 2) + "\n\n" + repeat("[a] ", size / 2),
                                         repeat("|a|\n|-|\n", size),
                                         repeat("~a", size),
                                         repeat("&#1;", size)};
    for (const auto& bomb : bombs) {
        const auto html = render_markdown(bomb);
        EXPECT_LE(html.size(), 20 * bomb.size() + 10'000) << bomb.substr(0, 20);
        int depth = 0;
        int deepest = 0;
        for (std::size_t at = html.find('<'); at != html.npos; at = html.find('<', at + 1)) {
            const auto tag = std::string_view{html}.substr(at, 4);
            if (tag == "<br>" || tag == "<hr>")
                continue;
            depth += tag[1] == '/' ? -1 : 1;
            deepest = std::max(deepest, depth);
        }
        EXPECT_EQ(depth, 0) << bomb.substr(0, 20);
        EXPECT_LE(deepest, 45) << bomb.substr(0, 20);
        EXPECT_LE(markdown_to_text(bomb).size(), 20 * bomb.size() + 100) << bomb.substr(0, 20);
    }
}

TEST(Markdown, WhatIsNoOrdinaryTextIsShownAsTyped) {
    const auto quotes = repeat("> ", 4000);
    EXPECT_EQ(render_markdown(quotes + "\n\n<b>"), "<p>" + repeat("&gt; ", 2000 * 5).substr(0, 2000 * 5 - 1) + "</p>\n<p>&lt;b&gt;</p>\n");
}

/// The library's table of special characters is shared by all threads: without a lock one text in ten came out wrong.
TEST(Markdown, IsTheSameOnManyThreads) {
    const auto text = repeat("~~weg~~ en www.b.nl en zo voort\n\n", 1500);
    const auto expected = render_markdown(text);
    std::atomic<int> different{0};
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i) {
        threads.emplace_back([&] {
            for (int n = 0; n < 500; ++n) {
                if (render_markdown(text) != expected)
                    ++different;
            }
        });
    }
    for (auto& thread : threads) thread.join();
    EXPECT_EQ(different, 0);
}

TEST(MarkdownToText, LeavesMarksOut) {
    EXPECT_EQ(markdown_to_text("# Kop\n\nEen *mooie* [link](https://b.nl).\nTwee\n\n- a\n- "
                               "b\n\n`c` ![foto](https://b.nl)"),
              "Kop Een mooie link. Twee a b c foto");
    EXPECT_EQ(markdown_to_text("a <b>c</b>"), "a <b>c</b>");
    EXPECT_EQ(markdown_to_text("|a|b|\n|-|-|\n|1|2|"), "a b 1 2");
    EXPECT_EQ(markdown_to_text(""), "");
}

}  // namespace
}  // namespace forum::view
