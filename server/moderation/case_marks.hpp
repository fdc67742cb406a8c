// Why a case waits, in words for the moderator. Rule: made from what the gate wrote when it held the text; nothing is looked at
// anew, because rules may have changed since.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "base/ids.hpp"
#include "db/tx.hpp"
#include "view/templates.hpp"

namespace forum::moderation {

/// [{slug, text}] in the order in which the gate named them.
nlohmann::json marks_json(db::Tx& tx, const view::Templates& texts, view::Language language, base::CaseId id);

}  // namespace forum::moderation
