// An older version of a post that readers should not be able to look up (features.md A8): a name that was taken out, say. Rule: what readers
// see now is for moderation to hide; this is only what lies under it.
#pragma once

#include "discussion/services.hpp"
#include "site/action.hpp"

namespace forum::discussion {

/// PUT /gesprekken/{id}/berichten/{n}/versies/{v} {isHidden, reason}, with the reason (1 to 300 characters) that its author reads. Throws
/// Problem{not_found} for a version that is none, Problem{forbidden} for one's own post and outside one's scope, Problem{conflict} for the
/// version that readers see and for one that is as asked.
site::ActionResult change_version(const site::ActionContext& context, const Services& services);

}  // namespace forum::discussion
