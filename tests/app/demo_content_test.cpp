#include "app/demo_content.hpp"

#include <gmock/gmock.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "members/demo_members.hpp"
#include "moderation/case_store.hpp"
#include "moderation/check_invariants.hpp"
#include "moderation/decision_view.hpp"
#include "places/reference_data.hpp"
#include "support/temp_folder.hpp"
#include "support/test_database.hpp"
#include "view/markdown.hpp"
#include "view/templates.hpp"

namespace forum::app {
namespace {

using test::sql;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

const std::string seed_folder = std::string{FORUM_SOURCE_DIR} + "/sql/seed";

/// Everything before the conversations, as app/seed.cpp does it.
void seed_ground(db::Database& database) {
    database.write([](db::Tx& tx) {
        places::seed_reference_data(tx, seed_folder);
        places::seed_example_division(tx, seed_folder);
        members::seed_demo_members(tx, crypto::PasswordHasher{{.memory_kib = 64, .passes = 1}});
    });
}

std::vector<std::string> lines(db::Database& database, std::string_view query) {
    std::vector<std::string> list;
    for (const auto& row : sql(database, query)) {
        list.push_back(row.text("line"));
    }
    return list;
}

std::string message_of(const std::function<void()>& action) {
    try {
        action();
    } catch (const std::exception& error) {
        return error.what();
    }
    return "no error";
}

/// A database with the demo's content; the tests here only read it.
class DemoContent : public ::testing::Test {
protected:
    static void SetUpTestSuite() {
        suite_database = std::make_unique<test::TestDatabase>();
        seed_ground(database());
        database().write([](db::Tx& tx) { seed_demo_content(tx, seed_folder + "/demo"); });
    }
    static void TearDownTestSuite() { suite_database.reset(); }
    static db::Database& database() { return suite_database->database(); }

    static std::int64_t member(const std::string& slug) {
        return sql(database(), "SELECT id FROM members WHERE email = $1", db::Params::of(slug + "@demo.example")).one().integer("id");
    }
    /// How many threads and how many texts of posts this viewer gets; `viewer` 0 is a guest.
    struct Seen {
        std::int64_t threads, posts, texts;
        bool operator==(const Seen&) const = default;
    };
    static Seen seen_by(std::int64_t viewer, int level) {
        const auto row = sql(database(),
                             "SELECT (SELECT count(*) FROM visible_threads($1, $2)) AS threads, count(*) AS "
                             "posts, "
                             "count(*) FILTER (WHERE has_text AND body <> '') AS texts FROM visible_posts($1, "
                             "$2)",
                             db::Params::of(viewer == 0 ? std::nullopt : std::optional{viewer}, level))
                             .one();
        return {row.integer("threads"), row.integer("posts"), row.integer("texts")};
    }
    friend void PrintTo(const Seen& seen, std::ostream* out) {
        *out << seen.threads << " threads, " << seen.posts << " posts, " << seen.texts << " texts";
    }

private:
    static inline std::unique_ptr<test::TestDatabase> suite_database;
};

TEST_F(DemoContent, KeepsTheInvariants) {
    EXPECT_THAT(database().read([](db::Tx& tx) { return moderation::check_invariants(tx); }), IsEmpty());
}

TEST_F(DemoContent, DoesNothingASecondTime) {
    const auto sizes = "SELECT format('%s %s %s %s %s', (SELECT count(*) FROM members), (SELECT "
                       "count(*) FROM threads), "
                       "(SELECT count(*) FROM posts), (SELECT count(*) FROM events), (SELECT "
                       "count(*) FROM decisions)) AS line";
    const auto before = lines(database(), sizes);
    database().write([](db::Tx& tx) { seed_demo_content(tx, seed_folder + "/demo"); });
    EXPECT_EQ(lines(database(), sizes), before);
}

TEST_F(DemoContent, HasTheThreadsOfThePlan) {
    EXPECT_THAT(lines(database(), "SELECT kind || ' ' || count(*) AS line FROM threads WHERE "
                                  "is_demo GROUP BY kind ORDER BY kind"),
                ElementsAre("announcement 1", "dilemma 9", "experience 7", "question 9"));
    EXPECT_THAT(lines(database(), "SELECT visibility || ' ' || count(*) AS line FROM threads GROUP "
                                  "BY visibility ORDER BY 1"),
                ElementsAre("administrators 1", "members 4", "public 21"));
    EXPECT_THAT(lines(database(), "SELECT state || ' ' || count(*) AS line FROM posts GROUP BY state ORDER BY state"),
                ElementsAre("live 114", "rejected 1", "removed 1", "returned 1", "waiting 3", "withdrawn 1"));
    EXPECT_THAT(lines(database(), "SELECT slug AS line FROM typologies y WHERE NOT EXISTS "
                                  "(SELECT 1 FROM thread_typologies t WHERE t.typology_slug = y.slug)"),
                IsEmpty());
    EXPECT_THAT(lines(database(), "SELECT title AS line FROM threads WHERE reply_count = 0 ORDER BY id"),
                ElementsAre("Raadsvragen over discriminatie op de woningmarkt: wat werkte", "Toezicht en gastvrijheid in één bezoek"));
    EXPECT_THAT(lines(database(), "SELECT t.kind || ', chosen by ' || (t.accepted_by = "
                                  "t.author_id) || ', written by another ' || "
                                  "(p.author_id <> t.author_id) AS line FROM threads t JOIN posts "
                                  "p ON p.id = t.accepted_post "
                                  "JOIN thread_acts a ON a.post_id = p.id AND a.kind = 'accept'"),
                ElementsAre("question, chosen by true, written by another true", "question, chosen by true, written by another true",
                            "question, chosen by true, written by another true"));
}

TEST_F(DemoContent, LongThreadsJoinMunicipalitiesOfDifferentTypes) {
    EXPECT_THAT(lines(database(), "SELECT t.id::text AS line FROM threads t WHERE t.reply_count >= 5 AND "
                                  "(SELECT count(DISTINCT y.typology_slug) FROM posts p JOIN municipality_typology y "
                                  "ON y.municipality_code = p.author_municipality WHERE p.thread_id = t.id AND p.state "
                                  "= 'live') >= 3 "
                                  "ORDER BY t.id"),
                ::testing::SizeIs(8));
    EXPECT_THAT(lines(database(), "SELECT title AS line FROM threads t JOIN members m ON m.id = t.author_id "
                                  "WHERE m.email = 'wethouder@demo.example' AND t.reply_count > 0"),
                ElementsAre("Slaapplaatsen bij de kas of in de kern?"));
}

TEST_F(DemoContent, OneThreadHasAWallWithVotes) {
    EXPECT_THAT(lines(database(), "SELECT q.number || ' ' || q.place || ' ' || q.votes AS line FROM walls w "
                                  "CROSS JOIN LATERAL wall_questions(w.thread_id, NULL, 0) q WHERE w.is_open ORDER BY q.position"),
                ElementsAre("3 current 5", "4 open 4", "5 open 1", "6 open 0", "2 dealt 3"));
}

TEST_F(DemoContent, EveryoneSeesWhatIsForHim) {
    const auto guest = seen_by(0, 0);
    const auto stranger = seen_by(member("adviseur"), 1);
    const auto staff = seen_by(member("moderator"), 3);
    EXPECT_EQ(guest.threads, 21);
    EXPECT_EQ(stranger.threads, 25);
    EXPECT_EQ(seen_by(member("mehmet-sarikaya"), 1).threads, 26) << "the closed thread is his own";
    EXPECT_EQ(seen_by(member("wethouder"), 2).threads, 26) << "it is for office-holders";
    EXPECT_EQ(staff, (Seen{26, 121, 121}));
    EXPECT_EQ(seen_by(member("beheer"), 4), staff);
    // Five were never published; of the removed and the withdrawn one only the place is there.
    EXPECT_EQ(stranger, (Seen{25, 113, 111}));
    EXPECT_EQ(seen_by(member("nieuw"), 1), (Seen{25, 116, 114})) << "his own waiting, returned and rejected posts";
    EXPECT_EQ(guest.posts - guest.texts, 2);
    EXPECT_THAT(lines(database(), "SELECT visibility AS line FROM visible_threads(NULL, 0) GROUP BY visibility"), ElementsAre("public"));
}

TEST_F(DemoContent, TheAuthorOfARemovedPostReadsWhatWasDecidedAndByWhichRule) {
    const view::Templates templates{std::string{FORUM_SOURCE_DIR} + "/build/web", view::Missing::refuse};
    const auto decision = database().read([](db::Tx& tx) {
        const auto list = moderation::decisions_of_author(tx, {member("rik-stoutjesdijk")}, {}, 10);
        return moderation::decision_json(list.at(0), moderation::list_house_rules(tx), moderation::DecisionReader::author);
    });
    const auto shown = templates.render("_decision", nlohmann::json{{"decision", decision}}, view::Language::dutch);
    EXPECT_THAT(shown, HasSubstr("Uw bericht is verwijderd. Een moderator besloot dit,"));
    EXPECT_THAT(shown, HasSubstr("2. Blijf respectvol"));
    EXPECT_THAT(shown, HasSubstr("Het bericht zegt van herkenbare personen"));
}

TEST_F(DemoContent, TimesRunThroughTheLastThreeWeeks) {
    const auto row = sql(database(), "SELECT max(published_at) > now() - interval '1 hour' AS is_fresh, "
                                     "max(created_at) <= now() AS is_past, "
                                     "min(created_at) BETWEEN now() - interval '21 days' AND now() - interval "
                                     "'18 days' AS is_recent "
                                     "FROM posts")
                         .one();
    EXPECT_TRUE(row.flag("is_fresh"));
    EXPECT_TRUE(row.flag("is_past"));
    EXPECT_TRUE(row.flag("is_recent"));
    EXPECT_THAT(lines(database(), "SELECT t.title AS line FROM posts a JOIN posts b USING "
                                  "(thread_id) JOIN threads t ON t.id = thread_id "
                                  "WHERE a.number < b.number AND a.created_at > b.created_at"),
                IsEmpty());
    EXPECT_THAT(lines(database(), "SELECT a.topic AS line FROM events a JOIN events b ON b.topic = "
                                  "a.topic AND b.seq = a.seq + 1 "
                                  "WHERE b.at < a.at"),
                IsEmpty())
        << "pruning the oldest events must leave no gap";
    EXPECT_THAT(lines(database(), "SELECT m.email AS line FROM members m JOIN posts p ON p.author_id = m.id "
                                  "WHERE p.created_at < m.created_at OR p.created_at > m.ended_at"),
                IsEmpty());
    EXPECT_THAT(lines(database(), "SELECT email AS line FROM members WHERE ended_at IS NOT NULL"),
                ElementsAre("peter-zandbergen@demo.example"));
}

TEST_F(DemoContent, KeptFiguresAreTrue) {
    const auto figures = "SELECT format('%s %s %s %s', id, reply_count, strand, last_post_at) AS "
                         "line FROM threads ORDER BY id";
    const auto before = lines(database(), figures);
    sql(database(), "SELECT recount_thread(id) FROM threads");
    EXPECT_EQ(lines(database(), figures), before);
}

TEST_F(DemoContent, TheQueueHoldsThreePostsOfNewMembers) {
    EXPECT_THAT(
        lines(database(), "SELECT m.email || ' ' || c.hold_rule AS line FROM cases c JOIN "
                          "posts p ON p.id = c.post_id "
                          "JOIN members m ON m.id = p.author_id WHERE c.state = 'open' AND "
                          "NOT m.is_trusted ORDER BY c.waiting_since"),
        ElementsAre("fleur-haverkate@demo.example new-member", "omar-tahiri@demo.example new-member", "nieuw@demo.example new-member"));
}

TEST_F(DemoContent, DecisionsAreComplete) {
    EXPECT_THAT(lines(database(), "SELECT d.kind || ' ' || d.state_from || ' ' || d.state_to || ' ' || "
                                  "c.kind || ' ' || c.state AS line "
                                  "FROM decisions d JOIN cases c ON c.id = d.case_id ORDER BY d.kind"),
                ElementsAre("reject waiting rejected review decided", "remove live removed report decided",
                            "return waiting returned review with_author"));
    EXPECT_THAT(lines(database(), "SELECT d.kind AS line FROM decisions d WHERE NOT d.rules <@ ARRAY(SELECT slug FROM "
                                  "house_rules) "
                                  "OR cardinality(d.rules) = 0 OR d.statement LIKE '%{%' OR d.statement = '' "
                                  "OR coalesce(d.appeal_until < d.decided_at + interval '6 months', d.kind <> 'return')"),
                IsEmpty());
}

TEST_F(DemoContent, PostsAreRenderedLikeAnyPost) {
    for (const auto& row : sql(database(), "SELECT body, body_html FROM posts")) {
        EXPECT_EQ(row.text("body_html"), view::render_markdown(row.text("body")));
    }
}

/// Reading level B1 of the demo's own texts: openings of a length that is read, sentences that are short.
TEST_F(DemoContent, OpeningsAreShortEnoughToRead) {
    for (const auto& row : sql(database(), "SELECT t.title, p.body FROM threads t JOIN posts p ON "
                                           "p.thread_id = t.id AND p.number = 1")) {
        std::istringstream words{row.text("body")};
        int count = 0;
        int sentences = 0;
        for (std::string word; words >> word; ++count) {
            sentences += word.find_first_of(".!?:") != word.npos ? 1 : 0;
        }
        EXPECT_GE(count, 60) << row.text("title");
        EXPECT_LE(count, 180) << row.text("title");
        EXPECT_LE(count, 15 * sentences) << row.text("title");
    }
}

class DemoFile : public ::testing::Test {
protected:
    std::string fault(const std::string& content) {
        std::ofstream{folder_.path() / "threads.json"} << content;
        return message_of([&] { database_.database().write([&](db::Tx& tx) { seed_demo_content(tx, folder_.path().string()); }); });
    }
    db::Database& database() { return database_.database(); }
    const test::TempFolder& folder() const { return folder_; }

private:
    test::TestDatabase database_;
    test::TempFolder folder_;
};

TEST_F(DemoFile, SaysWhatIsWrong) {
    seed_ground(database());
    EXPECT_THAT(message_of([&] { database().write([&](db::Tx& tx) { seed_demo_content(tx, folder().path().string()); }); }),
                HasSubstr("cannot read"));
    EXPECT_THAT(fault("{"), HasSubstr("parse error"));
    const std::string thread =
        R"({"members": [], "threads": [{"kind": "question", "title": "Wie?", "minutes_ago": 10,
        "theme": "wonen", "text": ["Wie weet het?"], "by": )";
    EXPECT_THAT(fault(thread + R"("niemand"}]})"), HasSubstr("demo thread 'Wie?': no member niemand"));
    const auto with = [&](const std::string& then) { return thread + R"("adviseur", "then": [)" + then + "]}]}"; };
    EXPECT_THAT(fault(with(R"({"by": "wethouder", "minutes_ago": 11, "text": ["Ik."]})")), HasSubstr("what happened later"));
    EXPECT_THAT(fault(with(R"({"act": "accept", "post": 2, "minutes_ago": 9})")), HasSubstr("no reply 2 yet"));
    EXPECT_THAT(fault(with(R"({"by": "wethouder", "minutes_ago": 9, "text": ["Ik."]},
                              {"act": "dance", "post": 2, "minutes_ago": 8})")),
                HasSubstr("no such act: dance"));
    EXPECT_THAT(fault(with(R"({"by": "wethouder", "minutes_ago": 9, "text": ["Ik."]},
                              {"act": "remove", "post": 2, "minutes_ago": 8, "by": "moderator"})")),
                HasSubstr("nothing to decide about reply 2"));
    EXPECT_EQ(sql(database(), "SELECT count(*) AS n FROM threads").one().integer("n"), 0) << "a refused file leaves nothing";
}

}  // namespace
}  // namespace forum::app
