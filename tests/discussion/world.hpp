// A forum in miniature for the tests of discussion: real database, real reference data, real routes and templates, with a
// gate that holds what new members write. Rule: every action goes through its route, as from outside.
#pragma once

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "discussion/routes.hpp"
#include "discussion/services.hpp"
#include "http/router.hpp"
#include "http/target.hpp"
#include "places/reference_data.hpp"
#include "site/frame.hpp"
#include "site/routes.hpp"
#include "support/test_database.hpp"

namespace forum::test {

using nlohmann::json;

/// Holds everything of who does not write at once, and remembers what it was told; has `objections` to every text that holds
/// the words they are about. `behind`: a real gate that answers instead.
class TestGate : public discussion::PublicationGate {
public:
    std::vector<discussion::Objection> check(const discussion::Submission& submission, view::Language language) override {
        if (behind != nullptr) {
            return behind->check(submission, language);
        }
        std::vector<discussion::Objection> found;
        for (const auto& objection : objections) {
            for (const auto text : {submission.title, submission.body, submission.more}) {
                if (text.find(objection.found) != text.npos) {
                    found.push_back(objection);
                    break;
                }
            }
        }
        return found;
    }
    std::string usual_wait(db::Tx& tx, view::Language language) override {
        return behind != nullptr ? behind->usual_wait(tx, language) : "Meestal morgen.";
    }
    std::string decide(db::Tx& tx, const access::Viewer& viewer, const discussion::Submission& submission) override {
        if (behind != nullptr) {
            return behind->decide(tx, viewer, submission);
        }
        for (const auto& objection : check(submission, view::Language::dutch)) {
            if (objection.kind == discussion::Objection::Kind::resident_data) {
                return "privacy";
            }
        }
        return discussion::writes_at_once(viewer) ? "" : "new-member";
    }
    std::vector<discussion::StandingHold> standing_holds(const access::Viewer& author) override {
        return behind != nullptr ? behind->standing_holds(author) : std::vector<discussion::StandingHold>{};
    }
    void hold(db::Tx& tx, const access::Viewer& author, const Held& what) override {
        held.push_back(what);
        if (behind != nullptr) {
            behind->hold(tx, author, what);
        }
    }
    void author_settled(db::Tx& tx, const access::Viewer& author, base::PostId post) override {
        settled.push_back(post);
        if (behind != nullptr) {
            behind->author_settled(tx, author, post);
        }
    }
    void about_to_show(db::Tx& tx, const access::Viewer& viewer, const std::vector<std::int64_t>& posts) override {
        if (behind != nullptr) {
            behind->about_to_show(tx, viewer, posts);
        }
    }
    void about_to_show_versions(db::Tx& tx, const access::Viewer& viewer, base::PostId post,
                                const std::vector<std::int64_t>& versions) override {
        if (behind != nullptr) {
            behind->about_to_show_versions(tx, viewer, post, versions);
        }
    }
    std::map<std::int64_t, view::Model> load_decisions(db::Tx& tx, const access::Viewer& viewer, view::Language language,
                                                       const std::vector<std::int64_t>& posts) override {
        return behind != nullptr ? behind->load_decisions(tx, viewer, language, posts) : std::map<std::int64_t, view::Model>{};
    }

    discussion::PublicationGate* behind{nullptr};
    std::vector<discussion::Objection> objections;
    std::vector<Held> held;
    std::vector<base::PostId> settled;
};

/// What came back from a route.
struct Answer {
    int status{200};
    json model;
    std::string location;  ///< redirect or 303/201 address
    std::string flash;
    std::vector<site::FormError> errors;
    site::Page page;
    std::optional<base::ProblemKind> problem;
    std::string detail;
    json extra;  ///< members that join the problem document

    std::string error(const std::string& field) const {
        for (const auto& fault : errors) {
            if (fault.field == field) {
                return fault.message;
            }
        }
        return {};
    }
};

inline const view::Templates& templates() {
    static const view::Templates loaded{std::string{FORUM_SOURCE_DIR} + "/build/web", view::Missing::refuse};
    return loaded;
}

/// Everything of one forum but its database.
class World {
public:
    explicit World(db::Database& database) : database_{database} {
        announcer.set_sink([this](const std::vector<live::Event>& events) {
            const std::lock_guard lock{mutex_};
            delivered.insert(delivered.end(), events.begin(), events.end());
        });
        database_.write([&](db::Tx& tx) { places.load(tx); });
        discussion::add_routes(routes, services);
        know_routes();
    }
    /// After routes of another feature were added.
    void know_routes() {
        router_ = {};
        for (std::size_t at = 0; at < routes.all().size(); ++at) {
            router_.add(routes.all()[at].method, routes.all()[at].path, at);
        }
    }

    /// A new member. `municipality`: CBS code or "". An alderman is an office-holder, an adviser is none.
    access::Viewer member(const std::string& name, bool is_trusted = true, const std::string& municipality = "GM1783",
                          const std::string& role = "member", const std::string& function = "wethouder") {
        static std::atomic<int> count{0};
        const auto email = "member" + std::to_string(++count) + "-" + std::to_string(::getpid()) + "@test.example";
        const auto rows = sql(database_,
                              "INSERT INTO members (email, name, function, municipality_code, role, is_trusted) "
                              "VALUES ($1, $2, $6, nullif($3, ''), $4, $5) RETURNING id, is_office_holder(function) AS holds_office",
                              db::Params::of(email, name, municipality, role, is_trusted, function));
        access::Viewer viewer;
        viewer.member = rows.one().id<base::MemberId>("id");
        viewer.is_office_holder = rows.one().flag("holds_office");
        viewer.role = role == "moderator"       ? access::Role::moderator
                      : role == "administrator" ? access::Role::administrator
                                                : access::Role::member;
        viewer.is_trusted = is_trusted;
        viewer.name = name;
        viewer.function = function;
        viewer.municipality = municipality;
        return viewer;
    }
    access::Viewer moderator(const std::string& name = "Mo Derator") { return member(name, true, "", "moderator"); }
    access::Viewer administrator(const std::string& name = "Bea Heer") { return member(name, true, "", "administrator"); }

    Answer get(const access::Viewer& viewer, const std::string& target, view::Language language = view::Language::dutch) {
        return run(viewer, http::Method::get, target, {}, {}, "", language);
    }
    /// JSON to an API route.
    Answer send(const access::Viewer& viewer, http::Method method, const std::string& target, const json& body = json::object(),
                const std::string& key = {}) {
        return run(viewer, method, target, "application/json", body.dump(), key, view::Language::dutch);
    }
    Answer post(const access::Viewer& viewer, const std::string& target, const json& body, const std::string& key = {}) {
        return send(viewer, http::Method::post, target, body, key);
    }
    /// A form as a browser sends it: application/x-www-form-urlencoded, already encoded.
    Answer form(const access::Viewer& viewer, const std::string& target, const std::string& body) {
        return run(viewer, http::Method::post, target, "application/x-www-form-urlencoded", body, "", view::Language::dutch);
    }

    /// Starts a thread and gives its id.
    std::int64_t thread(const access::Viewer& author, json more = json::object()) {
        json body{{"kind", "question"},
                  {"title", "Hoe betrekt u nieuwe bewoners?"},
                  {"body", "Wij zoeken een **vaste** aanpak."},
                  {"theme", "wonen"},
                  {"visibility", "public"}};
        body.update(more);
        const auto answer = post(author, "/api/v1/threads", body);
        if (!answer.model.contains("id")) {
            ADD_FAILURE() << "no thread: " << answer.status << " " << answer.detail
                          << (answer.errors.empty() ? "" : answer.errors.front().field + answer.errors.front().message);
            return 0;
        }
        return answer.model["id"];
    }
    /// Replies and gives the post.
    json reply(const access::Viewer& author, std::int64_t thread, const std::string& body, int reply_to = 0) {
        json input{{"body", body}};
        if (reply_to != 0) {
            input["reply_to"] = reply_to;
        }
        const auto answer = post(author, api(thread) + "/posts", input);
        EXPECT_TRUE(answer.status == 201 || answer.status == 202) << answer.status << answer.detail;
        return answer.model;
    }
    static std::string api(std::int64_t thread) { return "/api/v1/threads/" + std::to_string(thread); }
    static std::string api(std::int64_t thread, int number) { return api(thread) + "/posts/" + std::to_string(number); }

    /// The page as a visitor's browser gets it; throws when the template misses something.
    std::string html(const access::Viewer& viewer, const Answer& answer) {
        http::Request request;
        request.target = request.path = "/";
        site::FrameSources sources;
        sources.municipality = [&](const std::string& code) { return view::Model{places.municipality_ref(code)}; };
        sources.counters = [](db::Tx&, const access::Viewer&) { return site::FrameSources::Counters{}; };
        auto data = answer.page.model.json();
        if (!data.contains("errors")) {
            data["errors"] = json::array();
        }
        data["frame"] = site::make_frame(sources, templates(), request, viewer, site::Preferences{}, answer.page, std::nullopt, nullptr);
        return templates().render(answer.page.template_name, data, view::Language::dutch);
    }

    std::vector<live::Event> events_of(const std::string& topic) {
        const std::lock_guard lock{mutex_};
        std::vector<live::Event> found;
        for (const auto& event : delivered) {
            if (event.topic == topic) {
                found.push_back(event);
            }
        }
        return found;
    }

    db::Database& database() { return database_; }

    places::Directory places;
    live::Announcer announcer;
    TestGate gate;
    discussion::Services services{places, templates(), announcer, gate};
    site::Routes routes;
    std::vector<live::Event> delivered;

private:
    Answer run(const access::Viewer& viewer, http::Method method, const std::string& target, const std::string& content_type,
               const std::string& body, const std::string& key, view::Language language) {
        Answer answer;
        http::Request request;
        request.method = method;
        request.target = target.substr(0, target.find('#'));
        static std::atomic<int> count{0};
        request.request_id = "request" + std::to_string(++count);
        auto parsed = http::parse_target(request.target);
        if (!parsed) {
            ADD_FAILURE() << "bad target " << target;
            return answer;
        }
        request.path = parsed->path;
        request.query = parsed->query;
        request.body = body;
        const auto found = router_.find(method, request.path);
        if (!found.match) {
            answer.status = found.allowed.empty() ? 404 : 405;
            answer.problem = found.allowed.empty() ? base::ProblemKind::not_found : base::ProblemKind::method_not_allowed;
            return answer;
        }
        const auto& route = routes.all()[found.match->handler];
        try {
            const bool is_allowed = route.access == site::Access::anyone || viewer.is_signed_in();
            if (!is_allowed) {
                throw base::Problem{base::ProblemKind::sign_in_needed};
            }
            if (route.access == site::Access::moderator && !viewer.may_moderate()) {
                throw base::Problem{viewer.is_staff() ? base::ProblemKind::forbidden : base::ProblemKind::not_found};
            }
            if (route.access == site::Access::staff && !viewer.is_staff()) {
                throw base::Problem{base::ProblemKind::not_found};
            }
            if ((viewer.is_shut_out() && !route.is_last_resort) || (viewer.is_read_only() && route.is_writing)) {
                throw base::Problem{base::ProblemKind::restricted};
            }
            if (const auto* loader = std::get_if<site::PageLoader>(&route.handler)) {
                answer.page = database_.read([&](db::Tx& tx) {
                    return (*loader)({request, found.match->values, viewer, tx, language, route.is_api});
                });
                take_page(answer);
            } else {
                const auto input = site::Input::parse(content_type, body);
                const auto result = database_.write([&](db::Tx& tx) {
                    site::ActionContext context{{request, found.match->values, viewer, tx, language, route.is_api}, input, key};
                    return std::get<site::Action>(route.handler)(context);
                });
                if (const auto* done = std::get_if<site::Done>(&result)) {
                    answer.status = route.is_api ? done->status : 303;
                    answer.model = done->model.json();
                    answer.location = done->location;
                    answer.flash = done->flash;
                } else {
                    const auto& again = std::get<site::ShowAgain>(result);
                    answer.page = again.page;
                    answer.errors = again.errors.list();
                    take_page(answer);
                    if (again.errors.any() && answer.status == 200) {
                        answer.status = 400;
                    }
                }
            }
        } catch (const base::Problem& problem) {
            answer.problem = problem.kind;
            answer.status = base::problem_info(problem.kind).status;
            answer.detail = problem.detail;
            if (!problem.extra_json.empty()) {
                answer.extra = json::parse(problem.extra_json);
            }
        }
        return answer;
    }

    static void take_page(Answer& answer) {
        answer.status = answer.page.status;
        answer.model = answer.page.model.json();
        if (!answer.page.redirect.empty()) {
            answer.location = answer.page.redirect;
        }
    }

    db::Database& database_;
    http::Router router_;
    std::mutex mutex_;
};

/// Reference data once per test program.
inline void seed_places(db::Database& database) {
    static std::once_flag once;
    std::call_once(
        once, [&] { database.write([](db::Tx& tx) { places::seed_reference_data(tx, std::string{FORUM_SOURCE_DIR} + "/sql/seed"); }); });
}

/// Each test in a transaction that is rolled back; now() stands still in it.
class DiscussionTest : public DatabaseTest {
protected:
    void SetUp() override {
        seed_places(database());
        rolled_back_ = std::make_unique<db::Database::RolledBack>(database());
        world_ = std::make_unique<World>(database());
    }
    void TearDown() override {
        world_.reset();
        rolled_back_.reset();
    }
    World& world() { return *world_; }
    const access::Viewer guest;

private:
    std::unique_ptr<db::Database::RolledBack> rolled_back_;
    std::unique_ptr<World> world_;
};

/// Tests that commit: several threads, real time.
class CommittedDiscussionTest : public DatabaseTest {
protected:
    void SetUp() override {
        seed_places(database());
        world_ = std::make_unique<World>(database());
    }
    World& world() { return *world_; }
    const access::Viewer guest;

private:
    std::unique_ptr<World> world_;
};

}  // namespace forum::test
