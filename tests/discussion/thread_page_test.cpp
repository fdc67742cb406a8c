#include "discussion/thread_page.hpp"

#include <gmock/gmock.h>

#include "discussion/post_states.hpp"
#include "discussion/thread_events.hpp"
#include "discussion/urls.hpp"
#include "discussion/world.hpp"

namespace forum::discussion {
namespace {

using nlohmann::json;
using test::DiscussionTest;
using test::sql;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

std::vector<int> numbers(const json& page) {
    std::vector<int> found;
    for (const auto& post : page["posts"]["items"]) {
        found.push_back(post["number"]);
    }
    return found;
}

std::string page_url(std::int64_t thread) { return "/gesprekken/" + std::to_string(thread) + "/hoe-betrekt-u-nieuwe-bewoners"; }

TEST(UrlsTest, APageFollowsFromANumber) {
    for (int number = 1; number < 200; ++number) {
        const int page = page_of(number);
        if (number > 1) {
            EXPECT_GE(number, first_number(page));
            EXPECT_LT(number, first_number(page + 1));
        } else {
            EXPECT_EQ(page, 1);
        }
    }
    EXPECT_EQ(post_url({12}, "hallo", 21), "/gesprekken/12/hallo#bericht-21");
    EXPECT_EQ(post_url({12}, "hallo", 22), "/gesprekken/12/hallo?pagina=2#bericht-22");
    EXPECT_EQ(thread_slug("Berichten"), "berichten-gesprek");
    EXPECT_EQ(thread_slug("Gelezen!"), "gelezen-gesprek");
}

TEST_F(DiscussionTest, TheAddressWithoutTitleLeadsToTheOneWith) {
    const auto thread = world().thread(world().member("Anna Alpha"));
    const auto plain = world().get(guest, "/gesprekken/" + std::to_string(thread) + "?pagina=1");
    EXPECT_EQ(plain.location, page_url(thread) + "?pagina=1");
    EXPECT_EQ(world().get(guest, "/gesprekken/" + std::to_string(thread) + "/oude-titel").location, page_url(thread));
    EXPECT_EQ(world().get(guest, "/gesprekken/" + std::to_string(thread) + "/berichten/1").location, page_url(thread) + "#bericht-1");
    for (const auto* nothing : {"/gesprekken/999999999", "/gesprekken/0", "/gesprekken/x", "/gesprekken/012"}) {
        EXPECT_EQ(world().get(guest, nothing).status, 404) << nothing;
    }
}

TEST_F(DiscussionTest, PagesHoldTwentyRepliesAtFixedNumbers) {
    const auto anna = world().member("Anna Alpha"), nova = world().member("Nova Nieuw", false);
    const auto thread = world().thread(anna);
    for (int number = 2; number <= 45; ++number) {
        // Number 22 waits, and moves nothing.
        world().reply(number == 22 ? nova : anna, thread, "Bericht " + std::to_string(number));
    }
    const auto first = world().get(guest, world().api(thread)).model;
    EXPECT_EQ(numbers(first).size(), 20U);
    EXPECT_EQ(numbers(first).front(), 2);
    EXPECT_EQ(numbers(first).back(), 21);
    EXPECT_EQ(first["opening"]["number"], 1);
    EXPECT_EQ(first["pageCount"], 3);
    EXPECT_EQ(first["previousUrl"], "");
    EXPECT_EQ(first["nextUrl"], page_url(thread) + "?pagina=2");
    const auto cursor = first["posts"]["next"].get<std::string>();
    const auto second = world().get(guest, world().api(thread) + "?cursor=" + cursor).model;
    EXPECT_EQ(numbers(second).size(), 19U);
    EXPECT_EQ(numbers(second).front(), 23);
    EXPECT_EQ(numbers(second).back(), 41);
    EXPECT_EQ(second["page"], 2);
    const auto third = world().get(guest, page_url(thread) + "?pagina=3");
    EXPECT_THAT(numbers(third.model), ElementsAre(42, 43, 44, 45));
    EXPECT_TRUE(third.model["posts"]["next"].is_null());
    EXPECT_EQ(third.model["previousUrl"], page_url(thread) + "?pagina=2");
    EXPECT_EQ(third.model["replyCount"], 43);
    EXPECT_EQ(world().get(guest, "/gesprekken/" + std::to_string(thread) + "/berichten/44").location,
              page_url(thread) + "?pagina=3#bericht-44");
    EXPECT_EQ(numbers(world().get(nova, world().api(thread) + "?cursor=" + cursor).model).front(), 22);

    EXPECT_EQ(world().get(guest, page_url(thread) + "?pagina=4").status, 404);
    for (const auto* bad : {"?pagina=0", "?pagina=-1", "?pagina=x", "?pagina=99999999999999999999"}) {
        EXPECT_EQ(world().get(guest, page_url(thread) + bad).status, 400) << bad;
    }
    EXPECT_EQ(world().get(guest, world().api(thread) + "?cursor=onzin").status, 400);
}

TEST_F(DiscussionTest, WaitingPostsAtTheEndMakeNoPageForOthers) {
    const auto anna = world().member("Anna Alpha"), nova = world().member("Nova Nieuw", false);
    const auto thread = world().thread(anna);
    for (int i = 0; i < 25; ++i) {
        world().reply(nova, thread, "Wacht " + std::to_string(i));
    }
    EXPECT_EQ(world().get(guest, world().api(thread)).model["pageCount"], 1);
    EXPECT_TRUE(world().get(guest, world().api(thread)).model["posts"]["next"].is_null());
    EXPECT_EQ(world().get(guest, page_url(thread) + "?pagina=2").status, 404);
    EXPECT_EQ(world().get(nova, world().api(thread)).model["pageCount"], 2);
    world().reply(anna, thread, "Zichtbaar, nummer 27.");
    const auto page = world().get(guest, world().api(thread)).model;
    EXPECT_EQ(page["nextUrl"], page_url(thread) + "?pagina=2");
}

TEST_F(DiscussionTest, ThePageShowsWhatItsReaderMayDo) {
    const auto anna = world().member("Anna Alpha"), bert = world().member("Bert Beta"), moderator = world().moderator();
    const auto thread = world().thread(anna);
    world().reply(bert, thread, "Van Bert.");
    const auto reply_for = [&](const access::Viewer& viewer) {
        return world().get(viewer, world().api(thread)).model["posts"]["items"][0];
    };
    const auto as_guest = reply_for(guest), as_anna = reply_for(anna), as_bert = reply_for(bert), as_moderator = reply_for(moderator);
    for (const auto* permission : {"mayEdit", "mayWithdraw", "mayUndo", "mayQuote", "mayAccept", "mayModerate"}) {
        EXPECT_FALSE(as_guest[permission].get<bool>()) << permission;
    }
    EXPECT_TRUE(as_guest["mayReport"].get<bool>()) << "anyone says that a text is against the law";
    EXPECT_FALSE(as_bert["mayReport"].get<bool>()) << "his own";
    EXPECT_TRUE(as_anna["mayAccept"].get<bool>());
    EXPECT_FALSE(as_anna["mayEdit"].get<bool>());
    EXPECT_TRUE(as_bert["mayEdit"].get<bool>());
    EXPECT_TRUE(as_bert["mayWithdraw"].get<bool>());
    EXPECT_FALSE(as_bert["mayAccept"].get<bool>());
    EXPECT_TRUE(as_moderator["mayAccept"].get<bool>());
    EXPECT_FALSE(as_moderator["mayEdit"].get<bool>());
    EXPECT_FALSE(world().get(guest, world().api(thread)).model["mayReply"].get<bool>());
    EXPECT_TRUE(world().get(anna, world().api(thread)).model["mayReply"].get<bool>());
}

TEST_F(DiscussionTest, EveryTemplateFindsWhatItNeeds) {
    const auto anna = world().member("Anna Alpha"), nova = world().member("Nova Nieuw", false, ""), moderator = world().moderator();
    const auto thread = world().thread(anna, {{"kind", "dilemma"},
                                              {"context", "Situatie"},
                                              {"options", "Dit of dat"},
                                              {"tried", "Niets"},
                                              {"municipalities", {"GM1783", "GM0184:experience"}},
                                              {"typologies", {"tuinbouwgemeenten"}}});
    world().reply(nova, thread, "Wacht.");
    world().reply(anna, thread, "Antwoord met **vet**.", 1);
    world().thread(anna, {{"title", "Iets anders over bewoners"}});
    for (const auto& viewer : {guest, anna, nova, moderator}) {
        for (const auto& url : std::vector<std::string>{"/", "/gesprekken", "/gesprekken?soort=dilemma&zoek=bewoners", page_url(thread),
                                                        "/gesprekken/" + std::to_string(thread) + "/berichten/3/versies"}) {
            const auto answer = world().get(viewer, url);
            ASSERT_EQ(answer.status, 200) << url;
            EXPECT_NO_THROW({
                const auto html = world().html(viewer, answer);
                EXPECT_THAT(html, HasSubstr("</html>"));
            }) << url;
        }
    }
    const auto base = "/gesprekken/" + std::to_string(thread) + "/berichten/3";
    for (const auto& url : std::vector<std::string>{"/gesprekken/nieuw?title=bewoners", base + "/wijzig", base + "/intrekken"}) {
        EXPECT_NO_THROW(EXPECT_THAT(world().html(anna, world().get(anna, url)), HasSubstr("</form>"))) << url;
    }
    EXPECT_NO_THROW(world().html(nova, world().get(nova, "/gesprekken/nieuw")));
    EXPECT_NO_THROW(world().html(nova, world().get(nova, "/gesprekken/" + std::to_string(thread) + "/berichten/2/wijzig")));
}

TEST_F(DiscussionTest, TheFirstNewPostIsWhereAReaderLands) {
    const auto anna = world().member("Anna Alpha"), bert = world().member("Bert Beta"), nova = world().member("Nova Nieuw", false);
    const auto thread = world().thread(anna);
    const auto waiting = world().reply(nova, thread, "Nummer 2, wacht.");
    for (int number = 3; number <= 24; ++number) {
        world().reply(anna, thread, "Nummer " + std::to_string(number));
    }
    EXPECT_EQ(world().get(bert, world().api(thread)).model["lastReadUrl"], "") << "nothing is new on a first visit";
    // now() stands still in this test; the clock of the marker is set by hand.
    EXPECT_EQ(world().send(bert, http::Method::put, world().api(thread) + "/marker", {{"number", 22}}).model["number"], 22);
    sql(database(), "UPDATE read_markers SET updated_at = now() + interval '1 second'");
    auto page = world().get(bert, world().api(thread)).model;
    EXPECT_EQ(page["marker"], 22);
    EXPECT_EQ(page["lastReadUrl"], page_url(thread) + "?pagina=2#bericht-23");
    EXPECT_EQ(page["firstNumber"], 2);
    EXPECT_EQ(page["lastNumber"], 21);
    const auto address = "/gesprekken/" + std::to_string(thread);
    EXPECT_EQ(world().get(bert, address).location, page_url(thread) + "?pagina=2#bericht-23");
    EXPECT_EQ(world().get(bert, address + "?pagina=1").location, page_url(thread) + "?pagina=1");
    EXPECT_EQ(world().get(anna, address).location, page_url(thread));
    EXPECT_EQ(world().get(guest, address).location, page_url(thread));
    auto row = world().get(bert, "/api/v1/threads").model["items"][0];
    EXPECT_EQ(row["newCount"], 2);
    EXPECT_EQ(row["url"], page_url(thread) + "?pagina=2#bericht-23");
    EXPECT_EQ(world().get(anna, "/api/v1/threads").model["items"][0]["newCount"], 0);

    EXPECT_EQ(world().send(bert, http::Method::put, world().api(thread) + "/marker", {{"number", 5}}).model["number"], 22) << "only up";
    EXPECT_EQ(world().send(bert, http::Method::put, world().api(thread) + "/marker", {{"number", 999}}).model["number"], 24);
    sql(database(), "UPDATE read_markers SET updated_at = now() - interval '1 second'");
    sql(database(), "UPDATE posts SET published_at = now() - interval '1 hour' WHERE thread_id = $1 AND published_at IS NOT NULL",
        db::Params::of(thread));
    EXPECT_EQ(world().get(bert, "/api/v1/threads").model["items"][0]["newCount"], 0);
    // What was approved later stands among older posts and is new all the same.
    database().write([&](db::Tx& tx) { publish(tx, world().announcer, {waiting["id"]}, 1); });
    page = world().get(bert, world().api(thread)).model;
    EXPECT_EQ(page["lastReadUrl"], page_url(thread) + "#bericht-2");
    EXPECT_TRUE(page["posts"]["items"][0]["isFirstNew"].get<bool>());

    EXPECT_EQ(world().send(bert, http::Method::put, world().api(thread) + "/marker", {{"number", "x"}}).status, 400);
    EXPECT_EQ(world().send(bert, http::Method::put, "/api/v1/threads/999999999/marker", {{"number", 1}}).status, 404);
}

TEST_F(DiscussionTest, AQuestionHasOneAnswerChosenByItsAsker) {
    const auto anna = world().member("Anna Alpha"), bert = world().member("Bert Beta"), moderator = world().moderator();
    const auto thread = world().thread(anna);
    for (int number = 2; number <= 6; ++number) {
        world().reply(bert, thread, "Antwoord " + std::to_string(number));
    }
    const auto url = world().api(thread) + "/answer";
    EXPECT_EQ(world().send(bert, http::Method::put, url, {{"number", 5}}).status, 403);
    EXPECT_EQ(world().send(guest, http::Method::put, url, {{"number", 5}}).status, 401);
    EXPECT_EQ(world().send(anna, http::Method::put, url, {{"number", 1}}).status, 409);
    EXPECT_EQ(world().send(anna, http::Method::put, url, {{"number", 99}}).status, 404);
    EXPECT_EQ(world().send(anna, http::Method::put, url, {{"number", 0}, {"x", 1}}).errors.size(), 2U);
    EXPECT_EQ(world().send(anna, http::Method::put, url, {{"number", 5}}).model["isAnswer"], true);
    EXPECT_EQ(world().send(anna, http::Method::put, url, {{"number", 5}}).status, 200) << "twice is once";
    auto page = world().get(guest, world().api(thread)).model;
    EXPECT_TRUE(page["isAnswered"].get<bool>());
    EXPECT_EQ(page["answer"]["number"], 5);
    EXPECT_EQ(page["posts"]["items"][3]["acceptedBy"], "Anna Alpha");
    EXPECT_EQ(world().get(guest, "/api/v1/threads?state=answered").model["count"], 1);
    EXPECT_EQ(world().send(moderator, http::Method::put, url, {{"number", 3}}).status, 200);
    EXPECT_TRUE(world().get(guest, world().api(thread)).model["answer"].is_null()) << "one of the first replies is not repeated";
    EXPECT_EQ(world().send(anna, http::Method::del, url).status, 204);
    EXPECT_EQ(world().send(anna, http::Method::del, url).status, 204);
    EXPECT_FALSE(world().get(guest, world().api(thread)).model["isAnswered"].get<bool>());
    const auto acts =
        sql(database(), "SELECT array_agg(kind || ' ' || by_member ORDER BY id) AS acts FROM thread_acts WHERE thread_id = $1",
            db::Params::of(thread));
    const auto by_anna = " " + to_string(anna.member), by_moderator = " " + to_string(moderator.member);
    EXPECT_THAT(acts.one().texts("acts"),
                ElementsAre("accept" + by_anna, "unaccept" + by_moderator, "accept" + by_moderator, "unaccept" + by_anna));
    const auto experience = world().thread(anna, {{"kind", "experience"}});
    world().reply(bert, experience, "Geen vraag.");
    EXPECT_EQ(world().send(anna, http::Method::put, world().api(experience) + "/answer", {{"number", 2}}).status, 403);
}

TEST_F(DiscussionTest, LiveFollowersGetThePostAsAGuestSeesIt) {
    const auto anna = world().member("Anna Alpha");
    const auto thread = world().thread(anna, {{"visibility", "members"}});
    world().reply(anna, thread, "Nieuw <b>bericht</b>.");
    const auto event = world().events_of("thread/" + std::to_string(thread)).back();
    const auto message = render_event(database(), world().services, event).json();
    EXPECT_EQ(message["is"], "event");
    EXPECT_EQ(message["seq"], 2);
    EXPECT_EQ(message["post"]["number"], 2);
    EXPECT_FALSE(message["post"]["isOwn"].get<bool>());
    EXPECT_FALSE(message["post"]["mayQuote"].get<bool>());
    EXPECT_THAT(message["html"], HasSubstr("id=\"bericht-2\""));
    EXPECT_THAT(message["html"], HasSubstr("&lt;b&gt;bericht"));
    const auto hint = render_hint(database(), event, "list/all").json();
    EXPECT_EQ(hint["value"]["replyCount"], 1);
    EXPECT_FALSE(hint["value"]["isNew"].get<bool>());
    EXPECT_TRUE(render_hint(database(), world().events_of("thread/" + std::to_string(thread)).front(), "list/all")
                    .json()["value"]["isNew"]
                    .get<bool>());
    for (const auto* topic : {"me/1", "moderation"}) {
        EXPECT_EQ(render_hint(database(), event, topic).json()["value"], (nlohmann::json{{"thread", thread}, {"kind", "post.new"}}));
    }
    EXPECT_TRUE(render_hint(database(), event, "places").is_null());

    database().write([&](db::Tx& tx) { withdraw(tx, world().announcer, {message["post"]["id"]}); });
    // An event rendered late shows what is there now: nothing of what was withdrawn meanwhile.
    const auto late = render_event(database(), world().services, event).json();
    EXPECT_THAT(late.dump(), Not(HasSubstr("bericht&lt;")));
    EXPECT_FALSE(late["post"]["hasText"].get<bool>());
    world().send(anna, http::Method::put, world().api(thread) + "/answer", {{"number", 2}});
}

}  // namespace
}  // namespace forum::discussion
