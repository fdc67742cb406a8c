#include "http/router.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <stdexcept>

#include "base/text.hpp"

namespace forum::http {
namespace {

class RouterTest : public testing::Test {
protected:
    using enum Method;

    RouterTest() {
        router.add(get, "/", 1);
        router.add(get, "/gesprekken", 2);
        router.add(post, "/gesprekken", 3);
        router.add(get, "/gesprekken/nieuw", 4);
        router.add(get, "/gesprekken/{id}", 5);
        router.add(get, "/gesprekken/{id}/{slug}", 6);
        router.add(post, "/gesprekken/{id}/berichten", 7);
        router.add(get, "/gesprekken/{id}/berichten/{n}", 8);
        router.add(put, "/api/v1/threads/{id}", 9);
        router.add(del, "/api/v1/threads/{id}", 10);
    }
    Router router;
};

TEST_F(RouterTest, finds_by_method_and_path) {
    struct Case {
        Method method;
        std::string path;
        std::size_t handler;
        PathValues values;
    };
    for (const auto& [method, path, handler, values] : std::vector<Case>{
             {get, "/", 1, {}},
             {head, "/", 1, {}},
             {get, "/gesprekken", 2, {}},
             {post, "/gesprekken", 3, {}},
             {get, "/gesprekken/nieuw", 4, {}},
             {get, "/gesprekken/nieuws", 5, {{"id", "nieuws"}}},
             {get, "/gesprekken/12", 5, {{"id", "12"}}},
             {head, "/gesprekken/12", 5, {{"id", "12"}}},
             {get, "/gesprekken/12/berichten", 6, {{"id", "12"}, {"slug", "berichten"}}},
             {post, "/gesprekken/12/berichten", 7, {{"id", "12"}}},
             {get, "/gesprekken/nieuw/x", 6, {{"id", "nieuw"}, {"slug", "x"}}},
             {get, "/gesprekken/a b/é", 6, {{"id", "a b"}, {"slug", "é"}}},
             {get, "/gesprekken/1/berichten/2", 8, {{"id", "1"}, {"n", "2"}}},
             {put, "/api/v1/threads/7", 9, {{"id", "7"}}},
             {del, "/api/v1/threads/7", 10, {{"id", "7"}}},
         }) {
        const auto result = router.find(method, path);
        ASSERT_TRUE(result.match) << path;
        EXPECT_EQ(result.match->handler, handler) << path;
        EXPECT_EQ(result.match->values, values) << path;
        EXPECT_TRUE(result.allowed.empty());
    }
}

TEST_F(RouterTest, does_not_find_near_misses) {
    for (const auto* path : {"", "x", "//", "/gesprekken/", "//gesprekken", "/Gesprekken", "/gesprekken/12/", "/gesprekken//x",
                             "/gesprekken/1/berichten/", "/gesprekken/1/berichten/2/3", "/gesprek", "/api", "/{id}"}) {
        const auto result = router.find(get, path);
        EXPECT_FALSE(result.match) << path;
        EXPECT_TRUE(result.allowed.empty()) << path;
    }
}

TEST_F(RouterTest, says_which_methods_a_path_has) {
    EXPECT_EQ(router.find(del, "/gesprekken").allowed, (std::vector{get, post}));
    EXPECT_EQ(router.find(get, "/api/v1/threads/7").allowed, (std::vector{put, del}));
    EXPECT_EQ(router.find(other, "/").allowed, (std::vector{get}));
    EXPECT_EQ(router.find(put, "/gesprekken/1/berichten").allowed, (std::vector{get, post})) << "of every pattern that the path fits";
}

TEST(Router, refuses_patterns_that_clash_or_mean_nothing) {
    using enum Method;
    Router router;
    router.add(get, "/a/{id}", 1);
    for (const auto* pattern :
         {"/a/{id}", "/a/{name}", "/a/{name}/b", "a", "", "/a/", "//a", "/{", "/{}", "/x{id}", "/{id}x", "/{a}/{a}", "/{a b}"}) {
        EXPECT_THROW(router.add(get, pattern, 2), std::logic_error) << pattern;
    }
    EXPECT_NO_THROW(router.add(post, "/a/{id}", 2));
    EXPECT_THROW(router.add(post, "/a/{code}", 3), std::logic_error) << "one name for one place";
}

struct NaiveRoute {
    Method method;
    std::vector<std::string> segments;
    std::size_t handler;
};

bool fits(const NaiveRoute& route, const std::vector<std::string>& path) {
    if (route.segments.size() != path.size()) {
        return false;
    }
    for (std::size_t i = 0; i < path.size(); ++i) {
        if (route.segments[i].starts_with('{') ? path[i].empty() : route.segments[i] != path[i]) {
            return false;
        }
    }
    return true;
}

// Literal segments win, from the left.
bool is_closer(const NaiveRoute& a, const NaiveRoute& b) {
    for (std::size_t i = 0; i < a.segments.size(); ++i) {
        const bool a_is_name = a.segments[i].starts_with('{');
        const bool b_is_name = b.segments[i].starts_with('{');
        if (a_is_name != b_is_name) {
            return b_is_name;
        }
    }
    return false;
}

TEST(Router, agrees_with_trying_every_route) {
    using enum Method;
    std::mt19937 random{77};
    const std::vector<std::string> words{"a", "b", "c"};
    const std::vector<Method> methods{get, post, put};
    for (int round = 0; round < 300; ++round) {
        Router router;
        std::vector<NaiveRoute> routes;
        for (std::size_t handler = 0; handler < 30; ++handler) {
            NaiveRoute route{methods[random() % methods.size()], {}, handler};
            std::string pattern;
            for (auto length = 1 + random() % 4; length > 0; --length) {
                // A name by its depth: two routes never call one place differently.
                const auto name = "{n" + std::to_string(route.segments.size()) + "}";
                route.segments.push_back(random() % 3 == 0 ? name : words[random() % words.size()]);
                pattern += "/" + route.segments.back();
            }
            const bool exists = std::any_of(routes.begin(), routes.end(), [&](const NaiveRoute& other_route) {
                return other_route.method == route.method && other_route.segments == route.segments;
            });
            if (exists) {
                EXPECT_THROW(router.add(route.method, pattern, handler), std::logic_error);
                continue;
            }
            router.add(route.method, pattern, handler);
            routes.push_back(route);
        }
        for (int visit = 0; visit < 100; ++visit) {
            std::string path;
            std::vector<std::string> segments;
            for (auto length = 1 + random() % 4; length > 0; --length) {
                segments.push_back(random() % 5 == 0 ? (random() % 3 == 0 ? "" : "other") : words[random() % words.size()]);
                path += "/" + segments.back();
            }
            const auto method = methods[random() % methods.size()];
            const NaiveRoute* best = nullptr;
            std::set<Method> allowed;
            for (const auto& route : routes) {
                if (!fits(route, segments)) {
                    continue;
                }
                allowed.insert(route.method);
                if (route.method == method && (best == nullptr || is_closer(route, *best))) {
                    best = &route;
                }
            }
            const auto result = router.find(method, path);
            ASSERT_EQ(result.match.has_value(), best != nullptr) << path;
            if (best != nullptr) {
                ASSERT_EQ(result.match->handler, best->handler) << path;
                PathValues values;
                for (std::size_t i = 0; i < segments.size(); ++i) {
                    const auto& segment = best->segments[i];
                    if (segment.starts_with('{')) {
                        values[segment.substr(1, segment.size() - 2)] = segments[i];
                    }
                }
                ASSERT_EQ(result.match->values, values) << path;
            } else {
                ASSERT_EQ(result.allowed, (std::vector<Method>{allowed.begin(), allowed.end()})) << path;
            }
        }
    }
}

}  // namespace
}  // namespace forum::http
