// "Sinds uw vorige bezoek": what changed in what concerns the reader since he last said that he had seen it all, as much as he has time
// for. Rule: the place is a snapshot of the database, so an event that commits late is never missed and none is shown twice; it
// moves only when the reader says so, to what his page showed.
#pragma once

#include "following/services.hpp"
#include "site/action.hpp"

namespace forum::following {

/// /sinds?minuten=1|5|15, /api/v1/me/since?minutes=
site::Page load_since(const site::PageContext& context, const discussion::Services& services);

/// POST /sinds, PUT /api/v1/me/visit {until}: all of it up to there was seen.
site::ActionResult put_visit(const site::ActionContext& context, const discussion::Services& services);

}  // namespace forum::following
