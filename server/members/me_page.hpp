// A member's own page: who he is here, his posts and drafts, where he is signed in. Rule: only ever the viewer's own data; no
// other page shows an e-mail address.
#pragma once

#include "members/services.hpp"
#include "site/page.hpp"

namespace forum::members {

site::Page load_me(const site::PageContext& context, const Services& services);

}  // namespace forum::members
