#include "discussion/threads_page.hpp"

#include <gmock/gmock.h>

#include <random>

#include "base/text.hpp"
#include "discussion/place_threads.hpp"
#include "discussion/post_states.hpp"
#include "discussion/thread_filter.hpp"
#include "discussion/world.hpp"

namespace forum::discussion {
namespace {

using nlohmann::json;
using test::DiscussionTest;
using test::sql;
using testing::ElementsAre;

std::vector<std::int64_t> ids(const json& list) {
    std::vector<std::int64_t> found;
    for (const auto& row : list["items"]) {
        found.push_back(row["id"]);
    }
    return found;
}

/// All rows of a list, by following `next`.
std::vector<std::int64_t> all_ids(test::World& world, const access::Viewer& viewer, const std::string& query) {
    std::vector<std::int64_t> found;
    std::string cursor;
    for (int page = 0; page < 50; ++page) {
        const auto list = world.get(viewer, "/api/v1/threads?" + query + (cursor.empty() ? "" : "&cursor=" + cursor)).model;
        const auto here = ids(list);
        found.insert(found.end(), here.begin(), here.end());
        if (list["next"].is_null()) {
            return found;
        }
        cursor = list["next"];
    }
    ADD_FAILURE() << "the list has no end";
    return found;
}

TEST_F(DiscussionTest, FiltersNarrowEachOtherAndStandInTheAddress) {
    const auto anna = world().member("Anna Alpha", true, "GM1783");
    const auto question = world().thread(anna, {{"title", "Vraag over buurten"}, {"municipalities", {"GM0184"}}});
    const auto dilemma = world().thread(anna, {{"title", "Dilemma over buurten"},
                                               {"kind", "dilemma"},
                                               {"context", "a"},
                                               {"options", "b"},
                                               {"tried", "c"},
                                               {"typologies", {"voorsteden"}}});
    const auto experience = world().thread(anna, {{"title", "Ervaring met taal"}, {"kind", "experience"}, {"theme", "taal"}});
    const auto list = [&](const std::string& query) { return all_ids(world(), guest, query); };
    EXPECT_THAT(list("kind=question"), ElementsAre(question));
    EXPECT_THAT(list("kind=question&kind=dilemma"), testing::UnorderedElementsAre(question, dilemma));
    EXPECT_THAT(list("kind=question&theme=taal"), ElementsAre());
    EXPECT_THAT(list("theme=taal"), ElementsAre(experience));
    EXPECT_THAT(list("typology=voorsteden"), ElementsAre(dilemma));
    EXPECT_THAT(list("municipality=GM0184"), ElementsAre(question));
    EXPECT_EQ(list("municipality=GM1783").size(), 3U) << "asked from there";
    EXPECT_THAT(list("q=buurt"), testing::UnorderedElementsAre(question, dilemma)) << "buurten is buurt";
    EXPECT_THAT(list("q=dilem"), ElementsAre(dilemma));
    EXPECT_THAT(list("q=%25"), ElementsAre());
    EXPECT_THAT(list("state=open"), ElementsAre(question));
    EXPECT_EQ(world().get(guest, "/api/v1/threads?state=nonsense").status, 400) << "a script hears what it spelled wrong";
    EXPECT_TRUE(world().get(guest, "/gesprekken?stand=onzin").model["items"].empty()) << "a person sees an empty list";
    EXPECT_THAT(list("kind=&theme=&q=").size(), 3U);

    const auto page = world().get(guest, "/gesprekken?soort=vraag&soort=dilemma&zoek=buurt&gemeente=urk&na=");
    EXPECT_THAT(ids(page.model), ElementsAre(question));
    EXPECT_EQ(page.model["filters"]["onCount"], 4);
    EXPECT_EQ(page.model["filters"]["municipality"]["name"], "Urk");
    ASSERT_EQ(page.model["chips"].size(), 4U);
    EXPECT_EQ(page.model["chips"][1]["label"], "Vraag");
    EXPECT_EQ(page.model["chips"][1]["url"], "/gesprekken?soort=dilemma&zoek=buurt&gemeente=urk");
    EXPECT_EQ(page.model["clearUrl"], "/gesprekken");
    EXPECT_EQ(page.model["filters"]["kinds"][0]["value"], "vraag");
    EXPECT_TRUE(page.model["filters"]["kinds"][0]["isChosen"].get<bool>());
    EXPECT_TRUE(world().get(guest, "/gesprekken?gemeente=Atlantis").model["items"].empty());
}

TEST_F(DiscussionTest, LikeMineIsTheTypeOfTheReadersMunicipality) {
    const auto anna = world().member("Anna Alpha", true, "GM1783"), bert = world().member("Bert Beta", true, "GM0184"),
               nora = world().member("Nora", true, "");
    const auto by_anna = world().thread(anna);
    world().thread(bert);
    const auto linked = world().thread(bert, {{"typologies", {"tuinbouwgemeenten"}}});
    EXPECT_THAT(all_ids(world(), anna, "likeMine=1"), testing::UnorderedElementsAre(by_anna, linked));
    EXPECT_EQ(all_ids(world(), nora, "likeMine=1").size(), 3U) << "without a type there is nothing to be like";
    EXPECT_TRUE(world().get(nora, "/gesprekken").model["likeMine"].is_null());
    EXPECT_TRUE(world().get(anna, "/gesprekken?mijn=1").model["likeMine"]["isChosen"].get<bool>());
}

TEST_F(DiscussionTest, ACursorGoesOnWhereThePageEndedAndBackAgain) {
    const auto anna = world().member("Anna Alpha");
    for (int i = 0; i < 47; ++i) {
        const auto thread = world().thread(anna, {{"title", "Gesprek " + std::to_string(i)}});
        // Pairs with the same time, so that the id must decide.
        sql(database(), "UPDATE threads SET last_post_at = now() - make_interval(mins => $2) WHERE id = $1", db::Params::of(thread, i / 2));
    }
    for (const auto* sort : {"activity", "newest", "unanswered"}) {
        auto found = all_ids(world(), guest, std::string{"sort="} + sort);
        EXPECT_EQ(found.size(), 47U);
        std::sort(found.begin(), found.end());
        EXPECT_EQ(std::unique(found.begin(), found.end()), found.end()) << "no row twice";
    }
    const auto first = world().get(guest, "/gesprekken").model;
    EXPECT_EQ(first["previousUrl"], "");
    const auto second = world().get(guest, first["nextUrl"]).model;
    const auto third = world().get(guest, second["nextUrl"]).model;
    EXPECT_EQ(third["items"].size(), 7U);
    EXPECT_EQ(third["nextUrl"], "");
    EXPECT_EQ(ids(world().get(guest, third["previousUrl"]).model), ids(second));
    EXPECT_EQ(ids(world().get(guest, second["previousUrl"]).model), ids(first));
    for (const auto* bad : {"x", "AAAA", "W10", "WyJhY3Rpdml0eSIsIngiLCIxIiwiMSJd"}) {
        EXPECT_EQ(world().get(guest, std::string{"/api/v1/threads?cursor="} + bad).status, 400) << bad;
    }
    const auto cursor = world().get(guest, "/api/v1/threads").model["next"].get<std::string>();
    EXPECT_EQ(world().get(guest, "/api/v1/threads?sort=newest&cursor=" + cursor).status, 400) << "a cursor of another order";
}

TEST_F(DiscussionTest, PinnedStandsFirst) {
    const auto anna = world().member("Anna Alpha");
    const auto old = world().thread(anna);
    const auto fresh = world().thread(anna);
    sql(database(),
        "UPDATE threads SET last_post_at = now() - interval '1 day', is_pinned = true, pinned_reason = 'belangrijk' WHERE id = $1",
        db::Params::of(old));
    EXPECT_THAT(all_ids(world(), guest, ""), ElementsAre(old, fresh));
    EXPECT_THAT(all_ids(world(), guest, "sort=newest"), ElementsAre(fresh, old));
}

/// What the model test knows of a thread.
struct KnownThread {
    std::int64_t id;
    std::string kind, theme, visibility;
    std::set<std::string> typologies, municipalities;
    base::MemberId author;
    bool is_published, is_answered{false};
    std::map<int, std::string> posts;  ///< state by number

    int replies() const {
        return static_cast<int>(
            std::count_if(posts.begin(), posts.end(), [](const auto& post) { return post.first > 1 && post.second == "live"; }));
    }
};

// Random acts against a small reference model: counts beside filters are the rows behind them, numbers are never used again,
// and the kept figures are true, for a guest, two members and a moderator.
TEST_F(DiscussionTest, CountsEqualRowsWhateverHappens) {
    std::mt19937 random{42};
    const auto one_of = [&](const auto& list) -> const auto& { return list[random() % list.size()]; };
    const auto anna = world().member("Anna Alpha", true, "GM1783"),
               nova = world().member("Nova Nieuw", false, "GM0184", "member", "raadslid"), moderator = world().moderator();
    const std::vector<std::string> kinds{"question", "experience"}, themes{"wonen", "taal"},
        typologies{"voorsteden", "grensgemeenten", "tuinbouwgemeenten"}, codes{"GM1783", "GM0184", "GM0363"},
        visibilities{"public", "members", "administrators"};
    const std::vector<access::Viewer> writers{anna, nova};
    std::vector<KnownThread> known;

    const auto may_see = [](const KnownThread& thread, const access::Viewer& viewer) {
        if (viewer.is_staff() || thread.author == viewer.member) {
            return true;
        }
        return thread.is_published
               && (thread.visibility == "public" || (thread.visibility == "members" && viewer.is_signed_in()) || viewer.is_office_holder);
    };
    const auto is_listed = [&](const KnownThread& thread, const access::Viewer& viewer) {
        const bool waits = thread.posts.at(1) == "waiting" || thread.posts.at(1) == "returned";
        const bool is_blanked = thread.posts.at(1) == "withdrawn" && !viewer.is_staff() && thread.author != viewer.member;
        return may_see(thread, viewer) && (thread.is_published || (thread.author == viewer.member && waits))
               && !(is_blanked && thread.replies() == 0);
    };

    for (int step = 0; step < 220; ++step) {
        const auto act = random() % 10;
        if (act < 2 || known.empty()) {
            const auto& author = one_of(writers);
            KnownThread thread{.id = 0,
                               .kind = one_of(kinds),
                               .theme = one_of(themes),
                               .visibility = one_of(visibilities),
                               .typologies = {},
                               .municipalities = {},
                               .author = author.member,
                               .is_published = author.is_trusted,
                               .posts = {}};
            if (random() % 2 == 0)
                thread.typologies.insert(one_of(typologies));
            if (random() % 2 == 0)
                thread.typologies.insert(one_of(typologies));
            if (random() % 2 == 0)
                thread.municipalities.insert(one_of(codes));
            thread.id = world().thread(author, {{"kind", thread.kind},
                                                {"theme", thread.theme},
                                                {"visibility", thread.visibility},
                                                {"typologies", thread.typologies},
                                                {"municipalities", thread.municipalities}});
            thread.municipalities.insert(author.municipality);
            thread.posts[1] = author.is_trusted ? "live" : "waiting";
            known.push_back(thread);
            continue;
        }
        auto& thread = known[random() % known.size()];
        const int last = thread.posts.rbegin()->first;
        if (act < 6) {
            const auto& author = one_of(writers);
            const auto answer = world().post(author, world().api(thread.id) + "/posts", {{"body", "stap " + std::to_string(step)}});
            if (!may_see(thread, author)) {
                EXPECT_EQ(answer.status, 404);
            } else if (!thread.is_published) {
                EXPECT_EQ(answer.status, 409);
            } else {
                EXPECT_EQ(answer.model["number"], last + 1);
                thread.posts[last + 1] = author.is_trusted ? "live" : "waiting";
            }
            continue;
        }
        const int number = static_cast<int>(random() % static_cast<unsigned>(last)) + 1;
        const auto row = sql(database(), "SELECT id, version, author_id FROM posts WHERE thread_id = $1 AND number = $2",
                             db::Params::of(thread.id, number))
                             .one();
        const auto post = row.id<base::PostId>("id");
        const auto version = static_cast<int>(row.integer("version"));
        auto& state = thread.posts[number];
        std::string next;
        try {
            if (act == 6 || act == 7) {
                database().write([&](db::Tx& tx) { publish(tx, world().announcer, post, version); });
                next = "live";
            } else if (act == 8) {
                database().write([&](db::Tx& tx) { withdraw(tx, world().announcer, post); });
                next = "withdrawn";
            } else if (number > 1 && thread.kind == "question") {
                const auto answer = world().send(moderator, http::Method::put, world().api(thread.id) + "/answer", {{"number", number}});
                if (state == "live") {
                    EXPECT_EQ(answer.status, 200);
                    thread.is_answered = true;
                } else {
                    EXPECT_NE(answer.status, 200);
                }
                continue;
            }
        } catch (const base::Problem&) {
            const bool was_allowed = (act < 8 && state == "waiting") || (act == 8 && (state == "waiting" || state == "live"));
            EXPECT_FALSE(was_allowed) << state;
            continue;
        }
        if (!next.empty()) {
            state = next;
            thread.is_published = thread.is_published || (number == 1 && next == "live");
            if (next == "withdrawn") {
                const auto accepted = sql(database(), "SELECT accepted_post FROM threads WHERE id = $1", db::Params::of(thread.id)).one();
                thread.is_answered = !accepted.is_null("accepted_post");
            }
        }
    }

    for (const auto& viewer : {guest, anna, nova, moderator}) {
        const auto matching = [&](auto condition) {
            return std::count_if(known.begin(), known.end(),
                                 [&](const KnownThread& thread) { return is_listed(thread, viewer) && condition(thread); });
        };
        for (const auto& filter :
             std::vector<std::string>{"", "kind=question", "theme=taal", "typology=voorsteden", "state=open",
                                      "kind=question&state=answered", "typology=voorsteden&typology=grensgemeenten&theme=wonen"}) {
            const auto page = world().get(viewer, "/api/v1/threads?" + filter).model;
            EXPECT_EQ(page["count"].get<std::size_t>(), all_ids(world(), viewer, filter).size()) << filter;
            const std::map<std::string, std::string> lists{
                {"kinds", "kind"}, {"themes", "theme"}, {"typologies", "typology"}, {"states", "state"}};
            for (const auto& [list, name] : lists) {
                for (const auto& choice : page["filters"][list]) {
                    // The same address with this filter's own values replaced by the choice.
                    std::string query = name + "=" + choice["value"].get<std::string>();
                    for (const auto& part : base::split(filter, '&')) {
                        if (!part.empty() && !part.starts_with(name + "=")) {
                            query += "&" + part;
                        }
                    }
                    EXPECT_EQ(choice["count"].get<std::size_t>(), all_ids(world(), viewer, query).size()) << filter << " -> " << query;
                }
            }
        }
        const auto counts = database().read([&](db::Tx& tx) { return count_by_municipality(tx, viewer); });
        for (const auto& code : codes) {
            const auto count = counts.find(code);
            EXPECT_EQ(count == counts.end() ? 0U : static_cast<std::size_t>(count->second),
                      all_ids(world(), viewer, "municipality=" + code).size());
            EXPECT_EQ(matching([&](const KnownThread& thread) { return thread.municipalities.contains(code); }),
                      static_cast<std::ptrdiff_t>(all_ids(world(), viewer, "municipality=" + code).size()));
        }
        EXPECT_EQ(matching([](const KnownThread&) { return true; }), static_cast<std::ptrdiff_t>(all_ids(world(), viewer, "").size()));
        EXPECT_EQ(matching([](const KnownThread& thread) { return thread.kind == "question" && !thread.is_answered; }),
                  static_cast<std::ptrdiff_t>(all_ids(world(), viewer, "state=open").size()));
        for (const auto& thread : known) {
            const auto page = world().get(viewer, world().api(thread.id));
            ASSERT_EQ(page.status, may_see(thread, viewer) ? 200 : 404);
            if (page.status == 200) {
                EXPECT_EQ(page.model["replyCount"], thread.replies());
            }
        }
    }
    const auto wrong = sql(database(), R"(
        SELECT count(*) AS n FROM threads t
         WHERE t.seq <> (SELECT count(*) FROM events e WHERE e.topic = 'thread/' || t.id)
            OR t.seq <> (SELECT coalesce(max(e.seq), 0) FROM events e WHERE e.topic = 'thread/' || t.id)
            OR t.last_number <> (SELECT max(p.number) FROM posts p WHERE p.thread_id = t.id)
            OR t.last_number <> (SELECT count(*) FROM posts p WHERE p.thread_id = t.id)
            OR t.opening_state <> (SELECT p.state FROM posts p WHERE p.thread_id = t.id AND p.number = 1))");
    EXPECT_EQ(wrong.one().integer("n"), 0);
}

TEST_F(DiscussionTest, HomeCountsWhatItLinksTo) {
    const auto anna = world().member("Anna Alpha", true, "GM1783"), bert = world().member("Bert Beta", true, "GM0184");
    for (int i = 0; i < 6; ++i) {
        world().thread(i % 2 == 0 ? anna : bert,
                       {{"kind", i < 4 ? "question" : "experience"}, {"visibility", i == 0 ? "members" : "public"}});
    }
    for (const auto& viewer : {guest, anna}) {
        const auto home = world().get(viewer, "/api/v1/home").model;
        EXPECT_EQ(home["threads"].size(), 4U);
        EXPECT_EQ(home["unanswered"].size(), 3U);
        EXPECT_EQ(home["threadCount"], world().get(viewer, "/api/v1/threads").model["count"]);
        EXPECT_EQ(home["unansweredCount"], world().get(viewer, "/api/v1/threads?state=open").model["count"]);
    }
    const auto mine = world().get(anna, "/api/v1/home").model["mine"];
    EXPECT_EQ(mine["municipality"]["code"], "GM1783");
    EXPECT_EQ(mine["typology"]["slug"], "tuinbouwgemeenten");
    EXPECT_EQ(mine["threads"].size(), 3U);
    EXPECT_TRUE(world().get(guest, "/api/v1/home").model["mine"].is_null());
}

TEST_F(DiscussionTest, PlacesShowTheListsOwnRows) {
    const auto anna = world().member("Anna Alpha", true, "GM1783");
    const auto thread = world().thread(anna, {{"municipalities", {"GM0184"}}, {"typologies", {"homogene-gemeenten"}}});
    const auto source = thread_source(test::templates(), world().places);
    database().read([&](db::Tx& tx) {
        const http::Request request;
        const http::PathValues path;
        const site::PageContext context{request, path, guest, tx, view::Language::dutch, false};
        EXPECT_EQ(source.rows(context, {.municipality = "GM0184", .typology = ""}, 10).json()[0]["id"], thread);
        EXPECT_EQ(source.rows(context, {.municipality = "", .typology = "homogene-gemeenten"}, 10).json().size(), 1U);
        EXPECT_EQ(source.by_municipality(tx, guest)["GM0184"], 1);
        EXPECT_EQ(source.by_typology(tx, guest)["homogene-gemeenten"], 1);
    });
}

}  // namespace
}  // namespace forum::discussion
