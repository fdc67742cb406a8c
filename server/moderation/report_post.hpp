// A member reports a post: the page with the grounds, and what happens then. Rule: not his own, only what he reads, one open
// report a version and ground; the post is hidden by the system for a while at most (D8, D10).
#pragma once

#include "discussion/services.hpp"
#include "moderation/intake.hpp"
#include "site/action.hpp"

namespace forum::moderation {

/// GET /melden?gesprek=12&bericht=3. A guest goes on to the form for everyone.
site::Page load_report_page(const site::PageContext& context, const discussion::Services& services);

/// POST /melden, POST /api/v1/reports {thread, post, category, text}; `post` is the number in its thread. 201. A ground that he
/// reported before and that is open, or on which this version was judged, is 409 that says when: a problem document for a
/// script, the page again for a person.
site::ActionResult report_post(const site::ActionContext& context, const discussion::Services& services, const Intake& intake);

/// The case of this kind about the post: the open one, moved to this version when it was about an older one, or a new one.
base::CaseId join_case(db::Tx& tx, const discussion::Services& services, const Intake& intake, const char* kind, base::PostId post,
                       int version);

}  // namespace forum::moderation
