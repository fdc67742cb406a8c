// What a reader can do with one post besides writing: withdraw his own, put it back, choose the answer to his question.
// Rule: each act has a small page that asks once more, so it works without script, and doing it twice changes nothing.
#pragma once

#include "discussion/services.hpp"
#include "site/action.hpp"

namespace forum::discussion {

// Author: .../berichten/{n}/intrekken, DELETE /api/v1/threads/{id}/posts/{n}
site::Page load_withdraw_page(const site::PageContext& context, const Services& services);
site::ActionResult withdraw_post(const site::ActionContext& context, const Services& services);

// Author, within 24 hours: .../berichten/{n}/terugzetten, DELETE /api/v1/threads/{id}/posts/{n}/withdrawal
site::Page load_undo_page(const site::PageContext& context, const Services& services);
site::ActionResult undo_withdraw_post(const site::ActionContext& context, const Services& services);

// Asker or moderator: .../berichten/{n}/antwoord, PUT /api/v1/threads/{id}/answer {number}
site::Page load_accept_page(const site::PageContext& context, const Services& services);
site::ActionResult accept_answer(const site::ActionContext& context, const Services& services);

// Asker or moderator: .../berichten/{n}/geen-antwoord, DELETE /api/v1/threads/{id}/answer
site::Page load_unaccept_page(const site::PageContext& context, const Services& services);
site::ActionResult unaccept_answer(const site::ActionContext& context, const Services& services);

}  // namespace forum::discussion
