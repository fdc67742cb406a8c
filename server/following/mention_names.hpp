// Names that can stand behind an "@", offered while one types. Rule: what is chosen is plain text that means the same when it is typed by
// hand (discussion/mentions.hpp).
#pragma once

#include "discussion/services.hpp"
#include "site/page.hpp"

namespace forum::following {

/// /api/v1/mentions?q=: at most eight, municipalities that begin so before people.
site::Page load_mention_names(const site::PageContext& context, const discussion::Services& services);

}  // namespace forum::following
