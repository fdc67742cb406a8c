// What came in with a request that changes something, the same for a form and for JSON, and the faults in it.
// Rule: a form parser collects every fault at once and never loses what was typed.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "view/model.hpp"
#include "view/templates.hpp"

namespace forum::site {

/// Fields by name; a JSON body's members become fields (strings, numbers and booleans as text, arrays of those as
/// several values, null as absent). A JSON list or object is never taken for one text.
class Input {
public:
    /// Throws Problem{bad_request|unsupported_media_type}. JSON: only an object whose values are of the kinds above.
    static Input parse(std::string_view content_type, std::string_view body);

    std::string text(std::string_view name) const;    ///< first value, newlines normalised; "" when absent
    std::string object(std::string_view name) const;  ///< a JSON object as JSON text; "" when absent or something else
    std::optional<std::string> find(std::string_view name) const;
    std::vector<std::string> all(std::string_view name) const;
    bool has(std::string_view name) const;
    void add(std::string name, std::string value);

    /// Of what kind a member of a JSON body is; what a form sends is always text.
    enum class Shape { nothing, text, number_or_boolean, list, object };
    struct Member {
        std::string name;
        Shape shape;
    };
    /// The members of a JSON body; none of a form.
    const std::vector<Member>& json_members() const { return json_members_; }

private:
    struct Field {
        std::string name, value;
        Shape shape{Shape::text};
    };
    void add(std::string name, std::string value, Shape shape);

    std::vector<Field> fields_;
    std::vector<Member> json_members_;
};

struct FormError {
    std::string field;    ///< the input's name
    std::string message;  ///< for the reader, in his language
};

/// The fields that an action knows: those that hold text, and the others (numbers, lists, objects), which it parses itself.
struct Fields {
    std::vector<std::string> texts, others;
};

class FormErrors {
public:
    void add(std::string field, std::string message);
    bool any() const { return !errors_.empty(); }
    const std::vector<FormError>& list() const { return errors_; }
    bool has(std::string_view field) const;
    /// Sets `errors` (list) and `error` (by field, for every name in `fields`) in a page's JSON object.
    void write_to(nlohmann::json& model, const std::vector<std::string>& fields) const;

private:
    std::vector<FormError> errors_;
};

/// An error for each member of a JSON body that has no meaning here, and for each that is not text where text belongs.
void check_fields(FormErrors& errors, const Input& input, const Fields& known, const view::Templates& texts, view::Language language);

}  // namespace forum::site
