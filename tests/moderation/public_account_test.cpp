#include "moderation/public_account.hpp"

#include <gmock/gmock.h>

#include "moderation/guard_world.hpp"

namespace forum::moderation {
namespace {

using test::sql;
using testing::HasSubstr;
using testing::Not;

class PublicAccountTest : public test::GuardTest {
protected:
    /// A decision on a post of its own at this moment; answers its id.
    std::int64_t decided(const std::string& kind, const std::string& moment, const std::string& more = "") {
        world().reply(nova, thread, "Een tekst die niemand in het logboek leest.");
        const auto row = sql(database(), "SELECT id, post_id FROM cases ORDER BY id DESC LIMIT 1").one();
        return sql(database(),
                   "INSERT INTO decisions (case_id, number, kind, post_id, post_version, state_from, state_to, decided_by, decided_role, "
                   "                       decided_at, rules, facts, questions, deadline_at, statement, appeal_until, source) "
                   "VALUES ($1, 1, $2, $3, 1, 'waiting', 'live', $4, 'moderator', $5::timestamptz, "
                   "        CASE WHEN $2 IN ('reject', 'remove') THEN '{bron}'::text[] ELSE '{}' END, "
                   "        'Feiten die niemand anders leest.', 'Waarom?', now(), 'Uw bericht staat er niet.', $5::timestamptz + interval "
                   "'6 months', "
                       + (more.empty() ? std::string{"'review'"} : more) + ") RETURNING id",
                   db::Params::of(row.integer("id"), kind, row.integer("post_id"), mo.member, moment))
            .one()
            .integer("id");
    }
    void undo(std::int64_t decision) {
        sql(database(),
            "INSERT INTO decisions (case_id, number, kind, post_id, post_version, state_from, state_to, decided_by, decided_role, "
            "                       reverses) "
            "SELECT case_id, 2, 'undo', post_id, post_version, state_to, state_from, decided_by, decided_role, id FROM decisions "
            " WHERE id = $1",
            db::Params::of(decision));
    }
    PublicAccount account(Quarter quarter) {
        return database().read([&](db::Tx& tx) { return load_public_account(tx, quarter); });
    }
    static std::string count_of(const PublicAccount& account, std::string_view section, std::string_view name) {
        for (const auto& figure : account.figures) {
            if (figure.section == section && figure.name == name) {
                return figure.count ? std::to_string(*figure.count) : "few";
            }
        }
        return "none";
    }
};

TEST(QuarterTest, IsReadAndWritten) {
    ASSERT_TRUE(parse_quarter("2026-4"));
    EXPECT_EQ(to_string(*parse_quarter("2026-4")), "2026-4");
    for (const auto* text : {"", "2026", "2026-0", "2026-5", "2026-44", "1999-1", "3000-1", "2o26-1", "-026-1", "2026/1", "2026-4 "}) {
        EXPECT_FALSE(parse_quarter(text)) << text;
    }
}

TEST(QuarterTest, BeginsAtMidnightInAmsterdam) {
    EXPECT_EQ(to_string(quarter_of(base::parse_rfc3339("2026-09-30T21:59:59Z").value())), "2026-3");
    EXPECT_EQ(to_string(quarter_of(base::parse_rfc3339("2026-09-30T22:00:00Z").value())), "2026-4") << "summer time";
    EXPECT_EQ(to_string(quarter_of(base::parse_rfc3339("2026-12-31T23:00:00Z").value())), "2027-1") << "winter time";
}

TEST_F(PublicAccountTest, CountsTheQuarterOnly) {
    for (int i = 0; i < 5; ++i) {
        decided("approve", "2026-07-01T00:00:00+02:00");
        decided("approve", "2026-09-30T23:59:59+02:00");
    }
    decided("approve", "2026-06-30T23:59:59+02:00");
    decided("approve", "2026-10-01T00:00:00+02:00");
    EXPECT_EQ(count_of(account({2026, 3}), "decision", "approve"), "10");
    EXPECT_EQ(count_of(account({2026, 2}), "decision", "approve"), "few");
    EXPECT_EQ(count_of(account({2026, 1}), "decision", "approve"), "none");
}

TEST_F(PublicAccountTest, NoMomentIsInTwoQuartersOrInNone) {
    for (const auto* begin : {"2025-12-31T23:00:00Z", "2026-03-31T22:00:00Z", "2026-06-30T22:00:00Z", "2026-09-30T22:00:00Z"}) {
        const auto moment = base::parse_rfc3339(begin).value();
        const auto before = quarter_of(moment - std::chrono::seconds{1}), after = quarter_of(moment);
        for (int i = 0; i < 5; ++i) {
            decided("approve", base::to_rfc3339(moment - std::chrono::seconds{1}));
            decided("remove", base::to_rfc3339(moment));
        }
        EXPECT_EQ(count_of(account(before), "decision", "approve"), "5") << begin;
        EXPECT_EQ(count_of(account(after), "decision", "remove"), "5") << begin;
    }
}

TEST_F(PublicAccountTest, PutsSmallCountsTogether) {
    for (int i = 0; i < 5; ++i) {
        decided("approve", "2026-08-03T10:00:00Z");
    }
    for (int i = 0; i < 3; ++i) {
        decided("reject", "2026-08-03T10:00:00Z", "'report'");
    }
    decided("return", "2026-08-03T10:00:00Z");
    const auto small = account({2026, 3});
    EXPECT_EQ(count_of(small, "decision", "approve"), "5");
    EXPECT_EQ(count_of(small, "decision", "reject"), "none");
    EXPECT_EQ(count_of(small, "decision", "few"), "few") << "four together are still few";
    EXPECT_EQ(count_of(small, "rule", "bron"), "few");
    EXPECT_EQ(count_of(small, "source", "review"), "6");
    decided("return", "2026-08-03T10:00:00Z");
    EXPECT_EQ(count_of(account({2026, 3}), "decision", "few"), "5");
}

TEST_F(PublicAccountTest, WhatWasTakenBackIsNotTold) {
    for (int i = 0; i < 6; ++i) {
        const auto id = decided("approve", "2026-08-03T10:00:00Z");
        if (i == 0) {
            undo(id);
        }
    }
    EXPECT_EQ(count_of(account({2026, 3}), "decision", "approve"), "5");
    EXPECT_EQ(world().get({}, "/api/v1/decisions").model["items"].size(), 5U);
}

TEST_F(PublicAccountTest, TheLogNamesNobodyAndNothing) {
    decided("remove", "2026-08-03T10:11:12Z");
    const auto log = world().get({}, "/api/v1/decisions").model;
    ASSERT_EQ(log["items"].size(), 1U);
    const auto& item = log["items"][0];
    EXPECT_EQ(item["kind"], "remove");
    EXPECT_EQ(item["decidedDate"], "2026-08-03");
    EXPECT_EQ(item["rules"][0]["slug"], "bron");
    EXPECT_EQ(item["appeal"], "");
    for (const auto& page : {log.dump(), world().html({}, world().get({}, "/besluiten"))}) {
        EXPECT_THAT(page, Not(HasSubstr(nova.name)));
        EXPECT_THAT(page, Not(HasSubstr(mo.name)));
        EXPECT_THAT(page, Not(HasSubstr("Een tekst die niemand")));
        EXPECT_THAT(page, Not(HasSubstr("Feiten die niemand")));
        EXPECT_THAT(page, Not(HasSubstr("10:11")));
        EXPECT_THAT(page, Not(HasSubstr("/gesprekken/" + std::to_string(thread))));
    }
}

TEST_F(PublicAccountTest, TheLogGoesOnWhereItStopped) {
    for (int i = 0; i < 120; ++i) {
        decided("approve", "2026-08-03T10:00:00Z");
    }
    std::vector<std::int64_t> ids;
    std::string url = "/api/v1/decisions";
    for (int pages = 1;; ++pages) {
        const auto log = world().get({}, url).model;
        for (const auto& item : log["items"]) {
            ids.push_back(item["id"]);
        }
        if (log["next"].is_null()) {
            EXPECT_EQ(pages, 3);
            break;
        }
        url = "/api/v1/decisions?cursor=" + log["next"].get<std::string>();
    }
    EXPECT_EQ(ids.size(), 120U);
    EXPECT_TRUE(std::is_sorted(ids.rbegin(), ids.rend()));
}

TEST_F(PublicAccountTest, TheFileSaysWhatThePageSays) {
    for (int i = 0; i < 7; ++i) {
        decided("reject", "2026-08-03T10:00:00Z");
    }
    EXPECT_EQ(to_csv(account({2026, 3})), "quarter,section,name,count\r\n"
                                          "2026-3,decision,reject,7\r\n"
                                          "2026-3,rule,bron,7\r\n"
                                          "2026-3,source,review,7\r\n"
                                          "2026-3,found,human,7\r\n"
                                          "2026-3,made,human,7\r\n");
    const auto html = world().html({}, world().get({}, "/besluiten/cijfers?kwartaal=2026-3"));
    EXPECT_THAT(html, HasSubstr("Niet geplaatst"));
    EXPECT_THAT(html, HasSubstr("/besluiten/cijfers?kwartaal=2026-2"));
    EXPECT_THAT(html, HasSubstr("/besluiten/cijfers.csv?kwartaal=2026-3"));
}

TEST_F(PublicAccountTest, WhatIsNoQuarterIsRefused) {
    EXPECT_EQ(world().get({}, "/besluiten/cijfers?kwartaal=2026-5").status, 400);
    EXPECT_EQ(world().get({}, "/besluiten/cijfers?kwartaal=morgen").status, 400);
    EXPECT_EQ(world().get({}, "/besluiten/cijfers?kwartaal=2999-1").status, 404);
}

}  // namespace
}  // namespace forum::moderation
