#include "base/problem.hpp"

#include <array>

namespace forum::base {

namespace {

constexpr std::array table{
    ProblemInfo{ProblemKind::bad_request, 400, "bad-request", "Bad request"},
    ProblemInfo{ProblemKind::invalid_input, 400, "invalid-input", "Invalid input"},
    ProblemInfo{ProblemKind::sign_in_needed, 401, "sign-in-needed", "Sign in needed"},
    ProblemInfo{ProblemKind::forbidden, 403, "forbidden", "Not allowed"},
    ProblemInfo{ProblemKind::foreign_origin, 403, "foreign-origin", "Request from another site"},
    ProblemInfo{ProblemKind::restricted, 403, "restricted", "A measure keeps this from you"},
    ProblemInfo{ProblemKind::not_found, 404, "not-found", "Not found"},
    ProblemInfo{ProblemKind::method_not_allowed, 405, "method-not-allowed", "Method not allowed"},
    ProblemInfo{ProblemKind::conflict, 409, "conflict", "Conflict with the present state"},
    ProblemInfo{ProblemKind::too_large, 413, "too-large", "Content too large"},
    ProblemInfo{ProblemKind::unsupported_media_type, 415, "unsupported-media-type", "Unsupported media type"},
    ProblemInfo{ProblemKind::too_many_requests, 429, "too-many-requests", "Too many requests"},
    ProblemInfo{ProblemKind::busy, 503, "busy", "Busy, try again"},
    ProblemInfo{ProblemKind::database_away, 503, "database-away", "Database out of reach"},
    ProblemInfo{ProblemKind::internal, 500, "internal", "Internal error"},
};

}  // namespace

std::span<const ProblemInfo> all_problems() { return table; }

const ProblemInfo& problem_info(ProblemKind kind) {
    for (const auto& row : table) {
        if (row.kind == kind) {
            return row;
        }
    }
    return table.back();
}

Problem::Problem(ProblemKind k, std::string d) : kind{k}, detail{std::move(d)}, what_{std::string{problem_info(k).slug} + ": " + detail} {}

}  // namespace forum::base
