// The form in which a moderator decides: the choices that this case allows, the fields that each of them needs, and what he
// typed. Rule: read from decision_kinds.hpp, so that the form never offers what the use case refuses.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string_view>

#include "moderation/queue_page.hpp"

namespace forum::moderation {

/// Sets `decisions`, `fields`, `rules`, `reasons`, `form`, `conflict`, `errors` and `error`. `appealed`: kind of the decision that
/// is objected to, "" without one.
void put_form(nlohmann::json& model, const site::PageContext& context, const discussion::Services& services, const CaseRow& row,
              std::string_view appealed, const DecisionDraft& draft);

}  // namespace forum::moderation
