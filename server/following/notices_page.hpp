// The page of notices, one row for each thread. Rule: the number on the bell is what this page says: its new rows and the posts
// that wait for the reader.
#pragma once

#include "following/services.hpp"
#include "site/action.hpp"

namespace forum::following {

/// The number on the viewer's bell.
int count_bell(db::Tx& tx, const access::Viewer& viewer, const Services& services);

/// /ik/meldingen, /api/v1/me/notices
site::Page load_notices(const site::PageContext& context, const Services& services);

/// POST /ik/meldingen/gelezen, PUT /api/v1/me/notices/read {until, thread?}
site::ActionResult read_notices(const site::ActionContext& context, const Services& services);

}  // namespace forum::following
