// The list of threads with its filters. Rule: everything that is chosen stands in the address, so a list can be sent to a
// colleague; each chip is the same address without one choice.
#pragma once

#include "discussion/services.hpp"
#include "site/page.hpp"

namespace forum::discussion {

/// /gesprekken, /api/v1/threads.
site::Page load_threads_page(const site::PageContext& context, const Services& services);

}  // namespace forum::discussion
