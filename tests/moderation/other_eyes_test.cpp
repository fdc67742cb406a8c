// Who decides on an objection when every moderator had a part in what it is about, and what comes back when it is granted.
#include <gmock/gmock.h>

#include "moderation/judge_world.hpp"
#include "moderation/measure_store.hpp"
#include "moderation/run_timers.hpp"

namespace forum::moderation {
namespace {

using nlohmann::json;
using test::Answer;
using test::day_ahead;
using test::sql;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

class OtherEyesTest : public test::JudgeTest {
protected:
    void SetUp() override {
        JudgeTest::SetUp();
        bea = world().administrator();
        ada = world().member("Ada Viseur", true, "GM0981", "member", "beleidsadviseur");
    }
    Case begun(const access::Viewer& about, const access::Viewer& by) {
        return {
            world().post(by, "/api/v1/members/" + to_string(about.member) + "/measures", json::object()).model["id"].get<std::int64_t>()};
    }
    Case decided(const access::Viewer& about, const std::string& kind, int days, const access::Viewer& by) {
        const auto opened = begun(about, by);
        const auto answer = decide(by, opened, kind, {{"until", days == 0 ? std::string{} : day_ahead(days)}});
        EXPECT_EQ(answer.status, 200) << kind << answer.detail << (answer.errors.empty() ? "" : answer.errors[0].message);
        return opened;
    }
    /// An alderman, suspended by the only two moderators there are, and his objection.
    Case objection_to_both() {
        const auto about = begun(anna, mo);
        EXPECT_EQ(decide(mo, about, "suspend", {{"until", day_ahead(20)}}).status, 202);
        EXPECT_EQ(world().post(other, about.url() + "/proposal", {{"version", version(about)}, {"answer", "confirm"}}).status, 200);
        return objected(about, anna);
    }
    Case objected(const Case& about, const access::Viewer& by) {
        EXPECT_EQ(world().post(by, "/api/v1/appeals", {{"decision", last(about).integer("id")}, {"text", "Dat was ik niet."}}).status, 201);
        return newest();
    }
    std::string holds(const access::Viewer& about) {
        const auto rows = sql(database(), "SELECT kind FROM standing_measures WHERE member_id = $1", db::Params::of(about.member));
        return rows.empty() ? "" : rows.one().text("kind");
    }
    /// Who took no part in anything.
    access::Viewer fresh() { return world().moderator("Nieuwe Ogen"); }
    json shown(const access::Viewer& to, const Case& about) { return world().get(to, about.url()).model; }
    std::string html(const access::Viewer& to, const Case& about) {
        return world().html(to, world().get(to, "/moderatie/" + std::to_string(about.id)));
    }
    Answer lease(const access::Viewer& by, const Case& about) { return world().send(by, http::Method::put, about.url() + "/lease"); }

    access::Viewer bea, ada;
};

TEST_F(OtherEyesTest, WhatNoModeratorMayDecideFallsToAnAdministrator) {
    const auto objection = objection_to_both();
    for (const auto& who : {mo, other}) {
        EXPECT_EQ(decide(who, objection, "refuse").status, 403);
        EXPECT_FALSE(shown(who, objection)["mayDecide"].get<bool>());
        EXPECT_THAT(html(who, objection), HasSubstr("Daarom besluit een beheerder"));
    }
    EXPECT_TRUE(shown(bea, objection)["mayDecide"].get<bool>());
    EXPECT_THAT(html(bea, objection), HasSubstr("/moderatie/" + std::to_string(objection.id) + "/besluit"));
    EXPECT_EQ(lease(bea, objection).status, 200);
    EXPECT_EQ(decide(bea, objection, "grant", {{"facts", "Een ander schreef dit bericht."}}).status, 200);
    EXPECT_EQ(holds(anna), "");
    EXPECT_EQ(last(objection).text("decided_role"), "administrator");
    EXPECT_THAT(last(objection).text("statement"), HasSubstr("Een beheerder heeft dit besloten"));
    expect_sound();
    EXPECT_EQ(undo(bea, objection).status, 200);
    EXPECT_EQ(holds(anna), "suspend");
    expect_sound();
}

TEST_F(OtherEyesTest, AnAdministratorDecidesNothingElse) {
    const auto held = waiting(), live = about_live(), about_ada = begun(ada, mo);
    decide(mo, live, "remove");
    const auto objection = appeal(live, anna);
    for (const auto& about : {held, objection, about_ada}) {
        EXPECT_EQ(lease(bea, about).status, 403);
        EXPECT_EQ(world().send(bea, http::Method::del, about.url() + "/lease").status, 403);
        for (const auto* kind : {"approve", "refuse", "warn"}) {
            EXPECT_EQ(decide(bea, about, kind).status, 403);
        }
        EXPECT_EQ(undo(bea, about).status, 403);
        EXPECT_FALSE(shown(bea, about)["mayDecide"].get<bool>());
        EXPECT_EQ(shown(bea, about)["takeUrl"], "");
        EXPECT_THAT(html(bea, about), HasSubstr("U kunt meelezen"));
        EXPECT_EQ(shown(mo, about)["whoText"], "");
        EXPECT_ANY_THROW(
            sql(database(),
                "INSERT INTO decisions (case_id, number, kind, post_id, post_version, member_id, state_from, state_to, decided_by, "
                "decided_role, is_automatic) SELECT id, 1, 'unfounded', post_id, post_version, member_id, 'live', 'live', $2, "
                "'administrator', false FROM cases WHERE id = $1",
                db::Params::of(about.id, bea.member)))
            << "the database holds it";
    }
    EXPECT_EQ(state(held), "open");
}

TEST_F(OtherEyesTest, WhenNobodyIsLeftThePageSaysSoUntilSomebodyIs) {
    const auto objection = objection_to_both();
    sql(database(), "UPDATE members SET role = 'administrator' WHERE id = $1", db::Params::of(other.member));
    other.role = access::Role::administrator;
    EXPECT_THAT(html(mo, objection), HasSubstr("Daarom besluit een beheerder")) << "the other administrator took no part";
    EXPECT_EQ(decide(other, objection, "refuse").status, 403) << "and this one did";
    sql(database(), "UPDATE members SET ended_at = now() WHERE id = $1", db::Params::of(bea.member));
    for (const auto& who : {mo, other}) {
        EXPECT_THAT(html(who, objection), HasSubstr("Niemand in het team mag dit bezwaar behandelen"));
        EXPECT_EQ(decide(who, objection, "refuse").status, 403);
    }
    EXPECT_EQ(state(objection), "open");
    const auto appointed = fresh();
    EXPECT_EQ(shown(mo, objection)["whoText"], "");
    EXPECT_EQ(decide(appointed, objection, "refuse").status, 200);
    EXPECT_EQ(holds(anna), "suspend");
    expect_sound();
}

TEST_F(OtherEyesTest, AModeratorWhoIsShutOutIsNotLeft) {
    const auto objection = objection_to_both();
    const auto third = world().moderator("Derde Moderator");
    EXPECT_EQ(shown(mo, objection)["whoText"], "");
    const auto about = begun(third, mo);
    EXPECT_EQ(decide(mo, about, "suspend", {{"until", day_ahead(5)}}).status, 202);
    EXPECT_EQ(world().post(other, about.url() + "/proposal", {{"version", version(about)}, {"answer", "confirm"}}).status, 200);
    EXPECT_NE(shown(mo, objection)["whoText"], "");
    EXPECT_EQ(decide(bea, objection, "refuse").status, 200);
    expect_sound();
}

TEST_F(OtherEyesTest, AGrantedObjectionBringsBackWhatTheMeasureReplaced) {
    decided(ada, "review-all", 0, mo);
    decided(ada, "read-only", 30, mo);
    const auto heaviest = decided(ada, "suspend", 60, mo);
    const auto objection = objected(heaviest, ada);
    EXPECT_EQ(decide(other, objection, "grant", {{"facts", "Dat heeft een ander geschreven."}}).status, 200);
    EXPECT_EQ(holds(ada), "read-only");
    const auto statement = last(objection).text("statement");
    EXPECT_THAT(statement, HasSubstr("De maatregel tegen u geldt niet meer"));
    EXPECT_THAT(statement, HasSubstr("geldt weer: u kunt tot en met"));
    EXPECT_THAT(statement, HasSubstr("alleen lezen"));
    EXPECT_EQ(last(objection).text("state_to"), "read-only");
    EXPECT_EQ(world().get(ada, "/api/v1/me/decisions").status, 200);
    expect_sound();

    EXPECT_EQ(undo(other, objection).status, 200);
    EXPECT_EQ(holds(ada), "suspend");
    expect_sound();
    EXPECT_EQ(decide(other, objection, "grant", {{"facts", "Dat heeft een ander geschreven."}}).status, 200);
    EXPECT_EQ(holds(ada), "read-only");
    // And it ends by itself on its own day.
    const auto run =
        database().write([&](db::Tx& tx) { return run_due_timers(tx, world().services, base::now() + std::chrono::days{40}); });
    EXPECT_EQ(run.lifted, 1);
    EXPECT_EQ(holds(ada), "");
    expect_sound();
}

TEST_F(OtherEyesTest, WhatIsOverOrTurnedRoundItselfDoesNotComeBack) {
    const auto lightest = decided(ada, "review-all", 0, mo);
    const auto lighter = decided(ada, "read-only", 10, mo);
    const auto heaviest = decided(ada, "suspend", 60, mo);
    const auto first = objected(lighter, ada), second = objected(heaviest, ada);
    EXPECT_EQ(decide(other, first, "grant", {{"facts", "Dat heeft een ander geschreven."}}).status, 200);
    EXPECT_EQ(holds(ada), "suspend") << "that one was not objected to here";
    EXPECT_EQ(decide(fresh(), second, "grant", {{"facts", "Dat heeft een ander geschreven."}}).status, 200);
    EXPECT_EQ(holds(ada), "review-all") << "what had been replaced before it";
    EXPECT_THAT(last(second).text("statement"), HasSubstr("een moderator leest al uw berichten"));
    expect_sound();
    EXPECT_EQ(decide(fresh(), objected(lightest, ada), "grant", {{"facts", "Dat heeft een ander geschreven."}}).status, 200);
    EXPECT_EQ(holds(ada), "");

    decided(ada, "read-only", 10, mo);
    const auto longer = decided(ada, "suspend", 60, mo);
    sql(database(), "UPDATE measures SET until = now() - interval '1 minute' WHERE kind = 'read-only' AND member_id = $1",
        db::Params::of(ada.member));
    const auto last_one = objected(longer, ada);
    EXPECT_EQ(decide(fresh(), last_one, "grant", {{"facts", "Dat heeft een ander geschreven."}}).status, 200);
    EXPECT_EQ(holds(ada), "") << "its own end had passed";
    EXPECT_THAT(last(last_one).text("statement"), Not(HasSubstr("geldt weer")));
}

}  // namespace
}  // namespace forum::moderation
