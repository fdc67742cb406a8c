#include "view/template_files.hpp"

#include <fmt/format.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "base/text.hpp"

namespace forum::view {

/// Where in which file a tag stands, for messages.
struct TemplateFiles::Place {
    const std::string& name;
    int line;
    Language language;

    [[noreturn]] void fail(const std::string& fault) const {
        throw std::runtime_error{fmt::format("{}.mustache:{}: {}", name, line, fault)};
    }
};

namespace {

std::string read_file(const std::filesystem::path& path) {
    std::ifstream stream{path, std::ios::binary};
    if (!stream)
        throw std::runtime_error{path.string() + ": cannot be read"};
    std::ostringstream content;
    content << stream.rdbuf();
    return std::move(content).str();
}

std::vector<std::string> words(std::string_view text, std::string_view separators) {
    std::vector<std::string> result;
    while (true) {
        const auto begin = text.find_first_not_of(separators);
        if (begin == text.npos)
            return result;
        const auto end = std::min(text.find_first_of(separators, begin), text.size());
        result.emplace_back(text.substr(begin, end - begin));
        text.remove_prefix(end);
    }
}

bool is_path(std::string_view name) {
    const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_'; };
    if (name == ".")
        return true;
    if (name.empty() || name.front() == '.' || name.back() == '.')
        return false;
    return std::all_of(name.begin(), name.end(), [&](char c) { return is_letter(c) || c == '.'; });
}

/// Mustache takes text apart at every space and line break, so fewer of them render faster; in HTML they mean the same.
std::string fold_line_breaks(std::string_view text) {
    std::string result;
    result.reserve(text.size());
    constexpr std::string_view spaces = " \t\r\n";
    for (std::size_t at = 0; at < text.size();) {
        if (spaces.find(text[at]) == spaces.npos) {
            result += text[at++];
            continue;
        }
        const auto end = std::min(text.find_first_not_of(spaces, at), text.size());
        const auto run = text.substr(at, end - at);
        if (run.find('\n') != run.npos) {
            result += '\n';
        } else {
            result += run;
        }
        at = end;
    }
    return result;
}

}  // namespace

TemplateFiles::TemplateFiles(const std::string& folder, const Texts& texts) : texts_{texts} {
    const auto assets = nlohmann::json::parse(read_file(folder + "/assets.json"), nullptr, false);
    if (!assets.is_object())
        throw std::runtime_error{folder + "/assets.json: no JSON object"};
    for (const auto& [name, url] : assets.items()) assets_.emplace(name, url.get<std::string>());

    for (const auto& entry : std::filesystem::directory_iterator{folder + "/templates"}) {
        if (entry.path().extension() != ".mustache")
            continue;
        File file{read_file(entry.path()), 1, {}};
        constexpr std::string_view needs = "{{! needs:";
        if (file.source.starts_with(needs)) {
            const auto close = file.source.find("}}");
            const auto end = file.source.find('\n');
            if (close == file.source.npos || close > end) {
                throw std::runtime_error{entry.path().string() + ":1: the line of needs does not end"};
            }
            auto list = std::string_view{file.source}.substr(needs.size(), close - needs.size());
            list = list.substr(0, list.find(';'));
            for (const auto& part : base::split(list, ',')) {
                // What is no path is a remark for people ("is* of kind").
                if (auto path = base::trim(part); path.find_first_of(" *") == path.npos) {
                    file.needs.push_back(std::move(path));
                }
            }
            file.source.erase(0, end == file.source.npos ? end : end + 1);
            file.first_line = 2;
        }
        files_.emplace(entry.path().stem().string(), std::move(file));
    }
}

std::vector<std::string> TemplateFiles::names() const {
    std::vector<std::string> result;
    for (const auto& [name, file] : files_) result.push_back(name);
    return result;
}

const std::vector<std::string>& TemplateFiles::needs(const std::string& name) const { return files_.at(name).needs; }

const std::string& TemplateFiles::asset(std::string_view name) const {
    const auto found = assets_.find(name);
    if (found == assets_.end())
        throw std::logic_error{fmt::format("unknown asset {}", name)};
    return found->second;
}

std::string TemplateFiles::expand(const std::string& name, Language language) const {
    std::vector<std::string> inside;
    return fold_line_breaks(expand(name, language, inside));
}

std::string TemplateFiles::expand(const std::string& name, Language language, std::vector<std::string>& inside) const {
    const auto& file = files_.at(name);
    const std::string_view source{file.source};
    inside.push_back(name);
    std::string result;
    result.reserve(source.size() * 2);
    std::size_t copied = 0;
    Place place{name, file.first_line, language};
    for (auto open = source.find("{{"); open != source.npos; open = source.find("{{", copied)) {
        result += source.substr(copied, open - copied);
        place.line += static_cast<int>(
            std::count(source.begin() + static_cast<std::ptrdiff_t>(copied), source.begin() + static_cast<std::ptrdiff_t>(open), '\n'));
        const bool is_triple = source.substr(open, 3) == "{{{";
        const std::string_view end = is_triple ? "}}}" : "}}";
        const auto close = source.find(end, open);
        if (close == source.npos)
            place.fail("a tag is not closed");
        const auto tag = source.substr(open, close + end.size() - open);
        result += expand_tag(tag, place, inside);
        place.line += static_cast<int>(std::count(tag.begin(), tag.end(), '\n'));
        copied = close + end.size();
    }
    result += source.substr(copied);
    inside.pop_back();
    return result;
}

std::string TemplateFiles::expand_tag(std::string_view tag, const Place& place, std::vector<std::string>& inside) const {
    if (tag.starts_with("{{{")) {
        const auto name = base::trim(tag.substr(3, tag.size() - 6));
        if (!is_path(name) || !name.ends_with("Html")) {
            place.fail(fmt::format("{{{{{{{}}}}}}}: only names that end in Html go unescaped", name));
        }
        return std::string{tag};
    }
    const auto content = base::trim(tag.substr(2, tag.size() - 4));
    if (content.empty())
        place.fail("an empty tag");
    if (content.front() == '!')
        return {};
    if (content.front() == '>') {
        const auto partial = base::trim(std::string_view{content}.substr(1));
        if (!files_.contains(partial))
            place.fail("unknown partial " + partial);
        if (std::find(inside.begin(), inside.end(), partial) != inside.end()) {
            place.fail(partial + " contains itself");
        }
        return expand(partial, place.language, inside);
    }
    if (content.starts_with("t "))
        return expand_text(std::string_view{content}.substr(2), place);
    if (content.starts_with("asset ")) {
        const auto name = base::trim(std::string_view{content}.substr(6));
        const auto found = assets_.find(name);
        if (found == assets_.end())
            place.fail("unknown asset " + name);
        return base::escape_html(found->second);
    }
    const bool has_mark = std::string_view{"#^/"}.find(content.front()) != std::string_view::npos;
    if (!is_path(base::trim(std::string_view{content}.substr(has_mark ? 1 : 0)))) {
        place.fail(fmt::format("{{{{{}}}}} is no tag of ours", content));
    }
    return std::string{tag};
}

std::string TemplateFiles::expand_text(std::string_view call, const Place& place) const {
    const auto parts = words(call, " \t\r\n");
    if (parts.empty())
        place.fail("a text without a key");
    const auto& key = parts.front();
    const auto* text = texts_.find(key, place.language);
    if (text == nullptr)
        place.fail("unknown text " + key);

    std::map<std::string, std::string, std::less<>> arguments;
    for (auto part = parts.begin() + 1; part != parts.end(); ++part) {
        const auto equals = part->find('=');
        const auto path = equals == part->npos ? std::string{} : part->substr(equals + 1);
        if (!is_path(path))
            place.fail(fmt::format("{}: {} is not name=path", key, *part));
        arguments.emplace(part->substr(0, equals), path);
    }
    std::set<std::string, std::less<>> used;
    const auto path_of = [&](std::string_view name) -> const std::string& {
        const auto found = arguments.find(name);
        if (found == arguments.end())
            place.fail(fmt::format("{} needs {}=", key, name));
        used.emplace(name);
        return found->second;
    };
    const bool is_html = key.ends_with("_html");
    const auto fill = [&](const std::string& form) {
        return replace_placeholders(
            form, [&](std::string_view literal) { return is_html ? std::string{literal} : base::escape_html(literal); },
            [&](std::string_view name) {
                const auto& path = path_of(name);
                const bool is_count = text->is_plural && name == "n";
                return fmt::format("{{{{{}{}}}}}", path, is_count ? "_text" : "");
            });
    };
    std::string result;
    if (text->is_plural) {
        const auto& n = path_of("n");
        if (n == ".")
            place.fail(key + " counts a named member, not {{.}}");
        result =
            fmt::format("{{{{#{0}_one}}}}{1}{{{{/{0}_one}}}}{{{{^{0}_one}}}}{2}{{{{/{0}_one}}}}", n, fill(text->one), fill(text->other));
    } else {
        result = fill(text->other);
    }
    for (const auto& [name, path] : arguments) {
        if (!used.contains(name))
            place.fail(fmt::format("{} has no {{{}}}", key, name));
    }
    return result;
}

}  // namespace forum::view
