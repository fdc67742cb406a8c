// What a moderator does with a thread as a whole: close, open again, pin, unpin (A6). Rule: closing and pinning need a reason,
// which everyone reads beside the thread; every act is a row in thread_acts, and doing it twice changes nothing.
#pragma once

#include "discussion/services.hpp"
#include "site/routes.hpp"

namespace forum::discussion {

/// /gesprekken/{id}/sluiten, .../openen, .../vastzetten, .../losmaken (a page that asks, and its POST);
/// PUT {reason} and DELETE /api/v1/threads/{id}/closure, /api/v1/threads/{id}/pin.
void add_thread_acts(site::Routes& routes, const Services& services);

}  // namespace forum::discussion
