// What members needs from other rooms, handed over once by app. Rule: everything here lives as long as the server and may be
// used from any worker thread; what belongs to a higher floor comes in as a function.
#pragma once

#include <functional>
#include <string>

#include "access/rate_limit.hpp"
#include "crypto/password.hpp"
#include "live/announce.hpp"
#include "site/action.hpp"
#include "view/model.hpp"
#include "view/templates.hpp"

namespace forum::members {

/// Parts of a member's own page that other features know. All of them are set by app.
struct MeSources {
    /// MunicipalityRef of a CBS code, or null.
    std::function<view::Model(const std::string& code)> municipality;
    /// The viewer's newest posts, also those that wait: list of Post + threadTitle, threadUrl, excerpt.
    std::function<view::Model(const site::PageContext&)> posts;
    /// The viewer's drafts: list of {id, title, url, savedAt, excerpt}.
    std::function<view::Model(const site::PageContext&)> drafts;
    /// How many posts of the viewer wait for a moderator.
    std::function<int(const site::PageContext&)> count_waiting;
};

/// Keeps what was typed while the session had ended, now that its writer has signed in: `context` is his, with the
/// fields of that form as input, and `path` is where the form went. Gives the local URL where the text is
/// again, or "" when this form is not kept.
using KeepTyped = std::function<std::string(const site::ActionContext& context, const std::string& path)>;

struct Services {
    const view::Templates& texts;
    const live::Announcer& announcer;
    access::RateLimiter& rate_limiter;
    const crypto::PasswordHasher& passwords;
    bool is_demo;  ///< the sign-in page offers the demo accounts
    MeSources me;
    KeepTyped keep_typed;
    std::string sign_in_picture{};  ///< inline SVG beside the sign-in form, safe as it is; "" = none
};

}  // namespace forum::members
