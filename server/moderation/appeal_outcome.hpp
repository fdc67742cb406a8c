// Who hears that an objection was decided: whoever objected, and when it was granted everybody who was told the decision that it
// turned round. Rule: the author of the post hears it by the post's own move and his statement.
#pragma once

#include "discussion/services.hpp"
#include "moderation/case_store.hpp"
#include "moderation/decision_store.hpp"

namespace forum::moderation {

/// `row`: the objection's case. Call after the decision was inserted.
void tell_of_appeal(db::Tx& tx, const discussion::Services& services, const CaseRow& row, const Decision& decision);
/// The decision is taken back; call while it still stands.
void tell_of_undone_appeal(db::Tx& tx, const discussion::Services& services, const CaseRow& row, const Decision& undone);

/// Does the author hear of this decision, or only who objected to what left his post alone? `from`, `to`: the states it led between.
/// True of a case that is no objection.
bool is_for_author(db::Tx& tx, const CaseRow& row, const std::string& from, const std::string& to);

}  // namespace forum::moderation
