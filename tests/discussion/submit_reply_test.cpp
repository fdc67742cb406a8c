#include "discussion/submit_reply.hpp"

#include <gmock/gmock.h>

#include <thread>

#include "discussion/world.hpp"

namespace forum::discussion {
namespace {

using nlohmann::json;
using test::CommittedDiscussionTest;
using test::DiscussionTest;
using test::sql;
using testing::ElementsAre;
using testing::HasSubstr;

TEST_F(DiscussionTest, AReplyOfATrustedMemberIsLiveAtOnce) {
    const auto anna = world().member("Anna Alpha"), bert = world().member("Bert Beta", true, "GM0981");
    const auto thread = world().thread(anna);
    const auto answer = world().post(bert, world().api(thread) + "/posts", {{"body", "Een *vast* gezicht helpt."}});
    EXPECT_EQ(answer.status, 201);
    EXPECT_EQ(answer.location, world().api(thread, 2));
    EXPECT_EQ(answer.model["number"], 2);
    EXPECT_EQ(answer.model["state"], "live");
    EXPECT_EQ(answer.model["bodyHtml"], "<p>Een <em>vast</em> gezicht helpt.</p>\n");
    EXPECT_EQ(answer.model["author"]["name"], "Bert Beta");
    EXPECT_TRUE(answer.model["isOwn"].get<bool>());

    const auto page = world().get(guest, world().api(thread)).model;
    EXPECT_EQ(page["replyCount"], 1);
    EXPECT_EQ(page["seq"], 2);
    ASSERT_EQ(page["posts"]["items"].size(), 1U);
    EXPECT_EQ(page["posts"]["items"][0]["number"], 2);
    EXPECT_FALSE(page["posts"]["items"][0]["isOwn"].get<bool>());
}

// Most answers are made without reading the post back; none may differ from what a page says.
TEST_F(DiscussionTest, TheAnswerIsThePostAsItsOwnAddressGivesIt) {
    const auto anna = world().member("Anna Alpha"), nova = world().member("Nova Nieuw", false, "");
    const auto thread = world().thread(anna);
    int number = 1;
    for (const auto& author : {anna, nova, world().moderator(), world().administrator()}) {
        for (const char* reply_to : {"", "1"}) {
            const auto answer = world().post(author, world().api(thread) + "/posts", {{"body", "Met *nadruk*."}, {"replyTo", reply_to}});
            EXPECT_EQ(answer.model, world().get(author, world().api(thread, ++number)).model);
        }
    }
}

TEST_F(DiscussionTest, AReplyOfANewMemberWaitsAndNobodyElseSeesAnything) {
    const auto anna = world().member("Anna Alpha"), nova = world().member("Nova Nieuw", false);
    const auto thread = world().thread(anna);
    const auto answer = world().post(nova, world().api(thread) + "/posts", {{"body", "Mijn eerste bericht."}});
    EXPECT_EQ(answer.status, 202);
    EXPECT_EQ(answer.model["state"], "waiting");
    ASSERT_EQ(world().gate.held.size(), 1U);
    EXPECT_EQ(world().gate.held[0].rule, "new-member");
    EXPECT_EQ(world().gate.held[0].version, 1);
    EXPECT_FALSE(world().gate.held[0].is_change);

    for (const auto& other : {guest, anna}) {
        const auto page = world().get(other, world().api(thread)).model;
        EXPECT_EQ(page["replyCount"], 0);
        EXPECT_EQ(page["seq"], 1);
        EXPECT_EQ(page["pageCount"], 1);
        EXPECT_TRUE(page["posts"]["items"].empty());
        EXPECT_EQ(world().get(other, world().api(thread, 2)).status, 404);
        EXPECT_THAT(page.dump(), testing::Not(HasSubstr("Mijn eerste")));
    }
    const auto own = world().get(nova, world().api(thread)).model;
    ASSERT_EQ(own["posts"]["items"].size(), 1U);
    EXPECT_TRUE(own["posts"]["items"][0]["isWaiting"].get<bool>());
    EXPECT_TRUE(own["posts"]["items"][0]["mayEdit"].get<bool>());
    EXPECT_EQ(world().get(world().moderator(), world().api(thread)).model["posts"]["items"].size(), 1U);
}

TEST_F(DiscussionTest, TheSameKeyGivesTheSamePost) {
    const auto anna = world().member("Anna Alpha"), nova = world().member("Nova Nieuw", false);
    const auto thread = world().thread(anna);
    for (const auto& author : {anna, nova}) {
        const auto first = world().post(author, world().api(thread) + "/posts", {{"body", "Een keer."}}, "key-1");
        const auto second = world().post(author, world().api(thread) + "/posts", {{"body", "Een keer."}}, "key-1");
        EXPECT_EQ(first.status, second.status);
        EXPECT_EQ(first.location, second.location);
        EXPECT_EQ(first.model["id"], second.model["id"]);
    }
    EXPECT_EQ(world().gate.held.size(), 1U);
    const auto other = world().thread(anna);
    EXPECT_EQ(world().post(anna, world().api(other) + "/posts", {{"body", "Elders."}}, "key-1").status, 201);
    EXPECT_EQ(world().get(anna, world().api(thread)).model["replyCount"], 1);
}

TEST_F(DiscussionTest, AReplyQuotesAPostAndSaysWhenItChanged) {
    const auto anna = world().member("Anna Alpha");
    const auto thread = world().thread(anna);
    world().reply(anna, thread, "Het *eerste* antwoord.");
    const auto reply = world().reply(anna, thread, "Daarop nog dit.", 2);
    EXPECT_EQ(reply["replyTo"]["number"], 2);
    EXPECT_EQ(reply["replyTo"]["authorName"], "Anna Alpha");
    EXPECT_EQ(reply["replyTo"]["excerpt"], "Het eerste antwoord.");
    EXPECT_FALSE(reply["replyTo"]["isChanged"].get<bool>());
    EXPECT_EQ(world().send(anna, http::Method::put, world().api(thread, 2), {{"body", "Anders."}, {"version", 1}}).status, 200);
    const auto later = world().get(guest, world().api(thread, 3)).model;
    EXPECT_TRUE(later["replyTo"]["isChanged"].get<bool>());
    EXPECT_EQ(later["replyTo"]["excerpt"], "Het eerste antwoord.");
}

TEST_F(DiscussionTest, FaultsInAReplyAreTold) {
    const auto anna = world().member("Anna Alpha"), nova = world().member("Nova Nieuw", false);
    const auto thread = world().thread(anna);
    const auto url = world().api(thread) + "/posts";
    for (const auto& author : {anna, nova}) {
        EXPECT_NE(world().post(author, url, {{"body", "  \n "}}).error("body"), "");
        EXPECT_THAT(world().post(author, url, {{"body", std::string(20'001, 'x')}}).error("body"),
                    HasSubstr("20001 tekens. Er passen er 20000"));
        EXPECT_NE(world().post(author, url, {{"body", "ja"}, {"reply_to", 99}}).error("reply_to"), "");
        EXPECT_NE(world().post(author, url, {{"body", "ja"}, {"reply_to", "x"}}).error("reply_to"), "");
        EXPECT_NE(world().post(author, url, {{"body", "ja"}, {"color", "red"}}).error("color"), "");
        const auto several = world().post(author, url, {{"body", ""}, {"reply_to", "x"}, {"color", 1}});
        EXPECT_EQ(several.status, 400);
        EXPECT_EQ(several.errors.size(), 3U);
        EXPECT_EQ(world().post(author, "/api/v1/threads/999999999/posts", {{"body", "ja"}}).status, 404);
    }
    EXPECT_EQ(world().post(guest, url, {{"body", "ja"}}).status, 401);
    EXPECT_EQ(world().post(anna, url, {{"body", "ja"}}, std::string(151, 'k')).status, 400);
    EXPECT_EQ(world().get(anna, world().api(thread)).model["replyCount"], 0);
    EXPECT_EQ(world().reply(anna, thread, std::string(20'000, 'x'))["number"], 2) << "a refused reply uses no number";
}

TEST_F(DiscussionTest, NobodyRepliesToAClosedOrWaitingThread) {
    const auto anna = world().member("Anna Alpha"), nova = world().member("Nova Nieuw", false);
    const auto waiting = world().thread(nova);
    EXPECT_EQ(world().post(nova, world().api(waiting) + "/posts", {{"body", "Nog iets."}}).detail, "discussion.thread_unpublished");
    EXPECT_EQ(world().post(anna, world().api(waiting) + "/posts", {{"body", "Nog iets."}}).status, 404);
    const auto thread = world().thread(anna);
    sql(database(), "UPDATE threads SET is_closed = true, closed_reason = 'klaar' WHERE id = $1", db::Params::of(thread));
    EXPECT_EQ(world().post(anna, world().api(thread) + "/posts", {{"body", "Nog iets."}}).detail, "discussion.thread_closed");
}

TEST_F(DiscussionTest, TheFormGoesToThePostAndKeepsWhatWasTyped) {
    const auto anna = world().member("Anna Alpha");
    const auto thread = world().thread(anna);
    const auto url = "/gesprekken/" + std::to_string(thread) + "/berichten";
    const auto placed = world().form(anna, url, "body=Een+reactie&nonce=1&actie=plaats");
    EXPECT_EQ(placed.status, 303);
    EXPECT_THAT(placed.location, testing::EndsWith("#bericht-2"));
    EXPECT_EQ(placed.flash, "discussion.flash_reply");
    const auto preview = world().form(anna, url, "body=**vet**&actie=voorbeeld&reply_to=2");
    EXPECT_EQ(preview.status, 200);
    EXPECT_EQ(preview.model["reply"]["previewHtml"], "<p><strong>vet</strong></p>\n");
    EXPECT_EQ(preview.model["reply"]["body"], "**vet**");
    EXPECT_EQ(preview.model["reply"]["replyTo"]["number"], 2);
    const auto wrong = world().form(anna, url, "body=");
    EXPECT_EQ(wrong.status, 400);
    EXPECT_THAT(world().html(anna, wrong), HasSubstr(wrong.error("body")));
}

TEST_F(DiscussionTest, EventsTellTheThreadOrTheAuthor) {
    const auto anna = world().member("Anna Alpha"), nova = world().member("Nova Nieuw", false);
    const auto thread = world().thread(anna, {{"visibility", "members"}, {"municipalities", {"GM1783"}}});
    const auto topic = "thread/" + std::to_string(thread);
    world().reply(anna, thread, "Een.");
    world().reply(nova, thread, "Twee.");
    world().reply(anna, thread, "Drie.");
    const auto events = world().events_of(topic);
    ASSERT_EQ(events.size(), 3U);
    for (std::size_t at = 0; at < events.size(); ++at) {
        EXPECT_EQ(events[at].seq, static_cast<std::int64_t>(at) + 1);
        EXPECT_EQ(events[at].kind, "post.new");
        EXPECT_EQ(events[at].audience, live::Audience::members);
        EXPECT_THAT(events[at].hints, testing::IsSupersetOf({"list/all", "list/theme/wonen", "list/municipality/GM1783"}));
        EXPECT_GT(events[at].id, 0);
    }
    const auto own = world().events_of("me/" + to_string(nova.member));
    ASSERT_EQ(own.size(), 1U);
    EXPECT_EQ(own[0].member, nova.member);
}

// One transaction's row lock orders all writers of a thread: numbers and sequence are 1..n whatever the interleaving.
TEST_F(CommittedDiscussionTest, ConcurrentWritersLeaveNoGaps) {
    constexpr int writers = 6, each = 15;
    const auto anna = world().member("Anna Alpha");
    const auto thread = world().thread(anna);
    std::vector<access::Viewer> members;
    for (int i = 0; i < writers; ++i) {
        members.push_back(world().member("Schrijver " + std::to_string(i), i % 3 != 0, i % 2 == 0 ? "GM1783" : "GM0184"));
    }
    std::vector<std::thread> threads;
    for (const auto& member : members) {
        threads.emplace_back([&, member] {
            for (int i = 0; i < each; ++i) {
                database().write([&](db::Tx& tx) {
                    submit_reply(tx, world().services, member, {.thread = {thread}, .body = "Nummer " + std::to_string(i), .key = ""});
                });
            }
            database().close_this_thread();
        });
    }
    for (auto& running : threads) {
        running.join();
    }
    const auto row = sql(database(), R"(
        SELECT t.seq, t.last_number, t.reply_count, length(t.strand) AS strand,
               (SELECT count(*) FROM posts p WHERE p.thread_id = t.id) AS posts,
               (SELECT max(number) FROM posts p WHERE p.thread_id = t.id) AS highest,
               (SELECT count(*) FROM events e WHERE e.topic = 'thread/' || t.id) AS events,
               (SELECT max(e.seq) FROM events e WHERE e.topic = 'thread/' || t.id) AS highest_seq
          FROM threads t WHERE t.id = $1)",
                         db::Params::of(thread))
                         .one();
    const int live = 4 * each + 1, all = writers * each + 1;
    EXPECT_EQ(row.integer("seq"), live);
    EXPECT_EQ(row.integer("events"), live);
    EXPECT_EQ(row.integer("highest_seq"), live);
    EXPECT_EQ(row.integer("strand"), live);
    EXPECT_EQ(row.integer("reply_count"), live - 1);
    EXPECT_EQ(row.integer("last_number"), all);
    EXPECT_EQ(row.integer("posts"), all);
    EXPECT_EQ(row.integer("highest"), all);
}

TEST_F(CommittedDiscussionTest, OneKeyFromTwoThreadsIsOnePost) {
    const auto anna = world().member("Anna Alpha"), nova = world().member("Nova Nieuw", false);
    const auto thread = world().thread(anna);
    for (const auto& author : {anna, nova}) {
        for (int round = 0; round < 20; ++round) {
            const auto key = "key-" + std::to_string(round);
            std::array<std::optional<Submitted>, 2> results;
            std::vector<std::thread> threads;
            for (auto& result : results) {
                threads.emplace_back([&] {
                    result = database().write([&](db::Tx& tx) {
                        return submit_reply(tx, world().services, author, {.thread = {thread}, .body = "Dubbel", .key = key});
                    });
                    database().close_this_thread();
                });
            }
            for (auto& running : threads) {
                running.join();
            }
            ASSERT_TRUE(results[0] && results[1]);
            EXPECT_EQ(results[0]->post, results[1]->post);
            EXPECT_NE(results[0]->is_again, results[1]->is_again);
        }
    }
    EXPECT_EQ(world().get(anna, world().api(thread)).model["replyCount"], 20);
    EXPECT_EQ(world().gate.held.size(), 20U);
}

// Those who write at the same moment are committed together; what one may not do is his alone to hear.
TEST_F(CommittedDiscussionTest, EachWriterAtTheSameMomentGetsHisOwnAnswer) {
    const auto anna = world().member("Anna Alpha"), bert = world().member("Bert Beta");
    const auto open = world().thread(anna), closed = world().thread(anna);
    sql(database(), "UPDATE threads SET is_closed = true, closed_reason = 'klaar' WHERE id = $1", db::Params::of(closed));
    const auto answer = [&](const access::Viewer& author, const Reply& reply) -> std::string {
        try {
            const auto done = database().write([&](db::Tx& tx) { return submit_reply(tx, world().services, author, reply); });
            return !done ? "quotes nothing" : done->post_row.text("body") + " " + to_string(done->post_row.id<base::MemberId>("author_id"));
        } catch (const base::Problem& problem) {
            return problem.kind == base::ProblemKind::not_found ? "not found" : problem.detail;
        }
    };
    struct Writer {
        access::Viewer author;
        Reply reply;
        std::string expected;
    };
    const std::vector<Writer> writers{
        {anna, {.thread = {open}, .body = "Van Anna", .key = ""}, "Van Anna " + to_string(anna.member)},
        {bert, {.thread = {open}, .body = "Van Bert", .key = ""}, "Van Bert " + to_string(bert.member)},
        {bert, {.thread = {open}, .body = "Op de eerste", .reply_to = 1, .key = ""}, "Op de eerste " + to_string(bert.member)},
        {anna, {.thread = {open}, .body = "Op niets", .reply_to = 9999, .key = ""}, "quotes nothing"},
        {bert, {.thread = {closed}, .body = "Te laat", .key = ""}, "discussion.thread_closed"},
        {anna, {.thread = {999'999'999}, .body = "Nergens", .key = ""}, "not found"},
    };
    constexpr int each = 20;
    std::vector<std::thread> threads;
    for (const auto& writer : writers) {
        threads.emplace_back([&, writer] {
            for (int i = 0; i < each; ++i) {
                EXPECT_EQ(answer(writer.author, writer.reply), writer.expected);
            }
            database().close_this_thread();
        });
    }
    for (auto& running : threads) {
        running.join();
    }
    const auto row = sql(database(), R"(
        SELECT seq, last_number, (SELECT count(*) FROM posts p WHERE p.thread_id = threads.id) AS posts,
               (SELECT count(*) FROM events WHERE topic = 'thread/' || threads.id) AS events
          FROM threads WHERE id = $1)",
                         db::Params::of(open))
                         .one();
    for (const char* figure : {"seq", "last_number", "posts", "events"}) {
        EXPECT_EQ(row.integer(figure), 3 * each + 1) << figure;
    }
}

// A reply that quotes is submitted alone, the others together: two statements that must leave the same behind.
TEST_F(CommittedDiscussionTest, TogetherAndAloneLeaveTheSame) {
    const auto anna = world().member("Anna Alpha");
    const auto left_by = [&](int reply_to) {
        const auto thread = world().thread(anna);
        sql(owner(), "INSERT INTO drafts (member_id, key, data) VALUES ($1, 'reply-' || $2::text, '{}')",
            db::Params::of(anna.member, thread));
        const auto done = database().write([&](db::Tx& tx) {
            return submit_reply(
                tx, world().services, anna,
                {.thread = {thread}, .body = "Zo *doen* wij dat.", .reply_to = reply_to, .key = "k" + std::to_string(thread)});
        });
        return sql(owner(), R"(
            SELECT jsonb_build_object(
                       'thread', to_jsonb(t) - ARRAY['id', 'slug', 'created_at', 'published_at', 'last_post_at'],
                       'is_last', t.last_post_at = p.published_at,
                       'post', to_jsonb(p) - ARRAY['id', 'thread_id', 'reply_to', 'reply_version', 'created_at', 'published_at'],
                       'version', to_jsonb(v) - ARRAY['post_id', 'created_at'],
                       'event', to_jsonb(e) - ARRAY['id', 'xid', 'topic', 'data', 'at'],
                       'is_its_event', e.data = jsonb_build_object('thread', t.id, 'post', p.id, 'number', p.number),
                       'has_key', EXISTS (SELECT FROM idempotency_keys k WHERE k.post_id = p.id AND k.key LIKE '%' || t.id),
                       'has_draft', EXISTS (SELECT FROM drafts d WHERE d.key = 'reply-' || t.id))::text AS what
              FROM threads t
              JOIN posts p ON p.thread_id = t.id AND p.number = $2
              JOIN post_versions v ON v.post_id = p.id
              JOIN events e ON e.topic = 'thread/' || t.id AND e.seq = t.seq
             WHERE t.id = $1)",
                   db::Params::of(thread, done->number))
            .one()
            .text("what");
    };
    const auto together = left_by(0), alone = left_by(1);
    EXPECT_EQ(together, alone);
    EXPECT_NE(together.find("\"is_its_event\": true"), std::string::npos) << together;
    EXPECT_NE(together.find("\"has_key\": true"), std::string::npos) << together;
    EXPECT_NE(together.find("\"has_draft\": false"), std::string::npos) << together;
}

// Nobody waits for somebody else's thread.
TEST_F(CommittedDiscussionTest, AThreadThatIsHeldKeepsOnlyItsOwnWriters) {
    const auto anna = world().member("Anna Alpha");
    const auto held = world().thread(anna), free = world().thread(anna);
    const auto write = [&](std::int64_t thread) {
        return database().write(
            [&](db::Tx& tx) { return submit_reply(tx, world().services, anna, {.thread = {thread}, .body = "Nog een", .key = ""}); });
    };
    std::thread waiting;
    owner().write([&](db::Tx& moderator) {
        sql(moderator, "SELECT 1 FROM threads WHERE id = $1 FOR NO KEY UPDATE", db::Params::of(held));
        waiting = std::thread{[&] {
            EXPECT_EQ(write(held)->number, 2);
            database().close_this_thread();
        }};
        const std::string_view blocked = R"(
            SELECT FROM pg_locks JOIN pg_stat_activity USING (pid) WHERE datname = current_database() AND NOT granted)";
        while (sql(database(), blocked).empty()) {
            std::this_thread::yield();
        }
        EXPECT_EQ(write(free)->number, 2);
    });
    waiting.join();
}

}  // namespace
}  // namespace forum::discussion
