// Sources: server/http/target.cpp server/http/form.cpp server/base/text.cpp
// Feeds parse_target: what it accepts keeps the promises of Request::path, and absolute forms split without loss.

#include <algorithm>
#include <cstdlib>

#include "base/text.hpp"
#include "http/target.hpp"

namespace {

void require(bool holds) {
    if (!holds) {
        std::abort();
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view bytes{reinterpret_cast<const char*>(data), size};
    if (const auto target = forum::http::parse_target(bytes)) {
        require(target->path.starts_with('/'));
        require(forum::base::is_valid_utf8(target->path));
        require((target->path + "/").find("/../") == std::string::npos);
        require((target->path + "/").find("/./") == std::string::npos);
        require(std::none_of(target->path.begin(), target->path.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20; }));
        for (const auto& [name, value] : target->query) {
            require(forum::base::is_valid_utf8(name) && forum::base::is_valid_utf8(value));
        }
    }
    if (const auto absolute = forum::http::split_absolute(bytes)) {
        require(std::string{absolute->scheme} + "://" + std::string{absolute->authority} + std::string{absolute->rest} == bytes);
        require(forum::http::is_valid_authority(absolute->authority));
    }
    return 0;
}
