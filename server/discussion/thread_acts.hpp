// What a moderator does with a thread as a whole: close, open again, pin, unpin (A6). Rule: closing and pinning need a reason,
// which everyone reads beside the thread, and may have an end (thread_ends.hpp); closing may come with a signed conclusion (A4).
// Every act is a row in thread_acts; doing it twice changes nothing, doing it with other words replaces what was said.
#pragma once

#include "discussion/services.hpp"
#include "site/routes.hpp"

namespace forum::discussion {

/// /gesprekken/{id}/sluiten, .../openen, .../vastzetten, .../losmaken (a page that asks, and its POST);
/// PUT {reason, until?} with, for a closure, conclusion? (markdown), and DELETE /api/v1/threads/{id}/closure, /api/v1/threads/{id}/pin.
void add_thread_acts(site::Routes& routes, const Services& services);

}  // namespace forum::discussion
