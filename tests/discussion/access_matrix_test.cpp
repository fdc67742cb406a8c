// Who sees what, for every reader, every visibility, every state and every way out: page, API, list, count, search, similar,
// history, live. Rule: the expectation is computed from the two sentences below, never written out by hand.
#include <gmock/gmock.h>

#include "base/text.hpp"
#include "discussion/place_threads.hpp"
#include "discussion/thread_events.hpp"
#include "discussion/thread_filter.hpp"
#include "discussion/thread_store.hpp"
#include "discussion/world.hpp"

namespace forum::discussion {
namespace {

using nlohmann::json;
using test::DiscussionTest;
using test::sql;

const std::vector<std::string> visibilities{"public", "members", "administrators"};
const std::vector<std::string> states{"waiting", "returned", "rejected", "live", "live_change", "hidden", "removed", "withdrawn", "erased"};

enum class Reader { guest, other, office_holder, author, moderator, administrator };

bool is_staff(Reader reader) { return reader == Reader::moderator || reader == Reader::administrator; }
bool was_live(const std::string& state) { return state != "waiting" && state != "returned" && state != "rejected"; }

/// A thread is there for its author and staff, and once it was published for those whom its visibility names.
bool sees_thread(Reader reader, const std::string& visibility, bool is_published) {
    if (is_staff(reader) || reader == Reader::author) {
        return true;
    }
    const bool is_member = reader == Reader::other || reader == Reader::office_holder;
    return is_published
           && (visibility == "public" || (visibility == "members" && is_member)
               || (visibility == "administrators" && reader == Reader::office_holder));
}

/// A text is there for who sees the thread while its post is live, and for its author and staff until it is erased.
bool reads_text(Reader reader, const std::string& state) {
    if (state == "live" || state == "live_change") {
        return true;
    }
    return state != "erased" && (is_staff(reader) || reader == Reader::author);
}

class AccessMatrixTest : public DiscussionTest {
protected:
    void SetUp() override {
        DiscussionTest::SetUp();
        author = world().member("Anna Alpha", true, "GM0981", "member", "programmamanager");
        readers = {{Reader::guest, guest},
                   {Reader::other, world().member("Otto Overig", true, "GM1783", "member", "beleidsadviseur")},
                   {Reader::office_holder, world().member("Wil Wethouder")},
                   {Reader::author, author},
                   {Reader::moderator, world().moderator()},
                   {Reader::administrator, world().administrator()}};
    }
    /// Puts post `number` in a state, as the moves would leave it.
    void put(std::int64_t thread, int number, const std::string& state) {
        sql(database(), R"(
            UPDATE posts SET state = $3, version = CASE WHEN $3 = 'live_change' THEN 2 ELSE 1 END,
                   live_version = CASE WHEN $4 THEN 1 END,
                   published_at = CASE WHEN $4 THEN now() END, withdrawn_at = now()
             WHERE thread_id = $1 AND number = $2)",
            db::Params::of(thread, number, state, was_live(state)));
        sql(database(), R"(
            INSERT INTO post_versions (post_id, version, body, body_html, by_member)
            SELECT id, 2, 'geheimwijziging', '<p>geheimwijziging</p>', author_id FROM posts
             WHERE thread_id = $1 AND number = $2 AND state = 'live_change')",
            db::Params::of(thread, number));
        sql(database(),
            "UPDATE post_versions v SET was_live = $3 AND v.version = 1 FROM posts p WHERE p.id = v.post_id AND p.thread_id = $1 AND "
            "p.number = $2",
            db::Params::of(thread, number, was_live(state)));
        if (number == 1) {
            sql(database(), "UPDATE threads SET opening_state = $2, is_published = $3 WHERE id = $1",
                db::Params::of(thread, state, was_live(state)));
        }
        sql(database(), "SELECT recount_thread($1)", db::Params::of(thread));
    }
    static bool holds(const std::string& text, const std::string& word) { return text.find(word) != std::string::npos; }

    access::Viewer author;
    std::vector<std::pair<Reader, access::Viewer>> readers;
};

TEST_F(AccessMatrixTest, AReplyInEveryState) {
    int number = 0;
    for (const auto& visibility : visibilities) {
        for (const auto& state : states) {
            const auto thread = world().thread(author, {{"visibility", visibility}, {"title", "Gewoon gesprek"}});
            const auto unique = "zoekwoord" + std::to_string(++number) + "x";
            world().reply(author, thread, "geheimwoord in een antwoord, **" + unique + "** genoemd");
            world().reply(author, thread, "antwoord op het antwoord", 2);
            put(thread, 2, state);
            const auto about = visibility + " " + state + " ";
            for (const auto& [reader, viewer] : readers) {
                const auto who = about + std::to_string(static_cast<int>(reader));
                const bool sees = sees_thread(reader, visibility, true);
                const bool is_insider = is_staff(reader) || reader == Reader::author;
                const bool sees_post = sees && (was_live(state) || is_insider);
                const bool reads = sees_post && reads_text(reader, state);

                const auto page = world().get(viewer, world().api(thread));
                EXPECT_EQ(page.status, sees ? 200 : 404) << who;
                EXPECT_EQ(holds(page.model.dump(), "geheimwoord"), reads) << who;
                EXPECT_EQ(holds(page.model.dump(), "geheimwijziging"), sees && state == "live_change" && is_insider) << who;
                if (sees) {
                    EXPECT_EQ(page.model["posts"]["items"].size(), sees_post ? 2U : 1U) << who;
                    const bool counts = state == "live" || state == "live_change";
                    EXPECT_EQ(page.model["replyCount"], counts ? 2 : 1) << who;
                    const auto html_page = world().get(viewer, "/gesprekken/" + std::to_string(thread) + "/gewoon-gesprek");
                    EXPECT_EQ(holds(world().html(viewer, html_page), "geheimwoord"), reads) << who;
                }
                for (const auto& words : {unique, "antwoorden+" + unique, "ZOEK" + unique.substr(4)}) {
                    const auto found = world().get(viewer, "/api/v1/threads?q=" + words);
                    EXPECT_EQ(found.model["count"], reads ? 1 : 0) << who << words;
                    EXPECT_EQ(found.model["items"].size(), reads ? 1U : 0U) << who << words;
                }
                EXPECT_EQ(world().get(viewer, "/api/v1/threads?q=geheimwijziging").model["count"], 0) << who;
                const auto post = world().get(viewer, world().api(thread, 2));
                EXPECT_EQ(post.status, sees_post ? 200 : 404) << who;
                EXPECT_EQ(holds(post.model.dump(), "geheimwoord"), reads) << who;
                const auto quoting = world().get(viewer, world().api(thread, 3));
                EXPECT_EQ(holds(quoting.model.dump(), "geheimwoord"), reads) << who;
                const auto versions = world().get(viewer, world().api(thread, 2) + "/versions");
                EXPECT_EQ(versions.status, reads && (was_live(state) || is_insider) ? 200 : 404) << who;
                EXPECT_EQ(holds(versions.model.dump(), "geheimwoord"), versions.status == 200) << who;
                EXPECT_EQ(holds(versions.model.dump(), "geheimwijziging"), versions.status == 200 && state == "live_change" && is_insider)
                    << who;
                if (viewer.is_signed_in() && reader != Reader::author) {
                    const auto reply = world().post(viewer, world().api(thread) + "/posts", {{"body", "x"}, {"reply_to", 2}});
                    const int wanted = !sees ? 404 : reads ? 201 : 400;
                    EXPECT_EQ(reply.status, wanted) << who;
                    if (reply.status == 201) {
                        sql(database(), "UPDATE posts SET state = 'rejected', published_at = NULL WHERE thread_id = $1 AND number > 3",
                            db::Params::of(thread));
                        sql(database(), "SELECT recount_thread($1)", db::Params::of(thread));
                        sql(database(), "DELETE FROM events WHERE false");
                        sql(database(),
                            "WITH gone AS (DELETE FROM post_versions v USING posts p WHERE p.id = v.post_id AND p.thread_id = $1 AND "
                            "p.number > 3) DELETE FROM posts WHERE thread_id = $1 AND number > 3",
                            db::Params::of(thread));
                    }
                }
            }
            // An event of this post, whatever it was, shows followers no more than a page shows them.
            for (const auto& event : world().events_of("thread/" + std::to_string(thread))) {
                const auto message = render_event(database(), world().services, event).json();
                const bool may_hold = state == "live" || state == "live_change";
                EXPECT_EQ(holds(message.dump(), "geheimwoord") && !may_hold, false) << about;
                EXPECT_FALSE(holds(message.dump(), "geheimwijziging")) << about;
            }
        }
    }
}

TEST_F(AccessMatrixTest, AnOpeningPostInEveryState) {
    for (const auto& visibility : visibilities) {
        for (const auto& state : states) {
            const auto thread = world().thread(author, {{"visibility", visibility},
                                                        {"title", "Geheimtitel over wonen"},
                                                        {"kind", "dilemma"},
                                                        {"body", "geheimwoord"},
                                                        {"context", "geheimcontext"},
                                                        {"options", "o"},
                                                        {"tried", "t"},
                                                        {"municipalities", {"GM0184"}}});
            world().reply(author, thread, "Een reactie.");
            put(thread, 1, state);
            const auto about = visibility + " " + state + " ";
            for (const auto& [reader, viewer] : readers) {
                const auto who = about + std::to_string(static_cast<int>(reader));
                const bool sees = sees_thread(reader, visibility, was_live(state));
                const bool reads = sees && reads_text(reader, state);
                const bool waits = state == "waiting" || state == "returned";
                const bool is_listed = sees && (was_live(state) || (reader == Reader::author && waits));

                const auto page = world().get(viewer, world().api(thread));
                EXPECT_EQ(page.status, sees ? 200 : 404) << who;
                EXPECT_EQ(world().get(viewer, "/gesprekken/" + std::to_string(thread)).problem.has_value(), !sees) << who;
                const auto list = world().get(viewer, "/api/v1/threads?municipality=GM0184");
                EXPECT_EQ(list.model["count"], is_listed ? 1 : 0) << who;
                EXPECT_EQ(list.model["items"].size(), is_listed ? 1U : 0U) << who;
                const auto found = world().get(viewer, "/api/v1/threads?q=geheimtitel&municipality=GM0184");
                EXPECT_EQ(found.model["count"], is_listed && reads ? 1 : 0) << who;
                for (const auto* word : {"geheimwoord", "geheimcontext"}) {
                    const auto told = world().get(viewer, std::string{"/api/v1/threads?municipality=GM0184&q="} + word);
                    EXPECT_EQ(told.model["count"], is_listed && reads ? 1 : 0) << who << word;
                    EXPECT_EQ(told.model["items"].size(), is_listed && reads ? 1U : 0U) << who << word;
                }
                const auto similar = world().get(viewer, "/api/v1/threads/similar?title=geheimtitel");
                EXPECT_EQ(similar.model["items"].size(), reads && was_live(state) ? 1U : 0U) << who;
                const auto home = world().get(viewer, "/api/v1/home");
                const auto counts = database().read([&](db::Tx& tx) { return count_by_municipality(tx, viewer); });
                EXPECT_EQ(counts.contains("GM0184"), is_listed) << who;
                const auto redirect = world().get(viewer, "/gesprekken/" + std::to_string(thread)).location;
                EXPECT_EQ(holds(redirect, "geheimtitel"), reads) << who;
                for (const auto& answer : {page, list, found, home}) {
                    const auto text = answer.model.dump();
                    EXPECT_TRUE(reads || (!holds(text, "Geheimtitel") && !holds(text, "geheimtitel-"))) << who;
                    EXPECT_TRUE(reads || !holds(text, "geheimwoord")) << who;
                    EXPECT_TRUE(reads || !holds(text, "geheimcontext")) << who;
                }
                const auto opening = database().read([&](db::Tx& tx) { return open_thread_topic(tx, viewer, {thread}); });
                EXPECT_EQ(opening.has_value(), sees) << who;
            }
            sql(database(), "UPDATE threads SET is_published = false, opening_state = 'rejected', author_id = $2 WHERE id = $1",
                db::Params::of(thread, readers.back().second.member));
        }
    }
}

TEST_F(AccessMatrixTest, DraftsMarkersAndOwnListsAreTheirOwners) {
    const auto thread = world().thread(author);
    world().send(author, http::Method::put, "/api/v1/drafts/reply-" + std::to_string(thread),
                 {{"revision", 0}, {"data", {{"body", "geheimconcept"}}}});
    for (const auto& [reader, viewer] : readers) {
        const auto page = world().get(viewer, world().api(thread));
        EXPECT_EQ(holds(page.model.dump(), "geheimconcept"), reader == Reader::author);
        const auto draft = world().get(viewer, "/api/v1/drafts/reply-" + std::to_string(thread));
        EXPECT_EQ(draft.status, reader == Reader::author ? 200 : reader == Reader::guest ? 401 : 404);
        EXPECT_EQ(world().get(viewer, "/api/v1/threads?state=own").model["count"], reader == Reader::author ? 1 : 0);
    }
}

}  // namespace
}  // namespace forum::discussion
