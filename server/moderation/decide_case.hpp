// A moderator's decision on a case: approve, return with a question, reject. Rule: decision, state of the post, state of the
// case and events are one transaction, on exactly the version that the moderator saw.
#pragma once

#include "discussion/services.hpp"
#include "site/action.hpp"

namespace forum::moderation {

/// POST /moderatie/{id}/besluit {version, decision, rules, facts, questions, note?}. Throws Problem{forbidden} on one's own
/// post. Too late (decided, another version, held by another) is a 409 that says who decided what and when, or who holds the
/// case: Problem{conflict} for a script, for a person the page of the case with everything he typed.
site::ActionResult decide_case(const site::ActionContext& context, const discussion::Services& services);

/// POST /moderatie/{id}/pak: takes or renews the lease. 409 as above when another holds it.
site::ActionResult take_case(const site::ActionContext& context, const discussion::Services& services);
/// POST /moderatie/{id}/los: lets go of it.
site::ActionResult release_case(const site::ActionContext& context, const discussion::Services& services);

}  // namespace forum::moderation
