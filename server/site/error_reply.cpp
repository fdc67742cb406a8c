#include "site/error_reply.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/log.hpp"
#include "site/headers.hpp"

namespace forum::site {

using base::Problem;
using base::ProblemKind;

namespace {

std::string text_key(ProblemKind kind) {
    std::string key{"problem."};
    key += base::problem_info(kind).slug;
    std::replace(key.begin(), key.end(), '-', '_');
    return key;
}

void add_retry_after(http::Reply& reply, const Problem& problem) {
    const int status = reply.status;
    if (problem.retry_after) {
        reply.set("Retry-After", std::to_string(problem.retry_after->count()));
    } else if (status == 503) {
        reply.set("Retry-After", "5");
    }
}

/// Where "go back" leads: for a form the page that it stood on (our own pages send Referer), for a page the page itself once
/// the forum is there again. "" = nowhere.
std::string back_url(const http::Request& request, int status) {
    if (request.method == http::Method::get) {
        return status == 503 ? request.target : "";
    }
    const auto referer = request.header("referer");
    const auto host = request.header("host");
    const auto scheme = referer.find("://");
    if (scheme == referer.npos || host.empty() || !referer.substr(scheme + 3).starts_with(host)) {
        return "";
    }
    const auto path = referer.substr(scheme + 3 + host.size());
    return path.starts_with('/') && !path.starts_with("//") ? std::string{path} : "";
}

}  // namespace

http::Reply ErrorReply::from_exception(std::exception_ptr error, const http::Request& request, bool wants_json,
                                       const access::Viewer& viewer) const {
    try {
        std::rethrow_exception(error);
    } catch (const Problem& problem) {
        return make(problem, request, wants_json, viewer);
    } catch (const std::exception& unknown) {
        base::log(base::LogLevel::error, "request={} path={} error={}", request.request_id, request.path, unknown.what());
    }
    return make(Problem{ProblemKind::internal}, request, wants_json, viewer);
}

http::Reply ErrorReply::make(const Problem& problem, const http::Request& request, bool wants_json, const access::Viewer& viewer) const {
    const int status = base::problem_info(problem.kind).status;
    auto reply = wants_json ? document(problem, status, request, nullptr) : page(problem, status, request, viewer);
    add_retry_after(reply, problem);
    if (problem.kind == ProblemKind::sign_in_needed && wants_json) {
        // RFC 9110 §15.5.2 asks for a challenge; ours is the session cookie.
        reply.set("WWW-Authenticate", "Cookie realm=\"forum\"");
    }
    return reply;
}

http::Reply ErrorReply::refusal(int status, const http::Request& request, bool wants_json) const {
    auto kind = ProblemKind::bad_request;
    switch (status) {
    case 413:
    case 414:
    case 431: kind = ProblemKind::too_large; break;
    case 500: kind = ProblemKind::internal; break;
    case 503: kind = ProblemKind::busy; break;
    default: break;
    }
    const Problem problem{kind};
    auto reply = wants_json ? document(problem, status, request, nullptr) : page(problem, status, request, access::Viewer{});
    add_retry_after(reply, problem);
    return reply;
}

http::Reply ErrorReply::invalid_input(const FormErrors& errors, const http::Request& request) const {
    const Problem problem{ProblemKind::invalid_input};
    return document(problem, base::problem_info(problem.kind).status, request, &errors);
}

std::string ErrorReply::say(const Problem& problem, view::Language language) const {
    if (!problem.detail.empty()) {
        return templates_.has_text(problem.detail) ? templates_.text(problem.detail, language) : problem.detail;
    }
    return templates_.text(text_key(problem.kind) + "_text", language);
}

http::Reply ErrorReply::page(const Problem& problem, int status, const http::Request& request, const access::Viewer& viewer) const {
    const auto preferences = read_preferences(request, false);
    http::Reply reply;
    reply.status = status;
    add_page_headers(reply, request.is_secure);
    reply.set("Content-Type", "text/html; charset=utf-8").set("Cache-Control", "no-store");
    if (problem.kind == ProblemKind::database_away) {
        // The page of the last resort needs neither templates nor texts.
        reply.body = assets_.unavailable_page();
        return reply;
    }
    Page page;
    page.title = templates_.text(text_key(problem.kind), preferences.language);
    nlohmann::json model{
        {"status", status},
        {"title", page.title},
        {"detail", say(problem, preferences.language)},
        {"requestId", request.request_id},
        {"isNotFound", status == 404},
        {"isForbidden", status == 403},
        {"isConflict", status == 409},
        {"isBusy", status == 503},
        {"back", back_url(request, status)},
        {"errors", nlohmann::json::array()},
    };
    model["frame"] = make_frame(frame_, templates_, request, viewer, preferences, page, std::nullopt, nullptr);
    try {
        reply.body = templates_.render("error", model, preferences.language);
    } catch (const std::exception& error) {
        base::log(base::LogLevel::error, "request={} error_page={}", request.request_id, error.what());
        reply.body = assets_.unavailable_page();
    }
    return reply;
}

http::Reply ErrorReply::document(const Problem& problem, int status, const http::Request& request, const FormErrors* errors) const {
    const auto& info = base::problem_info(problem.kind);
    const auto language = read_preferences(request, true).language;
    nlohmann::json json{
        {"type", "/problems/" + std::string{info.slug}}, {"title", info.title}, {"status", status}, {"detail", say(problem, language)},
        {"instance", "/requests/" + request.request_id},
    };
    if (errors != nullptr) {
        auto& list = json["errors"] = nlohmann::json::array();
        for (const auto& error : errors->list()) {
            list.push_back({{"field", error.field}, {"message", error.message}});
        }
    }
    if (!problem.extra_json.empty()) {
        json.update(nlohmann::json::parse(problem.extra_json));
    }
    http::Reply reply;
    reply.status = status;
    add_api_headers(reply, request.is_secure);
    reply.set("Content-Type", "application/problem+json").set("Cache-Control", "no-store");
    reply.body = json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
    return reply;
}

}  // namespace forum::site
