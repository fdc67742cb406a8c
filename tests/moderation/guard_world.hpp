// The forum in miniature of tests/discussion with the real gate behind it and the routes of moderation. Rule: what the staff
// change reaches the gate by the event, as in the server.
#pragma once

#include "discussion/world.hpp"
#include "moderation/review_gate.hpp"
#include "moderation/routes.hpp"

namespace forum::test {

class GuardTest : public DiscussionTest {
protected:
    void SetUp() override {
        DiscussionTest::SetUp();
        guard = std::make_unique<moderation::TextGuard>(world().places, templates());
        handling = std::make_unique<moderation::HandlingTime>(std::chrono::hours{8}, templates());
        gate = std::make_unique<moderation::ReviewGate>(world().announcer, *guard, holds, *handling, database());
        world().gate.behind = gate.get();
        intake = std::make_unique<moderation::Intake>(moderation::Intake{.handling = *handling, .rate_limiter = rate_limiter});
        moderation::add_routes(world().routes, world().services, database(), *intake);
        world().know_routes();
        world().announcer.set_sink([this](const std::vector<live::Event>& events) {
            for (const auto& event : events) {
                if (event.topic == moderation::word_rules_topic) {
                    database().read([&](db::Tx& tx) { guard->load(tx); });
                } else if (event.topic == discussion::standing_holds_topic) {
                    database().read([&](db::Tx& tx) { holds.load(tx); });
                }
            }
        });
        anna = world().member("Anna Alpha");
        nova = world().member("Nova Nieuw", false);
        mo = world().moderator();
        thread = world().thread(anna);
    }

    Answer reply(const access::Viewer& author, const std::string& body, bool is_confirmed = false) {
        json input{{"body", body}};
        if (is_confirmed) {
            input["confirmPrivate"] = true;
        }
        return world().post(author, World::api(thread) + "/posts", input);
    }
    /// hold_rule of the newest case; "-" when there is none.
    std::string newest_mark() {
        const auto rows = sql(database(), "SELECT hold_rule FROM cases ORDER BY id DESC LIMIT 1");
        return rows.empty() ? "-" : rows.one().text("hold_rule");
    }

    std::unique_ptr<moderation::TextGuard> guard;
    moderation::StandingHolds holds;
    std::unique_ptr<moderation::HandlingTime> handling;
    std::unique_ptr<moderation::ReviewGate> gate;
    access::RateLimiter rate_limiter{access::RateLimits{}};
    std::unique_ptr<moderation::Intake> intake;
    access::Viewer anna, nova, mo;
    std::int64_t thread{0};
};

}  // namespace forum::test
