#include "db/rows.hpp"

#include <limits>

#include "base/problem.hpp"
#include "support/test_database.hpp"

namespace forum::db {
namespace {

using base::Time;
using namespace std::chrono_literals;

class Rows : public test::RolledBackTest {
protected:
    static Row one(std::string_view text, Params params = {}) { return test::sql(database(), text, std::move(params)).one(); }
};

TEST_F(Rows, TypesComeBackAsTheyWent) {
    const Time time = Time{} + 1'790'000'000s + 123'456us;
    const auto row = one(
        "SELECT $1::text AS t, $2::bigint AS n, $3::float8 AS r, $4::bool AS f, "
        "$5::timestamptz AS at, $6::bigint AS id",
        Params::of("zeg 'hé' \\ \"ja\" \t\n👩‍🌾", std::numeric_limits<std::int64_t>::min(), 0.1, true, time, base::ThreadId{7}));
    EXPECT_EQ(row.text("t"), "zeg 'hé' \\ \"ja\" \t\n👩‍🌾");
    EXPECT_EQ(row.integer("n"), std::numeric_limits<std::int64_t>::min());
    EXPECT_EQ(row.real("r"), 0.1);
    EXPECT_TRUE(row.flag("f"));
    EXPECT_EQ(row.time("at"), time);
    EXPECT_EQ(row.id<base::ThreadId>("id"), base::ThreadId{7});
}

TEST_F(Rows, NullIsSeenAndRefusedWhereItMayNotBe) {
    const auto row = one("SELECT $1::text AS t, $2::bigint AS n, $3::timestamptz AS at, $4::text[] AS a",
                         Params::of(std::nullopt, base::PostId{}, std::optional<Time>{}, std::nullopt));
    EXPECT_TRUE(row.is_null("t"));
    EXPECT_EQ(row.text_or("t", "leeg"), "leeg");
    EXPECT_EQ(row.find_text("t"), std::nullopt);
    EXPECT_EQ(row.find_integer("n"), std::nullopt);
    EXPECT_EQ(row.find_time("at"), std::nullopt);
    EXPECT_EQ(row.id<base::PostId>("n"), base::PostId{});
    EXPECT_TRUE(row.texts("a").empty());
    EXPECT_THROW(row.text("t"), std::logic_error);
    EXPECT_THROW(row.integer("n"), std::logic_error);
    EXPECT_THROW(row.time("at"), std::logic_error);
    EXPECT_THROW(row.flag("n"), std::logic_error);
}

TEST_F(Rows, WrongColumnsAndTypesAreProgrammingErrors) {
    const auto row = one("SELECT 'x' AS t, 'infinity'::timestamptz AS at, 99999999999999999999 AS n");
    EXPECT_THROW(row.text("T"), std::logic_error);
    EXPECT_THROW(row.integer("t"), std::logic_error);
    EXPECT_THROW(row.integer("n"), std::logic_error);
    EXPECT_THROW(row.flag("t"), std::logic_error);
    EXPECT_THROW(row.time("at"), std::logic_error);
    EXPECT_THROW(row.texts("t"), std::logic_error);
}

TEST_F(Rows, ArraysKeepEveryCharacter) {
    const std::vector<std::string> values{"",   "NULL", "null",     "a,b",          "{x}",           "zeg \"ja\"",
                                          "\\", "\\\"", " ruimte ", "regel\nregel", "é👩‍🌾", "'"};
    EXPECT_EQ(one("SELECT $1::text[] AS a", Params::of(values)).texts("a"), values);
    EXPECT_EQ(one("SELECT cardinality($1::text[]) AS n", Params::of(values)).integer("n"), static_cast<std::int64_t>(values.size()));
    EXPECT_TRUE(one("SELECT $1::text[] AS a", Params::of(std::vector<std::string>{})).texts("a").empty());
    EXPECT_EQ(one("SELECT array['x', 'Y', '12'] AS a").texts("a"), (std::vector<std::string>{"x", "Y", "12"}));
    EXPECT_EQ(one("SELECT sum(n) AS n FROM unnest($1::bigint[]) n", Params::of(std::vector<std::int64_t>{1, -5, 40})).integer("n"), 36);
    EXPECT_THROW(one("SELECT array['a', NULL] AS a").texts("a"), std::logic_error);
    EXPECT_THROW(one("SELECT array[array['a'], array['b']] AS a").texts("a"), std::logic_error);
}

TEST_F(Rows, TimesSurviveTheClockChangeAndFractions) {
    for (const auto offset : {0us, 1us, 999'999us, 500'000us}) {
        for (const char* text :
             {"2026-03-29T00:59:59Z", "2026-03-29T01:00:00Z", "2026-10-25T01:00:00Z", "1901-01-01T00:00:00Z", "2250-12-31T23:59:59Z"}) {
            const auto time = *base::parse_rfc3339(text) + offset;
            EXPECT_EQ(one("SELECT $1::timestamptz AS at", Params::of(time)).time("at"), time) << text;
        }
    }
}

TEST_F(Rows, TextThatPostgresqlCannotHoldIsABadRequest) {
    const auto kind_of = [](auto&& action) {
        try {
            action();
        } catch (const base::Problem& problem) {
            return problem.kind;
        }
        return base::ProblemKind::internal;
    };
    EXPECT_EQ(kind_of([] { Params::of(std::string_view{"a\0b", 3}); }), base::ProblemKind::bad_request);
    EXPECT_EQ(kind_of([] { one("SELECT $1::text AS t", Params::of("\xff")); }), base::ProblemKind::bad_request);
    EXPECT_EQ(kind_of([] { one("SELECT $1::text AS t", Params::of("\xed\xa0\x80")); }), base::ProblemKind::bad_request);
}

TEST_F(Rows, ARowOutlivesItsRows) {
    std::vector<Row> kept;
    for (const auto row : test::sql(database(), "SELECT n FROM generate_series(1, 3) n")) {
        kept.push_back(row);
    }
    EXPECT_EQ(kept.at(0).integer("n") + kept.at(2).integer("n"), 4);
}

TEST_F(Rows, CountsRowsAndChanges) {
    const auto three = test::sql(database(), "SELECT generate_series(1, 3) AS n");
    EXPECT_EQ(three.size(), 3U);
    EXPECT_THROW(three.one(), std::logic_error);
    EXPECT_THROW(three.find_one(), std::logic_error);
    EXPECT_THROW(three[3], std::logic_error);
    EXPECT_EQ(three[2].integer("n"), 3);
    const auto none = test::sql(database(), "SELECT 1 AS n WHERE false");
    EXPECT_TRUE(none.empty());
    EXPECT_FALSE(none.find_one());
    EXPECT_THROW(none.one(), std::logic_error);
    test::sql(database(), "CREATE TEMP TABLE changed AS SELECT generate_series(1, 5) AS n");
    EXPECT_EQ(test::sql(database(), "UPDATE changed SET n = 0 WHERE n > 3").affected(), 2U);
    EXPECT_EQ(test::sql(database(), "DELETE FROM changed").affected(), 5U);
}

}  // namespace
}  // namespace forum::db
