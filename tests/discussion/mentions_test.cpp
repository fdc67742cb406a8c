// Names behind an "@": which become links, which stay words, and that nobody can make such a link in another way.
#include "discussion/mentions.hpp"

#include <gmock/gmock.h>

#include "discussion/world.hpp"

namespace forum::discussion {
namespace {

using test::DiscussionTest;
using test::sql;
using ::testing::HasSubstr;
using ::testing::Not;

class MentionsTest : public DiscussionTest {
protected:
    std::string html(const std::string& markdown) {
        return database().write([&](db::Tx& tx) { return render_post(tx, markdown); });
    }
    static std::string link(const access::Viewer& person, const std::string& words) {
        return "<a class=\"fd-vermelding\" href=\"/leden/" + to_string(person.member) + "\">@" + words + "</a>";
    }
};

TEST_F(MentionsTest, AMemberAndAMunicipality) {
    const auto marit = world().member("Marit Oosterwegel");
    EXPECT_EQ(html("Dag @Marit Oosterwegel, hoe gaat dat in @Westland?"),
              "<p>Dag " + link(marit, "Marit Oosterwegel")
                  + ", hoe gaat dat in <a class=\"fd-vermelding\" href=\"/gemeenten/GM1783\">@Westland</a>?</p>\n");
    EXPECT_THAT(html("@marit oosterwegel"), HasSubstr(link(marit, "marit oosterwegel"))) << "in any case";
    EXPECT_THAT(html("(@Marit Oosterwegel)"), HasSubstr(link(marit, "Marit Oosterwegel") + ")"));
    EXPECT_THAT(html("**@Marit Oosterwegel** weet het."), HasSubstr("<strong>" + link(marit, "Marit Oosterwegel") + "</strong>"));
}

TEST_F(MentionsTest, TheLongestNameWins) {
    const auto jan = world().member("Jan de Wit");
    const auto longer = world().member("Jan de Wit-Smit");
    EXPECT_THAT(html("@Jan de Wit-Smit en @Jan de Wit."),
                HasSubstr(link(longer, "Jan de Wit-Smit") + " en " + link(jan, "Jan de Wit") + "."));
    EXPECT_THAT(html("@Jan de Witte"), Not(HasSubstr("fd-vermelding")));
}

TEST_F(MentionsTest, TwoOfOneNameAreToldApartByTheirMunicipality) {
    world().member("Jan Jansen", true, "GM1783");
    const auto other = world().member("Jan Jansen", true, "GM0981");
    EXPECT_THAT(html("Dag @Jan Jansen"), Not(HasSubstr("fd-vermelding"))) << "no guess";
    EXPECT_THAT(html("Dag @Jan Jansen (Vaals)!"), HasSubstr(link(other, "Jan Jansen (Vaals)") + "!"));
}

TEST_F(MentionsTest, WhatIsNoMentionStaysAsItWas) {
    const auto marit = world().member("Marit Oosterwegel");
    for (const auto* text :
         {"marit@Marit Oosterwegel", "`@Marit Oosterwegel`", "[@Marit Oosterwegel](https://example.nl)", "@ Marit Oosterwegel",
          "@@Marit Oosterwegel", "```\n@Marit Oosterwegel\n```", "@Niemand Anders", "@", "é@Marit Oosterwegel"}) {
        EXPECT_THAT(html(text), Not(HasSubstr("fd-vermelding"))) << text;
    }
    sql(database(), "UPDATE members SET ended_at = now() WHERE id = $1", db::Params::of(marit.member));
    EXPECT_THAT(html("@Marit Oosterwegel"), Not(HasSubstr("fd-vermelding"))) << "who has left is nobody to be told";
}

TEST_F(MentionsTest, NobodyWritesTheLinkHimself) {
    const auto marit = world().member("Marit <b>Oosterwegel");
    EXPECT_THAT(html("<a class=\"fd-vermelding\" href=\"/leden/7\">@Marit</a>"), Not(HasSubstr("<a class")));
    EXPECT_THAT(html("[x](/leden/7 \"fd-vermelding\")"), Not(HasSubstr("/leden/7")));
    EXPECT_THAT(html("@Marit <b>Oosterwegel"), Not(HasSubstr("<b>")));
}

TEST_F(MentionsTest, NotMoreThanAFewAreLookedUp) {
    world().member("Marit Oosterwegel");
    std::string text;
    for (int n = 0; n < 60; ++n) {
        text += "@Marit Oosterwegel ";
    }
    const auto shown = html(text);
    std::size_t count = 0;
    for (auto at = shown.find("fd-vermelding"); at != shown.npos; at = shown.find("fd-vermelding", at + 1)) {
        ++count;
    }
    EXPECT_EQ(count, 20U);
}

TEST_F(MentionsTest, EveryWayToWriteMakesThem) {
    const auto marit = world().member("Marit Oosterwegel");
    const auto author = world().member("Anna Alpha");
    const auto wanted = link(marit, "Marit Oosterwegel");
    const auto thread = world().thread(author, {{"body", "Dag @Marit Oosterwegel."}});
    EXPECT_THAT(world().get(guest, world().api(thread)).model["opening"]["bodyHtml"].get<std::string>(), HasSubstr(wanted));
    EXPECT_THAT(world().reply(author, thread, "Nog eens @Marit Oosterwegel.")["bodyHtml"].get<std::string>(), HasSubstr(wanted));
    const auto newcomer = world().member("Nina Nieuw", false);
    EXPECT_THAT(world().reply(newcomer, thread, "Ook @Marit Oosterwegel.")["bodyHtml"].get<std::string>(), HasSubstr(wanted));
    world().reply(author, thread, "Zonder.");
    const auto edited =
        world().send(author, http::Method::put, world().api(thread, 4), {{"body", "Met @Marit Oosterwegel."}, {"version", 1}});
    EXPECT_THAT(edited.model["bodyHtml"].get<std::string>(), HasSubstr(wanted));
    EXPECT_THAT(world().post(author, "/api/v1/previews", {{"body", "@Marit Oosterwegel"}}).model["html"].get<std::string>(),
                HasSubstr(wanted));
}

}  // namespace
}  // namespace forum::discussion
