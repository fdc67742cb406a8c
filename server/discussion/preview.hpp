// Shows how a text will look, by the same rendering as the page's. Rule: nothing is kept.
#pragma once

#include "discussion/services.hpp"
#include "site/action.hpp"

namespace forum::discussion {

/// POST /gesprekken/voorbeeld, /api/v1/previews {body}: {html}.
site::ActionResult preview_text(const site::ActionContext& context, const Services& services);

}  // namespace forum::discussion
