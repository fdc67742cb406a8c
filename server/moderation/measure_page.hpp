// What a moderator begins against a person, and what that person meets afterwards: the page that says why something is not possible
// for him, until when, and how he objects. Rule: only himself and staff hear of it.
#pragma once

#include "discussion/services.hpp"
#include "site/action.hpp"

namespace forum::moderation {

/// POST /leden/{id}/maatregel: to the open case about this member, or a new one (201). What is then decided: decide_case.hpp.
/// Problem{not_found} for who is no member, {forbidden} about himself.
site::ActionResult open_measure(const site::ActionContext& context, const discussion::Services& services);

/// Where it is begun.
std::string measure_url(base::MemberId member);

/// In place of a page or an act that the viewer's measure keeps from him: 403. `typed`: the text that he sent, "" = none; `is_kept`: it
/// is a draft of his now. Throws Problem{restricted} for a script.
site::Page load_restricted(const site::PageContext& context, const discussion::Services& services, const std::string& typed = {},
                           bool is_kept = false);

}  // namespace forum::moderation
