// Cases of every kind and who decides on them: the forum in miniature of guard_world.hpp with two moderators. Rule: decisions go through
// their route; only what another feature makes (an objection) is written by SQL.
#pragma once

#include <gmock/gmock.h>

#include "moderation/case_store.hpp"
#include "moderation/check_invariants.hpp"
#include "moderation/guard_world.hpp"

namespace forum::test {

/// The day so many days from now, as a form writes it: "2026-12-31".
inline std::string day_ahead(int days) { return base::to_rfc3339(base::now() + std::chrono::days{days}).substr(0, 10); }

inline constexpr const char* facts = "In alinea 2 staat de naam van een bewoner.";

class JudgeTest : public GuardTest {
protected:
    void SetUp() override {
        GuardTest::SetUp();
        other = world().moderator("Jo Collega");
    }

    struct Case {
        std::int64_t id;
        std::string url() const { return "/api/v1/moderation/cases/" + std::to_string(id); }
    };
    /// A post of a member that is new each time (nova from then on), which waits; its case.
    Case waiting(const std::string& body = "Ik woon er al heel lang en wil graag helpen.") {
        nova = world().member("Nova Nieuw", false);
        EXPECT_EQ(reply(nova, body).status, 202);
        return newest();
    }
    /// A post that stands there, with a case about it that a moderator opened.
    Case about_live() {
        EXPECT_EQ(reply(anna, "Staat er.").status, 201);
        const auto post = sql(database(), "SELECT max(id) AS id FROM posts").one().id<base::PostId>("id");
        database().write([&](db::Tx& tx) { moderation::open_case(tx, "report", post, 1, "", std::chrono::hours{8}); });
        return newest();
    }
    Case newest() { return {sql(database(), "SELECT max(id) AS id FROM cases").one().integer("id")}; }

    Answer decide(const access::Viewer& by, const Case& about, const std::string& decision, json more = json::object()) {
        json body{{"version", version(about)}, {"decision", decision}, {"rules", json::array({"geen-inwoners"})}, {"facts", facts}};
        body.update(more);
        return world().post(by, about.url() + "/decision", body);
    }
    Answer undo(const access::Viewer& by, const Case& about) { return world().send(by, http::Method::del, about.url() + "/decision"); }
    int version(const Case& about) {
        return static_cast<int>(
            sql(database(), "SELECT version FROM cases WHERE id = $1", db::Params::of(about.id)).one().integer("version"));
    }
    std::string state(const Case& about) {
        return sql(database(), "SELECT state FROM cases WHERE id = $1", db::Params::of(about.id)).one().text("state");
    }
    std::string post_state(const Case& about) {
        return sql(database(), "SELECT p.state FROM posts p JOIN cases c ON c.post_id = p.id WHERE c.id = $1", db::Params::of(about.id))
            .one()
            .text("state");
    }
    db::Row last(const Case& about) {
        return sql(database(), "SELECT *, until IS NOT NULL AS is_limited FROM decisions WHERE case_id = $1 ORDER BY number DESC LIMIT 1",
                   db::Params::of(about.id))
            .one();
    }
    void expect_sound() {
        EXPECT_THAT(database().read([](db::Tx& tx) { return moderation::check_invariants(tx); }), ::testing::IsEmpty());
    }

    /// An objection of a member to the last decision on a case; its own case.
    Case appeal(const Case& about, const access::Viewer& by) {
        const auto id = last(about).integer("id");
        sql(database(),
            "WITH opened AS (INSERT INTO cases (kind, post_id, post_version, appeals, due_at) "
            "SELECT 'appeal', post_id, post_version, id, now() FROM decisions WHERE id = $1 RETURNING id) "
            "INSERT INTO appeals (case_id, decision_id, by_member, text) SELECT id, $1, $2, 'Niet waar.' FROM opened",
            db::Params::of(id, by.member));
        return newest();
    }

    access::Viewer other, guest;
};

}  // namespace forum::test
