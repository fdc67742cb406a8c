#include "view/templates.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <thread>

#include "support/temp_folder.hpp"

namespace forum::view {
namespace {

using nlohmann::json;
using testing::HasSubstr;

class TemplatesTest : public testing::Test {
protected:
    void SetUp() override {
        std::filesystem::create_directory(folder.path() / "templates");
        std::filesystem::create_directory(folder.path() / "texts");
        write("assets.json", R"({"forum.css":"/assets/forum-1a2b.css"})");
        texts({{"a.plain", "Goedendag & <b>"}}, {{"a.plain", "Hello"}});
    }
    void write(const std::string& file, const std::string& content) { std::ofstream{folder.path() / file} << content; }
    void texts(const json& dutch, const json& english) {
        write("texts/nl.json", dutch.dump());
        write("texts/en.json", english.dump());
    }
    void put(const std::string& name, const std::string& source) { write("templates/" + name + ".mustache", source); }
    Templates load(Missing missing = Missing::refuse) { return Templates{folder.path().string(), missing}; }
    std::string render(const std::string& source, const json& model, Language language = Language::dutch) {
        put("page", source);
        return load().render("page", model, language);
    }
    std::string fault_of(const std::string& source) {
        put("page", source);
        try {
            load();
        } catch (const std::runtime_error& error) {
            return error.what();
        }
        return "none";
    }
    std::string render_fault(const std::string& source, const json& model) {
        try {
            return render(source, model);
        } catch (const std::logic_error& error) {
            return error.what();
        }
    }

    test::TempFolder folder;
};

TEST_F(TemplatesTest, EscapesVariables) {
    EXPECT_EQ(render("<p title=\"{{a}}\">{{a}}</p>{{{aHtml}}}", {{"a", "<i>\"'&"}, {"aHtml", "<b>"}}),
              "<p title=\"&lt;i&gt;&quot;&#39;&amp;\">&lt;i&gt;&quot;&#39;&amp;</p><b>");
}

TEST_F(TemplatesTest, SectionsFollowTheirValue) {
    const auto* source = "{{#x}}ja{{/x}}{{^x}}nee{{/x}}";
    EXPECT_EQ(render(source, {{"x", true}}), "ja");
    EXPECT_EQ(render(source, {{"x", false}}), "nee");
    EXPECT_EQ(render(source, {{"x", nullptr}}), "nee");
    EXPECT_EQ(render(source, {{"x", ""}}), "nee");
    EXPECT_EQ(render(source, {{"x", json::array()}}), "nee");
    EXPECT_EQ(render(source, {{"x", {1, 2}}}), "jaja");
    EXPECT_EQ(render(source, {{"x", {{"y", 1}}}}), "ja");
}

TEST_F(TemplatesTest, ListsKnowTheirPlace) {
    EXPECT_EQ(render("{{#l}}{{index}}{{n}}{{^is_last}}, {{/is_last}}{{#is_first}}!{{/is_first}}{{/l}}",
                     {{"l", {{{"n", "a"}}, {{"n", "b"}}, {{"n", "c"}}}}}),
              "1a, !2b, 3c");
    EXPECT_EQ(render("{{#l}}{{.}};{{/l}}", {{"l", {"a", 2}}}), "a;2;");
}

TEST_F(TemplatesTest, NestedListsComeBackToTheOuterItem) {
    const json model{{"l", {{{"n", "a"}, {"m", {1, 2}}}, {{"n", "b"}, {"m", json::array()}}, {{"n", "c"}, {"m", {3}}}}}};
    EXPECT_EQ(render("{{#l}}{{n}}[{{#m}}{{.}}{{index}}{{/m}}{{^m}}-{{/m}}]{{n}} {{/l}}", model), "a[1122]a b[-]b c[31]c ");
}

TEST_F(TemplatesTest, DottedNamesStayInTheirObject) {
    EXPECT_EQ(render("{{a.b.c}}{{#a.b}}{{c}}{{/a.b}}", {{"a", {{"b", {{"c", 1}}}}}}), "11");
    EXPECT_EQ(render("[{{a.b.c}}]{{^a.b}}leeg{{/a.b}}", {{"a", {{"b", nullptr}}}}), "[]leeg");
    // The inner `a` hides the outer one, also for what it lacks.
    EXPECT_THAT(render_fault("{{#i}}{{a.b}}{{/i}}", {{"a", {{"b", 1}}}, {"i", {{"a", {{"c", 2}}}}}}), HasSubstr("a.b"));
}

TEST_F(TemplatesTest, FormsAreMadeOnDemand) {
    EXPECT_EQ(render("{{n_text}}{{#l_any}}+{{/l_any}}{{#s.t_any}}+{{/s.t_any}}{{^s.u_any}}-{{/s.u_any}} "
                     "{{fromDate_text}}",
                     {{"n", 1284}, {"l", {1}}, {"s", {{"t", "a"}, {"u", ""}}}, {"fromDate", "2026-11-10"}}),
              "1.284++- dinsdag 10 november 2026");
}

TEST_F(TemplatesTest, TextsAreEscapedAndFilled) {
    texts({{"a.plain", "Goedendag & <b>"}, {"a.by", "Door <{name}> uit {place}"}, {"a.rich_html", "<b>{name}</b>"}},
          {{"a.plain", "Hello"}, {"a.by", "By {name} from {place}"}, {"a.rich_html", "<i>{name}</i>"}});
    const json model{{"author", {{"name", "A&B"}}}, {"place", "Urk"}};
    EXPECT_EQ(render("{{t a.plain}}", model), "Goedendag &amp; &lt;b&gt;");
    EXPECT_EQ(render("{{t a.plain}}", model, Language::english), "Hello");
    EXPECT_EQ(render("{{t a.by name=author.name place=place}}", model), "Door &lt;A&amp;B&gt; uit Urk");
    EXPECT_EQ(render("{{t a.rich_html name=author.name}}", model), "<b>A&amp;B</b>");
}

TEST_F(TemplatesTest, PluralsCount) {
    texts({{"a.replies", {{"one", "{n} reactie"}, {"other", "{n} reacties"}}}, {"a.plain", "x"}},
          {{"a.replies", {{"one", "{n} reply"}, {"other", "{n} replies"}}}, {"a.plain", "x"}});
    const auto* source = "{{t a.replies n=p.count}}";
    EXPECT_EQ(render(source, {{"p", {{"count", 0}}}}), "0 reacties");
    EXPECT_EQ(render(source, {{"p", {{"count", 1}}}}), "1 reactie");
    EXPECT_EQ(render(source, {{"p", {{"count", 1284}}}}), "1.284 reacties");
    EXPECT_EQ(render(source, {{"p", {{"count", 1284}}}}, Language::english), "1,284 replies");
    const auto templates = load();
    EXPECT_EQ(templates.text("a.replies", Language::dutch, json{{"n", 1}}), "1 reactie");
    EXPECT_EQ(templates.text("a.replies", Language::dutch, json{{"n", 2000}}), "2.000 reacties");
    EXPECT_THROW(templates.text("a.replies", Language::dutch), std::logic_error);
    EXPECT_THROW(templates.text("a.unknown", Language::dutch), std::logic_error);
    EXPECT_TRUE(templates.has_text("a.replies"));
    EXPECT_FALSE(templates.has_text("a.unknown"));
}

TEST_F(TemplatesTest, PlainTextIsNotEscapedAndYearsAreNotGrouped) {
    texts({{"a.by", "{name} ({year})"}}, {{"a.by", "{name} ({year})"}});
    put("page", "x");
    EXPECT_EQ(load().text("a.by", Language::dutch, json{{"name", "A&B"}, {"year", 2026}}), "A&B (2026)");
}

TEST_F(TemplatesTest, PartialsAssetsAndCommentsArePutInAtLoad) {
    put("_part", "{{! needs: n }}\n<i>{{n}}</i>");
    EXPECT_EQ(render("{{! needs: l[].n }}\n<p>\n  {{#l}}\n    {{> _part}}\n  {{/l}}\n</p>{{! a remark }}", {{"l", {{{"n", 1}}}}}),
              "<p>\n<i>1</i>\n</p>");
    EXPECT_EQ(render("{{asset forum.css}}", json::object()), "/assets/forum-1a2b.css");
    EXPECT_EQ(load().asset("forum.css"), "/assets/forum-1a2b.css");
    EXPECT_THROW(load().asset("other.css"), std::logic_error);
}

TEST_F(TemplatesTest, VariablesKeepTheirLineBreaks) {
    EXPECT_EQ(render("<textarea>\n{{a}}</textarea>", {{"a", "een\n\n  twee"}}), "<textarea>\neen\n\n  twee</textarea>");
}

TEST_F(TemplatesTest, FaultsAreNamedByFileAndLine) {
    EXPECT_EQ(fault_of("a\n{{> _none}}"), "page.mustache:2: unknown partial _none");
    EXPECT_EQ(fault_of("{{! needs: a }}\n\n{{t a.none}}"), "page.mustache:3: unknown text a.none");
    EXPECT_EQ(fault_of("{{asset none.css}}"), "page.mustache:1: unknown asset none.css");
    EXPECT_EQ(fault_of("{{t a.plain x=y}}"), "page.mustache:1: a.plain has no {x}");
    EXPECT_EQ(fault_of("{{{title}}}"), "page.mustache:1: {{{title}}}: only names that end in Html go unescaped");
    EXPECT_EQ(fault_of("{{&title}}"), "page.mustache:1: {{&title}} is no tag of ours");
    EXPECT_EQ(fault_of("{{=<% %>=}}"), "page.mustache:1: {{=<% %>=}} is no tag of ours");
    EXPECT_EQ(fault_of("{{> page}}"), "page.mustache:1: page contains itself");
    EXPECT_EQ(fault_of("a {{b"), "page.mustache:1: a tag is not closed");
    EXPECT_THAT(fault_of("{{#a}}{{/b}}"), HasSubstr("page.mustache: Unclosed section \"a\""));
    EXPECT_THAT(fault_of("{{/b}}"), HasSubstr("page.mustache: Unopened section"));
    texts({{"a.by", "{name}"}}, {{"a.by", "{name}"}});
    EXPECT_EQ(fault_of("{{t a.by}}"), "page.mustache:1: a.by needs name=");
    texts({{"a.by", "x"}}, {{"a.other", "x"}});
    EXPECT_THAT(fault_of("x"), HasSubstr("is in one language only"));
    texts({{"a.by", 1}}, {{"a.by", 1}});
    EXPECT_THAT(fault_of("x"), HasSubstr("a.by must be a string or {one, other}"));
    write("texts/nl.json", "{");
    EXPECT_THAT(fault_of("x"), HasSubstr("nl.json: no JSON object"));
}

TEST_F(TemplatesTest, StrictRefusesWhatTheModelLacks) {
    EXPECT_THAT(render_fault("{{b}}", {{"a", 1}}), HasSubstr("template page: no member b"));
    EXPECT_THAT(render_fault("{{#b}}{{/b}}", {{"a", 1}}), HasSubstr("no member b"));
    EXPECT_THAT(render_fault("{{^b_any}}{{/b_any}}", {{"a", 1}}), HasSubstr("no member b_any"));
    EXPECT_THAT(render_fault("{{index}}", {{"a", 1}}), HasSubstr("no member index"));
    EXPECT_THAT(render_fault("{{a_text}}", {{"a", "woord"}}), HasSubstr("no member a_text"));
    EXPECT_THAT(render_fault("{{! needs: a[].url, b }}\n{{#a}}{{url}}{{/a}}", {{"a", {{{"n", 1}}}}, {"b", 1}, {"url", "x"}}),
                HasSubstr("the model lacks url"));
    EXPECT_THAT(render_fault("{{#a}}{{url}}{{/a}}", {{"a", {{{"url", 1}}, {{"n", 1}}}}, {"url", "x"}}),
                HasSubstr("an item of a list lacks url"));
    EXPECT_EQ(
        render_fault("{{! needs: a[].url, c.d; the rest is a remark, really }}\n{{#a}}{{/a}}", {{"a", json::array()}, {"c", nullptr}}), "");
}

TEST_F(TemplatesTest, ServingShowsNothingForWhatTheModelLacks) {
    put("page", "[{{b}}]{{#b}}x{{/b}}{{^b}}y{{/b}}");
    EXPECT_EQ(load(Missing::log).render("page", json{{"a", 1}}, Language::dutch), "[]y");
}

TEST_F(TemplatesTest, UnknownTemplateIsRefused) {
    put("page", "x");
    EXPECT_THROW(load().render("none", json::object(), Language::dutch), std::logic_error);
}

TEST_F(TemplatesTest, RendersOnManyThreadsAndForManyFolders) {
    put("page", "{{#l}}{{n}} {{t a.plain}};{{/l}}");
    const auto first = load();
    texts({{"a.plain", "anders"}}, {{"a.plain", "other"}});
    const auto second = load();
    json model{{"l", json::array()}};
    for (int i = 0; i < 50; ++i) model["l"].push_back({{"n", i}});
    const auto expected = first.render("page", model, Language::english);
    const auto expected_second = second.render("page", model, Language::english);
    EXPECT_NE(expected, expected_second);
    std::atomic<int> different{0};
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i) {
        threads.emplace_back([&] {
            for (int n = 0; n < 100; ++n) {
                if (first.render("page", model, Language::english) != expected)
                    ++different;
                if (second.render("page", model, Language::english) != expected_second)
                    ++different;
            }
        });
    }
    for (auto& thread : threads) thread.join();
    EXPECT_EQ(different, 0);
}

TEST(Model, SharesItsValue) {
    EXPECT_TRUE(Model{}.is_null());
    const Model model{json{{"a", "é"}}};
    const auto copy = model;
    EXPECT_EQ(&copy.json(), &model.json());
    EXPECT_EQ(copy.dump(), R"({"a":"é"})");
    EXPECT_EQ(Model{json("\xff")}.dump(), "\"\xEF\xBF\xBD\"");
}

}  // namespace
}  // namespace forum::view
