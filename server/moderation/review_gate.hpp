// Decides which submissions a person looks at first, and opens their cases. Rule: the rules of holding are here and nowhere
// else; a trusted member costs no query.
#pragma once

#include "discussion/publication_gate.hpp"
#include "live/announce.hpp"
#include "moderation/handling_time.hpp"
#include "moderation/hidden_reads.hpp"
#include "moderation/standing_holds.hpp"
#include "moderation/text_guard.hpp"

namespace forum::moderation {

/// A new member's first posts are looked at (features.md D1): so many have to be published before the next go live at once.
constexpr int reviewed_posts = 3;

/// A live text of which more changes than this is read again while readers keep the old one (features.md D20, T11): the answers under it
/// were to other words. Who mends his own slip at once is left alone.
constexpr double most_unread_change = 0.5;
constexpr std::chrono::minutes free_to_mend{10};

class ReviewGate final : public discussion::PublicationGate {
public:
    /// All five live as long as this.
    ReviewGate(const live::Announcer& announcer, const TextGuard& guard, const StandingHolds& holds, HandlingTime& handling,
               db::Database& database)
        : announcer_{announcer}, guard_{guard}, holds_{holds}, handling_{handling}, database_{database} {}

    std::vector<discussion::Objection> check(const discussion::Submission& submission, view::Language language) override {
        return guard_.check(submission, language);
    }
    std::string usual_wait(db::Tx& tx, view::Language language) override { return handling_.promise(tx, language); }
    std::string decide(db::Tx& tx, const access::Viewer& viewer, const discussion::Submission& submission) override;
    std::vector<discussion::StandingHold> standing_holds(const access::Viewer& author) override { return holds_.of(author); }
    void hold(db::Tx& tx, const access::Viewer& author, const Held& held) override;
    void author_settled(db::Tx& tx, const access::Viewer& author, base::PostId post) override;
    void about_to_show(db::Tx& tx, const access::Viewer& viewer, const std::vector<std::int64_t>& posts) override {
        log_hidden_reads(tx, database_, viewer, posts);
    }
    void about_to_show_versions(db::Tx& tx, const access::Viewer& viewer, base::PostId post,
                                const std::vector<std::int64_t>& versions) override {
        log_hidden_versions(tx, database_, viewer, post.value, versions);
    }
    std::map<std::int64_t, view::Model> load_decisions(db::Tx& tx, const access::Viewer& viewer, view::Language language,
                                                       const std::vector<std::int64_t>& posts) override;

private:
    const live::Announcer& announcer_;
    const TextGuard& guard_;
    const StandingHolds& holds_;
    HandlingTime& handling_;
    db::Database& database_;
};

}  // namespace forum::moderation
