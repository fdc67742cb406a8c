// The staff's list of words and hosts: the page with its log, a dry run, adding and switching. Rule: a browser never saves a
// rule whose dry run it has not been shown.
#pragma once

#include "discussion/services.hpp"
#include "site/action.hpp"

namespace forum::moderation {

/// GET /moderatie/woordregels, /api/v1/moderation/rules.
site::Page load_word_rules(const site::PageContext& context, const discussion::Services& services);

/// POST to the same: adds a rule; with actie=proef or dryRun it only tells which of the last 1,000 posts it would have met.
site::ActionResult add_rule(const site::ActionContext& context, const discussion::Services& services);

/// POST /moderatie/woordregels/{id}, PUT /api/v1/moderation/rules/{id}: switches a rule on or off (`active`).
site::ActionResult switch_rule(const site::ActionContext& context, const discussion::Services& services);

}  // namespace forum::moderation
