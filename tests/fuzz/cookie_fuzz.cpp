// Sources: server/http/cookie.cpp
// Feeds the cookie parser: finding one agrees with reading all, and what set_cookie accepts is read back.

#include <cstdlib>
#include <stdexcept>

#include "http/cookie.hpp"

namespace {

void require(bool holds) {
    if (!holds) {
        std::abort();
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view bytes{reinterpret_cast<const char*>(data), size};
    const auto cookies = forum::http::parse_cookies(bytes);
    // Each is looked up among all: more than some would only take time.
    constexpr std::size_t most_checked = 16;
    std::size_t checked = 0;
    for (const auto& [name, value] : cookies) {
        if (++checked > most_checked) {
            break;
        }
        require(!name.empty());
        const auto found = forum::http::find_cookie(bytes, name);
        require(found.has_value());
        for (const auto& [first_name, first_value] : cookies) {
            if (first_name == name) {
                require(*found == first_value);
                break;
            }
        }
        try {
            const auto set = forum::http::set_cookie(name, value, forum::http::CookieTransport::secure);
            require(forum::http::find_cookie(set, name) == std::string_view{value});
        } catch (const std::invalid_argument&) {
            // Read leniently, written strictly.
        }
    }
    return 0;
}
