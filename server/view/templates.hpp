// Renders mustache templates with view models; texts and partials are put in when a template is loaded. Rule: a
// template sees only what its page's model holds (view/present adds the forms for people); nothing missing is silent.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "view/model.hpp"

namespace forum::view {

enum class Language { dutch, english };

std::string_view language_code(Language language);  ///< "nl" or "en"

class Templates {
public:
    /// Loads `<folder>/templates/*.mustache`, `<folder>/texts/{nl,en}.json` and `<folder>/assets.json` (all made by
    /// web/build.mjs). Throws std::runtime_error that names file and fault: unknown partial, text key, asset.
    explicit Templates(const std::string& folder);
    ~Templates();

    /// Renders `name` with the presented model. Thread-safe. Throws std::logic_error for an unknown name.
    std::string render(std::string_view name, const Model& model, Language language) const;

    /// A text with its {placeholders} filled from `arguments` (JSON object), plural by member `n`; not escaped.
    /// Throws std::logic_error for an unknown key.
    std::string text(std::string_view key, Language language, const Model& arguments = {}) const;
    bool has_text(std::string_view key) const;

    /// "/assets/forum-1a2b3c4d.css" for "forum.css".
    std::string asset(std::string_view name) const;

private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

/// The model with forms for people added (rules: x_any, x_text, n_one, index, ...; see web/README.md). Done by render.
nlohmann::json present(const nlohmann::json& model, Language language);

}  // namespace forum::view
