// How much the viewer hears of a subject: the button on its page, the page to choose a level, and the list of all that he follows.
// Rule: the viewer's own only; the button is part of a page's frame, so that the page's own model is the same for everyone.
#pragma once

#include "following/follow_store.hpp"
#include "site/action.hpp"

namespace forum::following {

/// View model `Follow` {subject, kind, key, level, isChosen, isFollowed, ...} of a subject as it is stored; null when it is none.
/// For the frame: one query.
view::Model follow_button(db::Tx& tx, const access::Viewer& viewer, const std::string& subject);

/// /volgen/{kind}/{key}, /api/v1/me/follows/{kind}/{key}
site::Page load_follow(const site::PageContext& context, const discussion::Services& services);
/// POST the same, PUT: {level}. From a button `level` may be "off": not followed, also not by itself.
site::ActionResult put_follow(const site::ActionContext& context, const discussion::Services& services);
/// DELETE: as it would be by itself.
site::ActionResult delete_follow(const site::ActionContext& context, const discussion::Services& services);

/// /ik/volgt, /api/v1/me/follows
site::Page load_follows(const site::PageContext& context, const discussion::Services& services);

}  // namespace forum::following
