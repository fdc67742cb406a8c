#include "access/cookies.hpp"

#include <algorithm>

#include "http/cookie.hpp"

namespace forum::access {

namespace {

constexpr std::string_view secure_name = "__Host-forum";
constexpr std::string_view plain_name = "forum";
constexpr std::size_t token_length = 43;

bool is_token(std::string_view text) {
    return text.size() == token_length && std::all_of(text.begin(), text.end(), [](char c) {
               return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
           });
}

template <class AnyRequest>
std::optional<std::string> find_token(const AnyRequest& request) {
    // Over https the plain name is not ours: a subdomain or someone on the way could have set it.
    const auto value = request.cookie(request.is_secure ? secure_name : plain_name);
    if (value && is_token(*value)) {
        return std::string{*value};
    }
    return std::nullopt;
}

}  // namespace

std::optional<std::string> session_token(const http::Request& request) { return find_token(request); }

std::optional<std::string> session_token(const http::RequestView& request) { return find_token(request); }

std::string session_cookie(const std::string& token, bool is_secure) {
    return http::set_cookie(is_secure ? secure_name : plain_name, token, http::transport_of(is_secure));
}

std::string clear_session_cookie(bool is_secure) {
    return http::set_cookie(is_secure ? secure_name : plain_name, "", http::transport_of(is_secure), std::chrono::seconds{0});
}

}  // namespace forum::access
