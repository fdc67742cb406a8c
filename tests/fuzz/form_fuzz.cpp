// Sources: server/http/form.cpp server/base/text.cpp
// Feeds parse_form: what it accepts is good text within the limit, and means the same when it is written out again.

#include <cstdlib>

#include "base/text.hpp"
#include "http/form.hpp"

namespace {

void require(bool holds) {
    if (!holds) {
        std::abort();
    }
}

std::string encode(std::string_view text) {
    static constexpr std::string_view digits = "0123456789abcdef";
    std::string out;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        out += '%';
        out += digits[byte >> 4];
        out += digits[byte & 15];
    }
    return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto fields = forum::http::parse_form({reinterpret_cast<const char*>(data), size});
    if (!fields) {
        return 0;
    }
    require(fields->size() <= forum::http::max_form_fields);
    std::string written;
    for (const auto& [name, value] : *fields) {
        require(forum::base::is_valid_utf8(name) && forum::base::is_valid_utf8(value));
        written += encode(name) + "=" + encode(value) + "&";
    }
    require(forum::http::parse_form(written) == fields);
    return 0;
}
