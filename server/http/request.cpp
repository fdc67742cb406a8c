#include "http/request.hpp"

#include "http/cookie.hpp"
#include "http/syntax.hpp"

namespace forum::http {

namespace {

std::string_view first_value(const Pairs& pairs, std::string_view name) {
    for (const auto& [key, value] : pairs) {
        if (key == name) {
            return value;
        }
    }
    return {};
}

}  // namespace

std::string_view Request::header(std::string_view name) const { return first_value(headers, name); }

std::string_view Request::query_value(std::string_view name) const { return first_value(query, name); }

std::optional<std::string> Request::cookie(std::string_view name) const {
    for (const auto& [key, value] : headers) {
        if (key == "cookie") {
            if (const auto found = find_cookie(value, name)) {
                return std::string{*found};
            }
        }
    }
    return std::nullopt;
}

std::string_view RequestView::header(std::string_view name) const {
    for (const auto& [key, value] : headers) {
        if (equals_ignoring_case(key, name)) {
            return value;
        }
    }
    return {};
}

std::optional<std::string_view> RequestView::cookie(std::string_view name) const {
    for (const auto& [key, value] : headers) {
        if (equals_ignoring_case(key, "cookie")) {
            if (const auto found = find_cookie(value, name)) {
                return found;
            }
        }
    }
    return std::nullopt;
}

std::string_view method_name(Method method) {
    switch (method) {
    case Method::get: return "GET";
    case Method::head: return "HEAD";
    case Method::post: return "POST";
    case Method::put: return "PUT";
    case Method::del: return "DELETE";
    case Method::options: return "OPTIONS";
    case Method::other: break;
    }
    return "";
}

}  // namespace forum::http
