// Members behind the whole pipeline: real database, routes, cookies, templates and error pages, without a socket. Rule: a test
// speaks as a browser or an API client does, in requests and answers.
#pragma once

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "http/form.hpp"
#include "members/demo_members.hpp"
#include "members/member_store.hpp"
#include "members/routes.hpp"
#include "members/sign_in_page.hpp"
#include "site/pipeline.hpp"
#include "support/test_database.hpp"

namespace forum::test {

using nlohmann::json;

inline const std::string& web_folder() {
    static const std::string folder{std::string{FORUM_SOURCE_DIR} + "/build/web"};
    return folder;
}

inline const view::Templates& templates() {
    static const view::Templates loaded{web_folder(), view::Missing::refuse};
    return loaded;
}

inline const site::Assets& assets() {
    static const site::Assets loaded{web_folder()};
    return loaded;
}

/// As cheap as argon2 allows.
constexpr crypto::PasswordOptions cheap{.memory_kib = 64, .passes = 1, .lanes = 1};

/// What the members of these tests sign in with.
inline const std::string password = "een-lang-wachtwoord";

struct Kept {
    access::Viewer viewer;
    std::string path, body;
};

class MembersWorld {
public:
    explicit MembersWorld(db::Database& database) : database_{database} {
        services.me = {.municipality =
                           [](const std::string& code) {
                               return view::Model{
                                   code.empty()
                                       ? json{}
                                       : json{{"code", code}, {"name", "Westland"}, {"url", "/gemeenten/" + code}, {"typology", nullptr}}};
                           },
                       .posts = [](const site::PageContext&) { return view::Model{json::array()}; },
                       .drafts = [](const site::PageContext&) { return view::Model{json::array()}; },
                       .count_waiting = [](const site::PageContext&) { return 0; }};
        services.keep_typed = [this](const site::ActionContext& context, const std::string& path) {
            kept.push_back({context.viewer, path, context.input.text("body")});
            return std::string{path.starts_with("/gesprekken/") ? "/gesprekken/12/titel#reageer" : ""};
        };
        announcer.set_sink([this](const std::vector<live::Event>& announced) {
            for (const auto& event : announced) {
                events.push_back(event);
                sessions.forget(event.member);
            }
        });
        site::Routes routes;
        members::add_routes(routes, services);
        routes.action("test.reply", "/gesprekken/{id}/berichten", http::Method::post, "", site::Access::member,
                      [](const site::ActionContext&) -> site::ActionResult { return site::Done{.location = "/"}; });
        site::FrameSources frame;
        frame.municipality = services.me.municipality;
        frame.counters = [](db::Tx&, const access::Viewer&) { return site::FrameSources::Counters{}; };
        pipeline.emplace(
            site::PipelineParts{
                .database = database_,
                .templates = templates(),
                .assets = assets(),
                .cache = cache,
                .sessions = sessions,
                .rate_limiter = limiter,
                .frame = std::move(frame),
                .sign_in_again = [this](const site::ActionContext& context) { return members::sign_in_again(context, services); }},
            std::move(routes));
    }

    base::MemberId make_member(const std::string& email, const std::string& password, access::Role role = access::Role::member) {
        return database_.write([&](db::Tx& tx) {
            return members::create_member(
                tx, {.email = email, .name = "Anna Bos", .function = "raadslid", .role = role, .password_hash = hasher.hash(password)});
        });
    }

    db::Database& database() { return database_; }

    crypto::PasswordHasher hasher{cheap};
    std::chrono::steady_clock::time_point clock{};
    access::SessionCache sessions;
    access::RateLimiter limiter{{}, [this] { return clock; }};
    site::PageCache cache{1024 * 1024};
    live::Announcer announcer;
    members::Services services{templates(), announcer, limiter, hasher, false, {}, {}};
    std::optional<site::Pipeline> pipeline;
    std::vector<live::Event> events;
    std::vector<Kept> kept;

private:
    db::Database& database_;
};

/// One browser (or client) with its cookies.
class Client {
public:
    explicit Client(MembersWorld& world) : world_{world} {}

    http::Reply get(const std::string& target, http::Pairs headers = {}) { return send(http::Method::get, target, {}, std::move(headers)); }
    /// A form, fields already encoded.
    http::Reply post(const std::string& target, const std::string& form, http::Pairs headers = {}) {
        headers.emplace_back("content-type", "application/x-www-form-urlencoded");
        return send(http::Method::post, target, form, std::move(headers));
    }
    http::Reply post_json(const std::string& target, const json& body) {
        return send(http::Method::post, target, body.dump(), {{"content-type", "application/json"}});
    }
    http::Reply send(http::Method method, const std::string& target, const std::string& body, http::Pairs headers) {
        http::Request request;
        request.method = method;
        request.target = target;
        request.path = target.substr(0, target.find('?'));
        if (const auto mark = target.find('?'); mark != target.npos) {
            request.query = http::parse_form(std::string_view{target}.substr(mark + 1)).value();
        }
        request.headers = std::move(headers);
        request.headers.emplace_back("host", "forum.test");
        std::string cookies;
        for (const auto& [name, value] : cookies_) {
            cookies += (cookies.empty() ? "" : "; ") + name + "=" + value;
        }
        if (!cookies.empty()) {
            request.headers.emplace_back("cookie", cookies);
        }
        request.body = body;
        request.client_address = "127.0.0.1";
        request.is_loopback = true;
        request.request_id = "0000000000000000";
        auto reply = world_.pipeline->handle(request);
        for (const auto& [name, value] : reply.headers) {
            if (name == "Set-Cookie") {
                take_cookie(value);
            }
        }
        return reply;
    }
    http::Reply sign_in(const std::string& email, const std::string& password, const std::string& more = {}) {
        return post("/inloggen", "email=" + email + "&password=" + password + more);
    }
    std::string token() const {
        const auto found = cookies_.find("forum");
        return found == cookies_.end() ? "" : found->second;
    }
    void set_cookie(const std::string& name, const std::string& value) { cookies_[name] = value; }

private:
    void take_cookie(const std::string& line) {
        const auto equals = line.find('=');
        const auto end = line.find(';');
        const auto name = line.substr(0, equals);
        cookies_[name] = line.substr(equals + 1, end - equals - 1);
        if (line.find("Max-Age=0") != line.npos) {
            cookies_.erase(name);
        }
    }

    MembersWorld& world_;
    std::map<std::string, std::string> cookies_;
};

inline std::string header(const http::Reply& reply, std::string_view name) {
    for (const auto& [key, value] : reply.headers) {
        if (key == name) {
            return value;
        }
    }
    return {};
}

}  // namespace forum::test
