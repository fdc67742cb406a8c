#include "view/texts.hpp"

#include <fmt/format.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "view/present.hpp"

namespace forum::view {

Texts::Texts(const std::string& folder) : dutch_{read(folder + "/nl.json")}, english_{read(folder + "/en.json")} {
    for (const auto* map : {&dutch_, &english_}) {
        const auto& other = map == &dutch_ ? english_ : dutch_;
        for (const auto& [key, text] : *map) {
            if (!other.contains(key)) {
                throw std::runtime_error{fmt::format("{}: text {} is in one language only", folder, key)};
            }
        }
    }
}

Texts::Map Texts::read(const std::string& file) {
    std::ifstream stream{file};
    if (!stream)
        throw std::runtime_error{file + ": cannot be read"};
    const auto content = nlohmann::json::parse(stream, nullptr, false);
    if (!content.is_object())
        throw std::runtime_error{file + ": no JSON object"};
    Map map;
    for (const auto& [key, value] : content.items()) {
        Text text;
        if (value.is_string()) {
            text.other = value.get<std::string>();
        } else if (value.is_object() && value.size() == 2 && value.contains("one") && value.contains("other") && value["one"].is_string()
                   && value["other"].is_string()) {
            text = {value["other"].get<std::string>(), value["one"].get<std::string>(), true};
        } else {
            throw std::runtime_error{fmt::format("{}: {} must be a string or {{one, other}}", file, key)};
        }
        // "{{" would be read as a tag once the text stands in a template.
        if (text.other.find("{{") != text.other.npos || text.one.find("{{") != text.one.npos) {
            throw std::runtime_error{fmt::format("{}: {} holds {{{{", file, key)};
        }
        map.emplace(key, std::move(text));
    }
    return map;
}

const Text* Texts::find(std::string_view key, Language language) const {
    const auto& map = of(language);
    const auto found = map.find(key);
    return found == map.end() ? nullptr : &found->second;
}

std::string Texts::fill(std::string_view key, Language language, const nlohmann::json& arguments) const {
    const auto* text = find(key, language);
    if (text == nullptr)
        throw std::logic_error{fmt::format("unknown text {}", key)};
    const auto argument = [&](std::string_view name) -> const nlohmann::json& {
        const auto found = arguments.find(name);
        if (found == arguments.end()) {
            throw std::logic_error{fmt::format("text {} needs {}", key, name)};
        }
        return *found;
    };
    const bool is_one = text->is_plural && argument("n") == 1;
    return replace_placeholders(
        is_one ? text->one : text->other, [](std::string_view literal) { return literal; },
        [&](std::string_view name) -> std::string {
            const auto& value = argument(name);
            if (value.is_string())
                return value.get<std::string>();
            // Only the counted number is grouped: a year or a status code is none.
            if (name == "n" && value.is_number_integer()) {
                return number_text(value.get<std::int64_t>(), language);
            }
            return value.dump();
        });
}

}  // namespace forum::view
