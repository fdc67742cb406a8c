#include "members/return_to.hpp"

namespace forum::members {

namespace {

constexpr std::size_t most_bytes = 2'000;

bool is_local(std::string_view path) {
    // Browsers read "//host" and "/\host" as another site, and drop tabs and line breaks before they look.
    if (path.empty() || path.size() > most_bytes || path.front() != '/') {
        return false;
    }
    if (path.size() > 1 && path[1] == '/') {
        return false;
    }
    for (const char c : path) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte <= 0x20 || byte >= 0x7f || c == '\\') {
            return false;
        }
    }
    return true;
}

}  // namespace

std::string safe_return_to(std::string_view path) {
    const auto page = path.substr(0, path.find_first_of("?#"));
    if (!is_local(path) || page == "/inloggen" || page == "/uitloggen") {
        return "/";
    }
    return std::string{path};
}

}  // namespace forum::members
