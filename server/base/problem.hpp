// The closed list of ways in which a request can be over. Throw a Problem for these; what the visitor
// can mend on the same page is a FormErrors value instead (site/form.hpp).
#pragma once

#include <chrono>
#include <exception>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace forum::base {

enum class ProblemKind {
    bad_request,
    invalid_input,
    sign_in_needed,
    forbidden,
    foreign_origin,
    restricted,  ///< a measure keeps this from the member
    not_found,
    method_not_allowed,
    conflict,
    too_large,
    unsupported_media_type,
    too_many_requests,
    busy,
    database_away,
    internal,
};

/// One row of the table: how a kind looks from outside.
struct ProblemInfo {
    ProblemKind kind;
    int status;              ///< HTTP status code (RFC 9110)
    std::string_view slug;   ///< last part of the problem type URI (RFC 9457), also the text key `problem.<slug>`
    std::string_view title;  ///< English title for the API
};

/// All kinds, in the order of the enum. A check proves that each one is used.
std::span<const ProblemInfo> all_problems();
const ProblemInfo& problem_info(ProblemKind kind);

/// Ends the request. `detail` is for the visitor (no secrets, no ids of others); it is a text key with
/// dots (`moderation.already_decided`) or plain text for the API.
struct Problem : std::exception {
    explicit Problem(ProblemKind kind, std::string detail = {});

    const char* what() const noexcept override { return what_.c_str(); }

    ProblemKind kind;
    std::string detail;
    std::optional<std::chrono::seconds> retry_after;  ///< becomes `Retry-After`
    std::string extra_json;                           ///< JSON object whose members join the problem document ("" = none)

private:
    std::string what_;
};

}  // namespace forum::base
