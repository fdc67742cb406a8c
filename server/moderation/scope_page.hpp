// Where an administrator says what a moderator looks after: themes, provinces, types, or everything. Rule: somebody always looks after
// the rest: the last moderator without scope gets none.
#pragma once

#include "discussion/services.hpp"
#include "site/action.hpp"

namespace forum::moderation {

/// /leden/{id}/gebied. Throws Problem{not_found} for who is no moderator.
site::Page load_scope(const site::PageContext& context, const discussion::Services& services);
/// What is sent in is all that he looks after from then on; his sessions hear of it at once.
site::ActionResult save_scope(const site::ActionContext& context, const discussion::Services& services);

}  // namespace forum::moderation
