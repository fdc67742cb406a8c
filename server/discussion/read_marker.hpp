// How far a member has read in a thread, on any device (A11). Rule: the marker only moves up, and only by what was on screen.
#pragma once

#include "discussion/services.hpp"
#include "site/action.hpp"

namespace forum::discussion {

/// POST /gesprekken/{id}/gelezen, PUT /api/v1/threads/{id}/marker: {number} of the highest post that was on screen.
site::ActionResult move_marker(const site::ActionContext& context, const Services& services);

}  // namespace forum::discussion
