// Breaks each promise that SQL can see, with raw SQL as the owner of the database, and sees it reported.
#include "moderation/check_invariants.hpp"

#include <gmock/gmock.h>

#include <regex>

#include "db/tx.hpp"
#include "moderation/judge_world.hpp"

namespace forum::moderation {
namespace {

using test::sql;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

struct Break {
    std::string what;  ///< part of the line that reports it
    std::vector<std::string> by;
};

// The tables' own checks are taken away first where they would refuse it.
const std::vector<Break> breaks{
    {"a title that stands", {"UPDATE threads SET opening_state = 'hidden'"}},
    {"a text that others than its author",
     {"CREATE OR REPLACE FUNCTION may_read_post(state text, author_id bigint, viewer_id bigint, viewer_level integer) "
      "RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE AS 'SELECT true'"}},
    {"text is left of what was erased", {"UPDATE posts SET state = 'erased' WHERE state = 'live' AND number = 2"}},
    {"a decision without its event", {"UPDATE events SET at = at - interval '1 day'"}},
    {"a case that was decided twice",
     {"UPDATE decisions SET number = 99, case_id = (SELECT case_id FROM decisions WHERE kind = 'approve') WHERE kind = 'remove'"}},
    {"decided about a text that came later", {"UPDATE post_versions SET created_at = now() + interval '1 minute'"}},
    {"a notice that leads its reader to no text",
     {"INSERT INTO notices (member_id, thread_id, post_id, kind, at) SELECT (SELECT max(id) FROM members), thread_id, id, 'reply', now() "
      "FROM posts WHERE state = 'live' AND number = 2",
      "CREATE OR REPLACE FUNCTION may_see_post(published_at timestamptz, author_id bigint, viewer_id bigint, viewer_level integer) "
      "RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE AS 'SELECT is_staff(viewer_level)'"}},
    {"a badge that is not the length of the list",
     {"ALTER TABLE posts DROP CONSTRAINT posts_author_id_fkey", "UPDATE posts SET author_id = 999999 WHERE state = 'waiting'"}},
    {"a waiting post without an open case", {"UPDATE posts SET state = 'waiting' WHERE state = 'live' AND number = 2"}},
    {"more than one open case",
     {"DROP INDEX cases_open_key", "INSERT INTO cases (kind, post_id, post_version, due_at) SELECT kind, post_id, post_version, due_at "
                                   "FROM cases WHERE state = 'open'"}},
    {"a restriction without rule",
     {"ALTER TABLE decisions DROP CONSTRAINT decisions_restrictive_complete", "UPDATE decisions SET rules = '{}' WHERE kind = 'remove'"}},
    {"decided by who is involved",
     {"UPDATE decisions d SET decided_by = p.author_id FROM posts p WHERE p.id = d.post_id AND d.kind = 'approve'"}},
    {"decided by who is involved",
     {"UPDATE decisions d SET decided_by = (SELECT decided_by FROM decisions WHERE kind = 'reject') WHERE d.kind = 'refuse'"}},
    {"the system decided",
     {"ALTER TABLE decisions DROP CONSTRAINT decisions_human",
      "UPDATE decisions SET decided_by = NULL, is_automatic = true WHERE kind = 'remove'"}},
    {"a hidden post without an open case",
     {"UPDATE cases SET state = 'decided', lease_by = NULL, lease_until = NULL WHERE state = 'open'"}},
    {"a closed case with a lease",
     {"ALTER TABLE cases DROP CONSTRAINT cases_timer_check", "UPDATE cases SET hidden_until = now() WHERE state = 'decided'"}},
    {"a timer of a post that is not hidden",
     {"ALTER TABLE cases DROP CONSTRAINT cases_timer_check",
      "UPDATE cases c SET hidden_until = now() FROM posts p WHERE p.id = c.post_id AND p.state = 'live'"}},
    {"announced as new twice",
     {"INSERT INTO events (topic, seq, kind, audience, data) SELECT topic, seq + 100, kind, audience, data FROM events "
      "WHERE kind = 'post.new'"}},
    {"a measure past its end", {"UPDATE measures SET until = now() - interval '2 hours'"}},
    {"a measure that is not what its decision says", {"UPDATE measures SET until = until + interval '1 day'"}},
    {"a decision without its measure", {"DELETE FROM measures"}},
    {"lifted by no decision about it",
     {"UPDATE measures SET lifted_at = now(), lifted_by = (SELECT min(id) FROM decisions WHERE kind = 'remove')"}},
    {"a report without an outcome",
     {"INSERT INTO reports (case_id, post_id, post_version, reporter_id, category) SELECT c.id, c.post_id, 1, "
      "(SELECT max(id) FROM members), 'anders' FROM cases c WHERE c.state = 'decided' AND c.post_id IS NOT NULL LIMIT 1"}},
    {"a decision that is not as it was written", {"UPDATE decisions SET facts = facts || '.' WHERE kind = 'remove'"}},
    {"a decision that is not as it was written",
     {"UPDATE decisions SET decided_at = decided_at + interval '1 second' WHERE kind = 'approve'"}},
    {"broken before", {"DELETE FROM decisions WHERE kind = 'approve'"}},
    {"broken before", {"UPDATE decisions SET chain_number = chain_number + 1000 WHERE kind = 'approve'"}},
    {"missing at the end", {"DELETE FROM decisions WHERE chain_number = (SELECT max(chain_number) FROM decisions)"}},
    {"may change decisions", {"GRANT UPDATE ON decisions TO forum_app"}},
    {"may change decision_chain", {"GRANT DELETE ON decision_chain TO forum_app"}},
    {"a state that no decision led to", {"UPDATE posts SET state = 'removed' WHERE state = 'live' AND number = 2"}},
    {"a case about a version that does not exist", {"UPDATE cases SET post_version = 77 WHERE post_id IS NOT NULL"}},
    {"a reply count that is not true", {"UPDATE threads SET reply_count = 55"}},
    {"a change that waits without an open case", {"UPDATE posts SET state = 'live_change' WHERE state = 'live' AND number > 1"}},
    {"a returned post without its case", {"UPDATE posts SET state = 'returned' WHERE state = 'live' AND number > 1"}},
    {"an open review of a post that does not wait",
     {"UPDATE posts p SET state = 'withdrawn' FROM cases c WHERE c.post_id = p.id AND c.kind = 'review' AND c.state = 'open'"}},
    {"a decided case without a decision",
     {"UPDATE cases SET state = 'decided', lease_by = NULL, lease_until = NULL WHERE state = 'open' AND kind = 'review'"}},
    {"nobody looks after what no scope reaches",
     {"INSERT INTO moderator_scopes (member_id, kind, value) SELECT id, 'theme', 'wonen' FROM members "
      "WHERE role = 'moderator'"}},
    {"a notice without an outcome",
     {"INSERT INTO content_notices (receipt, case_id, post_id, post_version, explanation, name, email, good_faith, "
      "confirmed_at) SELECT 'K-1', c.id, c.post_id, 1, 'Een uitleg van genoeg tekens.', 'Naam', 'a@b.nl', true, now() "
      "FROM cases c WHERE c.state = 'decided' AND c.post_id IS NOT NULL LIMIT 1"}},
    {"an objection without its case", {"UPDATE appeals SET decision_id = (SELECT min(id) FROM decisions)"}},
    {"a live post without a live version", {"UPDATE posts SET live_version = NULL WHERE state = 'live'"}},
    {"a thread whose sequence has gaps", {"UPDATE threads SET seq = seq + 1"}},
    {"a thread without its opening post", {"UPDATE posts SET number = 999 WHERE number = 1"}},
    {"a post in a thread that was merged", {"UPDATE threads SET merged_into = id"}},
    {"a number that was never given", {"UPDATE threads SET last_number = 1"}},
    {"an address with two posts", {"INSERT INTO post_moves (thread_id, number, post_id) SELECT thread_id, number, id FROM posts LIMIT 1"}},
    {"an answer that stands in another thread",
     {"UPDATE threads SET accepted_by = author_id, accepted_post = (SELECT max(p.id) FROM posts p WHERE p.thread_id <> threads.id)"}},
};

class InvariantsTest : public test::JudgeTest {
protected:
    // The forum's own role may become the owner here, without having the owner's rights by itself. It stays so: roles are of the whole
    // cluster, and the other half of these tests runs beside this one, with the same wish in the same moment.
    static void SetUpTestSuite() {
        sql(owner(), R"(
            DO $$ BEGIN
                IF NOT pg_has_role('forum_app', 'forum_owner', 'MEMBER') THEN
                    ALTER ROLE forum_app NOINHERIT;
                    GRANT forum_owner TO forum_app;
                END IF;
            EXCEPTION WHEN internal_error THEN  -- tuple concurrently updated: the other did it
                PERFORM pg_sleep(0.5);
            END $$)");
    }
    void SetUp() override {
        JudgeTest::SetUp();
        const auto adviser = world().member("Ad Viseur", true, "GM0981", "member", "beleidsadviseur");
        world().post(mo, "/api/v1/members/" + to_string(adviser.member) + "/measures", nlohmann::json::object());
        decide(mo, newest(), "suspend", {{"until", base::to_rfc3339(base::now() + std::chrono::days{9}).substr(0, 10)}});
        decide(mo, waiting(), "approve");
        const auto rejected = waiting();
        decide(mo, rejected, "reject");
        decide(other, appeal(rejected, nova), "refuse");
        decide(mo, about_live(), "remove");
        decide(mo, about_live(), "hide");
        waiting();
        world().thread(anna);
    }
};

TEST_F(InvariantsTest, HoldAfterEveryKindOfDecision) {
    EXPECT_THAT(database().read([](db::Tx& tx) { return check_invariants(tx); }), IsEmpty());
}

TEST_F(InvariantsTest, AreSeenWhenTheyAreBroken) {
    for (const auto& broken : breaks) {
        const auto faults = database().write([&](db::Tx& tx) {
            sql(tx, "SAVEPOINT sound");
            sql(tx, "SET ROLE forum_owner");
            for (const auto& statement : broken.by) {
                sql(tx, statement);
            }
            auto found = check_invariants(tx);
            sql(tx, "ROLLBACK TO SAVEPOINT sound");
            return found;
        });
        EXPECT_THAT(faults, Contains(HasSubstr(broken.what))) << broken.by.back();
    }
    EXPECT_THAT(database().read([](db::Tx& tx) { return check_invariants(tx); }), IsEmpty());
}

TEST_F(InvariantsTest, EachThatIsCheckedIsBrokenHere) {
    std::vector<std::string> unbroken;
    for (const auto* query : db::all_queries()) {
        if (query->name != "moderation.check_invariants" && query->name != "moderation.check_chain") {
            continue;
        }
        // What a fault is called stands in the query, up to the row that it names.
        const std::regex fault{R"(SELECT '([^']+)')"};
        for (std::sregex_iterator at{query->sql.begin(), query->sql.end(), fault}, end; at != end; ++at) {
            const auto what = (*at)[1].str();
            const bool is_broken =
                std::any_of(breaks.begin(), breaks.end(), [&](const auto& one) { return what.find(one.what) != std::string::npos; });
            if (!is_broken && what != "the running forum may change ") {
                unbroken.push_back(what);
            }
        }
    }
    EXPECT_THAT(unbroken, IsEmpty());
}

TEST_F(InvariantsTest, TheRunningForumCannotChangeWhatWasDecided) {
    for (const auto* statement : {"UPDATE decisions SET note = 'anders'", "DELETE FROM decisions", "UPDATE decision_chain SET number = 0",
                                  "DELETE FROM decision_chain", "DELETE FROM hidden_reads", "UPDATE staff_notes SET text = 'anders'"}) {
        EXPECT_ANY_THROW(database().write([&](db::Tx& tx) { sql(tx, statement); })) << statement;
    }
}

TEST_F(InvariantsTest, TheDatabaseItselfRefusesWhoIsInvolved) {
    const auto about = waiting();
    EXPECT_ANY_THROW(
        sql(database(),
            "INSERT INTO decisions (case_id, number, kind, post_id, post_version, state_from, state_to, decided_by, decided_role) "
            "SELECT id, 1, 'approve', post_id, 1, 'waiting', 'live', $2, 'moderator' FROM cases WHERE id = $1",
            db::Params::of(about.id, nova.member)));
}

}  // namespace
}  // namespace forum::moderation
