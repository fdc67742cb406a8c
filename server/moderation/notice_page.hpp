// Anyone says that a post is against the law (DSA article 16): the form, its receipt, confirming the address, the page where the
// outcome stands. Rule: about what a guest can read only, and every other post is the same unknown address.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "discussion/services.hpp"
#include "moderation/intake.hpp"
#include "site/action.hpp"

namespace forum::moderation {

/// GET /kennisgeving?adres=...; with ?ontvangen=K-2026-7F3A9C the receipt.
site::Page load_notice_page(const site::PageContext& context, const discussion::Services& services);

/// POST /kennisgeving, POST /api/v1/notices {address, explanation, legalGround?, isChildAbuse?, name, email, goodFaith}: 202
/// {receipt, isConfirmed, statusUrl}. It opens a case when the address is confirmed; about child abuse, for which no name is
/// asked, at once.
site::ActionResult send_notice(const site::ActionContext& context, const discussion::Services& services, const Intake& intake);

/// GET /kennisgeving/{token}: how it stands. Problem{not_found} for every token that was not given out.
site::Page load_notice_status(const site::PageContext& context, const discussion::Services& services);

/// POST /kennisgeving/{token}: the address is his. A second time is no error. (Opening the link does nothing: mail programs do
/// that by themselves.)
site::ActionResult confirm_notice_address(const site::ActionContext& context, const discussion::Services& services, const Intake& intake);

/// [{receipt, name, explanation, legalGround, isChildAbuse, createdAt}] of a case. For staff only.
nlohmann::json case_notices_json(db::Tx& tx, base::CaseId id);

}  // namespace forum::moderation
