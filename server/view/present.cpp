#include "view/present.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

namespace forum::view {

namespace {

using Names = std::array<std::string_view, 12>;
using Days = std::array<std::string_view, 7>;

constexpr Days dutch_days{"zondag", "maandag", "dinsdag", "woensdag", "donderdag", "vrijdag", "zaterdag"};
constexpr Days english_days{"Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"};
constexpr Names dutch_months{"januari", "februari", "maart",     "april",   "mei",      "juni",
                             "juli",    "augustus", "september", "oktober", "november", "december"};
constexpr Names english_months{"January", "February", "March",     "April",   "May",      "June",
                               "July",    "August",   "September", "October", "November", "December"};

/// "dinsdag 10 november"
std::string day_text(int weekday, int day, int month, Language language) {
    const auto& days = language == Language::dutch ? dutch_days : english_days;
    const auto& months = language == Language::dutch ? dutch_months : english_months;
    return fmt::format("{} {} {}", days[static_cast<std::size_t>(weekday)], day, months[static_cast<std::size_t>(month - 1)]);
}

std::string clock_text(const base::Civil& civil, Language language) {
    return language == Language::dutch ? fmt::format("{}.{:02} uur", civil.hour, civil.minute)
                                       : fmt::format("{}:{:02}", civil.hour, civil.minute);
}

std::chrono::sys_days day_of(const base::Civil& civil) { return std::chrono::year{civil.year} / civil.month / civil.day; }

bool ends_in(std::string_view name, std::string_view end, std::string_view alone) { return name.ends_with(end) || name == alone; }

bool names_a_time(std::string_view name) {
    return ends_in(name, "At", "at") || ends_in(name, "Until", "until") || ends_in(name, "Since", "since");
}

bool is_any(const nlohmann::json& value) {
    switch (value.type()) {
    case nlohmann::json::value_t::null: return false;
    case nlohmann::json::value_t::string: return !value.get_ref<const std::string&>().empty();
    case nlohmann::json::value_t::array: return !value.empty();
    case nlohmann::json::value_t::boolean: return value.get<bool>();
    case nlohmann::json::value_t::number_integer:
    case nlohmann::json::value_t::number_unsigned:
    case nlohmann::json::value_t::number_float: return value.get<double>() != 0;
    default: return true;
    }
}

std::optional<nlohmann::json> text_of(std::string_view name, const nlohmann::json& value, Language language, base::Time now) {
    if (value.is_null())
        return nlohmann::json{};
    if (value.is_number_integer())
        return number_text(value.get<std::int64_t>(), language);
    if (value.is_string()) {
        const auto& text = value.get_ref<const std::string&>();
        if (text.empty())
            return "";
        if (names_a_time(name)) {
            if (const auto time = base::parse_rfc3339(text))
                return time_text(*time, language, now);
        } else if (ends_in(name, "Date", "date")) {
            if (auto date = date_text(text, language); !date.empty())
                return date;
        }
    }
    return std::nullopt;
}

}  // namespace

std::string clock_text(base::Time time, Language language) { return clock_text(base::to_amsterdam(time), language); }

std::string time_text(base::Time time, Language language, base::Time now) {
    const auto civil = base::to_amsterdam(time);
    const auto today = base::to_amsterdam(now);
    const bool is_dutch = language == Language::dutch;
    const auto days_ago = (day_of(today) - day_of(civil)).count();
    std::string day;
    if (days_ago == 0) {
        day = is_dutch ? "vandaag" : "today";
    } else if (days_ago == 1) {
        day = is_dutch ? "gisteren" : "yesterday";
    } else {
        day = day_text(civil.weekday, civil.day, civil.month, language);
        if (civil.year != today.year)
            day += fmt::format(" {}", civil.year);
    }
    return day + ", " + clock_text(civil, language);
}

std::string date_text(std::string_view iso_date, Language language) {
    constexpr std::string_view shape = "dddd-dd-dd";
    if (iso_date.size() != shape.size())
        return {};
    for (std::size_t i = 0; i < shape.size(); ++i) {
        const bool is_digit = iso_date[i] >= '0' && iso_date[i] <= '9';
        if (shape[i] == 'd' ? !is_digit : iso_date[i] != '-')
            return {};
    }
    const auto number = [&](std::size_t at, std::size_t size) {
        int value = 0;
        std::from_chars(iso_date.data() + at, iso_date.data() + at + size, value);
        return value;
    };
    const std::chrono::year_month_day date{std::chrono::year{number(0, 4)}, std::chrono::month{static_cast<unsigned>(number(5, 2))},
                                           std::chrono::day{static_cast<unsigned>(number(8, 2))}};
    if (!date.ok())
        return {};
    const std::chrono::weekday weekday{std::chrono::sys_days{date}};
    return day_text(static_cast<int>(weekday.c_encoding()), number(8, 2), number(5, 2), language) + fmt::format(" {}", number(0, 4));
}

std::string number_text(std::int64_t number, Language language) {
    auto text = std::to_string(number);
    const std::size_t first = number < 0 ? 1 : 0;
    for (auto at = static_cast<std::ptrdiff_t>(text.size()) - 3; at > static_cast<std::ptrdiff_t>(first); at -= 3) {
        text.insert(static_cast<std::size_t>(at), 1, language == Language::dutch ? '.' : ',');
    }
    return text;
}

std::optional<nlohmann::json> find_form(const nlohmann::json& object, std::string_view name, Language language, base::Time now) {
    const auto mark = name.rfind('_');
    if (mark == std::string_view::npos || !object.is_object())
        return std::nullopt;
    const auto member = name.substr(0, mark);
    const auto found = object.find(member);
    if (found == object.end())
        return std::nullopt;
    const auto& value = *found;
    const auto form = name.substr(mark + 1);
    if (form == "any")
        return is_any(value);
    if (form == "text")
        return text_of(member, value, language, now);
    if (form == "one" && value.is_number_integer())
        return value.get<std::int64_t>() == 1;
    if (form == "time" && names_a_time(member)) {
        if (value.is_null())
            return nlohmann::json{};
        if (value.is_string()) {
            const auto time = base::parse_rfc3339(value.get_ref<const std::string&>());
            if (time)
                return clock_text(*time, language);
        }
    }
    return std::nullopt;
}

}  // namespace forum::view
