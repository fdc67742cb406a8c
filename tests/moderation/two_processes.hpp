// Two processes of the forum on one database, as they run behind one address, and a trap that cuts an act off between its statements.
// Rule: each has everything of its own but the rows.
#pragma once

#include "discussion/world.hpp"
#include "moderation/review_gate.hpp"
#include "moderation/routes.hpp"

namespace forum::test {

inline const db::Query trap_query{"test.trap", "SELECT set_config('trap.left', $1, false)"};

struct Process {
    Process(const std::string& url, int report_threshold)
        : database{{.url = url}},
          world{database},
          guard{world.places, templates()},
          handling{std::chrono::hours{8}, templates()},
          gate{world.announcer, guard, holds, handling, database},
          rate_limiter{access::RateLimits{.notices_per_hour = 0}},
          intake{.handling = handling, .rate_limiter = rate_limiter, .report_threshold = report_threshold, .shows_links = true} {
        world.gate.behind = &gate;
        moderation::add_routes(world.routes, world.services, database, intake);
        world.know_routes();
    }

    /// Its next act stops after so many statements that write; 0: never.
    void trap_at(int statement) {
        database.read([&](db::Tx& tx) {
            return tx.exec_alone(trap_query, db::Params::of(statement == 0 ? std::string{} : std::to_string(statement)));
        });
    }

    db::Database database;
    World world;
    moderation::TextGuard guard;
    moderation::StandingHolds holds;
    moderation::HandlingTime handling;
    moderation::ReviewGate gate;
    access::RateLimiter rate_limiter;
    moderation::Intake intake;
};

inline constexpr const char* trap_function = R"(
    CREATE FUNCTION spring_trap() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        PERFORM set_config('trap.left', (current_setting('trap.left')::integer - 1)::text, false);
        IF current_setting('trap.left') = '0' THEN
            RAISE EXCEPTION 'cut off';
        END IF;
        RETURN NULL;
    END $$)";
inline constexpr const char* trap_on_each_table = R"(
    DO $$
    DECLARE
        name text;
    BEGIN
        FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename !~ '^forum_' LOOP
            EXECUTE format($trap$CREATE TRIGGER trap AFTER INSERT OR UPDATE OR DELETE ON %I FOR EACH STATEMENT
                           WHEN (current_setting('trap.left', true) <> '') EXECUTE FUNCTION spring_trap()$trap$, name);
        END LOOP;
    END $$)";

class TwoProcesses {
public:
    explicit TwoProcesses(int report_threshold) {
        rows.database().write([](db::Tx& tx) { places::seed_reference_data(tx, std::string{FORUM_SOURCE_DIR} + "/sql/seed"); });
        sql(rows.owner(), trap_function);
        sql(rows.owner(), trap_on_each_table);
        sql(rows.owner(), "ALTER DATABASE " + rows.name() + " SET plan_cache_mode = force_generic_plan");
        one = std::make_unique<Process>(rows.url(), report_threshold);
        other = std::make_unique<Process>(rows.url(), report_threshold);
    }

    /// All threads and what was decided on them are gone, and who came after this member.
    void clear(base::MemberId last) {
        sql(rows.owner(), "TRUNCATE threads, posts, cases, decisions, events, mails CASCADE");
        sql(rows.owner(), "UPDATE decision_chain SET number = 0, hash = ''");
        sql(rows.owner(), "DELETE FROM members WHERE id > $1", db::Params::of(last));
    }

    TestDatabase rows;
    std::unique_ptr<Process> one, other;
};

}  // namespace forum::test
