#include "access/session_store.hpp"

#include <gtest/gtest.h>

#include "crypto/sha256.hpp"
#include "support/test_database.hpp"

namespace forum::access {
namespace {

using test::sql;

class Sessions : public test::RolledBackTest {
protected:
    base::MemberId make_member(const std::string& email = "a@b.nl", const std::string& role = "member") {
        return sql(database(),
                   "INSERT INTO members (email, name, function, role, is_trusted) VALUES ($1, "
                   "'Anna Bos', 'raadslid', $2, true) RETURNING id",
                   db::Params::of(email, role))
            .one()
            .id<base::MemberId>("id");
    }
    std::string sign_in(base::MemberId member, std::string_view device = "Firefox, Linux") {
        return database().write([&](db::Tx& tx) { return create_session(tx, member, device); });
    }
    Viewer find(const std::string& token) {
        return database().read([&](db::Tx& tx) { return find_viewer(tx, token); });
    }
    Viewer load(const std::string& token) {
        return database().read([&](db::Tx& tx) { return cache.load(tx, token); });
    }
    void change(std::string_view text) { sql(database(), text); }

    std::chrono::steady_clock::time_point clock{};
    SessionCache cache{[this] { return clock; }};
};

TEST_F(Sessions, ATokenFindsItsMember) {
    const auto member = make_member("a@b.nl", "moderator");
    const auto token = sign_in(member);
    const auto viewer = find(token);
    EXPECT_EQ(viewer.member, member);
    EXPECT_TRUE(viewer.session);
    EXPECT_EQ(viewer.role, Role::moderator);
    EXPECT_TRUE(viewer.is_trusted);
    EXPECT_EQ(viewer.name, "Anna Bos");
    EXPECT_EQ(viewer.function, "raadslid");
    EXPECT_EQ(viewer.municipality, "");
}

TEST_F(Sessions, MayorsAndAldermenAreOfficeHoldersAndOthersAreNot) {
    const auto token = sign_in(make_member());
    const std::vector<std::pair<std::string, bool>> functions{{"wethouder", true},
                                                              {" Burgemeester ", true},
                                                              {"loco-burgemeester", true},
                                                              {"locoburgemeester", true},
                                                              {"waarnemend burgemeester", true},
                                                              {"raadslid", false},
                                                              {"", false},
                                                              {"gemeentesecretaris", false},
                                                              {"adviseur van de wethouder", false},
                                                              {"wethouder in spe", false}};
    for (const auto& [function, is_office_holder] : functions) {
        sql(database(), "UPDATE members SET function = $1", db::Params::of(function));
        EXPECT_EQ(find(token).is_office_holder, is_office_holder) << function;
    }
}

TEST_F(Sessions, CarryTheMeasureThatHoldsNow) {
    const auto member = make_member();
    const auto token = sign_in(member);
    const auto measure = [&](const std::string& kind, const std::string& until) {
        sql(database(),
            "WITH ended AS (UPDATE measures SET lifted_at = now(), lifted_by = decision_id WHERE member_id = $1 AND lifted_at IS NULL), "
            "about AS (INSERT INTO cases (kind, state, member_id, due_at) VALUES ('measure', 'decided', $1, now()) RETURNING id), "
            "decided AS (INSERT INTO decisions (case_id, number, kind, member_id, state_from, state_to, decided_by, decided_role, rules, "
            "facts, "
            "statement, appeal_until, until) SELECT id, 1, $2, $1, 'none', $2, $3, 'moderator', '{respect}', 'Feiten die lang genoeg "
            "zijn.', "
            "'Zo is het.', now() + interval '6 months', now() + interval '1 day' FROM about RETURNING id) "
            "SELECT id FROM decided",
            db::Params::of(member, kind, make_member("m" + kind + until.substr(0, 1) + "@b.nl", "moderator")));
        sql(database(),
            "INSERT INTO measures (member_id, kind, decision_id, until) SELECT $1, $2, max(id), now() + $3::interval FROM decisions",
            db::Params::of(member, kind, until));
    };
    EXPECT_EQ(find(token).measure, Measure::none);
    for (const auto& [kind, until, holds] :
         std::vector<std::tuple<std::string, std::string, Measure>>{{"review-all", "1 day", Measure::review_all},
                                                                    {"read-only", "1 day", Measure::read_only},
                                                                    {"suspend", "1 day", Measure::shut_out},
                                                                    {"end-membership", "1 day", Measure::shut_out},
                                                                    {"suspend", "-1 second", Measure::none}}) {
        measure(kind, until);
        EXPECT_EQ(find(token).measure, holds) << kind << until;
    }
}

TEST_F(Sessions, AreCheckedManyAtOnceInTheirOrder) {
    const auto first = make_member();
    const auto second = make_member("c@d.nl", "administrator");
    const auto ended = find(sign_in(first)).session;
    const auto of_first = find(sign_in(first)).session;
    const auto of_second = find(sign_in(second)).session;
    database().write([&](db::Tx& tx) { return end_session(tx, first, ended); });
    const auto viewers = database().read([&](db::Tx& tx) { return find_viewers(tx, {of_second, ended, of_first, of_second}); });
    ASSERT_EQ(viewers.size(), 4U);
    EXPECT_EQ(viewers[0].member, second);
    EXPECT_EQ(viewers[0].role, Role::administrator);
    EXPECT_FALSE(viewers[1].is_signed_in());
    EXPECT_EQ(viewers[2].member, first);
    EXPECT_EQ(viewers[3].session, of_second);
    EXPECT_TRUE(database().read([&](db::Tx& tx) { return find_viewers(tx, {}); }).empty());
}

TEST_F(Sessions, TheTableHoldsTheHashOnly) {
    const auto token = sign_in(make_member());
    const auto row = sql(database(), "SELECT encode(token_hash, 'hex') AS hash FROM sessions").one();
    EXPECT_EQ(row.text("hash"), crypto::sha256_hex(token));
}

TEST_F(Sessions, AnUnknownTokenIsAGuest) {
    sign_in(make_member());
    EXPECT_FALSE(find(std::string(43, 'x')).is_signed_in());
    EXPECT_FALSE(find("").is_signed_in());
}

TEST_F(Sessions, AnEndedSessionIsAGuest) {
    const auto member = make_member();
    const auto token = sign_in(member);
    const auto other = sign_in(member);
    const auto session = find(token).session;
    EXPECT_TRUE(database().write([&](db::Tx& tx) { return end_session(tx, member, session); }));
    EXPECT_FALSE(database().write([&](db::Tx& tx) { return end_session(tx, member, session); }));
    EXPECT_FALSE(find(token).is_signed_in());
    EXPECT_TRUE(find(other).is_signed_in());
}

TEST_F(Sessions, NobodyEndsTheSessionOfAnother) {
    const auto token = sign_in(make_member());
    const auto other = make_member("c@d.nl");
    EXPECT_FALSE(database().write([&](db::Tx& tx) { return end_session(tx, other, find(token).session); }));
    EXPECT_TRUE(find(token).is_signed_in());
}

TEST_F(Sessions, ExpiresByItself) {
    const auto token = sign_in(make_member());
    change("UPDATE sessions SET expires_at = now() + interval '1 second'");
    EXPECT_TRUE(find(token).is_signed_in());
    change("UPDATE sessions SET expires_at = now()");
    EXPECT_FALSE(find(token).is_signed_in());
}

TEST_F(Sessions, AMemberWhoLeftIsAGuest) {
    const auto token = sign_in(make_member());
    change("UPDATE members SET ended_at = now()");
    EXPECT_FALSE(find(token).is_signed_in());
}

TEST_F(Sessions, AVisitMovesTheEndAheadAtMostOnceInFiveMinutes) {
    const auto token = sign_in(make_member());
    const auto end = [&] { return sql(database(), "SELECT expires_at FROM sessions").one().time("expires_at"); };
    change("UPDATE sessions SET seen_at = now() - interval '4 minutes', expires_at = now() + "
           "interval '1 hour'");
    const auto before = end();
    load(token);
    EXPECT_EQ(end(), before);
    change("UPDATE sessions SET seen_at = now() - interval '6 minutes'");
    load(token);
    EXPECT_EQ(std::chrono::round<std::chrono::hours>(end() - before), session_time - std::chrono::hours{1});
}

TEST_F(Sessions, AreListedWithTheLastUsedFirst) {
    const auto member = make_member();
    sign_in(member, "Firefox, Linux");
    const auto token = sign_in(member, "Chrome, Android");
    sign_in(make_member("c@d.nl"), "van een ander");
    change("UPDATE sessions SET seen_at = now() - interval '1 hour' WHERE device = 'Firefox, Linux'");
    const auto list = database().read([&](db::Tx& tx) { return list_sessions(tx, member); });
    ASSERT_EQ(list.size(), 2U);
    EXPECT_EQ(list[0].device, "Chrome, Android");
    EXPECT_EQ(list[0].id, find(token).session);
    EXPECT_EQ(list[1].device, "Firefox, Linux");
}

TEST_F(Sessions, ADeviceIsCutAtAWholeCharacter) {
    const auto member = make_member();
    sign_in(member, std::string(199, 'a') + "é");
    const auto list = database().read([&](db::Tx& tx) { return list_sessions(tx, member); });
    EXPECT_EQ(list.at(0).device, std::string(199, 'a'));
}

TEST_F(Sessions, MemoryAnswersWhatItHasRead) {
    const auto token = sign_in(make_member());
    EXPECT_FALSE(cache.find(token));
    EXPECT_TRUE(load(token).is_signed_in());
    ASSERT_TRUE(cache.find(token));
    EXPECT_EQ(cache.find(token)->name, "Anna Bos");
    EXPECT_FALSE(cache.find(std::string(43, 'x')));
}

TEST_F(Sessions, MemoryForgetsAMemberAtOnce) {
    const auto member = make_member();
    const auto other = make_member("c@d.nl");
    const auto token = sign_in(member);
    const auto second = sign_in(member);
    const auto others = sign_in(other);
    for (const auto& each : {token, second, others}) {
        load(each);
    }
    cache.forget(member);
    EXPECT_FALSE(cache.find(token));
    EXPECT_FALSE(cache.find(second));
    EXPECT_TRUE(cache.find(others));
    cache.clear();
    EXPECT_FALSE(cache.find(others));
}

TEST_F(Sessions, MemoryIsAsOldAsItMayBeAndNoOlder) {
    const auto token = sign_in(make_member());
    load(token);
    clock += SessionCache::max_age - std::chrono::milliseconds{1};
    EXPECT_TRUE(cache.find(token));
    clock += std::chrono::milliseconds{1};
    EXPECT_FALSE(cache.find(token));
}

TEST_F(Sessions, MemoryKeepsNoGuests) {
    EXPECT_FALSE(load(std::string(43, 'x')).is_signed_in());
    EXPECT_FALSE(cache.find(std::string(43, 'x')));
}

TEST_F(Sessions, SetRolesAreFollowed) {
    const auto token = sign_in(make_member());
    EXPECT_EQ(find(token).role, Role::member);
    change("UPDATE members SET role = 'administrator', is_trusted = false");
    EXPECT_EQ(find(token).role, Role::administrator);
    EXPECT_FALSE(find(token).is_trusted);
}

}  // namespace
}  // namespace forum::access
