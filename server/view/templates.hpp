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

/// What happens when a template names what its model does not hold.
enum class Missing {
    log,     ///< shown as nothing, and logged once per template and name: for serving
    refuse,  ///< std::logic_error; also when the model lacks what the template's first line needs, or when the objects of
    ///< one array have different members (the name would be looked up in the page): for tests and development
};

class Templates {
public:
    /// Loads `<folder>/templates/*.mustache`, `<folder>/texts/{nl,en}.json` and `<folder>/assets.json` (all made by
    /// web/build.mjs). Throws std::runtime_error that names file and fault: unknown partial, text key, asset.
    explicit Templates(const std::string& folder, Missing missing = Missing::log);
    ~Templates();

    /// Renders `name` with the model and the forms of its members (view/present.hpp: x_any, x_text, ...; in arrays of
    /// objects also is_first, is_last and index from 1). Thread-safe. Throws std::logic_error for an unknown name.
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

}  // namespace forum::view
