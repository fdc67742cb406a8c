#include "site/pipeline.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "support/test_database.hpp"

namespace forum::site {
namespace {

using test::sql;

/// The whole way of a request, with one page that may be kept and is its reader's own.
class PipelineTest : public test::RolledBackTest {
protected:
    Routes routes() {
        Routes made;
        made.page("test.page", "/bladzijde", "/api/v1/page", Access::anyone, [](const PageContext& context) {
            Page page;
            page.model = nlohmann::json{{"reader", context.viewer.name}};
            page.keep = Keep::until_changed;
            return page;
        });
        made.action("test.act", "/bladzijde", http::Method::post, "/api/v1/page", Access::anyone,
                    [](const ActionContext&) { return Done{.location = "/"}; });
        return made;
    }
    std::string sign_in() {
        return database().write([&](db::Tx& tx) { return access::create_session(tx, member, "Firefox, Linux"); });
    }
    static http::Request request(const std::string& token, const std::string& mode = "navigate", http::Method method = http::Method::get) {
        return {.method = method,
                .target = "/api/v1/page",
                .path = "/api/v1/page",
                .query = {},
                .headers = {{"cookie", "forum=" + token}, {"sec-fetch-mode", mode}},
                .body = {},
                .client_address = "127.0.0.1",
                .request_id = "0123456789abcdef"};
    }
    http::Reply get(http::Request asked) { return pipeline.handle(asked); }
    static bool takes_cookie_away(const http::Reply& reply) {
        return std::any_of(reply.headers.begin(), reply.headers.end(),
                           [](const auto& header) { return header.first == "Set-Cookie" && header.second.starts_with("forum=;"); });
    }
    /// What the session cache reads as its clock: between a viewer's rights that were read and the page that is made with them.
    std::chrono::steady_clock::time_point clock() {
        if (meanwhile) {
            meanwhile();
        }
        return {};
    }

    base::MemberId member = sql(database(), "INSERT INTO members (email, name, function, role) VALUES ('a@b.nl', 'Anna Bos', '', 'member') "
                                            "RETURNING id")
                                .one()
                                .id<base::MemberId>("id");
    std::function<void()> meanwhile;
    view::Templates templates{std::string{FORUM_SOURCE_DIR} + "/build/web"};
    Assets assets{std::string{FORUM_SOURCE_DIR} + "/build/web"};
    PageCache cache{1 << 20};
    access::SessionCache sessions{[this] { return clock(); }};
    access::RateLimiter rate_limiter{access::RateLimits{}};
    Pipeline pipeline{{.database = database(),
                       .templates = templates,
                       .assets = assets,
                       .cache = cache,
                       .sessions = sessions,
                       .rate_limiter = rate_limiter,
                       .frame = {},
                       .public_origin = {},
                       .sign_in_again = {},
                       .restricted = {}},
                      routes()};
};

TEST_F(PipelineTest, APageIsKeptForItsReader) {
    const auto token = sign_in();
    EXPECT_EQ(get(request(token)).status, 200);
    EXPECT_EQ(cache.figures().entries, 1U);
}

TEST_F(PipelineTest, APageMadeWithRightsThatChangedMeanwhileIsNotKept) {
    const auto token = sign_in();
    meanwhile = [&] { cache.drop({"me/" + to_string(member)}); };
    EXPECT_EQ(get(request(token)).status, 200);
    EXPECT_EQ(cache.figures().entries, 0U) << "or who was just suspended reads it for minutes";
}

TEST_F(PipelineTest, AnEndedSessionsCookieGoesWithAPageThatIsOpened) {
    const auto token = sign_in();
    sql(database(), "UPDATE sessions SET ended_at = now()");
    EXPECT_TRUE(takes_cookie_away(get(request(token))));
}

// He signs in elsewhere in this browser: his open page hears that its session ended and asks with the old cookie, while the new one is
// on its way.
TEST_F(PipelineTest, AScriptsRequestNeverTakesACookieAway) {
    const auto token = sign_in();
    sql(database(), "UPDATE sessions SET ended_at = now()");
    EXPECT_FALSE(takes_cookie_away(get(request(token, "cors"))));
    EXPECT_FALSE(takes_cookie_away(get(request(token, "websocket"))));
    EXPECT_FALSE(takes_cookie_away(get(request(token, ""))));
}

TEST_F(PipelineTest, AFormsAnswerTakesNoCookieAway) {
    const auto token = sign_in();
    sql(database(), "UPDATE sessions SET ended_at = now()");
    EXPECT_FALSE(takes_cookie_away(get(request(token, "navigate", http::Method::post)))) << "the form may be the one to sign in";
}

}  // namespace
}  // namespace forum::site
