// A wall with more questions than one page holds, and a thread that starts with a wall. Rule: whoever goes through all pages has read each
// question, whatever is voted meanwhile.
#include <gmock/gmock.h>

#include "discussion/wall_store.hpp"
#include "discussion/world.hpp"

namespace forum::discussion {
namespace {

using nlohmann::json;
using test::DiscussionTest;
using test::sql;
using enum http::Method;

/// More than one page: the rest is read in the order of asking, which no vote changes.
class LongWallTest : public test::DiscussionTest {
protected:
    void SetUp() override {
        DiscussionTest::SetUp();
        anna = world().member("Anna Alpha");
        bert = world().member("Bert Beta");
        carl = world().member("Carl Gamma");
        moderator = world().moderator();
        thread = world().thread(anna);
        EXPECT_EQ(world().send(moderator, put, world().api(thread) + "/wall").status, 200);
        world().reply(anna, thread, "Vraag 2");
        sql(database(),
            "WITH made AS (INSERT INTO posts (thread_id, number, author_id, state, live_version, body, body_html, published_at) "
            "SELECT thread_id, n, author_id, state, live_version, 'Vraag ' || n, '<p>Vraag ' || n || '</p>', published_at "
            "FROM posts, generate_series(3, $2::integer) AS n WHERE thread_id = $1 AND number = 2 RETURNING id) "
            "UPDATE threads SET last_number = $2 WHERE id = $1",
            db::Params::of(thread, last));
    }
    void vote(const access::Viewer& viewer, int number, http::Method method = put) {
        EXPECT_LT(world().send(viewer, method, world().api(thread, number) + "/vote").status, 300) << number;
    }
    json wall() { return world().get(guest, world().api(thread) + "/wall").model; }
    json page(const std::string& cursor) { return world().get(guest, world().api(thread) + "/wall?cursor=" + cursor).model; }
    std::string address(const std::string& rest = "") const { return "/gesprekken/" + std::to_string(thread) + "/wand" + rest; }
    static constexpr int count = 2 * wall_page_size + 5, last = count + 1;
    access::Viewer anna, bert, carl, moderator;
    std::int64_t thread{0};
};

TEST_F(LongWallTest, EachQuestionStandsOnOnePageWhateverIsVotedMeanwhile) {
    const auto first = wall();
    EXPECT_EQ(first["items"].size(), std::size_t{wall_page_size});
    EXPECT_EQ(first["questionCount"], count);
    EXPECT_EQ(first["previousUrl"], "");
    std::vector<int> seen, wanted;
    auto next = first["next"];
    std::size_t pages = 0;
    for (; !next.is_null(); ++pages) {
        const auto model = page(next);
        for (const auto& question : model["items"]) {
            seen.push_back(question["number"]);
        }
        EXPECT_EQ(model["questionCount"], count);
        next = model["next"];
        for (const auto& [viewer, number] : {std::pair{bert, last}, {carl, last}, {carl, 2}, {moderator, wall_page_size + 2}}) {
            vote(viewer, number, pages % 2 == 0 ? put : del);
        }
        world().send(moderator, put, world().api(thread) + "/wall/current", {{"number", pages == 0 ? last - 1 : 3}});
    }
    EXPECT_EQ(pages, 3U);
    for (int number = 2; number <= last; ++number) {
        wanted.push_back(number);
    }
    EXPECT_EQ(seen, wanted) << "each once";
    const auto second = page("202");
    EXPECT_EQ(second["previousUrl"], address("?vanaf=2"));
    EXPECT_EQ(second["nextUrl"], address("?vanaf=402"));
    EXPECT_EQ(page("402")["nextUrl"], "");
    EXPECT_TRUE(page("999999")["items"].empty());
    for (const auto* wrong : {"x", "-1", "1.5", "99999999999999999999"}) {
        EXPECT_EQ(world().get(guest, address("?vanaf=") + wrong).status, 404) << wrong;
    }
}

TEST_F(LongWallTest, AVoteBringsAQuestionToTheFirstPage) {
    vote(bert, last);
    EXPECT_EQ(wall()["items"][0]["number"], last);
    EXPECT_EQ(wall()["items"].size(), std::size_t{wall_page_size});
}

TEST_F(LongWallTest, ItsPagesWorkWithoutScript) {
    const auto html = [&](const access::Viewer& viewer, const std::string& where) {
        return world().html(viewer, world().get(viewer, where));
    };
    EXPECT_THAT(html(guest, address()),
                testing::AllOf(testing::HasSubstr("Bekijk alle 405 vragen"), testing::HasSubstr(address("?vanaf=1"))));
    const auto list = html(bert, address("?vanaf=202"));
    const auto at = "/gesprekken/" + std::to_string(thread) + "/berichten/";
    EXPECT_THAT(list, testing::AllOf(testing::HasSubstr("id=\"vraag-202\""), testing::HasSubstr(at + "203/stem?vanaf=202"),
                                     testing::HasSubstr(address("?vanaf=2"))));
    EXPECT_THAT(list, testing::Not(testing::HasSubstr("id=\"vraag-402\"")));
    // Back to the page that one voted on; from elsewhere to where the question stands.
    EXPECT_EQ(world().form(bert, at + "203/stem?vanaf=202", "").location, address("?vanaf=202#vraag-203"));
    EXPECT_EQ(world().form(carl, at + "203/stem", "").location, address("#vraag-203"));
    EXPECT_EQ(world().form(bert, at + std::to_string(last) + "/stem-terug", "").location, address("?vanaf=406#vraag-406"));
    const auto asked = world().form(bert, "/gesprekken/" + std::to_string(thread) + "/berichten", "van=wand&actie=plaats&body=Nog+een%3F");
    EXPECT_EQ(asked.location, address("?vanaf=407#vraag-407"));
    // A fault in a question is shown on the first page, where the form is.
    const auto faulty = world().form(bert, "/gesprekken/" + std::to_string(thread) + "/berichten", "van=wand&actie=plaats&body=");
    EXPECT_EQ(faulty.page.template_name, "wall") << faulty.status << faulty.detail;
}

TEST_F(DiscussionTest, StaffStartAThreadWithAWall) {
    const auto anna = world().member("Anna Alpha"), moderator = world().moderator();
    const json announcement{{"kind", "announcement"}, {"title", "Themauur over wonen"}, {"body", "Stel uw vraag."},
                            {"theme", "wonen"},       {"visibility", "members"},        {"wall", true}};
    const auto started = world().post(moderator, "/api/v1/threads", announcement, "sleutel");
    ASSERT_EQ(started.status, 201) << started.detail;
    EXPECT_TRUE(started.model["wall"]["isOpen"]);
    const std::int64_t thread = started.model["id"];
    EXPECT_TRUE(world().get(anna, world().api(thread) + "/wall").model["mayAsk"]);
    EXPECT_EQ(world().send(moderator, del, world().api(thread) + "/wall").status, 204);
    EXPECT_EQ(world().post(moderator, "/api/v1/threads", announcement, "sleutel").model["wall"]["isOpen"], false)
        << "a retry opens nothing again";
    EXPECT_EQ(sql(database(), "SELECT by_member FROM wall_acts WHERE thread_id = $1 AND kind = 'open'", db::Params::of(thread))
                  .one()
                  .id<base::MemberId>("by_member"),
              moderator.member);

    auto question = announcement;
    question["kind"] = "question";
    EXPECT_NE(world().post(anna, "/api/v1/threads", question).error("wall"), "");
    EXPECT_THAT(world().html(moderator, world().get(moderator, "/gesprekken/nieuw")), testing::HasSubstr("Open meteen een vragenwand"));
    EXPECT_THAT(world().html(anna, world().get(anna, "/gesprekken/nieuw")), testing::Not(testing::HasSubstr("vragenwand")));
    const std::string fields = "kind=announcement&title=Themauur&body=Stel+uw+vraag.&theme=wonen&visibility=members&wall=1&nonce=1&actie=";
    EXPECT_TRUE(world().form(moderator, "/gesprekken", fields + "voorbeeld").model["hasWall"].get<bool>());
    EXPECT_EQ(world().form(moderator, "/gesprekken", fields + "bewaar&draft_revision=0").status, 303);
    EXPECT_TRUE(world().get(moderator, "/gesprekken/nieuw").model["hasWall"].get<bool>()) << "kept with the draft";
    const auto placed = world().form(moderator, "/gesprekken", fields + "plaats");
    EXPECT_THAT(world().html(guest, world().get(moderator, placed.location)), testing::HasSubstr("Naar de vragenwand"));
}

}  // namespace
}  // namespace forum::discussion
