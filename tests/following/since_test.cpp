// "Sinds uw vorige bezoek": equals what happened since the place that was kept, in what concerns the reader, as he may read it; the place
// moves only when he says so, and to what he saw.
#include <gmock/gmock.h>

#include <future>
#include <thread>

#include "discussion/start_thread.hpp"
#include "following/world.hpp"
#include "site/paging.hpp"

namespace forum::following {
namespace {

using nlohmann::json;
using test::FollowingWorld;
using test::sql;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

/// Committed, for a place is a snapshot: what one transaction does is there at once or not at all.
class SinceTest : public test::DatabaseTest {
protected:
    void SetUp() override {
        test::seed_places(database());
        world_ = std::make_unique<FollowingWorld>(database());
        asker = world().member("Anna Alpha", true, "GM0344");
        reader = world().member("Bert Bakker", true, "GM0981", "member", "beleidsadviseur");
        put_visit();
    }
    FollowingWorld& world() { return *world_; }

    json since(const std::string& more = "?minutes=15") { return world().get(reader, "/api/v1/me/since" + more).model; }
    std::vector<std::int64_t> threads() {
        std::vector<std::int64_t> list;
        const auto page = since();
        EXPECT_EQ(page["count"], page["items"].size() + page["leftCount"].get<std::size_t>());
        for (const auto& item : page["items"]) {
            list.push_back(item["thread"]["id"]);
        }
        return list;
    }
    void put_visit(const std::string& until = "") {
        const auto answer = world().send(reader, http::Method::put, "/api/v1/me/visit",
                                         {{"until", until.empty() ? since()["until"].get<std::string>() : until}});
        EXPECT_EQ(answer.status, 204) << answer.detail;
    }

    access::Viewer asker, reader;
    const access::Viewer guest;

private:
    std::unique_ptr<FollowingWorld> world_;
};

TEST_F(SinceTest, WhatConcernsHimAndNothingElse) {
    const auto followed = world().thread(asker, {{"title", "Gevolgd"}, {"theme", "werk"}});
    world().follow(reader, world().subject(followed), "digest");
    const auto own_place = world().thread(asker, {{"municipalities", {"GM0981"}}, {"theme", "werk"}});
    const auto of_theme = world().thread(asker, {{"theme", "expats"}});
    world().follow(reader, "theme/expats", "digest");
    const auto muted = world().thread(asker, {{"theme", "expats"}});
    world().follow(reader, world().subject(muted), "nothing");
    world().thread(asker, {{"theme", "werk"}});
    world().thread(asker, {{"theme", "expats"}, {"visibility", "administrators"}, {"title", "Geheimtitel"}});
    EXPECT_THAT(threads(), ElementsAre(followed, of_theme, own_place));
    EXPECT_THAT(since().dump(), Not(HasSubstr("Geheimtitel")));
    EXPECT_EQ(world().get(guest, "/api/v1/me/since").status, 401);
    EXPECT_THAT(world().html(reader, world().get(reader, "/sinds")), HasSubstr("Gevolgd"));
}

TEST_F(SinceTest, ThePlaceMovesOnlyWhenHeSaysSoAndToWhatHeSaw) {
    const auto one = world().thread(asker, {{"municipalities", {"GM0981"}}});
    const auto page = since();
    EXPECT_THAT(threads(), ElementsAre(one));
    EXPECT_THAT(threads(), ElementsAre(one)) << "looking moves nothing";
    const auto two = world().thread(asker, {{"municipalities", {"GM0981"}}});
    put_visit(page["until"]);
    EXPECT_THAT(threads(), ElementsAre(two)) << "what came while he read is not passed over";
    put_visit();
    EXPECT_THAT(threads(), IsEmpty());
    EXPECT_THAT(world().html(reader, world().get(reader, "/sinds")), HasSubstr("helemaal bij"));
    world().reply(asker, one, "Nog iets nieuws.");
    const auto later = since();
    EXPECT_EQ(later["items"][0]["isNewThread"], false);
    EXPECT_EQ(later["items"][0]["newReplies"], 1);
    EXPECT_EQ(later["items"][0]["excerpt"], "Nog iets nieuws.");
    EXPECT_THAT(later["items"][0]["url"].get<std::string>(), HasSubstr("#bericht-2"));
}

TEST_F(SinceTest, AnEventThatCommitsLateIsNotMissed) {
    // The writer began before the reader looked and commits after he said that he had seen it all.
    std::promise<void> has_begun, may_commit;
    std::int64_t late = 0;
    std::thread writer{[&] {
        database().write([&](db::Tx& tx) {
            const auto thread = discussion::start_thread(tx, world().services, asker,
                                                         {.kind = "question",
                                                          .title = "Laat",
                                                          .body = "Tekst",
                                                          .theme = "wonen",
                                                          .visibility = "public",
                                                          .context = {},
                                                          .options = {},
                                                          .tried = {},
                                                          .municipalities = {{"GM0981", "about"}},
                                                          .typologies = {},
                                                          .key = {}});
            late = thread.thread.value;
            has_begun.set_value();
            may_commit.get_future().wait();
        });
        database().close_this_thread();
    }};
    has_begun.get_future().wait();
    world().thread(asker, {{"municipalities", {"GM0981"}}});
    put_visit();
    EXPECT_THAT(threads(), IsEmpty());
    may_commit.set_value();
    writer.join();
    EXPECT_THAT(threads(), ElementsAre(late));
}

TEST_F(SinceTest, WhatIsGoneOrWaitsIsNotThere) {
    const auto thread = world().thread(asker, {{"municipalities", {"GM0981"}}});
    put_visit();
    const auto newcomer = world().member("Nina Nieuw", false);
    const auto post = world().reply(newcomer, thread, "geheimwoord");
    EXPECT_THAT(threads(), IsEmpty());
    world().publish(post["id"].get<std::int64_t>());
    EXPECT_THAT(threads(), ElementsAre(thread));
    EXPECT_THAT(since().dump(), HasSubstr("geheimwoord"));
    world().form(newcomer, "/gesprekken/" + std::to_string(thread) + "/berichten/2/intrekken", "");
    EXPECT_THAT(threads(), IsEmpty());
    EXPECT_THAT(since().dump(), Not(HasSubstr("geheimwoord")));
    world().reply(reader, thread, "Van mijzelf.");
    EXPECT_THAT(threads(), IsEmpty()) << "his own is no news";
}

TEST_F(SinceTest, LessTimeIsLessToRead) {
    std::string text;
    for (int n = 0; n < 150; ++n) {
        text += "woord ";
    }
    for (int n = 0; n < 40; ++n) {
        world().thread(asker, {{"municipalities", {"GM0981"}}, {"body", text}, {"title", "Gesprek " + std::to_string(n)}});
    }
    std::size_t before = 0;
    for (const auto* minutes : {"1", "5", "15"}) {
        const auto page = since(std::string{"?minutes="} + minutes);
        const auto shown = page["items"].size();
        EXPECT_GT(shown, before) << minutes;
        EXPECT_EQ(page["count"], 40);
        EXPECT_EQ(page["leftCount"].get<std::size_t>(), 40 - shown);
        before = shown;
    }
    EXPECT_EQ(world().get(reader, "/api/v1/me/since?minutes=3").status, 400);
    EXPECT_EQ(since("")["minutes"], 5);
}

TEST_F(SinceTest, AMadeUpPlaceIsRefused) {
    for (const auto& until :
         {std::string{}, std::string{"x"}, site::encode_cursor({"1:2:3", "gisteren"}),
          site::encode_cursor({"a:b:c", "2026-01-01T00:00:00Z"}), site::encode_cursor({"1:999999999999:", "2026-01-01T00:00:00Z"}),
          site::encode_cursor({"5:5:", "2999-01-01T00:00:00Z"})}) {
        EXPECT_EQ(world().send(reader, http::Method::put, "/api/v1/me/visit", {{"until", until}}).status, 400) << until;
    }
}

}  // namespace
}  // namespace forum::following
