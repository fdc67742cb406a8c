#include "access/csrf.hpp"

#include "base/problem.hpp"

namespace forum::access {

namespace {

bool is_own_origin(std::string_view origin, const http::Request& request, const std::string& public_origin) {
    if (!public_origin.empty()) {
        return origin == public_origin;
    }
    const std::string scheme = request.is_secure ? "https://" : "http://";
    return origin == scheme + std::string{request.header("host")};
}

}  // namespace

void check_same_origin(const http::Request& request, const std::string& public_origin) {
    const auto site = request.header("sec-fetch-site");
    if (site == "same-origin" || site == "none") {
        return;
    }
    const auto origin = request.header("origin");
    if (site.empty() && (origin.empty() || is_own_origin(origin, request, public_origin))) {
        return;
    }
    throw base::Problem{base::ProblemKind::foreign_origin};
}

}  // namespace forum::access
