#include "discussion/thread_form.hpp"

#include <gmock/gmock.h>

#include <array>
#include <thread>

#include "discussion/start_thread.hpp"
#include "discussion/world.hpp"

namespace forum::discussion {
namespace {

using nlohmann::json;
using test::CommittedDiscussionTest;
using test::DiscussionTest;
using test::sql;
using testing::HasSubstr;
using testing::UnorderedElementsAre;

json good() {
    return {{"kind", "question"}, {"title", "Wie helpt?"}, {"body", "Een vraag."}, {"theme", "wonen"}, {"visibility", "public"}};
}

std::vector<std::string> fields(const test::Answer& answer) {
    std::vector<std::string> names;
    for (const auto& error : answer.errors) {
        names.push_back(error.field);
    }
    return names;
}

TEST_F(DiscussionTest, AThreadOfATrustedMemberIsLiveWithItsLinks) {
    const auto anna = world().member("Anna Alpha");
    auto body = good();
    body["municipalities"] = {"GM1783", "GM0184:experience", "GM1783:experience"};
    body["typologies"] = {"tuinbouwgemeenten", "tuinbouwgemeenten", "grensgemeenten"};
    const auto answer = world().post(anna, "/api/v1/threads", body);
    EXPECT_EQ(answer.status, 201);
    const auto thread = answer.model["id"].get<std::int64_t>();
    EXPECT_EQ(answer.location, world().api(thread));
    EXPECT_EQ(answer.model["title"], "Wie helpt?");
    EXPECT_EQ(answer.model["seq"], 1);
    ASSERT_EQ(answer.model["municipalities"].size(), 2U) << "named twice is linked once";
    EXPECT_EQ(answer.model["municipalities"][0]["code"], "GM1783");
    EXPECT_EQ(answer.model["municipalities"][0]["role"], "about");
    EXPECT_EQ(answer.model["municipalities"][1]["role"], "experience");
    EXPECT_EQ(answer.model["typologies"].size(), 2U);
    EXPECT_EQ(answer.model["opening"]["bodyHtml"], "<p>Een vraag.</p>\n");
}

TEST_F(DiscussionTest, AThreadOfANewMemberWaits) {
    const auto nova = world().member("Nova Nieuw", false);
    const auto answer = world().post(nova, "/api/v1/threads", good());
    EXPECT_EQ(answer.status, 202);
    EXPECT_TRUE(answer.model["isWaiting"].get<bool>());
    EXPECT_EQ(answer.model["opening"]["state"], "waiting");
    EXPECT_FALSE(answer.model["mayReply"].get<bool>());
    EXPECT_EQ(world().gate.held.size(), 1U);
    EXPECT_EQ(world().get(guest, "/api/v1/threads").model["count"], 0);
    EXPECT_EQ(world().get(world().moderator(), "/api/v1/threads").model["count"], 0) << "staff find it in their queue";
    const auto own = world().get(nova, "/api/v1/threads").model;
    EXPECT_EQ(own["count"], 1);
    EXPECT_TRUE(own["items"][0]["isWaiting"].get<bool>());
}

TEST_F(DiscussionTest, AllFaultsOfAThreadAreToldAtOnce) {
    const auto anna = world().member("Anna Alpha");
    EXPECT_THAT(fields(world().post(anna, "/api/v1/threads", json::object())),
                UnorderedElementsAre("kind", "title", "body", "theme", "visibility"));
    const json wrong{{"kind", "poll"},      {"title", std::string(163, 'x')}, {"body", std::string(20'001, 'x')}, {"theme", "nergens"},
                     {"visibility", "mij"}, {"municipalities", {"GM9999"}},   {"typologies", {"dorpen"}},         {"colour", "red"}};
    const auto answer = world().post(anna, "/api/v1/threads", wrong);
    EXPECT_EQ(answer.status, 400);
    EXPECT_THAT(fields(answer),
                UnorderedElementsAre("kind", "title", "body", "theme", "visibility", "municipalities", "typologies", "colour"));
    EXPECT_EQ(answer.error("title"), "Maak uw titel korter. U gebruikt nu 163 tekens. Er passen er 140.");
    EXPECT_EQ(world().get(guest, "/api/v1/threads").model["count"], 0);
    EXPECT_EQ(world().post(guest, "/api/v1/threads", good()).status, 401);
}

TEST_F(DiscussionTest, LimitsCountCharactersNotBytes) {
    const auto anna = world().member("Anna Alpha");
    auto body = good();
    std::string title, text;
    for (int i = 0; i < 140; ++i) {
        title += "é";
    }
    for (int i = 0; i < 20'000; ++i) {
        text += "ü";
    }
    body["title"] = title;
    body["body"] = text;
    EXPECT_EQ(world().post(anna, "/api/v1/threads", body).status, 201);
    body["title"] = title + "é";
    EXPECT_THAT(world().post(anna, "/api/v1/threads", body).error("title"), HasSubstr("141"));
    body = good();
    body["municipalities"] = json::array();
    for (const auto& municipality : world().places.current_municipalities()) {
        body["municipalities"].push_back(municipality.code);
        if (body["municipalities"].size() == 21) {
            break;
        }
    }
    EXPECT_THAT(world().post(anna, "/api/v1/threads", body).error("municipalities"), HasSubstr("20"));
}

TEST_F(DiscussionTest, EachKindAsksItsOwnFields) {
    const auto anna = world().member("Anna Alpha");
    auto dilemma = good();
    dilemma["kind"] = "dilemma";
    EXPECT_THAT(fields(world().post(anna, "/api/v1/threads", dilemma)), UnorderedElementsAre("context", "options", "tried"));
    dilemma.update({{"context", "De *situatie*."}, {"options", "Dit of dat."}, {"tried", "Nog niets."}});
    const auto placed = world().post(anna, "/api/v1/threads", dilemma);
    ASSERT_EQ(placed.status, 201);
    ASSERT_EQ(placed.model["fields"].size(), 3U);
    EXPECT_EQ(placed.model["fields"][0]["bodyHtml"], "<p>De <em>situatie</em>.</p>\n");
    auto announcement = good();
    announcement["kind"] = "announcement";
    EXPECT_THAT(fields(world().post(anna, "/api/v1/threads", announcement)), UnorderedElementsAre("kind"));
    EXPECT_EQ(world().post(world().moderator(), "/api/v1/threads", announcement).status, 201);
    auto experience = good();
    experience["kind"] = "experience";
    EXPECT_EQ(world().post(anna, "/api/v1/threads", experience).status, 201);
}

TEST_F(DiscussionTest, TheFormsButtonsKeepWhatWasTyped) {
    const auto anna = world().member("Anna Alpha");
    const std::string typed = "title=Mijn+vraag&kind=question&body=**tekst**&theme=wonen&visibility=members&nonce=n1";
    const auto added =
        world().form(anna, "/gesprekken", typed + "&municipality_add=westland&municipality_role=experience&actie=gemeente-erbij");
    EXPECT_EQ(added.status, 200);
    ASSERT_EQ(added.model["municipalities"].size(), 1U);
    EXPECT_EQ(added.model["municipalities"][0]["code"], "GM1783");
    EXPECT_TRUE(added.model["municipalities"][0]["isExperienceFrom"].get<bool>());
    EXPECT_EQ(added.model["title"], "Mijn vraag");
    const auto unknown = world().form(anna, "/gesprekken", typed + "&municipality_add=Atlantis&actie=gemeente-erbij");
    EXPECT_THAT(unknown.error("municipalities"), HasSubstr("Atlantis"));
    const auto removed =
        world().form(anna, "/gesprekken", typed + "&municipalities=GM1783:about&municipalities=GM0184:about&actie=gemeente-weg:GM1783");
    ASSERT_EQ(removed.model["municipalities"].size(), 1U);
    EXPECT_EQ(removed.model["municipalities"][0]["code"], "GM0184");
    const auto preview = world().form(anna, "/gesprekken", typed + "&actie=voorbeeld");
    EXPECT_EQ(preview.status, 200);
    EXPECT_EQ(preview.model["previewHtml"], "<p><strong>tekst</strong></p>\n");
    EXPECT_TRUE(preview.errors.empty());
    world().thread(anna, {{"title", "Een andere vraag over wonen"}});
    const auto searched = world().form(anna, "/gesprekken", "title=vragen&actie=zoek");
    EXPECT_TRUE(searched.model["similarSearched"].get<bool>());
    EXPECT_EQ(searched.model["similar"].size(), 1U);
    for (const auto& page : {added, unknown, removed, preview, searched}) {
        EXPECT_NO_THROW(world().html(anna, page));
    }
    const auto placed = world().form(anna, "/gesprekken", typed + "&municipality_add=GM0184&actie=plaats");
    EXPECT_EQ(placed.status, 303);
    EXPECT_THAT(placed.location, testing::EndsWith("/mijn-vraag"));
    EXPECT_EQ(world().get(anna, "/api/v1/threads?municipality=GM0184").model["count"], 1) << "named without pressing the button counts too";
}

TEST_F(DiscussionTest, ADraftIsKeptOnTheServerAndComesBack) {
    const auto anna = world().member("Anna Alpha"), bert = world().member("Bert Beta");
    const auto kept =
        world().form(anna, "/gesprekken", "title=Half+af&body=tekst&municipalities=GM1783:about&actie=bewaar&draft_revision=0");
    EXPECT_EQ(kept.flash, "discussion.flash_draft");
    auto form = world().get(anna, "/gesprekken/nieuw").model;
    EXPECT_EQ(form["title"], "Half af");
    EXPECT_EQ(form["municipalities"][0]["code"], "GM1783");
    EXPECT_EQ(form["draftRevision"], 1);
    EXPECT_EQ(world().get(bert, "/gesprekken/nieuw").model["title"], "");

    const auto saved = world().send(anna, http::Method::put, "/api/v1/drafts/new-thread",
                                    {{"revision", 1}, {"data", {{"title", "Verder"}, {"typologies", {"voorsteden"}}}}});
    EXPECT_EQ(saved.model["revision"], 2);
    const auto late =
        world().send(anna, http::Method::put, "/api/v1/drafts/new-thread", {{"revision", 1}, {"data", {{"title", "Te laat"}}}});
    EXPECT_EQ(late.status, 409);
    EXPECT_EQ(late.extra["revision"], 2);
    EXPECT_EQ(late.extra["data"]["title"], "Verder");
    EXPECT_EQ(world().get(anna, "/api/v1/drafts/new-thread").model["data"]["title"], "Verder");
    const auto both = world().form(anna, "/gesprekken", "title=T&body=nieuw&actie=bewaar&draft_revision=1");
    EXPECT_EQ(both.status, 400);
    EXPECT_NE(both.error("body"), "");

    world().thread(anna);
    EXPECT_EQ(world().get(anna, "/api/v1/drafts/new-thread").status, 404) << "posting takes the draft away";
    EXPECT_EQ(
        world().send(anna, http::Method::put, "/api/v1/drafts/new-thread", {{"revision", 2}, {"data", {{"title", "Nakomer"}}}}).status,
        409);

    EXPECT_EQ(world().send(anna, http::Method::put, "/api/v1/drafts/reply-12", {{"revision", 0}, {"data", {{"body", "x"}}}}).status, 200);
    EXPECT_EQ(world().send(anna, http::Method::del, "/api/v1/drafts/reply-12").status, 204);
    EXPECT_EQ(world().send(anna, http::Method::del, "/api/v1/drafts/reply-12").status, 204);
    for (const auto* key : {"anything", "reply-x", "reply-0", "edit-1", "new-thread-2"}) {
        EXPECT_EQ(
            world().send(anna, http::Method::put, std::string{"/api/v1/drafts/"} + key, {{"revision", 0}, {"data", json::object()}}).status,
            404)
            << key;
    }
    EXPECT_EQ(
        world().send(anna, http::Method::put, "/api/v1/drafts/new-thread", {{"revision", 0}, {"data", {{"title", {{"a", 1}}}}}}).status,
        400);
    EXPECT_EQ(
        world()
            .send(anna, http::Method::put, "/api/v1/drafts/new-thread", {{"revision", 0}, {"data", {{"body", std::string(130'000, 'x')}}}})
            .status,
        413);
    EXPECT_EQ(world().get(guest, "/api/v1/drafts/new-thread").status, 401);
}

TEST_F(DiscussionTest, SimilarFindsWordsInOtherForms) {
    const auto anna = world().member("Anna Alpha"), nova = world().member("Nova Nieuw", false);
    const auto thread = world().thread(anna, {{"title", "Hoe betrekt u arbeidsmigranten bij de wijk?"}});
    world().thread(anna, {{"title", "Begroting en handicap"}});
    world().thread(anna, {{"title", "Arbeidsmigranten in vertrouwen"}, {"visibility", "administrators"}});
    world().thread(nova, {{"title", "Arbeidsmigrant gezocht"}});
    const auto found = world().get(guest, "/api/v1/threads/similar?title=een+arbeidsmigrant+in+wijken").model;
    ASSERT_EQ(found["items"].size(), 1U);
    EXPECT_EQ(found["items"][0]["id"], thread);
    for (const auto* title : {"", "de+het+een", "%27+%26+%7C+%21+%28", "%3A%2A"}) {
        EXPECT_TRUE(world().get(guest, std::string{"/api/v1/threads/similar?title="} + title).model["items"].empty()) << title;
    }
}

TEST_F(CommittedDiscussionTest, OneKeyFromTwoThreadsIsOneThread) {
    const auto anna = world().member("Anna Alpha");
    for (int round = 0; round < 10; ++round) {
        std::array<Started, 2> results{};
        std::vector<std::thread> threads;
        for (auto& result : results) {
            threads.emplace_back([&, round] {
                result = database().write([&](db::Tx& tx) {
                    return start_thread(tx, world().services, anna,
                                        {.kind = "question",
                                         .title = "Dubbel?",
                                         .body = "Ja",
                                         .theme = "wonen",
                                         .visibility = "public",
                                         .context = {},
                                         .options = {},
                                         .tried = {},
                                         .municipalities = {},
                                         .typologies = {},
                                         .key = "thread/key-" + std::to_string(round)});
                });
                database().close_this_thread();
            });
        }
        for (auto& running : threads) {
            running.join();
        }
        EXPECT_EQ(results[0].thread, results[1].thread);
        EXPECT_NE(results[0].is_again, results[1].is_again);
    }
}

}  // namespace
}  // namespace forum::discussion
