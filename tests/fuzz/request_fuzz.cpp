// Sources: server/http/request_parser.cpp server/http/target.cpp server/http/form.cpp server/base/text.cpp server/http/boost_beast.cpp server/async/boost_asio.cpp
// Feeds the request parser in pieces of the size that the first byte says: it ends, uses no more than it got, and keeps
// its limits.

#include <algorithm>
#include <cstdlib>

#include "http/limits.hpp"
#include "http/request_parser.hpp"

namespace {

void require(bool holds) {
    if (!holds) {
        std::abort();
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using forum::http::RequestParser;
    if (size == 0) {
        return 0;
    }
    forum::http::Limits limits;
    limits.header_bytes = 256;
    limits.target_bytes = 64;
    limits.body_bytes = 128;
    const std::size_t piece = data[0] + 1U;
    std::string_view coming{reinterpret_cast<const char*>(data) + 1, size - 1};
    RequestParser parser{limits};
    std::string held;
    std::string body;
    bool is_in_body = false;
    for (;;) {
        const auto result = is_in_body ? parser.read_body(held, body) : parser.read_head(held);
        require(result.used <= held.size());
        require(body.size() <= limits.body_bytes);
        if (result.step == RequestParser::Step::failed) {
            require(result.failure >= 400 && result.failure <= 505);
            return 0;
        }
        if (result.step == RequestParser::Step::done && !is_in_body) {
            require(parser.head().target.size() <= limits.target_bytes);
            is_in_body = parser.head().has_body;
        } else if (result.step == RequestParser::Step::done) {
            is_in_body = false;
        }
        held.erase(0, result.used);
        if (result.step == RequestParser::Step::done) {
            if (!is_in_body) {
                body.clear();
                parser.start();
            }
            continue;
        }
        require(held.size() < limits.header_bytes);
        if (coming.empty()) {
            return 0;
        }
        held += coming.substr(0, piece);
        coming.remove_prefix(std::min(piece, coming.size()));
    }
}
