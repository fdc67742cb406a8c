// Template files made ready for Mustache: partials, texts and asset addresses are put in here, per language, when the
// server starts. Rule: every fault is found here, and named by file and line, before the first request.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "view/texts.hpp"

namespace forum::view {

class TemplateFiles {
public:
    /// Reads `<folder>/templates/*.mustache` and `<folder>/assets.json`. Throws std::runtime_error.
    TemplateFiles(const std::string& folder, const Texts& texts);

    std::vector<std::string> names() const;

    /// Plain Mustache of `name`: only variables and sections are left in it, and white space that holds a line break
    /// is one line break. Throws std::runtime_error ("me.mustache:12: unknown text members.foo").
    std::string expand(const std::string& name, Language language) const;

    /// The paths that the template's first line names, up to a semicolon ("posts[].number"); empty without such a line.
    const std::vector<std::string>& needs(const std::string& name) const;

    /// Throws std::logic_error for an unknown asset.
    const std::string& asset(std::string_view name) const;

private:
    struct File {
        std::string source;  ///< without the line of needs
        int first_line;      ///< line number of the source's begin
        std::vector<std::string> needs;
    };
    struct Place;

    std::string expand(const std::string& name, Language language, std::vector<std::string>& inside) const;
    std::string expand_tag(std::string_view tag, const Place& place, std::vector<std::string>& inside) const;
    std::string expand_text(std::string_view call, const Place& place) const;

    const Texts& texts_;
    std::map<std::string, File, std::less<>> files_;
    std::map<std::string, std::string, std::less<>> assets_;
};

}  // namespace forum::view
