// 'Mijn berichten en besluiten': what was decided about one's own posts, with the own text. Rule: only the author's own.
#pragma once

#include "discussion/services.hpp"
#include "site/page.hpp"

namespace forum::moderation {

/// /ik/besluiten, /api/v1/me/decisions.
site::Page load_own_decisions(const site::PageContext& context, const discussion::Services& services);

/// /api/v1/rules and /huisregels.
site::Page load_house_rules(const site::PageContext& context, const discussion::Services& services);

}  // namespace forum::moderation
