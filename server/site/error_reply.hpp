// The one place that turns a refusal into an answer: the HTML error page or application/problem+json (RFC 9457). Rule:
// a visitor gets a text and the request id; what really went wrong is in the log only.
#pragma once

#include <exception>
#include <string>

#include "access/viewer.hpp"
#include "base/problem.hpp"
#include "http/reply.hpp"
#include "http/request.hpp"
#include "site/assets.hpp"
#include "site/form.hpp"
#include "site/frame.hpp"

namespace forum::site {

class ErrorReply {
public:
    ErrorReply(const view::Templates& templates, const Assets& assets, const FrameSources& frame)
        : templates_{templates}, assets_{assets}, frame_{frame} {}

    /// From whatever was thrown; unknown exceptions are logged with the request id and become `internal`.
    http::Reply from_exception(std::exception_ptr error, const http::Request& request, bool wants_json, const access::Viewer& viewer) const;
    http::Reply make(const base::Problem& problem, const http::Request& request, bool wants_json, const access::Viewer& viewer) const;
    /// What http itself refuses: by its own status, which shares its words with a neighbour (414 with 413).
    http::Reply refusal(int status, const http::Request& request, bool wants_json) const;
    /// JSON face of invalid input: all faults at once (NL API Design Rules, /core/error-handling/all-errors).
    http::Reply invalid_input(const FormErrors& errors, const http::Request& request) const;

private:
    http::Reply page(const base::Problem& problem, int status, const http::Request& request, const access::Viewer& viewer) const;
    http::Reply document(const base::Problem& problem, int status, const http::Request& request, const FormErrors* errors) const;
    std::string say(const base::Problem& problem, view::Language language) const;

    const view::Templates& templates_;
    const Assets& assets_;
    const FrameSources& frame_;
};

}  // namespace forum::site
