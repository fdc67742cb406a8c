#include "site/pipeline.hpp"

#include <nlohmann/json.hpp>

#include "access/cookies.hpp"
#include "access/csrf.hpp"
#include "base/log.hpp"
#include "crypto/sha256.hpp"
#include "http/accept.hpp"
#include "site/flash.hpp"
#include "site/headers.hpp"
#include "site/paging.hpp"

namespace forum::site {

using base::Problem;
using base::ProblemKind;

/// One request on its way. Lives on the worker's stack from its arrival to its answer.
struct Pipeline::Call {
    http::Request& request;
    const Route* route{nullptr};
    http::PathValues path;
    access::Viewer viewer;
    Preferences preferences;
    bool wants_json{false};
    bool takes_cookie_away{false};  ///< the browser opened a page with a session that is no longer good
    /// PageCache::now before anything was read for the answer, the viewer's rights included: of what changed since, nothing may be kept.
    std::uint64_t since{0};
};

namespace {

bool is_api_path(std::string_view path) { return path.starts_with("/api/"); }

bool is_safe(http::Method method) { return method == http::Method::get || method == http::Method::head || method == http::Method::options; }

std::string allow_header(const std::vector<http::Method>& methods) {
    std::string allow;
    for (const auto method : methods) {
        if (!allow.empty()) {
            allow += ", ";
        }
        allow += http::method_name(method);
        if (method == http::Method::get) {
            allow += ", HEAD";
        }
    }
    return allow;
}

/// What a kept page is found by. Each encoding is kept for itself, so that none is made that nobody asks for.
PageKey page_key(std::string_view target, const Preferences& preferences, std::int64_t member, std::string_view accept_encoding) {
    return {std::string{target}, preferences.variant(), member, http::choose_encoding(accept_encoding)};
}

/// A form's nonce together with its content: the same form sent twice is one post, another text with the same nonce
/// (a second tab, a kept page) is another post.
std::string form_key(const Input& input, const http::Request& request) {
    const auto nonce = input.text("nonce");
    if (nonce.empty() || nonce.size() > 100) {
        return {};
    }
    return nonce + ":" + crypto::sha256_hex(request.path + "\n" + request.body).substr(0, 32);
}

/// Ids of posts and names of topics do not tell whose page it is; a member's pages fall by his own topic as well.
std::vector<std::string> topics_of(const Page& page, const access::Viewer& viewer) {
    auto topics = page.topics;
    if (viewer.is_signed_in()) {
        topics.push_back("me/" + to_string(viewer.member));
        if (viewer.is_staff()) {
            topics.emplace_back("moderation");
        }
    }
    return topics;
}

}  // namespace

Pipeline::Pipeline(PipelineParts parts, Routes routes)
    : parts_{std::move(parts)}, routes_{std::move(routes)}, error_reply_{parts_.templates, parts_.assets, parts_.frame} {
    for (std::size_t index = 0; index < routes_.all().size(); ++index) {
        const auto& route = routes_.all()[index];
        router_.add(route.method, route.path, index);
    }
}

std::shared_ptr<const http::PreparedReply> Pipeline::find_ready(const http::RequestView& request) {
    const auto path = request.target.substr(0, request.target.find('?'));
    if (path.starts_with("/assets/") || path == "/favicon.svg" || path == "/robots.txt") {
        return parts_.assets.find(path);
    }
    // A flash is shown once and an API answer may be wanted on a page's URL: both take the long way.
    if (!is_api_path(path) && (request.cookie("flash") || http::prefers_json(request.header("accept")))) {
        return nullptr;
    }
    std::int64_t member = 0;
    if (const auto token = access::session_token(request)) {
        const auto viewer = parts_.sessions.find(*token);
        if (!viewer) {
            return nullptr;
        }
        member = viewer->member.value;
    }
    return parts_.cache.find(
        page_key(request.target, read_preferences(request, is_api_path(path)), member, request.header("accept-encoding")));
}

http::Reply Pipeline::handle(http::Request& request) {
    Call call{.request = request, .path = {}, .viewer = {}, .preferences = {}};
    const bool is_api = is_api_path(request.path);
    call.wants_json = is_api || http::prefers_json(request.header("accept"));
    call.preferences = read_preferences(request, is_api);
    call.since = parts_.cache.now();
    http::Reply reply;
    try {
        reply = answer(call);
    } catch (...) {
        reply = error_reply_.from_exception(std::current_exception(), request, call.wants_json, call.viewer);
    }
    if (call.takes_cookie_away) {
        reply.prepared = nullptr;  // what is kept for everybody has no cookie of one
        reply.set("Set-Cookie", access::clear_session_cookie(request.is_secure));
    }
    count(call.route != nullptr ? call.route->name : "none", reply.status);
    return reply;
}

void Pipeline::count(const std::string& route, int status) const {
    const std::lock_guard lock{requests_mutex_};
    ++requests_[{route, status}];
}

std::map<std::pair<std::string, int>, std::uint64_t> Pipeline::requests() const {
    const std::lock_guard lock{requests_mutex_};
    return requests_;
}

access::Viewer Pipeline::find_viewer(const http::Request& request) {
    const auto token = access::session_token(request);
    if (!token) {
        return {};
    }
    if (auto known = parts_.sessions.find(*token)) {
        return *known;
    }
    return parts_.database.read([&](db::Tx& tx) { return parts_.sessions.load(tx, *token); });
}

http::Reply Pipeline::answer(Call& call) {
    auto& request = call.request;
    // The route first: what does not exist needs no database.
    auto found = router_.find(request.method, request.path);
    if (!found.match && found.allowed.empty()) {
        // The error page shows who is signed in, when that can be known.
        call.viewer = find_viewer(request);
        throw Problem{ProblemKind::not_found};
    }
    if (!found.match) {
        auto reply = error_reply_.make(Problem{ProblemKind::method_not_allowed}, request, call.wants_json, call.viewer);
        reply.set("Allow", allow_header(found.allowed));
        return reply;
    }
    call.route = &routes_.all()[found.match->handler];
    call.path = std::move(found.match->values);
    if (const auto* raw = std::get_if<RawHandler>(&call.route->handler)) {
        return (*raw)(request, call.path);
    }
    // Another site's form must not even be counted against a member's limits.
    if (!is_safe(request.method)) {
        access::check_same_origin(request, parts_.public_origin);
    }
    call.viewer = find_viewer(request);
    // Not with what scripts ask and what forms send: the cookie of a new sign-in may be on its way, or be in this very answer, and would go
    // as well ("navigate": a page that is opened; W3C Fetch Metadata).
    call.takes_cookie_away = !call.viewer.is_signed_in() && access::session_token(request) && is_safe(request.method)
                             && request.header("sec-fetch-mode") == "navigate";
    if (!is_safe(request.method)) {
        parts_.rate_limiter.check_write(request, call.viewer, call.route->is_light);
    }
    if (const auto* loader = std::get_if<PageLoader>(&call.route->handler)) {
        if (call.route->access == Access::member && !call.viewer.is_signed_in() && !call.wants_json) {
            http::Reply reply;
            add_page_headers(reply, request.is_secure);
            reply.status = 303;
            reply.set("Location", "/inloggen?terug=" + encode_query(request.target));
            reply.set("Cache-Control", "no-store");
            return reply;
        }
        check_access(call);
        return answer_page(call, *loader);
    }
    return answer_action(call, std::get<Action>(call.route->handler));
}

void Pipeline::check_access(const Call& call) const {
    const auto& viewer = call.viewer;
    switch (call.route->access) {
    case Access::anyone: return;
    case Access::member:
        if (!viewer.is_signed_in()) {
            throw Problem{ProblemKind::sign_in_needed};
        }
        return;
    case Access::staff:
        if (!viewer.is_staff()) {
            throw Problem{ProblemKind::not_found};
        }
        return;
    case Access::moderator:
        if (!viewer.is_staff()) {
            throw Problem{ProblemKind::not_found};
        }
        if (!viewer.may_moderate()) {
            throw Problem{ProblemKind::forbidden};
        }
        return;
    case Access::administrator:
        if (!viewer.is_administrator()) {
            throw Problem{ProblemKind::not_found};
        }
        return;
    }
}

bool Pipeline::is_restricted(const Call& call) {
    const auto& viewer = call.viewer;
    return (viewer.is_shut_out() && !call.route->is_last_resort) || (viewer.is_read_only() && call.route->is_writing);
}

http::Reply Pipeline::answer_page(Call& call, const PageLoader& loader) {
    return parts_.database.read([&](db::Tx& tx) {
        const PageContext context{call.request, call.path, call.viewer, tx, call.preferences.language, is_api_path(call.request.path)};
        const auto page = is_restricted(call) ? parts_.restricted(context, nullptr) : loader(context);
        auto reply = call.wants_json ? model_reply(call, page) : page_reply(call, page, &tx);
        const bool may_keep = page.keep == Keep::until_changed && reply.status == 200 && call.wants_json == context.is_api
                              && !flash::is_pending(call.request);
        if (may_keep) {
            const auto key =
                page_key(call.request.target, call.preferences, call.viewer.member.value, call.request.header("accept-encoding"));
            reply.prepared = http::prepare(reply, '"' + crypto::sha256_hex(reply.body).substr(0, 24) + '"', key.encoding);
            parts_.cache.keep(key, reply.prepared, topics_of(page, call.viewer), call.since);
        }
        return reply;
    });
}

http::Reply Pipeline::answer_action(Call& call, const Action& action) {
    const auto& request = call.request;
    const auto input = Input::parse(request.header("content-type"), request.body);
    return parts_.database.write([&](db::Tx& tx) {
        ActionContext context{{request, call.path, call.viewer, tx, call.preferences.language, is_api_path(request.path)},
                              input,
                              std::string{request.header("idempotency-key")}};
        if (context.idempotency_key.empty()) {
            context.idempotency_key = form_key(input, request);
        }
        if (call.route->access == Access::member && !call.viewer.is_signed_in() && !call.wants_json && parts_.sign_in_again) {
            // What was typed while the session ended is kept: sign in, and it is there again.
            return page_reply(call, parts_.sign_in_again(context), nullptr);
        }
        check_access(call);
        if (is_restricted(call)) {
            return page_reply(call, parts_.restricted(context, &context), &tx);
        }
        const auto result = action(context);
        if (const auto* done = std::get_if<Done>(&result)) {
            return done_reply(call, *done);
        }
        const auto& again = std::get<ShowAgain>(result);
        if (call.wants_json) {
            return again.errors.any() ? error_reply_.invalid_input(again.errors, request) : model_reply(call, again.page);
        }
        auto page = again.page;
        if (again.errors.any() && page.status == 200) {
            page.status = 400;
        }
        return page_reply(call, page, &tx);
    });
}

http::Reply Pipeline::page_reply(const Call& call, const Page& page, db::Tx* tx) const {
    http::Reply reply;
    add_page_headers(reply, call.request.is_secure);
    // "no-cache" still lets a browser keep it and ask with If-None-Match; pages of members are theirs alone. Of a redirect, too: where it
    // leads has a title in it, and is another place for who has signed in meanwhile.
    reply.set("Cache-Control", "private, no-cache").set("Vary", "Accept, Cookie");
    if (!page.redirect.empty()) {
        reply.status = page.status == 200 ? 301 : page.status;
        reply.set("Location", page.redirect);
        return reply;
    }
    reply.status = page.status;
    reply.set("Content-Type", "text/html; charset=utf-8");
    const auto pending = read_flash(call.request, parts_.templates, call.preferences.language);
    if (flash::is_pending(call.request)) {
        reply.set("Set-Cookie", flash::clear_cookie(call.request.is_secure));
    }
    auto data = page.model.json();
    if (!data.contains("errors")) {
        data["errors"] = nlohmann::json::array();
    }
    data["frame"] = make_frame(parts_.frame, parts_.templates, call.request, call.viewer, call.preferences, page, pending, tx);
    reply.body = parts_.templates.render(page.template_name, std::move(data), call.preferences.language);
    return reply;
}

http::Reply Pipeline::model_reply(const Call& call, const Page& page) const {
    http::Reply reply;
    reply.status = page.status;
    add_api_headers(reply, call.request.is_secure);
    if (!page.api_redirect.empty()) {
        reply.status = 301;
        reply.set("Location", page.api_redirect);
    }
    reply.set("Content-Type", "application/json").set("Cache-Control", "no-store");
    std::string links;
    for (const auto& [relation, url] : page.links) {
        links += (links.empty() ? "<" : ", <") + url + ">; rel=\"" + relation + "\"";
    }
    if (!links.empty()) {
        reply.set("Link", links);
    }
    reply.body = page.model.dump();
    return reply;
}

http::Reply Pipeline::done_reply(const Call& call, const Done& done) const {
    http::Reply reply;
    if (call.wants_json) {
        add_api_headers(reply, call.request.is_secure);
        reply.status = done.status;
        reply.set("Cache-Control", "no-store");
        if (done.status == 201) {
            reply.set("Location", done.location);
        }
        if (done.status != 204) {
            reply.set("Content-Type", "application/json");
            reply.body = done.model.dump();
        }
    } else {
        add_page_headers(reply, call.request.is_secure);
        reply.status = 303;
        reply.set("Location", done.location).set("Cache-Control", "no-store");
        if (!done.flash.empty()) {
            reply.set("Set-Cookie", flash::cookie(done.flash, call.request.is_secure));
        }
    }
    for (const auto& [name, value] : done.set_cookies) {
        reply.set("Set-Cookie", value);
    }
    return reply;
}

http::Reply Pipeline::refuse(const http::Request* request, int status) const {
    count("refused", status);
    const http::Request none{};
    // What could not be read as far as its path shows at least, by its target, who asks.
    const bool is_read = request != nullptr && !request->path.empty();
    const bool wants_json =
        request != nullptr && (is_api_path(is_read ? request->path : request->target) || http::prefers_json(request->header("accept")));
    const auto& asked = is_read || wants_json ? *request : none;
    return error_reply_.refusal(status, asked, wants_json);
}

}  // namespace forum::site
