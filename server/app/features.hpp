// The one list of features. Rule: adding or deleting a feature is one line here.
#pragma once

#include <chrono>
#include <memory>

#include "access/rate_limit.hpp"
#include "access/session_store.hpp"
#include "app/chores.hpp"
#include "crypto/password.hpp"
#include "db/database.hpp"
#include "live/announce.hpp"
#include "live/live.hpp"
#include "mail/outbox.hpp"
#include "places/directory.hpp"
#include "site/frame.hpp"
#include "site/pipeline.hpp"
#include "site/routes.hpp"
#include "view/templates.hpp"

namespace forum::app {

/// What every feature may use; all of it lives as long as the server.
struct Parts {
    db::Database& database;
    const view::Templates& templates;
    const live::Announcer& announcer;
    places::Directory& directory;
    access::SessionCache& sessions;
    access::RateLimiter& rate_limiter;
    const crypto::PasswordHasher& passwords;
    bool is_demo;
    const std::string& web_folder;
    std::chrono::hours review_norm;  ///< working time
    int report_threshold;            ///< reports by so many trusted members hide a post for a while; 0 = never
    mail::Settings mail;
};

class Features {
public:
    explicit Features(const Parts& parts);
    ~Features();
    Features(const Features&) = delete;
    Features& operator=(const Features&) = delete;

    /// Reads what features keep in memory. Call at start and when `is_kept` says so.
    void load(db::Tx& tx);
    /// Does an event on this topic change what `load` read?
    static bool is_kept(std::string_view topic);
    /// The routes of all features.
    site::Routes routes() const;
    /// What the frame of every page asks.
    site::FrameSources frame_sources() const;
    /// What the features and the machinery under them must have done by the clock.
    std::vector<Chore> chores() const;
    /// The sign-in page that keeps what was typed.
    std::function<site::Page(const site::ActionContext&)> sign_in_again() const;
    /// The page in place of what a measure keeps from a member, with what he typed.
    std::function<site::Page(const site::PageContext&, const site::ActionContext*)> restricted() const;
    /// What the live engine asks; `find_viewer` and `check_session` are access's and filled in by the application.
    void fill(live::Sources& sources) const;

private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace forum::app
