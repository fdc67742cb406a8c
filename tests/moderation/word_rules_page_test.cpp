#include "moderation/word_rules_page.hpp"

#include <gmock/gmock.h>

#include "moderation/guard_world.hpp"

namespace forum::moderation {
namespace {

using nlohmann::json;
using test::sql;
using testing::HasSubstr;
using testing::Not;

class WordRulesTest : public test::GuardTest {
protected:
    test::Answer add(const std::string& pattern, const std::string& effect, const std::string& kind = "words") {
        return world().post(mo, "/api/v1/moderation/rules",
                            {{"kind", kind}, {"pattern", pattern}, {"effect", effect}, {"reason", "Dat mag hier niet, want daarom."}});
    }
    test::Answer switch_to(std::int64_t id, bool is_active) {
        return world().send(mo, http::Method::put, "/api/v1/moderation/rules/" + std::to_string(id), {{"active", is_active}});
    }
};

TEST_F(WordRulesTest, AWarningIsAskedOnceAndThePostIsLive) {
    EXPECT_EQ(add("geheim stuk", "warn").status, 201);
    const auto asked = reply(anna, "Dit Geheim **stuk** lekte.");
    EXPECT_EQ(asked.status, 400);
    EXPECT_THAT(asked.error("confirmPrivate"), HasSubstr("Geheim **stuk (Dat mag hier niet, want daarom.)"));
    EXPECT_EQ(reply(anna, "Dit geheim stuk lekte.", true).status, 201) << "live at once, nothing is held";
    EXPECT_EQ(newest_mark(), "-");
    EXPECT_EQ(reply(anna, "Een geheim.").status, 201);
    const auto page = world().html(anna, world().form(anna, "/gesprekken/" + std::to_string(thread) + "/berichten", "body=geheim+stuk"));
    EXPECT_THAT(page, HasSubstr("Kijk nog eens naar uw tekst"));
    EXPECT_THAT(page, Not(HasSubstr("Staat hier iets van een inwoner in?")));
}

TEST_F(WordRulesTest, AHoldSendsThePostToReviewAndNamesTheRule) {
    const auto id = add("slecht.example", "hold", "host").model["id"].get<std::int64_t>();
    EXPECT_EQ(reply(anna, "Zie https://www.slecht.example/pad").status, 202);
    EXPECT_EQ(newest_mark(), "word-" + std::to_string(id));
    const auto case_id = sql(database(), "SELECT id FROM cases").one().integer("id");
    const auto shown = world().get(mo, "/api/v1/moderation/cases/" + std::to_string(case_id)).model;
    EXPECT_EQ(shown["marks"][0]["text"], "Er geldt een woordregel voor ‘slecht.example’. Dat mag hier niet, want daarom.");
    switch_to(id, false);
    EXPECT_EQ(world().get(mo, "/api/v1/moderation/cases/" + std::to_string(case_id)).model["marks"].size(), 1U)
        << "what held it stays known when the rule is off";
    EXPECT_EQ(reply(anna, "Zie https://slecht.example").status, 201);
}

TEST_F(WordRulesTest, ABlockIsAnErrorWithItsReasonAndKeepsTheText) {
    add("scheldwoord", "block");
    const auto refused = reply(anna, "Wat een scheldwoord!", true);
    EXPECT_EQ(refused.status, 400);
    EXPECT_EQ(refused.error("body"), "Haal ‘scheldwoord’ weg uit uw tekst. Dat mag hier niet, want daarom.");
    const auto again = world().form(anna, "/gesprekken/" + std::to_string(thread) + "/berichten", "body=Wat+een+scheldwoord");
    EXPECT_EQ(again.status, 400);
    EXPECT_THAT(world().html(anna, again), HasSubstr("Wat een scheldwoord</textarea>"));
    EXPECT_EQ(world()
                  .post(anna, "/api/v1/threads",
                        {{"kind", "question"}, {"title", "Scheldwoord?"}, {"body", "Tekst."}, {"theme", "wonen"}, {"visibility", "public"}})
                  .error("title"),
              "Haal ‘Scheldwoord’ weg uit uw tekst. Dat mag hier niet, want daarom.");
}

TEST_F(WordRulesTest, StaffAreLookedAtToo) {
    add("geheim", "hold");
    EXPECT_EQ(reply(mo, "Dit is geheim.").status, 202);
}

TEST_F(WordRulesTest, ADryRunShowsWhatARuleWouldHaveMet) {
    for (int i = 0; i < 25; ++i) {
        world().reply(anna, thread, "Reactie " + std::to_string(i) + (i % 2 == 0 ? " over de Gezochte zaak." : "."));
    }
    const json rule{{"kind", "words"}, {"pattern", "gezochte"}, {"effect", "hold"}, {"reason", "Dat mag hier niet."}, {"dryRun", true}};
    const auto tried = world().post(mo, "/api/v1/moderation/rules", rule);
    EXPECT_EQ(tried.status, 200);
    EXPECT_EQ(tried.model["tried"], 26);
    EXPECT_EQ(tried.model["met"], 13);
    ASSERT_EQ(tried.model["items"].size(), 13U);
    EXPECT_EQ(tried.model["items"][0]["found"], "Gezochte");
    EXPECT_EQ(tried.model["items"][0]["before"], "Reactie 24 over de ");
    EXPECT_EQ(tried.model["items"][0]["after"], " zaak.");
    EXPECT_THAT(tried.model["items"][0]["url"].get<std::string>(), HasSubstr("#bericht-26"));
    EXPECT_EQ(sql(database(), "SELECT 1 FROM moderation_rules").size(), 0U) << "nothing is saved";

    auto opening = rule;
    opening["pattern"] = "nieuwe bewoners";
    EXPECT_EQ(world().post(mo, "/api/v1/moderation/rules", opening).model["met"], 1) << "a thread's title is part of its opening post";
}

TEST_F(WordRulesTest, ADryRunReadsTheLastThousandPostsAndShowsTwenty) {
    sql(database(),
        R"(INSERT INTO posts (thread_id, number, author_id, author_function, state, version, live_version, body, body_html, published_at)
                       SELECT $1, n, $2, '', 'live', 1, 1, 'gezocht', '', now() FROM generate_series(2, 1200) n)",
        db::Params::of(thread, anna.member));
    const auto tried =
        world().post(mo, "/api/v1/moderation/rules",
                     {{"kind", "words"}, {"pattern", "gezocht"}, {"effect", "warn"}, {"reason", "Dat mag hier niet."}, {"dryRun", true}});
    EXPECT_EQ(tried.model["tried"], 1000);
    EXPECT_EQ(tried.model["met"], 1000);
    EXPECT_EQ(tried.model["items"].size(), 20U);
}

TEST_F(WordRulesTest, ABrowserSavesOnlyWhatItHasTried) {
    const std::string fields = "kind=words&pattern=geheim&effect=hold&reason=Dat+mag+hier+niet.";
    const auto unseen = world().form(mo, "/moderatie/woordregels", fields + "&tried=&actie=bewaar");
    EXPECT_EQ(unseen.status, 200);
    EXPECT_EQ(unseen.model["form"]["tried"], "words:geheim");
    const auto page = world().html(mo, unseen);
    EXPECT_THAT(page, HasSubstr("De regel treft 0 berichten"));
    EXPECT_THAT(page, HasSubstr("value=\"bewaar\""));
    EXPECT_EQ(world().form(mo, "/moderatie/woordregels", fields + "&tried=words:anders&actie=bewaar").status, 200);
    EXPECT_EQ(world().form(mo, "/moderatie/woordregels", fields + "&tried=words:geheim&actie=proef").status, 200);
    EXPECT_EQ(sql(database(), "SELECT 1 FROM moderation_rules").size(), 0U);
    const auto saved = world().form(mo, "/moderatie/woordregels", fields + "&tried=words:geheim&actie=bewaar");
    EXPECT_EQ(saved.status, 303);
    EXPECT_EQ(saved.location, "/moderatie/woordregels");
    EXPECT_EQ(saved.flash, "guard.flash_added");
    EXPECT_EQ(reply(anna, "Dit is geheim.").status, 202) << "it works at once";
}

TEST_F(WordRulesTest, EveryFaultIsNamedAndWhatWasTypedStays) {
    const auto wrong = world().form(mo, "/moderatie/woordregels", "kind=host&pattern=geen+adres&effect=&reason=kort");
    EXPECT_EQ(wrong.status, 400);
    EXPECT_EQ(wrong.error("pattern"), "Vul het adres van een website in, zoals voorbeeld.nl.");
    EXPECT_EQ(wrong.error("effect"), "Kies wat er gebeurt.");
    EXPECT_EQ(wrong.error("reason"), "Schrijf 10 tot 300 tekens voor de schrijver. U gebruikt er nu 4.");
    const auto page = world().html(mo, wrong);
    EXPECT_THAT(page, HasSubstr("value=\"geen adres\""));
    EXPECT_THAT(page, HasSubstr("kort</textarea>"));
    EXPECT_EQ(world().post(mo, "/api/v1/moderation/rules", {{"kind", "x"}, {"effct", "warn"}}).errors.size(), 4U);
    EXPECT_EQ(add(std::string(101, 'a'), "warn").status, 400);
    EXPECT_EQ(world()
                  .post(mo, "/api/v1/moderation/rules",
                        {{"kind", "words"}, {"pattern", "a"}, {"effect", "warn"}, {"reason", std::string(1'000'000, 'a')}})
                  .status,
              400);
}

TEST_F(WordRulesTest, ARuleIsSwitchedAndEveryActIsLogged) {
    const auto id = add("geheim", "block").model["id"].get<std::int64_t>();
    EXPECT_EQ(add("geheim", "warn").error("pattern"), "Er staat al een regel voor ditzelfde aan.");
    EXPECT_EQ(switch_to(id, false).status, 200);
    EXPECT_EQ(switch_to(id, false).status, 200) << "twice is the same";
    EXPECT_EQ(reply(anna, "Dit is geheim.").status, 201);
    const auto second = add("geheim", "warn");
    EXPECT_EQ(second.status, 201);
    const auto conflict = switch_to(id, true);
    EXPECT_EQ(conflict.status, 409);
    EXPECT_EQ(conflict.detail, "guard.error_doubled");
    EXPECT_EQ(switch_to(id + 1000, true).status, 404);
    EXPECT_EQ(world().send(mo, http::Method::put, "/api/v1/moderation/rules/" + std::to_string(id), {{"active", "maybe"}}).status, 400);

    const auto page = world().get(mo, "/moderatie/woordregels");
    ASSERT_EQ(page.model["log"].size(), 3U);
    EXPECT_EQ(page.model["log"][0]["what"], "Mo Derator voegde ‘geheim’ toe.");
    EXPECT_EQ(page.model["log"][1]["what"], "Mo Derator zette ‘geheim’ uit.");
    const auto html = world().html(mo, page);
    EXPECT_THAT(html, HasSubstr("action=\"/moderatie/woordregels/" + std::to_string(id) + "\""));
    EXPECT_THAT(html, HasSubstr("Staat uit"));
    EXPECT_EQ(world().form(mo, "/moderatie/woordregels/" + second.model["id"].dump(), "active=0").status, 303);
}

TEST_F(WordRulesTest, OnlyModeratorsChangeAndOnlyStaffRead) {
    const auto bea = world().administrator();
    const json rule{{"kind", "words"}, {"pattern", "geheim"}, {"effect", "warn"}, {"reason", "Dat mag hier niet."}};
    EXPECT_EQ(world().post(anna, "/api/v1/moderation/rules", rule).status, 404);
    EXPECT_EQ(world().post(bea, "/api/v1/moderation/rules", rule).status, 403);
    EXPECT_EQ(world().get(anna, "/moderatie/woordregels").status, 404);
    add("geheim", "warn");
    const auto page = world().get(bea, "/moderatie/woordregels");
    EXPECT_EQ(page.model["items"][0]["switchUrl"], "");
    EXPECT_THAT(world().html(bea, page), Not(HasSubstr("<form class=\"fd-form")));
}

}  // namespace
}  // namespace forum::moderation
