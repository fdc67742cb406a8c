// What one can follow and how much of it, by form and by API; what is not there for someone cannot be followed by him.
#include <gmock/gmock.h>

#include "following/follow_page.hpp"
#include "following/follow_store.hpp"
#include "following/world.hpp"

namespace forum::following {
namespace {

using nlohmann::json;
using test::FollowingTest;
using test::sql;
using ::testing::HasSubstr;
using ::testing::Not;

TEST_F(FollowingTest, EachKindOfSubjectWithEachLevel) {
    const auto asker = world().member("Anna Alpha");
    const auto reader = world().member("Bert Bakker");
    const auto thread = world().thread(asker);
    for (const std::string& subject : {"thread/" + std::to_string(thread), std::string{"theme/wonen"}, std::string{"municipality/GM1783"},
                                       std::string{"typology/tuinbouwgemeenten"}, "member/" + to_string(asker.member)}) {
        EXPECT_EQ(world().level(reader, subject), "") << subject;
        for (const auto* level : {"all", "replies", "digest", "nothing"}) {
            const auto answer = world().follow(reader, subject, level);
            EXPECT_EQ(answer.status, 200) << subject << answer.detail;
            EXPECT_EQ(answer.model["level"], level);
            EXPECT_EQ(answer.model["isFollowed"], std::string{level} != "nothing");
            EXPECT_EQ(world().level(reader, subject), level);
        }
        EXPECT_EQ(world().forget(reader, subject).status, 204);
        EXPECT_EQ(world().level(reader, subject), "");
        EXPECT_EQ(world().forget(reader, subject).status, 204) << "twice is once";
    }
}

TEST_F(FollowingTest, WhatIsNotThereForSomeoneIsNotFound) {
    const auto author = world().member("Anna Alpha");
    const auto newcomer = world().member("Nina Nieuw", false);
    const auto adviser = world().member("Ad Viseur", true, "GM0981", "member", "beleidsadviseur");
    const auto closed = world().thread(author, {{"visibility", "administrators"}});
    world().thread(newcomer);
    const auto waiting = sql(database(), "SELECT max(id) AS id FROM threads").one().integer("id");
    const auto gone = world().member("Gijs Gegaan");
    sql(database(), "UPDATE members SET ended_at = now() WHERE id = $1", db::Params::of(gone.member));
    for (const std::string& subject :
         {"thread/" + std::to_string(closed), "thread/" + std::to_string(waiting), std::string{"thread/999999999"}, std::string{"thread/x"},
          std::string{"theme/bestaat-niet"}, std::string{"municipality/GM9999"}, std::string{"typology/x"},
          "member/" + to_string(gone.member), "member/" + to_string(adviser.member), std::string{"planet/mars"}}) {
        EXPECT_EQ(world().get(adviser, "/api/v1/me/follows/" + subject).status, 404) << subject;
        EXPECT_EQ(world().follow(adviser, subject).status, 404) << subject;
        EXPECT_EQ(world().forget(adviser, subject).status, 404) << subject;
    }
    EXPECT_EQ(world().follow(guest, "theme/wonen").status, 401);
    EXPECT_EQ(world().get(guest, "/api/v1/me/follows").status, 401);
    EXPECT_EQ(sql(database(), "SELECT count(*) AS n FROM follows WHERE member_id = $1", db::Params::of(adviser.member)).one().integer("n"),
              0);
}

TEST_F(FollowingTest, FaultyInputIsNamed) {
    const auto reader = world().member("Bert Bakker");
    EXPECT_EQ(world().follow(reader, "theme/wonen", "loud").status, 400);
    EXPECT_FALSE(world().follow(reader, "theme/wonen", "loud").error("level").empty());
    EXPECT_EQ(world().follow(reader, "theme/wonen", "off").status, 400) << "off is the button's";
    const auto unknown = world().send(reader, http::Method::put, "/api/v1/me/follows/theme/wonen", {{"level", "all"}, {"extra", 1}});
    EXPECT_FALSE(unknown.error("extra").empty());
    EXPECT_EQ(world().level(reader, "theme/wonen"), "");
    EXPECT_EQ(world().get(reader, "/api/v1/me/follows?cursor=nonsense").status, 400);
}

TEST_F(FollowingTest, TheButtonIsAPlainForm) {
    const auto reader = world().member("Bert Bakker");
    const auto on = world().form(reader, "/volgen/thema/wonen", "level=all&terug=%2Fgesprekken%3Fthema%3Dwonen");
    EXPECT_EQ(on.status, 303);
    EXPECT_EQ(on.location, "/gesprekken?thema=wonen");
    EXPECT_EQ(on.flash, "following.flash_all");
    const auto off = world().form(reader, "/volgen/thema/wonen", "level=off&terug=https%3A%2F%2Fevil.example%2F");
    EXPECT_EQ(off.location, "/");
    EXPECT_EQ(world().level(reader, "theme/wonen"), "");
    const auto button = database().read([&](db::Tx& tx) { return follow_button(tx, reader, "theme/wonen"); });
    EXPECT_EQ(button.json()["isFollowed"], false);
    const auto again = world().form(reader, "/volgen/thema/wonen", "level=veel");
    EXPECT_EQ(again.status, 400);
    EXPECT_THAT(world().html(reader, again), HasSubstr("level-fout"));
}

TEST_F(FollowingTest, OffInAThreadOfOnesOwnIsNothingAndForgettingGivesTheDefaultBack) {
    const auto asker = world().member("Anna Alpha");
    const auto thread = world().thread(asker);
    const auto subject = world().subject(thread);
    world().form(asker, "/volgen/gesprek/" + std::to_string(thread), "level=off");
    EXPECT_EQ(world().level(asker, subject), "nothing");
    EXPECT_EQ(world().forget(asker, subject).status, 204);
    EXPECT_EQ(world().level(asker, subject), "all");
    EXPECT_EQ(world().get(asker, "/api/v1/me/follows/" + subject).model["isChosen"], false);
}

TEST_F(FollowingTest, NobodyFollowsWithoutEnd) {
    const auto reader = world().member("Bert Bakker");
    sql(database(),
        "INSERT INTO follows (member_id, subject, level, is_chosen) SELECT $1, 'thread/' || n, 'all', true FROM generate_series(1000001, "
        "1000000 + $2::integer) n",
        db::Params::of(reader.member, most_follows));
    const auto refused = world().follow(reader, "theme/wonen");
    EXPECT_EQ(refused.status, 400);
    EXPECT_THAT(refused.error("level"), HasSubstr("2000"));
    EXPECT_EQ(world().follow(reader, "theme/wonen", "digest").status, 400);
    sql(database(), "UPDATE follows SET subject = 'theme/wonen' WHERE member_id = $1 AND subject = 'thread/1000001'",
        db::Params::of(reader.member));
    EXPECT_EQ(world().follow(reader, "theme/wonen", "digest").status, 200) << "what he follows he can still change";
    world().form(reader, "/volgen/gesprek/1000002", "level=off");
    EXPECT_EQ(world().follow(reader, "theme/werk-en-inkomen").status, 404);
    EXPECT_EQ(world().follow(reader, "municipality/GM1783").status, 200);
}

TEST_F(FollowingTest, OnePageListsThemAllAndEachRowStandsOnce) {
    const auto asker = world().member("Anna Alpha");
    const auto reader = world().member("Bert Bakker");
    std::set<std::string> wanted{"theme/wonen", "municipality/GM1783", "typology/tuinbouwgemeenten", "member/" + to_string(asker.member)};
    for (int n = 0; n < 60; ++n) {
        wanted.insert(world().subject(world().thread(asker, {{"title", "Gesprek " + std::to_string(n)}})));
    }
    for (const auto& subject : wanted) {
        world().follow(reader, subject);
    }
    std::set<std::string> seen;
    std::string cursor;
    std::size_t count = 0;
    do {
        const auto page = world().get(reader, "/api/v1/me/follows" + (cursor.empty() ? "" : "?cursor=" + cursor));
        EXPECT_EQ(page.model["count"], 64);
        for (const auto& item : page.model["items"]) {
            seen.insert(item["subject"]);
            ++count;
        }
        cursor = page.model["next"].is_null() ? "" : page.model["next"].get<std::string>();
    } while (!cursor.empty());
    EXPECT_EQ(seen, wanted);
    EXPECT_EQ(count, 64U);
    EXPECT_EQ(world().get(asker, "/api/v1/me/follows").model["items"].size(), 0U) << "each sees his own";
    EXPECT_THAT(world().html(reader, world().get(reader, "/ik/volgt")), HasSubstr("tuinbouwgemeenten"));
}

TEST_F(FollowingTest, AThreadThatIsNoLongerHisShowsNoTitleAndCanBeLetGo) {
    const auto author = world().member("Anna Alpha");
    const auto reader = world().member("Bert Bakker", true, "GM0981", "member", "beleidsadviseur");
    const auto thread = world().thread(author, {{"title", "Geheimtitel"}});
    world().follow(reader, world().subject(thread));
    sql(database(), "UPDATE threads SET visibility = 'administrators' WHERE id = $1", db::Params::of(thread));
    const auto page = world().get(reader, "/ik/volgt");
    EXPECT_THAT(page.model.dump(), Not(HasSubstr("Geheimtitel")));
    EXPECT_EQ(page.model["items"][0]["isGone"], true);
    EXPECT_THAT(world().html(reader, page), Not(HasSubstr("Geheimtitel")));
    const auto off = world().form(reader, "/volgen/gesprek/" + std::to_string(thread), "level=off");
    EXPECT_EQ(off.status, 303);
    EXPECT_EQ(off.location, "/ik/volgt");
    EXPECT_EQ(world().get(reader, "/api/v1/me/follows").model["count"], 0);
}

TEST_F(FollowingTest, APersonsPageShowsWhatItsReaderMayOpen) {
    const auto author = world().member("Anna Alpha");
    const auto reader = world().member("Bert Bakker", true, "GM0981", "member", "beleidsadviseur");
    world().thread(author, {{"title", "Openbaar gesprek"}});
    world().thread(author, {{"title", "Geheimtitel"}, {"visibility", "administrators"}});
    const auto address = "/api/v1/members/" + to_string(author.member);
    const auto page = world().get(reader, address);
    EXPECT_EQ(page.model["threadCount"], 1);
    EXPECT_THAT(page.model.dump(), Not(HasSubstr("Geheimtitel")));
    EXPECT_THAT(page.model.dump(), Not(HasSubstr("@test.example")));
    EXPECT_EQ(world().get(world().member("Wil Wethouder"), address).model["threadCount"], 2);
    EXPECT_EQ(world().get(guest, address).status, 401);
    EXPECT_EQ(page.page.subject, "member/" + to_string(author.member));
    EXPECT_EQ(world().get(author, address).page.subject, "");
    EXPECT_THAT(world().html(reader, world().get(reader, "/leden/" + to_string(author.member))), HasSubstr("Openbaar gesprek"));
    sql(database(), "UPDATE members SET ended_at = now() WHERE id = $1", db::Params::of(author.member));
    EXPECT_EQ(world().get(reader, address).status, 404);
}

}  // namespace
}  // namespace forum::following
