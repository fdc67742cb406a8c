// Signing in and out. Rule: a wrong address and a wrong password get the same answer after the same work, and every sign-in is a
// new session with a new token.
#pragma once

#include "members/services.hpp"
#include "site/action.hpp"

namespace forum::members {

/// Fields email, password, terug; throws Problem{too_many_requests} with retry_after (text members.too_many_sign_ins).
/// `code` is accepted for clients that send one, and means nothing yet.
site::ActionResult sign_in(const site::ActionContext& context, const Services& services);

/// Ends the viewer's session; done when there is none.
site::ActionResult sign_out(const site::ActionContext& context, const Services& services);

/// Ends one of the viewer's sessions (path value `id`). Throws Problem{not_found} when he has no such session.
site::ActionResult end_session(const site::ActionContext& context, const Services& services);

}  // namespace forum::members
