#include "moderation/handling_time.hpp"

#include <gmock/gmock.h>

#include "moderation/guard_world.hpp"

namespace forum::moderation {
namespace {

using namespace std::chrono_literals;
using test::sql;

base::Time moment(std::string_view text) { return base::parse_rfc3339(text).value(); }

class HandlingTest : public test::GuardTest {
protected:
    /// A case of a post of its own that was sent in and decided at these moments; its rounds in between: returned, sent again.
    void decided(const std::vector<std::string>& moments, const std::string& state = "decided") {
        world().reply(nova, thread, "Bericht.");
        const auto rows = sql(database(), "SELECT id, post_id FROM cases ORDER BY id DESC LIMIT 1");
        const auto id = rows.one().integer("id"), post = rows.one().integer("post_id");
        sql(database(), "UPDATE post_versions SET created_at = $2::timestamptz WHERE post_id = $1", db::Params::of(post, moments[0]));
        for (std::size_t i = 1; i < moments.size(); ++i) {
            if (i % 2 == 0) {
                sql(database(),
                    "INSERT INTO post_versions (post_id, version, body, body_html, by_member, was_live, created_at) "
                    "VALUES ($1, $2, 'Tekst.', '', $3, false, $4::timestamptz)",
                    db::Params::of(post, static_cast<int>(i), nova.member, moments[i]));
                continue;
            }
            const bool is_last = i + 1 == moments.size();
            sql(database(),
                "INSERT INTO decisions (case_id, number, kind, post_id, post_version, state_from, state_to, decided_by, decided_role, "
                "                       decided_at, questions, deadline_at) "
                "VALUES ($1, $2, $3, $4, 1, 'waiting', 'live', $5, 'moderator', $6::timestamptz, 'Waarom?', now())",
                db::Params::of(id, static_cast<int>(i), is_last ? "approve" : "return", post, mo.member, moments[i]));
        }
        sql(database(), "UPDATE cases SET state = $2, created_at = $3::timestamptz, closed_at = $4::timestamptz WHERE id = $1",
            db::Params::of(id, state, moments.front(), moments.back()));
    }
    HandlingFigures measure() {
        return database().read(
            [](db::Tx& tx) { return measure_handling(tx, moment("2026-11-01T00:00:00Z"), moment("2027-01-01T00:00:00Z")); });
    }
    std::string promise(int norm_hours, view::Language language = view::Language::dutch) {
        HandlingTime time{std::chrono::hours{norm_hours}, test::templates()};
        return database().read([&](db::Tx& tx) { return time.promise(tx, language); });
    }
};

TEST_F(HandlingTest, IsMeasuredInWorkingTime) {
    EXPECT_EQ(measure().decided, 0);
    decided({"2026-11-20T17:05:00+01:00", "2026-11-23T10:00:00+01:00"});
    const auto one = measure();
    EXPECT_EQ(one.decided, 1);
    EXPECT_EQ(one.median, 1h) << "a weekend costs nothing";
    EXPECT_EQ(one.p90, 1h);
    for (int hours = 2; hours <= 10; ++hours) {
        // 9.00 to 9.00 and so many hours, over days of eight hours.
        const auto due = add_working_time(moment("2026-11-16T08:00:00Z"), std::chrono::hours{hours});
        decided({"2026-11-16T09:00:00+01:00", base::to_rfc3339(due)});
    }
    const auto ten = measure();
    EXPECT_EQ(ten.decided, 10);
    EXPECT_EQ(ten.median, 5h) << "1 to 10: the fifth of ten";
    EXPECT_EQ(ten.p90, 9h) << "the ninth of ten";
}

TEST_F(HandlingTest, TheDaysOfTheAuthorDoNotCount) {
    decided({"2026-11-16T09:00:00+01:00", "2026-11-16T11:00:00+01:00",    // two hours, returned
             "2026-11-19T15:00:00+01:00", "2026-11-20T10:00:00+01:00",    // three hours, returned again
             "2026-11-26T09:00:00+01:00", "2026-11-26T10:00:00+01:00"});  // one hour
    EXPECT_EQ(measure().median, 6h);
}

TEST_F(HandlingTest, OnlyDecidedCasesOfTheTimeCount) {
    decided({"2026-10-30T09:00:00+01:00", "2026-10-30T17:00:00+01:00"});
    decided({"2026-11-16T09:00:00+01:00", "2026-11-16T17:00:00+01:00"}, "withdrawn");
    EXPECT_EQ(measure().decided, 0);
}

TEST_F(HandlingTest, TheAuthorReadsWhatWasMeasuredOrTheNorm) {
    EXPECT_EQ(promise(8), "Wij proberen dat binnen 1 werkdag te doen.");
    EXPECT_EQ(promise(4), "Wij proberen dat op werkdagen binnen 4 uur te doen.");
    EXPECT_EQ(promise(9, view::Language::english), "We try to do that within 2 working days.");
    // Of whole working days some time ago, so that it does not depend on what day it is.
    const auto sent = add_working_time(base::now() - std::chrono::days{20}, 1h);
    const auto decide_within = [&](std::chrono::minutes waited, int count) {
        for (int i = 0; i < count; ++i) {
            decided({base::to_rfc3339(sent), base::to_rfc3339(add_working_time(sent, waited))});
        }
    };
    decide_within(150min, 4);
    EXPECT_EQ(promise(8), "Wij proberen dat binnen 1 werkdag te doen.") << "four decisions are no measure";
    decide_within(150min, 1);
    EXPECT_EQ(promise(8), "Dat gebeurt op werkdagen meestal binnen 3 uur.");
    decide_within(10h, 6);
    EXPECT_EQ(promise(8), "Dat gebeurt meestal binnen 2 werkdagen.") << "six of eleven waited ten hours";
}

TEST_F(HandlingTest, ThePagesOfANewMemberSayIt) {
    const auto page = world().html(nova, world().get(nova, "/gesprekken/nieuw"));
    EXPECT_THAT(page, testing::HasSubstr("voordat anderen ze zien.</p><p>Wij proberen dat binnen 1 werkdag te doen.</p>"));
    world().reply(nova, thread, "Mijn eerste bericht.");
    EXPECT_THAT(world().html(nova, world().get(nova, "/gesprekken/" + std::to_string(thread) + "/hoe-betrekt-u-nieuwe-bewoners")),
                testing::HasSubstr("Soms leest eerst een moderator mee. Wij proberen dat binnen 1 werkdag te doen. U krijgt bericht."));
}

}  // namespace
}  // namespace forum::moderation
