// A moderator puts a thread where it belongs: another kind, theme, municipalities or types (A7). Rule: who may read it never changes by
// this, and its addresses stay.
#pragma once

#include "discussion/services.hpp"
#include "site/action.hpp"

namespace forum::discussion {

/// /gesprekken/{id}/verplaatsen.
site::Page load_move_page(const site::PageContext& context, const Services& services);

/// POST /gesprekken/{id}/verplaatsen; PUT /api/v1/threads/{id}/place {kind, theme, municipalities, typologies, reason}.
site::ActionResult move_thread(const site::ActionContext& context, const Services& services);

}  // namespace forum::discussion
