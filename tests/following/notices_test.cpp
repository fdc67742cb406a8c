// Who is told what: by every way in which a post goes live, for every level, in every state and for every reader; and that what is told goes
// away again by itself.
#include <gmock/gmock.h>

#include "discussion/thread_events.hpp"
#include "following/world.hpp"

namespace forum::following {
namespace {

using nlohmann::json;
using test::FollowingTest;
using test::sql;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

class NoticesTest : public FollowingTest {
protected:
    void SetUp() override {
        FollowingTest::SetUp();
        asker = world().member("Anna Alpha");
        writer = world().member("Bert Bakker", true, "GM0344");
        reader = world().member("Carla Cremers", true, "GM0981");
    }
    /// "thread kind" of each notice as it stands, oldest first.
    std::vector<std::string> kinds(const access::Viewer& viewer) {
        world().turn();
        std::vector<std::string> list;
        for (const auto& row : sql(database(), "SELECT thread_id, kind, is_read FROM standing_notices($1, $2) ORDER BY id",
                                   db::Params::of(viewer.member, viewer.level()))) {
            list.push_back(row.text("kind") + (row.flag("is_read") ? " read" : ""));
        }
        return list;
    }
    std::int64_t rows(const access::Viewer& viewer) {
        world().turn();
        return sql(database(), "SELECT count(*) AS n FROM notices WHERE member_id = $1", db::Params::of(viewer.member)).one().integer("n");
    }

    access::Viewer asker, writer, reader;
};

TEST_F(NoticesTest, DefaultsThatDoNotFlood) {
    const auto thread = world().thread(asker);
    world().turn();
    EXPECT_EQ(world().level(asker, world().subject(thread)), "all");
    world().reply(writer, thread, "Wij ook.");
    EXPECT_THAT(kinds(asker), ElementsAre("reply"));
    EXPECT_THAT(kinds(writer), IsEmpty()) << "of his own he is not told";
    EXPECT_EQ(world().level(writer, world().subject(thread)), "replies");
    world().reply(reader, thread, "En bij ons.");
    EXPECT_THAT(kinds(writer), IsEmpty()) << "a reply to someone else";
    world().reply(reader, thread, "Hoe dan?", 2);
    EXPECT_THAT(kinds(writer), ElementsAre("quote"));
    EXPECT_THAT(kinds(asker), ElementsAre("reply", "reply", "reply"));
    EXPECT_EQ(world().bell(asker), 1) << "one thread is one row";
    world().thread(writer);
    EXPECT_EQ(rows(asker), 3) << "nobody hears of threads by himself";
}

TEST_F(NoticesTest, EachLevelOfAThread) {
    const auto thread = world().thread(asker);
    world().reply(writer, thread, "Wij ook.");
    world().turn();
    for (const auto& [level, is_told, is_told_of_quote] :
         {std::tuple{"all", true, true}, {"replies", false, true}, {"digest", false, false}, {"nothing", false, false}}) {
        world().follow(writer, world().subject(thread), level);
        sql(database(), "DELETE FROM notices");
        world().reply(reader, thread, "Een reactie.");
        EXPECT_EQ(rows(writer), is_told ? 1 : 0) << level;
        sql(database(), "DELETE FROM notices");
        world().reply(reader, thread, "Een reactie op u.", 2);
        EXPECT_EQ(rows(writer), is_told_of_quote ? 1 : 0) << level;
    }
}

TEST_F(NoticesTest, ANewThreadByEachOfItsSubjectsIsOneNotice) {
    const json more{{"theme", "wonen"}, {"municipalities", {"GM0344"}}, {"typologies", {"tuinbouwgemeenten"}}};
    for (const auto& subject : std::vector<std::string>{"theme/wonen", "municipality/GM0344", "municipality/GM1783",
                                                        "typology/tuinbouwgemeenten", "member/" + to_string(asker.member)}) {
        world().follow(reader, subject);
        const auto before = rows(reader);
        world().thread(asker, more);
        EXPECT_EQ(rows(reader), before + 1) << subject;
        for (const auto* level : {"replies", "digest"}) {
            world().follow(reader, subject, level);
            world().thread(asker, more);
            EXPECT_EQ(rows(reader), before + 1) << subject << level;
        }
        world().forget(reader, subject);
    }
    for (const auto* subject : {"theme/wonen", "municipality/GM0344", "typology/tuinbouwgemeenten"}) {
        world().follow(reader, subject);
    }
    const auto before = rows(reader);
    world().thread(asker, more);
    EXPECT_EQ(rows(reader), before + 1) << "three ways, one notice";
    world().follow(reader, "municipality/GM1783", "nothing");
    world().thread(asker, more);
    EXPECT_EQ(rows(reader), before + 1) << "nothing means nothing, also not by another subject";
    world().thread(asker, {{"theme", "werk"}});
    EXPECT_EQ(rows(reader), before + 1);
}

TEST_F(NoticesTest, NothingBeforeApprovalAndOnceAfter) {
    const auto newcomer = world().member("Nina Nieuw", false);
    const auto thread = world().thread(asker);
    const auto post = world().reply(newcomer, thread, "Mijn eerste bericht.");
    EXPECT_EQ(rows(asker), 0);
    EXPECT_EQ(world().bell(asker), 0);
    world().publish(post["id"].get<std::int64_t>());
    EXPECT_THAT(kinds(asker), ElementsAre("reply"));
    world().form(newcomer, "/gesprekken/" + std::to_string(thread) + "/berichten/2/intrekken", "");
    EXPECT_THAT(kinds(asker), IsEmpty()) << "gone is gone";
    EXPECT_EQ(world().bell(asker), 0);
    EXPECT_THAT(world().notices(asker).model["items"], IsEmpty());
    world().form(newcomer, "/gesprekken/" + std::to_string(thread) + "/berichten/2/terugzetten", "");
    EXPECT_THAT(kinds(asker), ElementsAre("reply"));
    EXPECT_EQ(rows(asker), 1) << "never twice";

    world().follow(reader, "theme/wonen");
    world().thread(newcomer);
    const auto waiting = sql(database(), "SELECT max(id) AS id FROM posts").one().integer("id");
    EXPECT_EQ(rows(reader), 0);
    world().publish(waiting);
    EXPECT_THAT(kinds(reader), ElementsAre("thread"));
}

TEST_F(NoticesTest, AnEditTellsNobodyAgain) {
    const auto thread = world().thread(asker);
    world().reply(writer, thread, "Wij ook.");
    world().turn();
    sql(database(), "UPDATE posts SET published_at = published_at - interval '1 minute'");
    world().follow(reader, world().subject(thread));
    world().send(writer, http::Method::put, world().api(thread, 2), {{"body", "Wij ook, anders."}, {"version", 1}});
    EXPECT_EQ(rows(asker), 1);
    EXPECT_EQ(rows(reader), 0);
}

TEST_F(NoticesTest, AnAnswerIsToldToWhoGaveItAndWhoAsked) {
    const auto thread = world().thread(asker);
    world().reply(writer, thread, "Wij deden dit.");
    world().turn();
    const auto moderator = world().moderator();
    EXPECT_EQ(world().send(moderator, http::Method::put, world().api(thread) + "/answer", {{"number", 2}}).status, 200);
    EXPECT_THAT(kinds(writer), ElementsAre("answer"));
    EXPECT_THAT(kinds(asker), ElementsAre("reply", "answer"));
    EXPECT_EQ(world().notices(writer).model["items"][0]["isAnswerOfMine"], true);
    EXPECT_EQ(world().bell(asker), 1);
    EXPECT_EQ(world().send(asker, http::Method::del, world().api(thread) + "/answer").status, 204);
    EXPECT_THAT(kinds(writer), IsEmpty()) << "it is no longer the answer";
    world().send(asker, http::Method::put, world().api(thread) + "/answer", {{"number", 2}});
    EXPECT_EQ(rows(writer), 1);
    EXPECT_THAT(kinds(writer), ElementsAre("answer"));
}

// The expectation is computed: a notice stands for who sees the thread and while the post is live.
TEST_F(NoticesTest, NobodyIsToldOfWhatHeMayNotRead) {
    const auto adviser = world().member("Ad Viseur", true, "GM0981", "member", "beleidsadviseur");
    const auto alderman = world().member("Wil Wethouder", true, "GM0981");
    const auto moderator = world().moderator();
    const auto gone = world().member("Gijs Gegaan");
    for (const std::string visibility : {"public", "members", "administrators"}) {
        for (const std::string state :
             {"live", "live_change", "hidden", "removed", "withdrawn", "erased", "waiting", "returned", "rejected"}) {
            const auto thread = world().thread(asker, {{"visibility", visibility}, {"title", "Geheimtitel"}});
            for (const auto& who : {adviser, alderman, moderator, gone}) {
                sql(database(), "INSERT INTO follows (member_id, subject, level, is_chosen) VALUES ($1, $2, 'all', true)",
                    db::Params::of(who.member, world().subject(thread)));
            }
            sql(database(), "UPDATE members SET ended_at = now() WHERE id = $1", db::Params::of(gone.member));
            world().reply(writer, thread, "geheimwoord", 1);
            world().turn();
            const bool was_live = state != "waiting" && state != "returned" && state != "rejected";
            sql(database(),
                "UPDATE posts SET state = $2, published_at = CASE WHEN $3 THEN published_at END WHERE thread_id = $1 AND number = 2",
                db::Params::of(thread, state, was_live));
            for (const auto& who : {asker, adviser, alderman, moderator, gone}) {
                const bool sees = visibility != "administrators" || who.member != adviser.member;
                const bool is_live = state == "live" || state == "live_change";
                const bool wanted = sees && is_live && who.member != gone.member;
                const auto about = visibility + " " + state + " " + who.name;
                const auto page = world().notices(who);
                EXPECT_EQ(page.model["items"].size(), wanted ? 1U : 0U) << about;
                EXPECT_EQ(page.model["count"], wanted ? 1 : 0) << about;
                EXPECT_EQ(world().bell(who), wanted ? 1 : 0) << about;
                EXPECT_THAT(page.model.dump(), Not(HasSubstr("geheimwoord"))) << about;
                EXPECT_EQ(page.model.dump().find("Geheimtitel") != std::string::npos, wanted) << about;
                if (!sees || who.member == gone.member) {
                    EXPECT_EQ(rows(who), 0) << about;
                }
            }
            sql(database(), "DELETE FROM notices");
            sql(database(), "UPDATE members SET ended_at = NULL WHERE id = $1", db::Params::of(gone.member));
        }
    }
}

TEST_F(NoticesTest, WhoLosesTheRightSeesNothingAnyMore) {
    const auto thread = world().thread(asker, {{"visibility", "administrators"}, {"title", "Geheimtitel"}});
    world().follow(reader, world().subject(thread));
    world().reply(writer, thread, "Wij ook.");
    EXPECT_EQ(rows(reader), 1);
    EXPECT_EQ(world().bell(reader), 1);
    auto adviser = reader;
    adviser.is_office_holder = false;
    EXPECT_EQ(world().bell(adviser), 0);
    EXPECT_THAT(world().notices(adviser).model.dump(), Not(HasSubstr("Geheimtitel")));
}

TEST_F(NoticesTest, ReadingTheThreadClearsIt) {
    const auto thread = world().thread(asker);
    world().reply(writer, thread, "Wij ook.");
    world().reply(writer, thread, "En nog iets.");
    world().turn();
    EXPECT_EQ(world().notices(asker).model["items"][0]["unreadCount"], 2);
    world().send(asker, http::Method::put, world().api(thread) + "/marker", {{"number", 2}});
    EXPECT_THAT(kinds(asker), ElementsAre("reply read", "reply"));
    world().send(asker, http::Method::put, world().api(thread) + "/marker", {{"number", 3}});
    EXPECT_THAT(kinds(asker), ElementsAre("reply read", "reply read"));
    EXPECT_EQ(world().bell(asker), 0);
    EXPECT_EQ(sql(database(), "SELECT count(*) AS n FROM notices WHERE member_id = $1 AND read_at IS NULL", db::Params::of(asker.member))
                  .one()
                  .integer("n"),
              0)
        << "kept, so that it is not computed for ever";
    const auto row = world().notices(asker).model["items"][0];
    EXPECT_EQ(row["isUnread"], false);
    EXPECT_EQ(row["count"], 2);
}

TEST_F(NoticesTest, MarkedAsReadByRowOrAllAtOnceButNotWhatCameSince) {
    const auto one = world().thread(asker);
    const auto two = world().thread(asker);
    world().reply(writer, one, "Wij ook.");
    world().reply(writer, two, "Wij ook.");
    world().turn();
    const auto page = world().notices(asker);
    EXPECT_EQ(page.model["count"], 2);
    EXPECT_THAT(world().html(asker, world().get(asker, "/ik/meldingen")), HasSubstr("Alles gelezen"));
    world().reply(writer, two, "Later.");
    world().turn();
    const auto marked =
        world().send(asker, http::Method::put, "/api/v1/me/notices/read", {{"until", page.model["until"]}, {"thread", one}});
    EXPECT_EQ(marked.model["count"], 1);
    EXPECT_THAT(world().events_of("me/" + to_string(asker.member)).back().kind, "counters");
    const auto all = world().form(asker, "/ik/meldingen/gelezen", "until=" + page.model["until"].dump());
    EXPECT_EQ(all.location, "/ik/meldingen");
    EXPECT_EQ(world().bell(asker), 1) << "what came since";
    EXPECT_EQ(world().send(asker, http::Method::put, "/api/v1/me/notices/read", {{"until", "x"}}).status, 400);
    EXPECT_EQ(world().send(reader, http::Method::put, "/api/v1/me/notices/read", {{"until", 999999999}}).status, 200);
    EXPECT_EQ(world().bell(asker), 1) << "of another";
}

TEST_F(NoticesTest, ATaskStandsOnThePageUntilItIsDone) {
    const auto newcomer = world().member("Nina Nieuw", false);
    const auto thread = world().thread(asker);
    const auto post = world().reply(newcomer, thread, "Mijn eerste bericht.");
    database().write(
        [&](db::Tx& tx) { discussion::return_to_author(tx, world().announcer, base::PostId{post["id"].get<std::int64_t>()}, 1); });
    const auto page = world().get(newcomer, "/ik/meldingen");
    EXPECT_EQ(page.model["taskCount"], 1);
    EXPECT_EQ(page.model["count"], 1);
    EXPECT_EQ(world().bell(newcomer), 1);
    EXPECT_THAT(world().html(newcomer, page), HasSubstr("/ik/besluiten"));
    world().send(newcomer, http::Method::put, world().api(thread, 2), {{"body", "Beter."}, {"version", 1}});
    EXPECT_EQ(world().bell(newcomer), 0);
}

TEST_F(NoticesTest, ThePageShowsEachThreadOnce) {
    std::set<std::int64_t> threads;
    for (int n = 0; n < 45; ++n) {
        const auto thread = world().thread(asker, {{"title", "Gesprek " + std::to_string(n)}});
        world().reply(writer, thread, "Wij ook.");
        threads.insert(thread);
    }
    world().turn();
    std::set<std::int64_t> seen;
    std::size_t count = 0;
    std::string cursor;
    do {
        const auto page = world().get(asker, "/api/v1/me/notices" + (cursor.empty() ? "" : "?cursor=" + cursor));
        EXPECT_EQ(page.model["unreadCount"], 45);
        for (const auto& item : page.model["items"]) {
            seen.insert(item["thread"].get<std::int64_t>());
            ++count;
        }
        cursor = page.model["next"].is_null() ? "" : page.model["next"].get<std::string>();
    } while (!cursor.empty());
    EXPECT_EQ(seen, threads);
    EXPECT_EQ(count, threads.size());
    EXPECT_EQ(world().get(asker, "/api/v1/me/notices?cursor=x").status, 400);
    EXPECT_EQ(world().get(guest, "/api/v1/me/notices").status, 401);
}

TEST_F(NoticesTest, CountersAreAnnouncedToWhomTheyConcern) {
    const auto thread = world().thread(asker);
    world().turn();
    world().delivered.clear();
    world().reply(writer, thread, "Wij ook.");
    world().turn();
    ASSERT_EQ(world().events_of("me/" + to_string(asker.member)).size(), 1U);
    EXPECT_EQ(world().events_of("me/" + to_string(asker.member))[0].kind, "counters");
    EXPECT_TRUE(world().events_of("me/" + to_string(reader.member)).empty());
    world().delivered.clear();
    world().form(writer, "/gesprekken/" + std::to_string(thread) + "/berichten/2/intrekken", "");
    world().turn();
    EXPECT_EQ(world().events_of("me/" + to_string(asker.member)).size(), 1U) << "the notice is gone, and his bell hears it";
}

TEST_F(NoticesTest, OldNoticesGo) {
    const auto thread = world().thread(asker);
    world().reply(writer, thread, "Wij ook.");
    world().turn();
    database().write([&](db::Tx& tx) { prune_notices(tx, base::now() - std::chrono::hours{1}); });
    EXPECT_EQ(rows(asker), 1);
    database().write([&](db::Tx& tx) { prune_notices(tx, base::now() + std::chrono::hours{1}); });
    EXPECT_EQ(rows(asker), 0) << "an event makes its notices once";
}

}  // namespace
}  // namespace forum::following
