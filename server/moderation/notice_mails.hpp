// What somebody without an account is written about his notice. Rule: before he confirmed his address he gets one letter, and no
// letter holds a word that he typed, so that the form cannot be used to write to others.
#pragma once

#include <string>

#include "db/tx.hpp"
#include "moderation/notice_store.hpp"
#include "view/templates.hpp"

namespace forum::moderation {

/// The address of a notice's page.
std::string notice_url(const std::string& token);

/// The receipt, with the link to confirm. Nothing happens for a notice without an address (the two below likewise).
void mail_receipt(db::Tx& tx, const view::Templates& texts, const Notice& notice, const std::string& token);
/// What was decided on the case, to everyone who sent in a notice about it and is not told yet: call after they were closed.
void mail_outcomes(db::Tx& tx, const view::Templates& texts, base::CaseId id);
/// An objection to the decision was granted: to everyone who sent in a notice that ended with it.
void mail_reversed(db::Tx& tx, const view::Templates& texts, base::DecisionId id);
/// His objection was received, and is decided on `due_at` at the latest.
void mail_objection(db::Tx& tx, const view::Templates& texts, const Notice& notice, base::Time due_at);
/// His objection was not granted, for this reason.
void mail_refused(db::Tx& tx, const view::Templates& texts, const Notice& notice, const std::string& facts);
/// A decision that he heard of was taken back.
void mail_reopened(db::Tx& tx, const view::Templates& texts, const Notice& notice);
/// The same to everyone who sent in a notice on this case; call while it still says what was decided.
void mail_reopened(db::Tx& tx, const view::Templates& texts, base::CaseId id);

}  // namespace forum::moderation
