// What was done with a thread as a whole: who, when, why, newest first; for staff. Rule: it is read from thread_acts, which nobody
// changes, and shows what a reader does not: who closed, moved or split.
#pragma once

#include "discussion/services.hpp"
#include "site/page.hpp"

namespace forum::discussion {

/// /gesprekken/{id}/logboek: the newest 200 acts, also those with threads that were merged into it.
site::Page load_thread_log(const site::PageContext& context, const Services& services);

}  // namespace forum::discussion
