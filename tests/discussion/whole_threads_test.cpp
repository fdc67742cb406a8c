// Threads that are merged and split: where everything stands then, where old addresses lead, what nobody sees more of. Rule: what
// following makes of it is asked in tests/following/moved_test.cpp, any order of acts in tests/moderation/whole_threads_test.cpp.
#include <gmock/gmock.h>

#include <atomic>
#include <thread>

#include "discussion/post_states.hpp"
#include "discussion/thread_events.hpp"
#include "discussion/world.hpp"

namespace forum::discussion {
namespace {

using nlohmann::json;
using test::DiscussionTest;
using test::sql;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using enum http::Method;

class WholeThreadsTest : public DiscussionTest {
protected:
    void SetUp() override {
        DiscussionTest::SetUp();
        anna = world().member("Anna Alpha");
        bas = world().member("Bas Beta");
        nova = world().member("Nova Nieuw", false);
        moderator = world().moderator();
        one = world().thread(anna, {{"title", "Eerste gesprek"}, {"body", "De eerste vraag."}});
        two = world().thread(bas, {{"title", "Tweede gesprek"}, {"body", "De tweede vraag."}});
    }
    test::Answer merge(std::int64_t from, std::int64_t into, const std::string& reason = "Gaat over hetzelfde.") {
        return world().post(moderator, world().api(from) + "/merge", {{"into", into}, {"reason", reason}});
    }
    test::Answer split(std::int64_t from, const std::vector<int>& numbers, const std::string& title = "Een eigen gesprek") {
        return world().post(moderator, world().api(from) + "/split",
                            {{"numbers", numbers}, {"title", title}, {"reason", "Een ander onderwerp."}});
    }
    json page(const access::Viewer& viewer, std::int64_t thread) { return world().get(viewer, world().api(thread)).model; }
    /// "number author: text" of what the viewer reads.
    std::vector<std::string> texts(const access::Viewer& viewer, std::int64_t thread) {
        std::vector<std::string> lines;
        const auto model = page(viewer, thread);
        const auto add = [&](const json& post) {
            lines.push_back(std::to_string(post["number"].get<int>()) + " " + post["author"]["name"].get<std::string>() + ": "
                            + post["body"].get<std::string>());
        };
        add(model["opening"]);
        for (const auto& post : model["posts"]["items"]) {
            add(post);
        }
        return lines;
    }
    std::string address(std::int64_t thread, const std::string& part = "") { return "/gesprekken/" + std::to_string(thread) + part; }
    base::PostId post_id(std::int64_t thread, int number) {
        return sql(database(), "SELECT id FROM posts WHERE thread_id = $1 AND number = $2", db::Params::of(thread, number))
            .one()
            .id<base::PostId>("id");
    }
    std::int64_t marker(const access::Viewer& viewer, std::int64_t thread) {
        const auto rows = sql(database(), "SELECT number FROM read_markers WHERE member_id = $1 AND thread_id = $2",
                              db::Params::of(viewer.member, thread));
        return rows.empty() ? -1 : rows[0].integer("number");
    }
    void read_up_to(const access::Viewer& viewer, std::int64_t thread, int number) {
        world().send(viewer, put, world().api(thread) + "/marker", {{"number", number}});
    }

    access::Viewer anna, bas, nova, moderator;
    std::int64_t one{0}, two{0};
};

TEST_F(WholeThreadsTest, MergedPostsStandBehindAndTheOthersStay) {
    world().reply(bas, one, "Antwoord in het eerste.");
    world().reply(anna, two, "Antwoord in het tweede.");
    const auto done = merge(one, two);
    ASSERT_EQ(done.status, 200) << done.detail;
    EXPECT_EQ(done.model["into"], two);
    EXPECT_THAT(texts(guest, two), ElementsAre("1 Bas Beta: De tweede vraag.", "2 Anna Alpha: Antwoord in het tweede.",
                                               "3 Anna Alpha: De eerste vraag.", "4 Bas Beta: Antwoord in het eerste."));
    const auto model = page(guest, two);
    EXPECT_EQ(model["replyCount"], 3);
    EXPECT_EQ(model["posts"]["items"][1]["former"]["title"], "Eerste gesprek") << "what its author called it is not lost";
    EXPECT_EQ(world().reply(anna, two, "En verder.")["number"], 5);
    const auto list = world().get(guest, "/api/v1/threads?q=Eerste+gesprek").model;
    EXPECT_TRUE(list["items"].empty());
    const auto log =
        sql(database(), "SELECT kind, reason, other_thread, by_member FROM thread_acts WHERE thread_id = $1", db::Params::of(one));
    ASSERT_EQ(log.size(), 1U);
    EXPECT_EQ(log[0].text("kind") + log[0].text("reason"), "mergeGaat over hetzelfde.");
    EXPECT_EQ(log[0].integer("other_thread"), two);
}

TEST_F(WholeThreadsTest, OldAddressesLeadOnAlsoTwice) {
    world().reply(bas, one, "Antwoord in het eerste.");
    merge(one, two);
    const auto three = world().thread(anna, {{"title", "Derde gesprek"}});
    const auto check = [&](std::int64_t where, const std::string& slug, int opening) {
        const auto url = address(where, "/" + slug);
        const auto at = [&](int number) { return url + "#bericht-" + std::to_string(number); };
        for (const auto* part : {"", "/eerste-gesprek", "/eerste-gesprek?pagina=3"}) {
            const auto answer = world().get(guest, address(one, part));
            EXPECT_EQ(answer.location, at(opening)) << part;
            EXPECT_EQ(answer.status, 200) << "301, see Page::redirect";
        }
        EXPECT_EQ(world().get(guest, address(one, "/berichten/2")).location, at(opening + 1));
        EXPECT_EQ(world().get(guest, address(one, "/berichten/2/versies")).location,
                  address(where, "/berichten/" + std::to_string(opening + 1) + "/versies"));
        EXPECT_EQ(world().get(guest, world().api(one)).page.api_redirect, world().api(where));
        EXPECT_EQ(world().get(guest, world().api(one, 2)).page.api_redirect, world().api(where, opening + 1));
        EXPECT_EQ(world().get(guest, address(one, "/berichten/9")).status, 404) << "there never was one";
    };
    check(two, "tweede-gesprek", 2);
    merge(two, three);
    check(three, "derde-gesprek", 3);
}

TEST_F(WholeThreadsTest, WhatIsSentToTheOldAddressArrives) {
    world().reply(bas, one, "Wordt geciteerd.");
    world().reply(bas, one, "Wordt gewijzigd.");
    const auto before = world().post(anna, world().api(one) + "/posts", {{"body", "Eerst."}}, "sleutel");
    EXPECT_EQ(before.status, 201);
    merge(one, two);
    const auto again = world().post(anna, world().api(one) + "/posts", {{"body", "Eerst."}}, "sleutel");
    EXPECT_EQ(again.model["url"], address(two, "/tweede-gesprek#bericht-5")) << "one key, one post, where it stands now";
    const auto late = world().post(anna, world().api(one) + "/posts", {{"body", "Onderweg."}, {"reply_to", 2}});
    ASSERT_EQ(late.status, 201) << late.detail;
    EXPECT_EQ(late.model["number"], 6);
    EXPECT_EQ(late.model["replyTo"]["number"], 3) << "the post that he saw as number 2";
    const auto form = world().form(nova, address(one, "/berichten"), "body=Ook+onderweg&nonce=7&actie=plaats");
    EXPECT_EQ(form.status, 303);
    EXPECT_THAT(form.location, HasSubstr(address(two)));
    EXPECT_EQ(world().send(bas, put, world().api(one, 3), {{"body", "Is gewijzigd."}, {"version", 1}}).status, 200);
    EXPECT_THAT(texts(guest, two), Contains("4 Bas Beta: Is gewijzigd."));
    EXPECT_EQ(world().send(bas, del, world().api(one, 2)).status, 200);
    EXPECT_EQ(page(guest, two)["posts"]["items"][1]["isWithdrawn"], true);
    EXPECT_EQ(world().form(anna, address(one, "/berichten"), "body=Later&nonce=8&actie=bewaar").status, 303);
    EXPECT_EQ(page(anna, two)["reply"]["body"], "Later");
}

TEST_F(WholeThreadsTest, NobodySeesMoreByIt) {
    const auto members = world().thread(anna, {{"title", "Voor leden"}, {"visibility", "members"}});
    const auto fault = merge(members, two);
    EXPECT_EQ(fault.status, 400);
    EXPECT_THAT(fault.error("into"), HasSubstr("verschillende lezers"));
    EXPECT_EQ(merge(two, members).status, 400);
    EXPECT_EQ(merge(two, two).status, 400);
    EXPECT_EQ(merge(two, 999'999).status, 400);
    EXPECT_EQ(merge(two, world().thread(nova)).status, 400) << "it waits";
    EXPECT_EQ(merge(two, one, " ").status, 400);
    EXPECT_EQ(world().get(guest, world().api(members)).status, 404);

    const auto waiting = world().reply(nova, one, "Wacht nog.");
    world().reply(bas, one, "Verborgen tekst.");
    database().write([&](db::Tx& tx) { hide(tx, world().announcer, post_id(one, 3)); });
    merge(one, two);
    EXPECT_THAT(texts(guest, two), ElementsAre("1 Bas Beta: De tweede vraag.", "2 Anna Alpha: De eerste vraag.", "4 Bas Beta: "));
    EXPECT_THAT(texts(nova, two), Contains("3 Nova Nieuw: Wacht nog."));
    EXPECT_EQ(world().get(guest, address(one, "/berichten/2")).status, 404) << "that there is one is not told";
    EXPECT_EQ(world().get(nova, address(one, "/berichten/2")).location, address(two, "/tweede-gesprek#bericht-3"));
    database().write([&](db::Tx& tx) { publish(tx, world().announcer, post_id(two, 3), 1); });
    EXPECT_THAT(texts(guest, two), Contains("3 Nova Nieuw: Wacht nog."));
}

TEST_F(WholeThreadsTest, ATitleGoesWithItsTextAlsoAfterMerging) {
    merge(one, two);
    const auto opening = post_id(two, 2);
    database().write([&](db::Tx& tx) { hide(tx, world().announcer, opening); });
    EXPECT_THAT(page(guest, two).dump(), Not(HasSubstr("Eerste gesprek")));
    database().write([&](db::Tx& tx) { erase(tx, world().announcer, opening); });
    EXPECT_TRUE(sql(database(), "SELECT FROM threads WHERE title = 'Eerste gesprek'").empty()) << "for good";
}

TEST_F(WholeThreadsTest, HowFarAMemberHadReadComesAlong) {
    for (const auto thread : {one, two}) {
        world().reply(anna, thread, "Reactie 2.");
        world().reply(anna, thread, "Reactie 3.");
    }
    const auto both = world().member("Beide Gelezen"), halfway = world().member("Half Gelezen"), only = world().member("Alleen Eerste");
    for (const auto& [member, first, second] : {std::tuple{both, 3, 3}, {halfway, 3, 2}, {only, 2, 0}}) {
        read_up_to(member, one, first);
        if (second > 0) {
            read_up_to(member, two, second);
        }
    }
    merge(one, two);
    EXPECT_EQ(marker(both, two), 6) << "nothing is new to him";
    EXPECT_EQ(marker(halfway, two), 2) << "what is new to him stays new";
    EXPECT_EQ(marker(only, two), 5);
    EXPECT_EQ(marker(both, one), -1);
    const auto unread = [&](const access::Viewer& viewer) {
        const auto rows = world().get(viewer, "/api/v1/threads").model;
        return rows["items"][0]["newCount"].get<int>();
    };
    EXPECT_EQ(unread(both), 0);
    EXPECT_EQ(unread(only), 1);
    EXPECT_EQ(unread(halfway), 4);
}

TEST_F(WholeThreadsTest, ChosenPostsBecomeAThreadOfTheirOwn) {
    world().reply(bas, one, "Over iets anders.");
    world().reply(anna, one, "Nog over het eerste.", 2);
    world().reply(nova, one, "Wacht nog.");
    world().reply(anna, one, "Ook over iets anders.", 2);
    read_up_to(anna, one, 4);
    const auto done = split(one, {2, 4, 5});
    ASSERT_EQ(done.status, 201) << done.detail;
    const std::int64_t made = done.model["into"];
    EXPECT_THAT(texts(guest, one), ElementsAre("1 Anna Alpha: De eerste vraag.", "3 Anna Alpha: Nog over het eerste."));
    EXPECT_THAT(texts(guest, made), ElementsAre("1 Bas Beta: Over iets anders.", "3 Anna Alpha: Ook over iets anders."));
    EXPECT_THAT(texts(nova, made), Contains("2 Nova Nieuw: Wacht nog."));
    const auto model = page(guest, made);
    EXPECT_EQ(model["title"], "Een eigen gesprek");
    EXPECT_EQ(model["theme"]["slug"], "wonen");
    EXPECT_EQ(model["visibility"], "public");
    EXPECT_EQ(model["replyCount"], 1);
    EXPECT_EQ(page(bas, made)["isOwn"], true);
    EXPECT_EQ(page(guest, one)["replyCount"], 1);
    EXPECT_EQ(page(guest, one)["posts"]["items"][0]["replyTo"]["url"], address(made, "/berichten/1"))
        << "a quote leads to the other thread";
    EXPECT_EQ(page(guest, one)["moved"],
              json::parse(R"([{"number": 2, "url": "/gesprekken/)" + std::to_string(one)
                          + R"(/berichten/2"}, {"number": 5, "url": "/gesprekken/)" + std::to_string(one) + R"(/berichten/5"}])"));
    EXPECT_EQ(world().get(guest, address(one, "/berichten/5")).location, address(made, "/een-eigen-gesprek#bericht-3"));
    EXPECT_EQ(marker(anna, made), 2) << "of those three she had seen two";
    EXPECT_THAT(world().html(guest, world().get(guest, address(one, "/eerste-gesprek"))), HasSubstr("id=\"bericht-5\""));
    EXPECT_EQ(world().reply(anna, one, "Verder.")["number"], 6) << "numbers are never used again";
}

TEST_F(WholeThreadsTest, AQuoteInAnotherThreadFollowsWhatBecomesOfItsPost) {
    world().reply(bas, one, "Dit neem ik terug.");
    world().reply(anna, one, "Daar haak ik op aan.", 2);
    const std::int64_t made = split(one, {3}).model["into"];
    const auto quote = [&] { return page(guest, made)["opening"]["replyTo"]["excerpt"]; };
    const auto seq = [&] { return page(guest, made)["seq"].get<int>(); };
    EXPECT_EQ(quote(), "Dit neem ik terug.");
    const auto before = seq();
    EXPECT_EQ(world().send(bas, http::Method::del, world().api(one, 2)).status, 200);
    EXPECT_NE(quote(), "Dit neem ik terug.");
    EXPECT_EQ(seq(), before + 1) << "who follows that thread is told, also when he was away";
    const auto events = sql(database(), "SELECT kind, data->>'number' AS number FROM events WHERE topic = $1 AND seq = $2",
                            db::Params::of("thread/" + std::to_string(made), before + 1));
    EXPECT_EQ(events.one().text("kind"), "post.edited");
    EXPECT_EQ(events.one().text("number"), "1");
}

TEST_F(WholeThreadsTest, ASplitMustBeginWithWhatReadersSee) {
    world().reply(nova, one, "Wacht nog.");
    world().reply(bas, one, "Gewoon.");
    for (const auto& numbers : {std::vector<int>{}, {2}, {2, 3}, {1, 3}, {3, 99}}) {
        EXPECT_NE(split(one, numbers).error("numbers"), "") << numbers.size();
    }
    EXPECT_NE(split(one, {3}, " ").error("title"), "");
    const auto url = address(one, "/splitsen");
    const auto form = world().form(moderator, url, "numbers=3&title=&reason=Daarom");
    EXPECT_EQ(form.status, 400);
    EXPECT_EQ(form.model["posts"][1]["isChosen"], true);
    EXPECT_EQ(form.model["reason"], "Daarom");
    EXPECT_THAT(world().html(moderator, form), HasSubstr("Lezers zien dit bericht niet"));
    EXPECT_EQ(world().form(moderator, url, "numbers=3&title=Anders&reason=Daarom").status, 303);
}

TEST_F(WholeThreadsTest, AnAnswerDoesNotGoToAnotherThread) {
    world().reply(bas, one, "Het antwoord.");
    world().send(anna, put, world().api(one) + "/answer", {{"number", 2}});
    split(one, {2});
    EXPECT_EQ(page(guest, one)["isAnswered"], false);
    const auto log =
        sql(database(), "SELECT string_agg(kind, ' ' ORDER BY id) AS kinds FROM thread_acts WHERE thread_id = $1", db::Params::of(one))
            .one()
            .text("kinds");
    EXPECT_EQ(log, "accept lose-answer split");
}

TEST_F(WholeThreadsTest, TheFormFindsTheOtherThreadAndShowsItFirst) {
    const auto url = address(one, "/samenvoegen");
    EXPECT_THAT(world().html(moderator, world().get(moderator, url)), HasSubstr("Eerste gesprek"));
    for (const auto& into :
         {std::to_string(two), "https%3A%2F%2Fforum.example%2Fgesprekken%2F" + std::to_string(two) + "%2Ftweede-gesprek%3Fpagina%3D2",
          std::string{"tweede"}}) {
        const auto found = world().form(moderator, url, "into=" + into + "&reason=Zelfde&actie=zoek");
        EXPECT_EQ(found.status, 200);
        ASSERT_EQ(found.model["choices"].size(), 1U) << into;
        EXPECT_EQ(found.model["choices"][0]["id"], two);
        EXPECT_EQ(found.model["reason"], "Zelfde");
        EXPECT_THAT(world().html(moderator, found), HasSubstr("Tweede gesprek"));
    }
    EXPECT_TRUE(world().form(moderator, url, "into=eerste&actie=zoek").model["choices"].empty()) << "not with itself";
    EXPECT_EQ(world().form(moderator, url, "into=tweede&reason=Zelfde&actie=samenvoeg").status, 400) << "nothing chosen";
    const auto done = world().form(moderator, url, "into=tweede&target=" + std::to_string(two) + "&reason=Zelfde&actie=samenvoeg");
    EXPECT_EQ(done.status, 303);
    EXPECT_EQ(done.location, address(two, "/tweede-gesprek#bericht-2"));
}

TEST_F(WholeThreadsTest, FollowersOfAMergedThreadHearWhereItWent) {
    merge(one, two);
    const auto events = world().events_of("thread/" + std::to_string(one));
    const auto message = render_event(database(), world().services, events.back()).json();
    EXPECT_EQ(message["thread"]["movedTo"]["url"], address(two, "/tweede-gesprek#bericht-2"));
    EXPECT_EQ(world().events_of("thread/" + std::to_string(two)).back().kind, "thread.changed");
    EXPECT_THAT(events.back().hints, Contains("me/" + to_string(anna.member)));
    EXPECT_EQ(render_hint(database(), events.back(), "list/all").json()["value"]["thread"], one) << "its row goes from the lists";
    sql(database(), "UPDATE threads SET is_published = false WHERE id = $1", db::Params::of(two));
    EXPECT_TRUE(render_hint(database(), events.back(), "list/all").is_null()) << "of what is closed to readers they hear nothing";
}

class CrossingActsTest : public test::CommittedDiscussionTest {
protected:
    /// Numbers of a thread's posts, and whether none is missing or twice.
    void expect_whole(std::int64_t thread, std::size_t posts) {
        const auto row =
            sql(database(),
                "SELECT count(*) AS n, count(DISTINCT p.number) AS numbers, max(p.number) AS highest, t.last_number, t.reply_count "
                "FROM threads t JOIN posts p ON p.thread_id = t.id WHERE t.id = $1 GROUP BY t.id",
                db::Params::of(thread))
                .one();
        EXPECT_EQ(row.integer("n"), static_cast<std::int64_t>(posts));
        EXPECT_EQ(row.integer("numbers"), row.integer("n"));
        EXPECT_EQ(row.integer("highest"), row.integer("last_number"));
        EXPECT_EQ(row.integer("reply_count"), row.integer("n") - 1);
        const auto events =
            sql(database(), "SELECT count(*) AS n, max(seq) AS last FROM events WHERE topic = 'thread/' || $1", db::Params::of(thread))
                .one();
        EXPECT_EQ(events.integer("n"), events.integer("last")) << "no gap";
    }
};

TEST_F(CrossingActsTest, OfTwoMergesThatCrossOneWins) {
    const auto anna = world().member("Anna Alpha");
    const auto moderator = world().moderator();
    for (int round = 0; round < 10; ++round) {
        const auto one = world().thread(anna), two = world().thread(anna);
        int first{0}, second{0};
        std::thread crossing{[&] {
            first = world().post(moderator, world().api(one) + "/merge", {{"into", two}, {"reason", "Heen."}}).status;
        }};
        second = world().post(moderator, world().api(two) + "/merge", {{"into", one}, {"reason", "Terug."}}).status;
        crossing.join();
        EXPECT_EQ((first == 200) + (second == 200), 1) << first << " " << second;
        expect_whole(first == 200 ? two : one, 2);
    }
}

TEST_F(CrossingActsTest, NoReplyIsLostThatComesWhileMerging) {
    const auto anna = world().member("Anna Alpha"), bas = world().member("Bas Beta");
    const auto moderator = world().moderator();
    const auto one = world().thread(anna), two = world().thread(anna);
    constexpr std::size_t each = 25;
    std::atomic<std::size_t> placed{0};
    const auto write = [&](const access::Viewer& author, std::int64_t thread) {
        for (std::size_t i = 0; i < each; ++i) {
            placed += world().post(author, world().api(thread) + "/posts", {{"body", "Reactie."}}).status == 201;
        }
    };
    std::thread in_one{[&] { write(bas, one); }}, in_two{[&] { write(anna, two); }};
    EXPECT_EQ(world().post(moderator, world().api(one) + "/merge", {{"into", two}, {"reason", "Samen."}}).status, 200);
    in_one.join();
    in_two.join();
    EXPECT_EQ(placed, 2 * each);
    expect_whole(two, 2 * each + 2);
}

}  // namespace
}  // namespace forum::discussion
