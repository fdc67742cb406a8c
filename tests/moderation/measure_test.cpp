// Measures against members (features.md D15): every kind from its case to what the member reads, two people, who is barred, what a
// heavier one does to a lighter, the end by time, undo and objections. Through the routes; what the database itself holds, by raw SQL.
#include <gmock/gmock.h>

#include "db/tx.hpp"
#include "moderation/judge_world.hpp"
#include "moderation/run_timers.hpp"

namespace forum::moderation {
namespace {

using namespace std::chrono_literals;
using nlohmann::json;
using test::Answer;
using test::day_ahead;
using test::sql;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

/// Any day in the coming year.
class MeasureTest : public test::JudgeTest {
protected:
    void SetUp() override {
        JudgeTest::SetUp();
        ada = world().member("Ada Viseur", true, "GM0981", "member", "beleidsadviseur");
        third = world().moderator("Derde Moderator");
    }
    Answer begin(const access::Viewer& by, const access::Viewer& about) {
        return world().post(by, "/api/v1/members/" + to_string(about.member) + "/measures", json::object());
    }
    Case begun(const access::Viewer& about) {
        const auto answer = begin(mo, about);
        EXPECT_TRUE(answer.status == 201 || answer.status == 200) << answer.detail;
        return {answer.model["id"].get<std::int64_t>()};
    }
    /// `kind` decided on a case of its own.
    Case decided(const access::Viewer& about, const std::string& kind, json more = {{"until", day_ahead(30)}}) {
        const auto opened = begun(about);
        const auto answer = decide(mo, opened, kind, more);
        EXPECT_EQ(answer.status, 200) << kind << answer.detail << (answer.errors.empty() ? "" : answer.errors[0].message);
        return opened;
    }
    Answer answer(const access::Viewer& by, const Case& about, const std::string& said, const std::string& note = {}) {
        return world().post(by, about.url() + "/proposal", {{"version", version(about)}, {"answer", said}, {"note", note}});
    }
    /// What holds for the member, "" when nothing does.
    std::string holds(const access::Viewer& about) {
        const auto rows = sql(database(), "SELECT kind FROM standing_measures WHERE member_id = $1", db::Params::of(about.member));
        return rows.empty() ? "" : rows.one().text("kind");
    }
    json own(const access::Viewer& of) { return world().get(of, "/api/v1/me/decisions").model["items"]; }
    std::string html(const access::Viewer& of, const std::string& path) { return world().html(of, world().get(of, path)); }
    std::vector<std::string> letters(const access::Viewer& to) {
        std::vector<std::string> list;
        for (const auto& row :
             sql(database(), "SELECT l.subject, l.body FROM mails l JOIN members m ON m.email = l.address WHERE m.id = $1 ORDER BY l.id",
                 db::Params::of(to.member))) {
            list.push_back(row.text("subject") + "\n" + row.text("body"));
        }
        return list;
    }
    std::int64_t told(const access::Viewer& member) {
        return sql(database(), "SELECT count(*) AS n FROM events WHERE kind = 'session.changed' AND member_id = $1",
                   db::Params::of(member.member))
            .one()
            .integer("n");
    }
    TimersRun run(base::Time now) {
        return database().write([&](db::Tx& tx) { return run_due_timers(tx, world().services, now); });
    }
    /// What the database answers to a decision that somebody writes past the program; "" = it took it.
    std::string refused(const Case& about, const std::string& kind, std::optional<base::MemberId> by,
                        std::optional<base::MemberId> second = {}) {
        try {
            sql(database(),
                "INSERT INTO decisions (case_id, number, kind, member_id, state_from, state_to, decided_by, decided_role, is_automatic, "
                "rules, "
                "facts, statement, appeal_until, until, seconded_by) SELECT id, 90, $2, member_id, 'none', $2, $3, 'moderator', $3::bigint "
                "IS NULL, "
                "'{respect}', 'Feiten die lang genoeg zijn.', 'Zo is het.', now() + interval '6 months', now() + interval '1 day', $4 FROM "
                "cases WHERE id = $1",
                db::Params::of(about.id, kind, by, second));
        } catch (const db::ConstraintViolation& violation) {
            return violation.constraint;
        } catch (const db::DatabaseError& error) {
            return error.sqlstate;
        }
        return "";
    }

    access::Viewer ada, third;
};

struct Kind {
    std::string slug, says;
    bool needs_day, is_standing;
};
const std::vector<Kind> kinds{{"warn", "een waarschuwing gegeven", false, false},
                              {"review-all", "leest vanaf nu al uw berichten", false, true},
                              {"read-only", "alleen lezen", true, true},
                              {"suspend", "U bent geschorst tot en met", true, true},
                              {"end-membership", "deelname aan het forum is beëindigd", false, true}};

TEST_F(MeasureTest, EveryKindFromTheCaseToTheMemberAndBack) {
    for (const auto& kind : kinds) {
        SCOPED_TRACE(kind.slug);
        const auto member = world().member("Lid " + kind.slug, true, "GM0981", "member", "beleidsadviseur");
        const auto about = begun(member);
        EXPECT_EQ(begun(member).id, about.id) << "one at a time";
        EXPECT_EQ(world().get(mo, "/api/v1/moderation/cases").model["items"].back()["isMeasure"], true);
        EXPECT_THAT(html(mo, "/moderatie/" + std::to_string(about.id)), HasSubstr("Over Lid " + kind.slug));

        EXPECT_THAT(decide(mo, about, kind.slug, {{"facts", "Te kort."}, {"until", day_ahead(3)}}).error("facts"), Not(IsEmpty()));
        EXPECT_THAT(decide(mo, about, kind.slug, {{"rules", json::array()}, {"until", day_ahead(3)}}).error("rules"), Not(IsEmpty()));
        if (kind.needs_day) {
            for (const auto& day : {std::string{}, std::string{"morgen"}, day_ahead(-2), day_ahead(400)}) {
                EXPECT_THAT(decide(mo, about, kind.slug, {{"until", day}}).error("until"), Not(IsEmpty())) << day;
            }
        }
        EXPECT_EQ(holds(member), "");
        EXPECT_THAT(letters(member), IsEmpty());

        const auto day = kind.needs_day ? day_ahead(30) : std::string{};
        const auto done = decide(mo, about, kind.slug, {{"until", day}});
        ASSERT_EQ(done.status, 200) << done.detail;
        EXPECT_EQ(state(about), "decided");
        EXPECT_EQ(holds(member), kind.is_standing ? kind.slug : "");
        EXPECT_EQ(last(about).text("source"), "own-initiative");
        EXPECT_EQ(last(about).text("scope"), "member");
        EXPECT_EQ(last(about).flag("is_limited"), kind.needs_day);
        const auto statement = last(about).text("statement");
        for (const auto* part : {kind.says.c_str(), "3. Noem geen inwoners", test::facts, "Een moderator heeft dit besloten",
                                 "uit eigen beweging", "geen automatisch besluit", "Maak bezwaar tot en met"}) {
            EXPECT_THAT(statement, HasSubstr(part));
        }
        ASSERT_EQ(letters(member).size(), 1U);
        EXPECT_THAT(letters(member)[0], HasSubstr(statement));
        EXPECT_GE(told(member), 1);
        const auto shown = own(member);
        ASSERT_EQ(shown.size(), 1U);
        EXPECT_EQ(shown[0]["decision"]["statement"], statement);
        EXPECT_EQ(shown[0]["decision"]["lastDate"], kind.needs_day ? json(day) : json{});
        EXPECT_THAT(html(member, "/ik/besluiten"), HasSubstr("Besluit over u"));
        EXPECT_THAT(html(member, shown[0]["decision"]["appealUrl"]), HasSubstr(kind.says));
        EXPECT_THAT(own(ada), IsEmpty()) << "for nobody else";
        expect_sound();

        EXPECT_EQ(undo(other, about).status, 409) << "not his";
        EXPECT_EQ(undo(mo, about).status, 200);
        EXPECT_EQ(holds(member), "");
        EXPECT_EQ(state(about), "open");
        EXPECT_THAT(own(member), IsEmpty());
        EXPECT_THAT(letters(member).back(), HasSubstr("teruggenomen"));
        expect_sound();
        EXPECT_EQ(decide(mo, about, "unfounded", {{"rules", json::array()}, {"facts", ""}}).status, 200);
        EXPECT_EQ(letters(member).size(), 2U) << "he hears nothing of what came to nothing";
        expect_sound();
    }
}

TEST_F(MeasureTest, AHeavierOneTakesThePlaceOfALighterAndUndoBringsThatBack) {
    decided(ada, "review-all", json::object());
    EXPECT_EQ(decide(mo, begun(ada), "review-all", {{"until", day_ahead(5)}}).status, 200) << "the same for another time";
    const auto reading = decided(ada, "read-only");
    EXPECT_EQ(holds(ada), "read-only");
    EXPECT_THAT(decide(mo, begun(ada), "review-all").error("decision"), Not(IsEmpty())) << "lighter: lift it first";
    const auto lifting = decided(ada, "lift", {{"rules", json::array()}});
    EXPECT_EQ(holds(ada), "");
    EXPECT_THAT(own(ada)[0]["decision"]["statement"].get<std::string>(), HasSubstr("geldt niet meer"));
    EXPECT_EQ(last(lifting).integer("reverses"), last(reading).integer("id"));
    expect_sound();
    EXPECT_EQ(undo(mo, reading).status, 409) << "something followed";
    EXPECT_EQ(undo(mo, lifting).status, 200);
    EXPECT_EQ(holds(ada), "read-only");
    expect_sound();
    EXPECT_EQ(decide(mo, lifting, "suspend", {{"until", day_ahead(2)}}).status, 200);
    EXPECT_EQ(holds(ada), "suspend");
    EXPECT_EQ(undo(mo, lifting).status, 200);
    EXPECT_EQ(holds(ada), "read-only");
    EXPECT_EQ(world().get(mo, lifting.url()).model["measures"].size(), 3U);
    EXPECT_THAT(html(mo, "/moderatie/" + std::to_string(lifting.id)), HasSubstr("geldt nu"));
    expect_sound();
}

TEST_F(MeasureTest, AgainstAnOfficeHolderTwoModeratorsDecide) {
    EXPECT_EQ(holds(anna), "");
    decided(anna, "warn");
    decided(anna, "read-only");
    for (const auto* kind : {"suspend", "end-membership"}) {
        SCOPED_TRACE(kind);
        const auto about = begun(anna);
        const auto proposed = decide(mo, about, kind, {{"until", day_ahead(14)}, {"note", "Kijk jij mee?"}});
        EXPECT_EQ(proposed.status, 202) << proposed.detail;
        EXPECT_EQ(proposed.model["isProposed"], true);
        EXPECT_NE(holds(anna), kind);
        EXPECT_EQ(state(about), "open");
        EXPECT_EQ(world().get(mo, about.url()).model["proposal"]["isMine"], true);
        const auto page = html(other, "/moderatie/" + std::to_string(about.id));
        EXPECT_THAT(page, HasSubstr("Voorstel van Mo Derator"));
        EXPECT_THAT(page, HasSubstr("Bevestig dit besluit"));
        EXPECT_THAT(page, HasSubstr("Kijk jij mee?"));
        EXPECT_THAT(html(mo, "/moderatie/" + std::to_string(about.id)), Not(HasSubstr("Bevestig dit besluit")));

        EXPECT_EQ(answer(mo, about, "confirm").status, 403) << "not his own";
        EXPECT_EQ(decide(other, about, "warn").status, 409) << "first the proposal";
        EXPECT_THAT(answer(other, about, "misschien").error("answer"), Not(IsEmpty()));
        EXPECT_THAT(answer(other, about, "refuse").error("note"), Not(IsEmpty())) << "why not";
        EXPECT_EQ(answer(ada, about, "confirm").status, 404);
        EXPECT_EQ(answer(other, about, "refuse", "Eerst praten.").status, 200);
        EXPECT_EQ(answer(other, about, "confirm").status, 409) << "nothing to confirm";
        EXPECT_THAT(html(mo, "/moderatie/" + std::to_string(about.id)), HasSubstr("Eerst praten."));

        EXPECT_EQ(decide(mo, about, kind, {{"until", day_ahead(14)}}).status, 202);
        EXPECT_EQ(answer(other, about, "confirm").status, 200);
        EXPECT_EQ(holds(anna), kind);
        EXPECT_EQ(last(about).id<base::MemberId>("decided_by"), mo.member);
        EXPECT_EQ(last(about).id<base::MemberId>("seconded_by"), other.member);
        EXPECT_THAT(last(about).text("statement"), HasSubstr("Twee moderatoren hebben dit besloten"));
        EXPECT_THAT(own(anna)[0]["decision"]["statement"].get<std::string>(), HasSubstr("Twee moderatoren"));
        expect_sound();
        EXPECT_EQ(undo(third, about).status, 409);
        EXPECT_EQ(undo(other, about).status, 200) << "either of them";
        EXPECT_EQ(holds(anna), "read-only");
        EXPECT_EQ(decide(mo, about, "unfounded").status, 200);
        expect_sound();
    }
}

TEST_F(MeasureTest, TheDatabaseHoldsTwoPeopleAndLeavesItToPeople) {
    const auto about_anna = begun(anna), about_ada = begun(ada);
    for (const auto* kind : {"suspend", "end-membership"}) {
        EXPECT_EQ(refused(about_anna, kind, mo.member), "FD007") << kind;
        EXPECT_EQ(refused(about_anna, kind, mo.member, mo.member), "decisions_seconded") << kind;
    }
    EXPECT_EQ(refused(begun(third), "suspend", mo.member), "FD007") << "a colleague";
    for (const auto& kind : kinds) {
        EXPECT_EQ(refused(about_ada, kind.slug, std::nullopt), "decisions_human") << kind.slug;
    }
    decided(nova, "warn");
    EXPECT_THROW(sql(database(),
                     "INSERT INTO measures (member_id, kind, decision_id, until) SELECT $1, 'suspend', max(id), now() FROM decisions",
                     db::Params::of(ada.member)),
                 db::ConstraintViolation)
        << "of another kind, about another member";
    EXPECT_EQ(refused(about_anna, "suspend", mo.member, other.member), "");
    EXPECT_EQ(refused(about_ada, "suspend", mo.member), "") << "no office";
}

TEST_F(MeasureTest, NobodyDecidesAboutHimselfOrSomebodyOfHisMunicipality) {
    const auto neighbour = world().member("Buur Moderator", true, "GM0981", "moderator", "moderator");
    EXPECT_EQ(begin(neighbour, neighbour).status, 403);
    const auto about = begun(ada);
    EXPECT_EQ(decide(neighbour, about, "warn").status, 403);
    EXPECT_THAT(world().get(neighbour, about.url()).model["barText"].get<std::string>(), HasSubstr("in uw gemeente"));
    EXPECT_EQ(refused(about, "warn", neighbour.member), "FD006");
    EXPECT_EQ(refused(about, "suspend", mo.member, neighbour.member), "FD006");
    const auto about_neighbour = begun(neighbour);
    EXPECT_EQ(decide(neighbour, about_neighbour, "warn").status, 403);
    EXPECT_THAT(world().get(neighbour, about_neighbour.url()).model["barText"].get<std::string>(), HasSubstr("over uzelf"));
    EXPECT_EQ(refused(about_neighbour, "warn", neighbour.member), "FD006");
    EXPECT_EQ(decide(mo, about, "warn").status, 200);
    // He may move there later: it was right when he decided.
    sql(database(), "UPDATE members SET municipality_code = 'GM0981' WHERE id = $1", db::Params::of(mo.member));
    expect_sound();
}

TEST_F(MeasureTest, OnlyStaffAndHimselfHearOfIt) {
    for (const auto& by : {guest, ada, anna}) {
        EXPECT_THAT(begin(by, nova).status, ::testing::AnyOf(401, 404));
    }
    const auto admin = world().administrator();
    EXPECT_EQ(begin(admin, nova).status, 403);
    EXPECT_EQ(begin(mo, access::Viewer{.member = base::MemberId{999'999'999}, .name = {}, .function = {}, .municipality = {}}).status, 404);
    const auto about = decided(ada, "suspend");
    const auto decision = own(ada)[0]["decision"]["id"].get<std::int64_t>();
    EXPECT_EQ(world().get(anna, "/bezwaar?besluit=" + std::to_string(decision)).status, 404);
    EXPECT_EQ(world().post(anna, "/api/v1/appeals", {{"decision", decision}, {"text", "Niet waar."}}).status, 404);
    EXPECT_EQ(world().get(anna, about.url()).status, 404);
    EXPECT_EQ(world().get(admin, about.url()).status, 200);
    const auto log = world().get(guest, "/api/v1/decisions").model["items"][0];
    EXPECT_EQ(log["kind"], "suspend");
    EXPECT_THAT(log.dump(), Not(HasSubstr("Ada")));
}

TEST_F(MeasureTest, AllOfSomebodyUnderReviewWaits) {
    decided(ada, "review-all", json::object());
    ada.measure = access::Measure::review_all;
    EXPECT_EQ(reply(ada, "Dit wacht, al schrijf ik al jaren.").status, 202);
    EXPECT_EQ(newest_mark(), "review-all");
    EXPECT_THAT(world().get(mo, newest().url()).model["marks"][0]["text"].get<std::string>(), HasSubstr("eerst beoordeeld"));
    decide(mo, newest(), "approve");
    EXPECT_FALSE(last(newest()).flag("is_detected_automatically"));
    EXPECT_EQ(world().send(ada, http::Method::put, world().api(thread, 2), {{"body", "Iets anders."}, {"version", 1}}).status, 202)
        << "a change too";
    expect_sound();
}

TEST_F(MeasureTest, EndsByItselfAndHeHearsOfIt) {
    const auto about = decided(ada, "suspend", {{"until", day_ahead(3)}});
    const auto until = last(about).time("until");
    EXPECT_EQ(until, base::next_amsterdam_midnight(until - 1s)) << "the whole day is part of it";
    const auto before = told(ada);
    EXPECT_EQ(run(until - 1s), TimersRun{});
    EXPECT_EQ(run(until), (TimersRun{.lifted = 1}));
    EXPECT_EQ(run(until + 1min), TimersRun{});
    EXPECT_EQ(holds(ada), "");
    EXPECT_EQ(told(ada), before + 1);
    EXPECT_EQ(last(about).text("kind"), "lift");
    EXPECT_TRUE(last(about).flag("is_automatic"));
    EXPECT_THAT(letters(ada).back(), HasSubstr("De maatregel tegen u is voorbij"));
    EXPECT_THAT(own(ada)[0]["decision"]["statement"].get<std::string>(), HasSubstr("omdat de termijn voorbij was"));
    EXPECT_THAT(html(mo, "/moderatie/" + std::to_string(about.id)), HasSubstr("De maatregel is afgelopen"));
    EXPECT_EQ(undo(mo, about).status, 409);
    expect_sound();

    decided(ada, "review-all", json::object());
    EXPECT_EQ(run(base::now() + 500 * 24h), TimersRun{}) << "for good";
}

TEST_F(MeasureTest, AnObjectionIsDecidedByWhoTookNoPartAndLiftsIt) {
    const auto about = begun(anna);
    EXPECT_EQ(decide(mo, about, "suspend", {{"until", day_ahead(30)}}).status, 202);
    EXPECT_EQ(answer(other, about, "confirm").status, 200);
    const auto decision = own(anna)[0]["decision"]["id"].get<std::int64_t>();
    const auto sent = world().post(anna, "/api/v1/appeals", {{"decision", decision}, {"text", "Dat schreef ik niet."}});
    ASSERT_EQ(sent.status, 201) << sent.detail;
    const Case objection{sent.model["id"].get<std::int64_t>()};
    EXPECT_EQ(world().post(anna, "/api/v1/appeals", {{"decision", decision}, {"text", "Nog eens."}}).status, 409) << "once";
    const auto page = html(third, "/moderatie/" + std::to_string(objection.id));
    EXPECT_THAT(page, HasSubstr("Dat schreef ik niet."));
    EXPECT_THAT(page, HasSubstr("U bent geschorst tot en met"));
    EXPECT_EQ(undo(mo, about).status, 409) << "somebody objected";
    for (const auto& by : {mo, other}) {
        EXPECT_EQ(decide(by, objection, "grant").status, 403) << by.name;
    }
    EXPECT_EQ(decide(third, objection, "grant", {{"rules", json::array()}}).status, 200);
    EXPECT_EQ(holds(anna), "");
    EXPECT_THAT(own(anna)[0]["decision"]["statement"].get<std::string>(), HasSubstr("De maatregel tegen u geldt niet meer"));
    EXPECT_EQ(own(anna)[1]["appeal"]["isGranted"], true);
    expect_sound();
    EXPECT_EQ(undo(third, objection).status, 200);
    EXPECT_EQ(holds(anna), "suspend");
    expect_sound();
    EXPECT_EQ(decide(third, objection, "refuse").status, 200);
    EXPECT_EQ(holds(anna), "suspend");
    EXPECT_THAT(own(anna)[0]["decision"]["statement"].get<std::string>(), HasSubstr("Uw bezwaar is afgewezen"));
    expect_sound();
}

TEST_F(MeasureTest, AnObjectionToWhatWasReplacedLeavesTheHeavierOne) {
    decided(ada, "read-only");
    const auto decision = own(ada)[0]["decision"]["id"].get<std::int64_t>();
    decided(ada, "suspend");
    const auto sent = world().post(ada, "/api/v1/appeals", {{"decision", decision}, {"text", "Dat was te zwaar."}});
    ASSERT_EQ(sent.status, 201) << sent.detail;
    EXPECT_EQ(decide(third, {sent.model["id"].get<std::int64_t>()}, "grant", {{"rules", json::array()}}).status, 200);
    EXPECT_EQ(holds(ada), "suspend");
    EXPECT_THAT(own(ada)[0]["decision"]["statement"].get<std::string>(), HasSubstr("U kreeg gelijk in uw bezwaar."));
    expect_sound();
}

}  // namespace
}  // namespace forum::moderation
