// What a moderator sends in about a case: a decision, its undoing, taking the case and letting go of it. Rule: everything that is
// wrong or too late is known before anything changes; what then happens is judge.hpp.
#pragma once

#include "discussion/services.hpp"
#include "site/action.hpp"

namespace forum::moderation {

/// POST /moderatie/{id}/besluit {version, decision, rules, legalGround, facts, questions, body, sendTo, until, note}; which of them a
/// decision needs: decision_kinds.hpp; `until` is a day, which it includes. What takes two moderators becomes a proposal first (202).
/// Throws Problem{forbidden} for who is involved. Too late (decided, another version, held by another) is a 409 that says who decided
/// what and when, or who holds the case: Problem{conflict} for a script, for a person the page of the case with everything he typed.
site::ActionResult decide_case(const site::ActionContext& context, const discussion::Services& services);

/// POST /moderatie/{id}/voorstel {version, answer, note}: "confirm" by another than who proposed, and the decision takes effect;
/// "refuse" with a note, and there is no proposal any more.
site::ActionResult answer_proposal(const site::ActionContext& context, const discussion::Services& services);

/// POST /moderatie/{id}/ongedaan: T26. Problem{conflict} when it is too late.
site::ActionResult undo_case(const site::ActionContext& context, const discussion::Services& services);

/// POST /moderatie/{id}/pak: takes or renews the lease. 409 as above when another holds it.
site::ActionResult take_case(const site::ActionContext& context, const discussion::Services& services);
/// POST /moderatie/{id}/los: lets go of it.
site::ActionResult release_case(const site::ActionContext& context, const discussion::Services& services);

}  // namespace forum::moderation
