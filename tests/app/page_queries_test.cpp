// How many queries a page takes does not depend on how many rows it shows. Rule: every page of a list stands in the table of
// pages below, with the rows of it that must have grown.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "app/features.hpp"
#include "following/notices.hpp"
#include "http/target.hpp"
#include "members/member_store.hpp"
#include "places/reference_data.hpp"
#include "support/test_database.hpp"

namespace forum::app {
namespace {

using nlohmann::json;
using enum http::Method;

const std::string source{FORUM_SOURCE_DIR};

/// All features on one database, asked as members without a server between.
class PageQueries : public ::testing::Test {
protected:
    struct Answer {
        json model;
        std::size_t queries{0};
    };

    void SetUp() override {
        database().write([&](db::Tx& tx) {
            places::seed_reference_data(tx, source + "/sql/seed");
            places::seed_example_division(tx, source + "/sql/seed");
            directory.load(tx);
        });
        for (std::size_t at = 0; at < routes.all().size(); ++at) {
            router.add(routes.all()[at].method, routes.all()[at].path, at);
        }
    }
    db::Database& database() { return fresh.database(); }

    access::Viewer member(const std::string& name, access::Role role, bool is_trusted) {
        const auto email = name + "@test.example";
        database().write([&](db::Tx& tx) {
            members::create_member(tx, {.email = email,
                                        .name = name,
                                        .function = "wethouder",
                                        .municipality = "GM1783",
                                        .role = role,
                                        .is_trusted = is_trusted,
                                        .password_hash = {}});
        });
        return database().read([&](db::Tx& tx) { return members::find_credentials(tx, email)->viewer; });
    }

    Answer ask(const access::Viewer& viewer, http::Method method, const std::string& target, const json& body = json::object()) {
        http::Request request;
        request.method = method;
        request.target = target;
        const auto parsed = http::parse_target(target);
        request.path = parsed->path;
        request.query = parsed->query;
        request.body = body.dump();
        const auto found = router.find(method, request.path);
        const auto& route = routes.all()[found.match->handler];
        if (const auto* loader = std::get_if<site::PageLoader>(&route.handler)) {
            return database().read([&](db::Tx& tx) {
                const auto page = (*loader)({request, found.match->values, viewer, tx, view::Language::dutch, route.is_api});
                return Answer{page.model.json(), tx.queries()};
            });
        }
        const auto input = site::Input::parse("application/json", request.body);
        return database().write([&](db::Tx& tx) {
            const site::ActionContext context{{request, found.match->values, viewer, tx, view::Language::dutch, route.is_api}, input, {}};
            const auto result = std::get<site::Action>(route.handler)(context);
            const auto* done = std::get_if<site::Done>(&result);
            EXPECT_NE(done, nullptr) << target;
            return Answer{done ? done->model.json() : json{}, tx.queries()};
        });
    }

    void reply(const access::Viewer& author, std::int64_t thread, int reply_to = 0) {
        json body{{"body", "Wij hebben een vaste aanpak."}};
        if (reply_to != 0) {
            body["reply_to"] = reply_to;
        }
        ask(author, post, "/api/v1/threads/" + std::to_string(thread) + "/posts", body);
    }
    void decide(const json& decision) {
        const auto newest = ask(moderator, get, "/api/v1/moderation/cases").model["items"].back();
        json body{{"version", newest["version"]}};
        body.update(decision);
        ask(moderator, post, "/api/v1/moderation/cases/" + newest["id"].dump() + "/decision", body);
    }
    /// A thread more of everyone, with an answer of each kind in it and in the first thread.
    void grow() {
        for (const auto& author : {anna, bert}) {
            const auto made = ask(author, post, "/api/v1/threads",
                                  {{"kind", "question"},
                                   {"title", "Hoe vindt u een vaste aanpak?"},
                                   {"body", "Wij zoeken."},
                                   {"theme", "wonen"},
                                   {"visibility", "public"},
                                   {"municipalities", {"GM1783", "GM0344:experience"}},
                                   {"typologies", {"tuinbouwgemeenten"}}});
            const std::int64_t thread = made.model["id"];
            first = first == 0 ? thread : first;
            for (const auto in : {thread, first}) {
                reply(bert, in);
                reply(anna, in, 1);
                reply(nova, in);
                decide({{"decision", "return"}, {"questions", "Waar was dit?"}});
                reply(nova, in);
                decide({{"decision", "reject"}, {"rules", {"onderwerp"}}, {"facts", "Dit gaat over iets anders dan de vraag."}});
                reply(nova, in);
            }
            ask(anna, put, "/api/v1/drafts/reply-" + std::to_string(thread), {{"revision", 0}, {"data", {{"body", "Half"}}}});
        }
        while (database().write([&](db::Tx& tx) { return following::make_notices(tx, announcer); })) {
        }
    }

    test::TestDatabase fresh;
    view::Templates templates{source + "/build/web", view::Missing::refuse};
    live::Announcer announcer;
    places::Directory directory;
    access::SessionCache sessions;
    access::RateLimiter rate_limiter{{}};
    crypto::PasswordHasher passwords{{.memory_kib = 64, .passes = 1}};
    const std::string web_folder{source + "/build/web"};
    Features features{Parts{fresh.database(), templates, announcer, directory, sessions, rate_limiter, passwords, false, web_folder}};
    site::Routes routes{features.routes()};
    http::Router router;
    const access::Viewer guest;
    access::Viewer anna, bert, nova, moderator;
    std::int64_t first{0};
};

TEST_F(PageQueries, DoNotGrowWithTheRows) {
    announcer.set_sink([](const std::vector<live::Event>&) {});
    anna = member("Anna Alpha", access::Role::member, true);
    bert = member("Bert Beta", access::Role::member, true);
    nova = member("Nova Nieuw", access::Role::member, false);
    moderator = member("Mo Derator", access::Role::moderator, true);
    grow();
    const auto thread = "/api/v1/threads/" + std::to_string(first);
    ask(moderator, put, thread + "/wall");
    const auto open_case = "/api/v1/moderation/cases/" + ask(moderator, get, "/api/v1/moderation/cases").model["items"][0]["id"].dump();
    struct Page {
        const access::Viewer& viewer;
        std::string path;
        const char* rows;  ///< where the list stands that must have grown; "" = its rows are always the same
    };
    const std::vector<Page> pages{
        {guest, "/api/v1/home", "/threads"},
        {anna, "/api/v1/home", "/threads"},
        {anna, "/api/v1/threads", "/items"},
        {guest, "/api/v1/threads?q=aanpak&typology=tuinbouwgemeenten", "/items"},
        {anna, "/api/v1/threads/similar?title=Een+vaste+aanpak", "/items"},
        {guest, thread, "/posts/items"},
        {nova, thread, "/posts/items"},
        {moderator, thread, "/posts/items"},
        {guest, thread + "/wall", "/items"},
        {nova, thread + "/wall", "/items"},
        {guest, "/api/v1/municipalities", ""},
        {anna, "/api/v1/municipalities/GM1783", "/threads"},
        {guest, "/api/v1/typologies", ""},
        {guest, "/api/v1/typologies/tuinbouwgemeenten", "/threads"},
        {anna, "/api/v1/me", "/posts"},
        {anna, "/api/v1/me", "/drafts"},
        {nova, "/api/v1/me/decisions", "/items"},
        {bert, "/api/v1/me/follows", "/items"},
        {anna, "/api/v1/me/notices", "/items"},
        {bert, "/api/v1/me/since?minutes=15", "/items"},
        {anna, "/api/v1/mentions?q=b", ""},
        {anna, "/api/v1/members/" + to_string(bert.member), "/threads"},
        {moderator, "/api/v1/moderation/cases", "/items"},
        {moderator, open_case, "/authorHistory/returned"},
    };
    const auto size = [](const json& model, const char* rows) {
        const auto& found = model.at(json::json_pointer{rows});
        return found.is_array() ? found.size() : found.get<std::size_t>();
    };
    std::vector<Answer> before;
    for (const auto& page : pages) {
        before.push_back(ask(page.viewer, get, page.path));
    }
    grow();
    grow();
    for (std::size_t at = 0; at < pages.size(); ++at) {
        const auto& page = pages[at];
        const auto after = ask(page.viewer, get, page.path);
        EXPECT_EQ(before[at].queries, after.queries) << page.path;
        EXPECT_GT(after.queries, 0U) << page.path;
        if (*page.rows != 0) {
            EXPECT_GT(size(after.model, page.rows), size(before[at].model, page.rows)) << page.path;
        }
    }
}

}  // namespace
}  // namespace forum::app
