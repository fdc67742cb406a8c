#include "site/form.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/problem.hpp"
#include "base/text.hpp"
#include "http/form.hpp"

namespace forum::site {

using base::Problem;
using base::ProblemKind;

namespace {

Input::Shape shape_of(const nlohmann::json& value) {
    using enum Input::Shape;
    if (value.is_null()) {
        return nothing;
    }
    return value.is_string() ? text : value.is_array() ? list : value.is_object() ? object : number_or_boolean;
}

/// A JSON scalar as the text that a form would have sent; nothing for null.
std::optional<std::string> scalar_text(const nlohmann::json& value) {
    switch (value.type()) {
    case nlohmann::json::value_t::null: return std::nullopt;
    case nlohmann::json::value_t::string: return value.get<std::string>();
    case nlohmann::json::value_t::boolean: return value.get<bool>() ? "true" : "false";
    case nlohmann::json::value_t::number_integer:
    case nlohmann::json::value_t::number_unsigned: return value.dump();
    default: throw Problem{ProblemKind::bad_request, "members are text, whole numbers, true or false, or lists of these"};
    }
}

}  // namespace

Input Input::parse(std::string_view content_type, std::string_view body) {
    Input input;
    const auto media = base::trim(base::lower_ascii(content_type.substr(0, content_type.find(';'))));
    if (media == "application/x-www-form-urlencoded" || (media.empty() && body.empty())) {
        auto fields = http::parse_form(body);
        if (!fields) {
            throw Problem{ProblemKind::bad_request};
        }
        for (auto& [name, value] : *fields) {
            input.fields_.push_back({std::move(name), std::move(value)});
        }
        return input;
    }
    if (media != "application/json") {
        throw Problem{ProblemKind::unsupported_media_type};
    }
    if (body.empty()) {
        return input;
    }
    // Depth is bounded before parsing: the parser itself recurses once per bracket.
    const auto brackets = std::count_if(body.begin(), body.end(), [](char c) { return c == '[' || c == '{'; });
    if (brackets > 2000) {
        throw Problem{ProblemKind::bad_request, "too deeply nested JSON"};
    }
    const auto json = nlohmann::json::parse(body, nullptr, false);
    if (json.is_discarded()) {
        throw Problem{ProblemKind::bad_request, "the body is not JSON"};
    }
    if (!json.is_object()) {
        throw Problem{ProblemKind::bad_request, "the body is a JSON object"};
    }
    for (const auto& [name, value] : json.items()) {
        const auto shape = shape_of(value);
        input.json_members_.push_back({name, shape});
        if (value.is_array()) {
            for (const auto& element : value) {
                if (auto text = scalar_text(element)) {
                    input.add(name, std::move(*text), shape);
                }
            }
        } else if (value.is_object()) {
            input.add(name, value.dump(), shape);
        } else if (auto text = scalar_text(value)) {
            input.add(name, std::move(*text), shape);
        }
    }
    return input;
}

void Input::add(std::string name, std::string value, Shape shape) {
    if (!base::is_valid_utf8(value)) {
        throw Problem{ProblemKind::bad_request, "text is UTF-8 without NUL"};
    }
    fields_.push_back({std::move(name), std::move(value), shape});
}

std::string Input::text(std::string_view name) const { return find(name).value_or(""); }

std::optional<std::string> Input::find(std::string_view name) const {
    for (const auto& field : fields_) {
        if (field.name == name && (field.shape == Shape::text || field.shape == Shape::number_or_boolean)) {
            return base::normalize_newlines(field.value);
        }
    }
    return std::nullopt;
}

std::string Input::object(std::string_view name) const {
    for (const auto& field : fields_) {
        if (field.name == name && field.shape == Shape::object) {
            return field.value;
        }
    }
    return {};
}

std::vector<std::string> Input::all(std::string_view name) const {
    std::vector<std::string> values;
    for (const auto& field : fields_) {
        if (field.name == name && field.shape != Shape::object) {
            values.push_back(base::normalize_newlines(field.value));
        }
    }
    return values;
}

bool Input::has(std::string_view name) const { return find(name).has_value(); }

void Input::add(std::string name, std::string value) { fields_.push_back({std::move(name), std::move(value)}); }

void FormErrors::add(std::string field, std::string message) { errors_.push_back({std::move(field), std::move(message)}); }

bool FormErrors::has(std::string_view field) const {
    return std::any_of(errors_.begin(), errors_.end(), [&](const FormError& error) { return error.field == field; });
}

void FormErrors::write_to(nlohmann::json& model, const std::vector<std::string>& fields) const {
    auto& list = model["errors"] = nlohmann::json::array();
    auto& by_field = model["error"] = nlohmann::json::object();
    for (const auto& field : fields) {
        by_field[field] = "";
    }
    for (const auto& error : errors_) {
        list.push_back({{"field", error.field}, {"message", error.message}});
        auto& message = by_field[error.field];
        if (!message.is_string() || message.get_ref<const std::string&>().empty()) {
            message = error.message;
        }
    }
}

void check_fields(FormErrors& errors, const Input& input, const Fields& known, const view::Templates& texts, view::Language language) {
    const auto has = [](const std::vector<std::string>& names, const std::string& name) {
        return std::find(names.begin(), names.end(), name) != names.end();
    };
    for (const auto& [name, shape] : input.json_members()) {
        const bool is_text = shape == Input::Shape::text || shape == Input::Shape::nothing;
        if (has(known.texts, name)) {
            if (!is_text) {
                errors.add(name, texts.text("frame.not_text", language, nlohmann::json{{"field", name}}));
            }
        } else if (!has(known.others, name)) {
            errors.add(name, texts.text("frame.unknown_field", language, nlohmann::json{{"field", name}}));
        }
    }
}

}  // namespace forum::site
