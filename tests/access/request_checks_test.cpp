#include <gtest/gtest.h>

#include "access/cookies.hpp"
#include "access/csrf.hpp"
#include "access/viewer.hpp"
#include "base/problem.hpp"

namespace forum::access {
namespace {

const std::string token(43, 'a');

http::Request request_with(http::Pairs headers, bool is_secure = false) {
    http::Request request;
    request.headers = std::move(headers);
    request.is_secure = is_secure;
    return request;
}

struct CookieCase {
    const char* name;
    std::string cookie;
    bool is_secure;
    bool is_found;
};

class SessionToken : public testing::TestWithParam<CookieCase> {};

TEST_P(SessionToken, IsTakenFromTheRightCookieOnly) {
    const auto& test = GetParam();
    const auto found = session_token(request_with({{"cookie", test.cookie}}, test.is_secure));
    EXPECT_EQ(found.has_value(), test.is_found);
    if (found) {
        EXPECT_EQ(*found, token);
    }
}

INSTANTIATE_TEST_SUITE_P(Cookies, SessionToken,
                         testing::Values(CookieCase{"plain_on_http", "forum=" + token, false, true},
                                         CookieCase{"secure_on_https", "__Host-forum=" + token, true, true},
                                         CookieCase{"plain_on_https", "forum=" + token, true, false},
                                         CookieCase{"secure_on_http", "__Host-forum=" + token, false, false},
                                         CookieCase{"among_others", "taal=nl; forum=" + token + "; thema=dark", false, true},
                                         CookieCase{"name_that_ends_alike", "xforum=" + token, false, false},
                                         CookieCase{"too_short", "forum=" + token.substr(1), false, false},
                                         CookieCase{"too_long", "forum=a" + token, false, false},
                                         CookieCase{"other_characters", "forum=" + token.substr(1) + "%", false, false},
                                         CookieCase{"empty", "forum=", false, false}, CookieCase{"none", "", false, false}),
                         [](const auto& test) { return std::string{test.param.name}; });

TEST(SessionCookie, IsForThisHostAndForNoScript) {
    EXPECT_EQ(session_cookie(token, true), "__Host-forum=" + token + "; Path=/; HttpOnly; SameSite=Lax; Secure");
    EXPECT_EQ(session_cookie(token, false), "forum=" + token + "; Path=/; HttpOnly; SameSite=Lax");
    EXPECT_EQ(clear_session_cookie(true), "__Host-forum=; Path=/; HttpOnly; SameSite=Lax; Secure; Max-Age=0");
}

TEST(SessionCookie, IsTheOneOfTheTransportBeforeARequestIsCopiedToo) {
    const std::string other(43, 'b');
    const auto cookie = "forum=" + other + "; __Host-forum=" + token;
    const std::pair<std::string_view, std::string_view> headers[]{{"Cookie", cookie}};
    EXPECT_EQ(session_token(http::RequestView{http::Method::get, "/", headers, true}), token);
    EXPECT_EQ(session_token(http::RequestView{http::Method::get, "/", headers, false}), other);
    const auto plain = "forum=" + other;
    const std::pair<std::string_view, std::string_view> only_plain[]{{"Cookie", plain}};
    EXPECT_EQ(session_token(http::RequestView{http::Method::get, "/", only_plain, true}), std::nullopt);
}

struct OriginCase {
    const char* name;
    http::Pairs headers;
    const char* public_origin;
    bool is_secure;
    bool is_allowed;
};

class SameOrigin : public testing::TestWithParam<OriginCase> {};

TEST_P(SameOrigin, IsAskedOfBrowsers) {
    const auto& test = GetParam();
    const auto request = request_with(test.headers, test.is_secure);
    if (test.is_allowed) {
        EXPECT_NO_THROW(check_same_origin(request, test.public_origin));
        return;
    }
    try {
        check_same_origin(request, test.public_origin);
        ADD_FAILURE() << "was allowed";
    } catch (const base::Problem& problem) {
        EXPECT_EQ(problem.kind, base::ProblemKind::foreign_origin);
    }
}

INSTANTIATE_TEST_SUITE_P(
    Headers, SameOrigin,
    testing::Values(OriginCase{"no_browser", {{"host", "f.nl"}}, "", true, true},
                    OriginCase{"own_form", {{"sec-fetch-site", "same-origin"}, {"origin", "https://f.nl"}}, "https://f.nl", true, true},
                    OriginCase{"typed_by_a_person", {{"sec-fetch-site", "none"}}, "https://f.nl", true, true},
                    OriginCase{
                        "other_site", {{"sec-fetch-site", "cross-site"}, {"origin", "https://boef.nl"}}, "https://f.nl", true, false},
                    OriginCase{"other_site_that_claims_our_origin",
                               {{"sec-fetch-site", "cross-site"}, {"origin", "https://f.nl"}},
                               "https://f.nl",
                               true,
                               false},
                    OriginCase{"subdomain", {{"sec-fetch-site", "same-site"}, {"origin", "https://x.f.nl"}}, "https://f.nl", true, false},
                    OriginCase{"unknown_word", {{"sec-fetch-site", "anders"}}, "https://f.nl", true, false},
                    OriginCase{"old_browser_own_form", {{"origin", "https://f.nl"}}, "https://f.nl", true, true},
                    OriginCase{"old_browser_other_site", {{"origin", "https://boef.nl"}}, "https://f.nl", true, false},
                    OriginCase{"old_browser_other_port", {{"origin", "https://f.nl:444"}}, "https://f.nl", true, false},
                    OriginCase{"old_browser_other_scheme", {{"origin", "http://f.nl"}}, "https://f.nl", true, false},
                    OriginCase{"sandboxed_frame", {{"origin", "null"}}, "https://f.nl", true, false},
                    OriginCase{"by_host", {{"host", "127.0.0.1:8080"}, {"origin", "http://127.0.0.1:8080"}}, "", false, true},
                    OriginCase{"by_host_other_port", {{"host", "127.0.0.1:8080"}, {"origin", "http://127.0.0.1:9090"}}, "", false, false},
                    OriginCase{"by_host_other_name", {{"host", "127.0.0.1:8080"}, {"origin", "http://localhost:8080"}}, "", false, false},
                    OriginCase{"by_host_secure", {{"host", "f.nl"}, {"origin", "https://f.nl"}}, "", true, true},
                    OriginCase{"by_host_not_secure", {{"host", "f.nl"}, {"origin", "https://f.nl"}}, "", false, false}),
    [](const auto& test) { return std::string{test.param.name}; });

TEST(Viewer, RolesMayWhatTheyMay) {
    struct Row {
        Role role;
        bool is_office_holder, is_staff, may_moderate, is_administrator;
        int level;
    };
    for (const auto& row : {Row{Role::guest, false, false, false, false, 0}, Row{Role::member, false, false, false, false, 1},
                            Row{Role::member, true, false, false, false, 2}, Row{Role::moderator, false, true, true, false, 3},
                            Row{Role::administrator, true, true, false, true, 4}}) {
        const Viewer viewer{.role = row.role, .is_office_holder = row.is_office_holder};
        EXPECT_EQ(viewer.is_staff(), row.is_staff) << row.level;
        EXPECT_EQ(viewer.may_moderate(), row.may_moderate) << row.level;
        EXPECT_EQ(viewer.is_administrator(), row.is_administrator) << row.level;
        EXPECT_EQ(viewer.level(), row.level);
    }
    EXPECT_FALSE(Viewer{}.is_signed_in());
}

}  // namespace
}  // namespace forum::access
