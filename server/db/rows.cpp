#include "db/rows.hpp"

#include <charconv>
#include <stdexcept>

#include "base/problem.hpp"
#include "db/rows_data.hpp"

namespace forum::db {

namespace {

std::string time_text(base::Time time) {
    using std::chrono::microseconds;
    using std::chrono::seconds;
    const auto second = std::chrono::floor<seconds>(time);
    auto text = base::to_rfc3339(second);
    const auto fraction = std::chrono::floor<microseconds>(time - second).count();
    if (fraction != 0) {
        const auto digits = std::to_string(1'000'000 + fraction);
        text.insert(text.size() - 1, "." + digits.substr(1));
    }
    return text;
}

/// An element of PostgreSQL's array literal, quoted, so that nothing in it means anything.
void append_element(std::string& out, const std::optional<std::string>& value) {
    out += out.size() > 1 ? "," : "";
    if (!value) {
        out += "NULL";
        return;
    }
    out += '"';
    for (const char c : *value) {
        if (c == '"' || c == '\\') {
            out += '\\';
        }
        out += c;
    }
    out += '"';
}

std::vector<std::string> parse_array(std::string_view text, const char* column) {
    const auto fail = [&]() -> std::vector<std::string> {
        throw std::logic_error{std::string{"column "} + column + " is no one-dimensional array without NULLs"};
    };
    if (text.size() < 2 || text.front() != '{' || text.back() != '}') {
        return fail();
    }
    text = text.substr(1, text.size() - 2);
    std::vector<std::string> values;
    while (!text.empty()) {
        std::string value;
        std::size_t at = 0;
        if (text.front() == '"') {
            for (at = 1; at < text.size() && text[at] != '"'; ++at) {
                if (text[at] == '\\' && at + 1 < text.size()) {
                    ++at;
                }
                value += text[at];
            }
            ++at;
        } else {
            at = std::min(text.find(','), text.size());
            value = text.substr(0, at);
            if (value.empty() || value.front() == '{' || value == "NULL") {
                return fail();
            }
        }
        values.push_back(std::move(value));
        if (at >= text.size()) {
            break;
        }
        if (text[at] != ',') {
            return fail();
        }
        text.remove_prefix(at + 1);
    }
    return values;
}

template <class Number>
Number parse_number(std::string_view text, const char* column) {
    Number number{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{} || end != text.data() + text.size()) {
        throw std::logic_error{std::string{"column "} + column + " does not hold such a number"};
    }
    return number;
}

/// "2026-11-22 09:12:03.5+00", as the session's settings (ISO, UTC) make PostgreSQL write it.
base::Time parse_time(std::string_view text, const char* column) {
    std::string rfc{text};
    if (rfc.size() > 10 && rfc[10] == ' ') {
        rfc[10] = 'T';
    }
    if (rfc.ends_with("+00")) {
        rfc.replace(rfc.size() - 3, 3, "Z");
    }
    const auto time = base::parse_rfc3339(rfc);
    if (!time) {
        throw std::logic_error{std::string{"column "} + column + " does not hold a time of our age"};
    }
    return *time;
}

}  // namespace

Params& Params::add(std::string_view text) {
    if (text.find('\0') != std::string_view::npos) {
        throw base::Problem{base::ProblemKind::bad_request, "Text holds U+0000"};
    }
    values_.emplace_back(std::string{text});
    return *this;
}

Params& Params::add(std::int64_t number) {
    values_.emplace_back(std::to_string(number));
    return *this;
}

Params& Params::add(double number) {
    std::array<char, 32> buffer{};
    const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), number).ptr;
    values_.emplace_back(std::string{buffer.data(), end});
    return *this;
}

Params& Params::add(bool flag) {
    values_.emplace_back(flag ? "t" : "f");
    return *this;
}

Params& Params::add(base::Time time) {
    values_.emplace_back(time_text(time));
    return *this;
}

Params& Params::add(std::nullopt_t) {
    values_.emplace_back(std::nullopt);
    return *this;
}

Params& Params::add(const std::vector<std::string>& values) {
    std::string out{"{"};
    for (const auto& value : values) {
        append_element(out, value);
    }
    return add(out + "}");
}

Params Params::arrays_of(const std::vector<const Params*>& callers) {
    Params arrays;
    for (std::size_t i = 0; i < callers.front()->values_.size(); ++i) {
        std::string out{"{"};
        for (const auto* caller : callers) {
            append_element(out, caller->values_.at(i));
        }
        arrays.values_.emplace_back(out + "}");
    }
    return arrays;
}

Params& Params::add(const std::vector<std::int64_t>& values) {
    std::string out{"{"};
    for (const auto value : values) {
        out += (out.size() > 1 ? "," : "") + std::to_string(value);
    }
    values_.emplace_back(out + "}");
    return *this;
}

std::optional<std::string_view> Row::value(const char* column) const {
    const int found = data_->find_column(column);
    if (found < 0) {
        throw std::logic_error{std::string{"the result has no column "} + column};
    }
    return data_->value(index_, found);
}

std::string_view Row::present(const char* column) const {
    const auto found = value(column);
    if (!found) {
        throw std::logic_error{std::string{"column "} + column + " is NULL"};
    }
    return *found;
}

bool Row::is_null(const char* column) const { return !value(column); }

std::string Row::text(const char* column) const { return std::string{present(column)}; }

std::string Row::text_or(const char* column, std::string_view fallback) const { return std::string{value(column).value_or(fallback)}; }

std::int64_t Row::integer(const char* column) const { return parse_number<std::int64_t>(present(column), column); }

double Row::real(const char* column) const { return parse_number<double>(present(column), column); }

bool Row::flag(const char* column) const {
    const auto text = present(column);
    if (text != "t" && text != "f") {
        throw std::logic_error{std::string{"column "} + column + " is no boolean"};
    }
    return text == "t";
}

base::Time Row::time(const char* column) const { return parse_time(present(column), column); }

std::optional<std::string> Row::find_text(const char* column) const {
    const auto found = value(column);
    return found ? std::optional{std::string{*found}} : std::nullopt;
}

std::optional<std::int64_t> Row::find_integer(const char* column) const {
    const auto found = value(column);
    return found ? std::optional{parse_number<std::int64_t>(*found, column)} : std::nullopt;
}

std::optional<base::Time> Row::find_time(const char* column) const {
    const auto found = value(column);
    return found ? std::optional{parse_time(*found, column)} : std::nullopt;
}

std::vector<std::string> Row::texts(const char* column) const {
    const auto found = value(column);
    return found ? parse_array(*found, column) : std::vector<std::string>{};
}

std::size_t Rows::size() const { return static_cast<std::size_t>(data_->rows()); }

std::size_t Rows::affected() const { return data_->affected(); }

Row Rows::operator[](std::size_t index) const {
    if (index >= size()) {
        throw std::logic_error{"row " + std::to_string(index) + " of " + std::to_string(size())};
    }
    return Row{data_, static_cast<int>(index)};
}

std::vector<std::int64_t> Rows::integers(const char* column) const {
    std::vector<std::int64_t> list;
    for (std::size_t index = 0; index < size(); ++index) {
        list.push_back((*this)[index].integer(column));
    }
    return list;
}

Row Rows::one() const {
    if (size() != 1) {
        throw std::logic_error{"wanted one row, got " + std::to_string(size())};
    }
    return (*this)[0];
}

std::optional<Row> Rows::find_one() const { return empty() ? std::nullopt : std::optional{one()}; }

}  // namespace forum::db
