// The texts of the screen in both languages, by key. Rule: no other place in the server holds a word that a visitor reads.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <unordered_map>

#include "view/templates.hpp"

namespace forum::view {

/// A text with {placeholders}; a plural has its own form for one, chosen by the placeholder `n`.
struct Text {
    std::string other;
    std::string one;
    bool is_plural{false};
};

class Texts {
public:
    /// Reads `<folder>/nl.json` and `<folder>/en.json`. Throws std::runtime_error that names file and fault, also when a
    /// key is in one language only.
    explicit Texts(const std::string& folder);

    /// nullptr when there is no such key.
    const Text* find(std::string_view key, Language language) const;

    /// The text with its placeholders filled, not escaped. Throws std::logic_error for an unknown key or a missing argument.
    std::string fill(std::string_view key, Language language, const nlohmann::json& arguments) const;

private:
    struct Hash {
        using is_transparent = void;
        std::size_t operator()(std::string_view key) const { return std::hash<std::string_view>{}(key); }
    };
    using Map = std::unordered_map<std::string, Text, Hash, std::equal_to<>>;

    static Map read(const std::string& file);
    const Map& of(Language language) const { return language == Language::dutch ? dutch_ : english_; }

    Map dutch_, english_;
};

/// Copies `text` to the result with every {name} replaced by what `replace(name)` gives. Braces around anything
/// but letters, digits and underscores stay as they are.
template <class Literal, class Replace>
std::string replace_placeholders(std::string_view text, Literal&& literal, Replace&& replace) {
    std::string result;
    std::size_t copied = 0;
    for (auto open = text.find('{'); open != text.npos; open = text.find('{', open + 1)) {
        const auto close = text.find('}', open);
        if (close == text.npos)
            break;
        const auto name = text.substr(open + 1, close - open - 1);
        const bool is_name = !name.empty()
                             && name.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                                       "0123456789_")
                                    == name.npos;
        if (!is_name)
            continue;
        result += literal(text.substr(copied, open - copied));
        result += replace(name);
        copied = close + 1;
        open = close;
    }
    result += literal(text.substr(copied));
    return result;
}

}  // namespace forum::view
