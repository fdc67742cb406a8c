// A moderator looks at a post of his own accord: its open case, or a new one. Rule: such a case is a report that nobody sent in; what
// he decides on it is 'on our own initiative' for its author.
#pragma once

#include "discussion/services.hpp"
#include "site/action.hpp"

namespace forum::moderation {

/// POST /gesprekken/{id}/berichten/{n}/beoordelen: 201 with a new case, 200 with the one that is open. Problem{not_found} for a post
/// that is not there, Problem{forbidden} for one's own, Problem{conflict} for one that was erased.
site::ActionResult review_post(const site::ActionContext& context, const discussion::Services& services);

}  // namespace forum::moderation
