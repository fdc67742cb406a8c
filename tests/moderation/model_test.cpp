// The whole state machine against a small model of it (features.md 4d, invariant 15): random acts of everybody on two posts, on real
// PostgreSQL. After each act the forum stands where the model says; after each run all invariants hold.
#include <gmock/gmock.h>

#include <random>

#include "moderation/judge_world.hpp"
#include "moderation/run_timers.hpp"
#include "moderation/state_model.hpp"

namespace forum::moderation {
namespace {

using nlohmann::json;
using test::sql;

using Model = test::StateModel;

class ModelTest : public test::JudgeTest, public ::testing::WithParamInterface<int> {
protected:
    void SetUp() override {
        JudgeTest::SetUp();
        moderators = {mo, other, world().moderator("Derde Moderator")};
    }
    void start() {
        nova = world().member("Nova Nieuw", false);
        thread = world().thread(anna);
        model = {};
        ids.clear();
        for (int n = 0; n < 2; ++n) {
            EXPECT_EQ(reply(nova, text(1)).status, 202);
            model.cases.push_back({.kind = "review", .post = n, .version = 1});
            ids.push_back(newest().id);
        }
        post_ids = sql(database(), "SELECT id FROM posts WHERE thread_id = $1 AND number > 1 ORDER BY number", db::Params::of(thread))
                       .integers("id");
    }
    /// Long enough that one other word is a small change.
    static std::string text(int version) {
        return "Wij nodigen nieuwe bewoners uit in het buurthuis, elke eerste dinsdag van de maand. Dit is versie "
               + std::to_string(version) + ".";
    }
    int pick(std::size_t count) { return static_cast<int>(random() % count); }

    std::string step() {
        const int n = pick(2), number = n + 2;
        const auto at = world().api(thread, number);
        auto& post = model.posts[static_cast<std::size_t>(n)];
        switch (pick(10)) {
        case 0: {
            const auto answer = world().send(nova, http::Method::put, at, {{"body", text(post.newest + 1)}, {"version", post.newest}});
            const auto cases_before = model.cases.size();
            const bool may = model.edit(n);
            EXPECT_EQ(answer.status < 300, may) << answer.status << answer.detail;
            if (model.cases.size() > cases_before) {
                ids.push_back(newest().id);
            }
            return "edit";
        }
        case 1: {
            const auto answer = world().send(nova, http::Method::del, at);
            EXPECT_EQ(answer.status < 300, model.withdraw(n)) << answer.status << answer.detail;
            return "withdraw";
        }
        case 2: {
            const auto answer = world().send(nova, http::Method::del, at + "/withdrawal");
            const bool may = model.put_back(n);
            EXPECT_EQ(answer.status < 300, may) << answer.status << answer.detail;
            return "put back";
        }
        case 3: {
            const auto answer = world().post(moderators[at3()], at + "/case", json::object());
            const int wanted = model.review(n);
            EXPECT_EQ(answer.status, wanted) << answer.detail;
            if (wanted == 201) {
                ids.push_back(newest().id);
            }
            return "review";
        }
        case 4: {
            const int about = pick(model.cases.size());
            const auto by = at3();
            const auto answer = undo(moderators[by], {ids[static_cast<std::size_t>(about)]});
            EXPECT_EQ(answer.status == 200, model.undo(about, static_cast<int>(by))) << answer.status << answer.detail;
            return "undo of case " + std::to_string(about);
        }
        case 5: {
            if (model.decisions.empty()) {
                return "nothing to object to";
            }
            const int decision = pick(model.decisions.size());
            const auto id =
                sql(database(), "SELECT id FROM decisions WHERE post_id = ANY ($1::bigint[]) ORDER BY id", db::Params::of(post_ids))
                    .integers("id")[static_cast<std::size_t>(decision)];
            const auto answer = world().post(nova, "/api/v1/appeals", {{"decision", id}, {"text", "Niet waar."}});
            const bool may = model.object(decision);
            EXPECT_EQ(answer.status == 201, may) << answer.status << answer.detail;
            if (may) {
                ids.push_back(newest().id);
            }
            return "object";
        }
        case 6:
            if (pick(4) != 0) {
                return "nothing";
            }
            database().write([&](db::Tx& tx) { run_due_timers(tx, world().services, base::now() + std::chrono::days{31}); });
            model.time_passes();
            return "time passes";
        default: {
            static const std::vector<std::string> kinds{
                "approve", "approve-with-changes", "return", "reject", "hide", "remove", "restore", "unfounded", "escalate", "grant",
                "refuse"};
            const int about = pick(model.cases.size());
            const auto kind = kinds[static_cast<std::size_t>(pick(kinds.size()))];
            const auto by = at3();
            const auto& judged = model.cases[static_cast<std::size_t>(about)];
            const auto& its = model.posts[static_cast<std::size_t>(judged.post)];
            const auto answer = decide(moderators[by], {ids[static_cast<std::size_t>(about)]}, kind,
                                       {{"questions", "Wat bedoelt u?"}, {"sendTo", "legal"}, {"body", text(its.newest + 100)}});
            EXPECT_EQ(answer.status == 200, model.decide(about, kind, static_cast<int>(by)))
                << kind << " " << answer.status << answer.detail << (answer.errors.empty() ? "" : answer.errors[0].message);
            return kind + " on case " + std::to_string(about);
        }
        }
    }
    std::size_t at3() { return static_cast<std::size_t>(pick(3)); }

    void compare() {
        for (std::size_t n = 0; n < 2; ++n) {
            const auto& wanted = model.posts[n];
            const auto row =
                sql(database(), "SELECT state, version, live_version, published_at IS NOT NULL AS was_live FROM posts WHERE id = $1",
                    db::Params::of(post_ids[n]))
                    .one();
            EXPECT_EQ(row.text("state"), wanted.state) << "post " << n;
            EXPECT_EQ(row.integer("version"), wanted.newest) << "post " << n;
            EXPECT_EQ(row.flag("was_live"), wanted.was_live) << "post " << n;
            if (Model::reads(wanted.state)) {
                EXPECT_EQ(row.find_integer("live_version").value_or(0), wanted.shown) << "post " << n;
            }
            const auto seen = world().get(guest, world().api(thread, static_cast<int>(n) + 2));
            EXPECT_EQ(seen.status, wanted.was_live ? 200 : 404) << "post " << n;
            EXPECT_EQ(wanted.was_live && seen.model["hasText"].get<bool>(), Model::reads(wanted.state)) << "post " << n;
        }
        ASSERT_EQ(ids.size(), model.cases.size());
        for (std::size_t i = 0; i < ids.size(); ++i) {
            EXPECT_EQ(state({ids[i]}), model.cases[i].state) << "case " << i;
        }
    }

    Model model;
    std::vector<std::int64_t> ids, post_ids;  ///< of the model's cases and posts
    std::vector<access::Viewer> moderators;
    std::mt19937 random{static_cast<std::mt19937::result_type>(GetParam())};
};

TEST_P(ModelTest, RandomActsOfEverybodyEndWhereTheMachineSays) {
    constexpr int runs = 20, steps = 9;
    for (int run = 0; run < runs && !HasFailure(); ++run) {
        start();
        std::string story;
        for (int i = 0; i < steps && !HasFailure(); ++i) {
            story += step() + "; ";
            compare();
        }
        EXPECT_FALSE(HasFailure()) << "run " << run << ": " << story;
    }
    expect_sound();  // looks at the whole database, so once is enough
}

INSTANTIATE_TEST_SUITE_P(Seeds, ModelTest, ::testing::Range(1, 101));

}  // namespace
}  // namespace forum::moderation
