// The forum in miniature of the tests of discussion, with following beside it. Rule: every act goes through its route.
#pragma once

#include "discussion/post_states.hpp"
#include "discussion/world.hpp"
#include "following/notices.hpp"
#include "following/notices_page.hpp"
#include "following/routes.hpp"

namespace forum::test {

inline const db::Query returned_query{"test.count_returned", R"(
    SELECT count(*) AS n FROM posts WHERE author_id = $1 AND state = 'returned')"};

class FollowingWorld : public World {
public:
    explicit FollowingWorld(db::Database& database) : World{database} {
        following::add_routes(routes, following);
        know_routes();
    }

    following::Services following{services, [](db::Tx& tx, const access::Viewer& viewer) {
                                      return static_cast<int>(tx.exec(returned_query, db::Params::of(viewer.member)).one().integer("n"));
                                  }};

    static std::string subject(std::int64_t thread) { return "thread/" + std::to_string(thread); }

    Answer follow(const access::Viewer& viewer, const std::string& subject, const std::string& level = "all") {
        return send(viewer, http::Method::put, "/api/v1/me/follows/" + subject, {{"level", level}});
    }
    Answer forget(const access::Viewer& viewer, const std::string& subject) {
        return send(viewer, http::Method::del, "/api/v1/me/follows/" + subject);
    }
    /// Turns until there is nothing left to do.
    void turn() {
        while (database().write([&](db::Tx& tx) { return following::make_notices(tx, announcer); })) {
        }
    }
    Answer notices(const access::Viewer& viewer) { return get(viewer, "/api/v1/me/notices"); }
    int bell(const access::Viewer& viewer) {
        return database().read([&](db::Tx& tx) { return following::count_bell(tx, viewer, following); });
    }
    /// A moderator lets a post through that waited.
    void publish(std::int64_t post) {
        database().write([&](db::Tx& tx) { discussion::publish(tx, announcer, base::PostId{post}, 1); });
    }
    std::string level(const access::Viewer& viewer, const std::string& subject) {
        return get(viewer, "/api/v1/me/follows/" + subject).model.value("level", "not there");
    }
};

/// Each test in a transaction that is rolled back; now() stands still in it.
class FollowingTest : public DatabaseTest {
protected:
    void SetUp() override {
        seed_places(database());
        rolled_back_ = std::make_unique<db::Database::RolledBack>(database());
        world_ = std::make_unique<FollowingWorld>(database());
    }
    void TearDown() override {
        world_.reset();
        rolled_back_.reset();
    }
    FollowingWorld& world() { return *world_; }
    const access::Viewer guest;

private:
    std::unique_ptr<db::Database::RolledBack> rolled_back_;
    std::unique_ptr<FollowingWorld> world_;
};

}  // namespace forum::test
