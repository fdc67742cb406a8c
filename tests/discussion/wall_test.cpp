// The wall of a session: who may what, whose vote counts, in which order questions stand, and what followers are told. Rule: what the
// wall says of votes is compared with the rows.
#include <gmock/gmock.h>

#include <thread>

#include "discussion/post_states.hpp"
#include "discussion/thread_events.hpp"
#include "discussion/wall_acts.hpp"
#include "discussion/world.hpp"

namespace forum::discussion {
namespace {

using nlohmann::json;
using test::sql;
using testing::ElementsAre;
using testing::IsEmpty;
using enum http::Method;

/// What both kinds of test ask of a wall.
template <class Base>
class WallTests : public Base {
protected:
    void SetUp() override {
        Base::SetUp();
        anna = world().member("Anna Alpha");
        bert = world().member("Bert Beta");
        carl = world().member("Carl Gamma");
        moderator = world().moderator();
        thread = world().thread(anna);
        EXPECT_EQ(world().send(moderator, put, world().api(thread) + "/wall").status, 200);
    }
    using Base::world;

    int ask(const access::Viewer& author, const std::string& question) { return world().reply(author, thread, question)["number"]; }
    test::Answer vote(const access::Viewer& viewer, int number, http::Method method = put) {
        return world().send(viewer, method, world().api(thread, number) + "/vote");
    }
    test::Answer move(int number, http::Method method = put) {
        return world().send(moderator, method, world().api(thread, number) + "/dealt");
    }
    test::Answer call(int number) { return world().send(moderator, put, world().api(thread) + "/wall/current", {{"number", number}}); }
    json wall(const access::Viewer& viewer) { return world().get(viewer, world().api(thread) + "/wall").model; }
    /// "number: votes" of the open questions, in order.
    std::vector<std::string> open(const access::Viewer& viewer, const char* list = "items") {
        std::vector<std::string> lines;
        const auto model = wall(viewer);
        for (const auto& question : model[list]) {
            lines.push_back(question["number"].dump() + ": " + question["votes"].dump());
        }
        return lines;
    }
    void tell() {
        this->database().write([&](db::Tx& tx) { return announce_votes(tx, world().announcer); });
    }
    std::vector<live::Event> told(std::string_view event_kind) {
        auto events = world().events_of("thread/" + std::to_string(thread));
        std::erase_if(events, [&](const live::Event& event) { return event.kind != event_kind; });
        return events;
    }

    access::Viewer anna, bert, carl, moderator;
    std::int64_t thread{0};
};

class WallTest : public WallTests<test::DiscussionTest> {};
class CommittedWallTest : public WallTests<test::CommittedDiscussionTest> {};

TEST_F(WallTest, MostVotesFirstThenTheOldest) {
    const int first = ask(anna, "Eerste"), second = ask(bert, "Tweede"), third = ask(carl, "Derde");
    EXPECT_THAT(open(guest), ElementsAre("2: 0", "3: 0", "4: 0"));
    EXPECT_EQ(vote(anna, third).model, (json{{"number", third}, {"votes", 1}, {"hasVoted", true}, {"place", "open"}}));
    vote(bert, third);
    vote(anna, second);
    EXPECT_EQ(vote(anna, second).status, 200) << "twice is once";
    EXPECT_THAT(open(guest), ElementsAre("4: 2", "3: 1", "2: 0"));
    EXPECT_EQ(vote(bert, third, del).status, 204);
    EXPECT_EQ(vote(bert, third, del).status, 204);
    EXPECT_THAT(open(guest), ElementsAre("3: 1", "4: 1", "2: 0"));
    EXPECT_EQ(world().get(guest, world().api(thread, second)).model["votes"], 1);
    // Who quotes another talks with him.
    world().reply(moderator, thread, "Het antwoord.", first);
    EXPECT_EQ(open(guest).size(), 3U);
}

TEST_F(WallTest, WhoIsReviewedFirstIsToldSo) {
    auto watched = carl, untrusted_staff = moderator;
    watched.measure = access::Measure::review_all;
    untrusted_staff.is_trusted = false;
    EXPECT_TRUE(wall(watched)["isHeld"]);
    EXPECT_TRUE(wall(world().member("Nova Nieuw", false))["isHeld"]);
    EXPECT_FALSE(wall(carl)["isHeld"]);
    EXPECT_FALSE(wall(untrusted_staff)["isHeld"]);
    EXPECT_FALSE(wall(guest)["isHeld"]);
}

TEST_F(WallTest, WhoVotedIsHisOwnToKnow) {
    const int number = ask(anna, "Vraag");
    vote(bert, number);
    const auto seen = [&](const access::Viewer& viewer) { return wall(viewer)["items"][0]; };
    EXPECT_TRUE(seen(bert)["hasVoted"]);
    EXPECT_EQ(seen(bert)["unvoteUrl"], "/gesprekken/" + std::to_string(thread) + "/berichten/2/stem-terug");
    for (const auto& viewer : {guest, anna, carl, moderator}) {
        EXPECT_FALSE(seen(viewer)["hasVoted"]);
        EXPECT_THAT(wall(viewer).dump(), testing::Not(testing::HasSubstr("Bert")));
    }
    EXPECT_FALSE(seen(anna)["mayVote"]) << "not for his own";
    EXPECT_EQ(vote(anna, number).status, 403);
    EXPECT_FALSE(seen(guest)["mayVote"]);
    EXPECT_TRUE(seen(carl)["mayVote"]);
}

TEST_F(WallTest, WhoMayWhat) {
    const auto adviser = world().member("Otto Overig", true, "GM1783", "member", "beleidsadviseur");
    struct Reader {
        const char* name;
        const access::Viewer& viewer;
        bool sees_members, sees_office_holders, is_staff;
    };
    const auto administrator = world().administrator();
    const std::vector<Reader> readers{{"guest", guest, false, false, false},      {"adviser", adviser, true, false, false},
                                      {"office-holder", carl, true, true, false}, {"author", anna, true, true, false},
                                      {"moderator", moderator, true, true, true}, {"administrator", administrator, true, true, true}};
    for (const std::string visibility : {"public", "members", "administrators"}) {
        thread = world().thread(anna, {{"visibility", visibility}});
        const int number = ask(bert, "Vraag");
        EXPECT_EQ(world().get(guest, world().api(thread) + "/wall").status, 404) << "no wall yet";
        EXPECT_EQ(vote(carl, number).status, 404);
        for (const auto& reader : readers) {
            const auto who = visibility + " " + reader.name;
            const bool sees = visibility == "public" || (visibility == "members" ? reader.sees_members : reader.sees_office_holders);
            const auto act = [&](http::Method method, const std::string& path, const json& body = json::object()) {
                return world().send(reader.viewer, method, world().api(thread) + path, body).status;
            };
            EXPECT_EQ(act(put, "/wall"), reader.is_staff ? 200 : reader.viewer.is_signed_in() ? 404 : 401) << who;
            world().send(moderator, put, world().api(thread) + "/wall");
            EXPECT_EQ(world().get(reader.viewer, world().api(thread) + "/wall").status, sees ? 200 : 404) << who;
            EXPECT_EQ(vote(reader.viewer, number).status, !reader.viewer.is_signed_in() ? 401 : sees ? 200 : 404) << who;
            const auto is_allowed = [&](int status) { return status == 200 || status == 204; };
            EXPECT_EQ(is_allowed(act(put, "/wall/current", {{"number", number}})), reader.is_staff) << who;
            EXPECT_EQ(is_allowed(act(put, "/posts/" + std::to_string(number) + "/dealt")), reader.is_staff) << who;
            EXPECT_EQ(is_allowed(act(del, "/posts/" + std::to_string(number) + "/dealt")), reader.is_staff) << who;
            EXPECT_EQ(is_allowed(act(del, "/wall")), reader.is_staff) << who;
            if (!sees) {
                continue;
            }
            for (const auto* page : {"/wand", "/wand?scherm=groot"}) {
                const auto answer = world().get(reader.viewer, "/gesprekken/" + std::to_string(thread) + page);
                EXPECT_THAT(world().html(reader.viewer, answer), testing::HasSubstr("Vraag")) << who << page;
            }
            const auto page = world().get(reader.viewer, world().api(thread)).model;
            EXPECT_EQ(page["wall"]["closeUrl"] != "" || page["wall"]["openUrl"] != "", reader.is_staff) << who;
        }
        sql(database(), "DELETE FROM post_votes");
    }
}

TEST_F(WallTest, OneQuestionIsDealtWithAtATime) {
    const int first = ask(anna, "Eerste"), second = ask(bert, "Tweede");
    EXPECT_EQ(wall(guest)["current"], nullptr);
    EXPECT_EQ(call(first).model["place"], "current");
    EXPECT_EQ(wall(guest)["current"]["number"], first);
    EXPECT_EQ(call(second).status, 200);
    EXPECT_EQ(wall(guest)["current"]["number"], second);
    EXPECT_THAT(open(guest, "dealt"), ElementsAre("2: 0"));
    EXPECT_EQ(vote(carl, first).status, 409) << "it was dealt with";
    EXPECT_EQ(vote(carl, second).status, 200);
    EXPECT_EQ(move(first, del).status, 204);
    EXPECT_THAT(open(guest), ElementsAre("2: 0"));
    EXPECT_EQ(move(second).status, 200);
    EXPECT_EQ(wall(guest)["current"], nullptr);
    EXPECT_THAT(open(guest, "dealt"), ElementsAre("3: 1"));
    EXPECT_EQ(move(second).status, 200) << "again is the same";
    EXPECT_TRUE(world().get(guest, world().api(thread, second)).model["isDealtWith"]);
    EXPECT_EQ(call(1).status, 404) << "the opening post is no question";
    EXPECT_EQ(call(99).status, 404);
    std::vector<std::string> acts;
    for (const auto& row :
         sql(database(), "SELECT kind, by_member FROM wall_acts WHERE thread_id = $1 ORDER BY id", db::Params::of(thread))) {
        EXPECT_EQ(row.id<base::MemberId>("by_member"), moderator.member);
        acts.push_back(row.text("kind"));
    }
    EXPECT_THAT(acts, ElementsAre("open", "call", "call", "put-back", "deal"));
    EXPECT_EQ(told(kind::thread_changed).size(), acts.size());
}

TEST_F(WallTest, WhenItClosesTheThreadKeepsWhatCameOfIt) {
    const int first = ask(anna, "Eerste"), second = ask(bert, "Tweede");
    vote(carl, second);
    call(second);
    EXPECT_EQ(world().send(moderator, del, world().api(thread) + "/wall").status, 204);
    EXPECT_EQ(vote(bert, first).status, 409);
    EXPECT_EQ(vote(carl, second, del).status, 409);
    EXPECT_EQ(call(first).status, 409);
    EXPECT_THAT(open(guest), ElementsAre("2: 0"));
    EXPECT_THAT(open(guest, "dealt"), ElementsAre("3: 1"));
    EXPECT_FALSE(wall(carl)["mayAsk"]);
    const auto answer = world().get(guest, "/gesprekken/" + std::to_string(thread) + "/hoe-betrekt-u-nieuwe-bewoners");
    const auto posts = answer.model["posts"]["items"];
    EXPECT_EQ(posts[0]["number"], first) << "by number";
    EXPECT_EQ(posts[1]["votes"], 1);
    EXPECT_TRUE(posts[1]["isDealtWith"]);
    const auto html = world().html(guest, answer);
    EXPECT_THAT(html, testing::HasSubstr("Behandeld in de sessie"));
    EXPECT_THAT(html, testing::HasSubstr("1 stem"));
    EXPECT_THAT(html, testing::HasSubstr("Bekijk de vragenwand"));
    EXPECT_EQ(world().send(moderator, put, world().api(thread) + "/wall").status, 200) << "and it can open again";
    EXPECT_EQ(vote(bert, first).status, 200);
}

TEST_F(WallTest, WhatIsHiddenOrWaitsIsNoQuestionForReaders) {
    const auto nova = world().member("Nova Nieuw", false);
    const int live = ask(anna, "Blijft"), gone = ask(bert, "Verdwijnt");
    const int waiting = ask(nova, "Wacht nog");
    vote(carl, gone);
    vote(carl, live);
    for (const auto& viewer : {guest, anna, carl}) {
        EXPECT_THAT(open(viewer), ElementsAre("2: 1", "3: 1"));
    }
    for (const auto& viewer : {nova, moderator}) {
        EXPECT_THAT(open(viewer), ElementsAre("2: 1", "3: 1", "4: 0"));
    }
    EXPECT_EQ(vote(carl, waiting).status, 404);
    EXPECT_EQ(vote(moderator, waiting).status, 409);
    EXPECT_EQ(call(waiting).status, 409);
    call(gone);
    const auto post = world().get(moderator, world().api(thread, gone)).model["id"].get<std::int64_t>();
    database().write([&](db::Tx& tx) { hide(tx, world().announcer, {post}); });
    for (const auto& viewer : {guest, bert, carl, moderator}) {
        EXPECT_EQ(wall(viewer)["current"], nullptr);
        EXPECT_THAT(wall(viewer).dump(), testing::Not(testing::HasSubstr("Verdwijnt")));
    }
    EXPECT_EQ(world().get(guest, world().api(thread, gone)).model["votes"], 0);
    EXPECT_EQ(vote(anna, gone).status, 404);
    tell();
    const auto message = render_event(database(), world().services, told(kind::post_voted).back()).json();
    EXPECT_EQ(message["votes"], (json{{{"number", live}, {"votes", 1}}}));
    // Another is chosen meanwhile: what was hidden was not dealt with.
    call(live);
    database().write([&](db::Tx& tx) { restore(tx, world().announcer, {post}); });
    EXPECT_THAT(open(guest), ElementsAre("3: 1"));
}

TEST_F(WallTest, ManyVotesAreOneEventWithAllCounts) {
    const int first = ask(anna, "Eerste"), second = ask(bert, "Tweede");
    tell();
    EXPECT_THAT(told(kind::post_voted), IsEmpty());
    vote(carl, second);
    vote(bert, first);
    vote(moderator, second);
    const auto seq = wall(guest)["seq"].get<std::int64_t>();
    tell();
    tell();
    const auto events = told(kind::post_voted);
    ASSERT_EQ(events.size(), 1U);
    EXPECT_EQ(events[0].seq, seq + 1);
    EXPECT_THAT(events[0].data, testing::Not(testing::HasSubstr("member")));
    const auto message = render_event(database(), world().services, events[0]).json();
    EXPECT_EQ(message["votes"], (json{{{"number", second}, {"votes", 2}}, {{"number", first}, {"votes", 1}}}));
    EXPECT_EQ(world().events_of("me/" + to_string(carl.member)).size(), 1U) << "his own pages show his vote";
    vote(carl, second);
    tell();
    EXPECT_EQ(told(kind::post_voted).size(), 1U) << "nothing changed";
}

TEST_F(WallTest, AQuestionFromTheWallGoesBackToTheWall) {
    const auto form = "/gesprekken/" + std::to_string(thread) + "/berichten";
    const auto asked = world().form(bert, form, "van=wand&actie=plaats&body=Wat+werkt%3F");
    EXPECT_EQ(asked.location, "/gesprekken/" + std::to_string(thread) + "/wand#vraag-2");
    const auto again = world().form(bert, form, "van=wand&actie=plaats&body=");
    EXPECT_EQ(again.status, 400);
    EXPECT_THAT(world().html(bert, again), testing::HasSubstr("name=\"van\" value=\"wand\""));
    EXPECT_EQ(world().form(carl, "/gesprekken/" + std::to_string(thread) + "/berichten/2/stem", "").location,
              "/gesprekken/" + std::to_string(thread) + "/wand#vraag-2");
    EXPECT_THAT(open(guest), ElementsAre("2: 1"));
    // Closed while he was typing: his words stand on the page.
    sql(database(), "UPDATE threads SET is_closed = true, closed_reason = 'klaar' WHERE id = $1", db::Params::of(thread));
    const auto late = world().form(bert, form, "van=wand&actie=plaats&body=Te+laat+getypt");
    EXPECT_EQ(late.status, 409);
    EXPECT_THAT(world().html(bert, late), testing::HasSubstr("Te laat getypt"));
}

// Eight at once vote and take back: one vote for a member at most, what the wall says is what the rows say, and the last event tells it.
TEST_F(CommittedWallTest, CountsEqualTheRowsWhoeverVotesAtOnce) {
    constexpr int voters = 8, rounds = 25;
    std::vector<int> numbers;
    for (const auto* question : {"Eerste", "Tweede", "Derde"}) {
        numbers.push_back(ask(anna, question));
    }
    std::vector<std::thread> threads;
    std::atomic<bool> is_over{false};
    for (int voter = 0; voter < voters; ++voter) {
        // Two share an account: two tabs of one member.
        const auto viewer = voter % 4 == 3 ? bert : world().member("Stemmer " + std::to_string(voter));
        threads.emplace_back([&, viewer, voter] {
            for (int round = 0; round < rounds; ++round) {
                const auto number = numbers[static_cast<std::size_t>(round * 7 + voter) % numbers.size()];
                const auto status = vote(viewer, number, (round + voter) % 3 == 0 ? del : put).status;
                EXPECT_TRUE(status == 200 || status == 204) << status;
            }
            database().close_this_thread();
        });
    }
    std::thread teller{[&] {
        while (!is_over) {
            tell();
        }
        database().close_this_thread();
    }};
    for (auto& running : threads) {
        running.join();
    }
    is_over = true;
    teller.join();
    tell();
    std::map<int, std::int64_t> rows;
    for (const auto& row : sql(database(),
                               "SELECT p.number, count(v.member_id) AS votes FROM posts p LEFT JOIN post_votes v ON v.post_id = p.id WHERE "
                               "p.thread_id = $1 AND p.number > 1 GROUP BY p.number",
                               db::Params::of(thread))) {
        rows[static_cast<int>(row.integer("number"))] = row.integer("votes");
    }
    const auto message = render_event(database(), world().services, told(kind::post_voted).back()).json();
    ASSERT_EQ(message["votes"].size(), numbers.size());
    for (const auto& question : message["votes"]) {
        EXPECT_EQ(question["votes"], rows.at(question["number"]));
    }
    const auto shown = wall(guest);
    EXPECT_EQ(shown["items"].size(), numbers.size());
    for (const auto& question : shown["items"]) {
        EXPECT_EQ(question["votes"], rows.at(question["number"]));
    }
    const auto seqs = sql(database(),
                          "SELECT count(*) AS events, max(seq) AS last, (SELECT seq FROM threads WHERE id = $1) AS seq FROM events WHERE "
                          "topic = 'thread/' || $1::bigint",
                          db::Params::of(thread))
                          .one();
    EXPECT_EQ(seqs.integer("events"), seqs.integer("seq"));
    EXPECT_EQ(seqs.integer("last"), seqs.integer("seq"));
}

}  // namespace
}  // namespace forum::discussion
