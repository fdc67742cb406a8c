// A case as a moderator sees it: the row in the list and the sheet beside it, the view models `CaseRow` and `Case`. Rule: what he may
// do with it is answered here and asked again by the use case.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "moderation/queue_page.hpp"

namespace forum::moderation {

nlohmann::json case_row_json(const site::PageContext& context, const discussion::Services& services, const CaseRow& row,
                             const QueueScope& scope, base::CaseId selected);
nlohmann::json case_json(const site::PageContext& context, const discussion::Services& services, const CaseRow& row,
                         const QueueScope& scope, const DecisionDraft& draft);

/// The title of the thread, or whom it is about.
std::string case_title(const site::PageContext& context, const discussion::Services& services, const CaseRow& row);

/// "12 min", "3 u 10", "2 dagen": short, because it stands in a narrow list.
std::string waiting_text(const view::Templates& texts, view::Language language, base::Time since);

/// "Verwijderen met reden": a decision as the form calls it; "" for what only the system does.
std::string decision_label(const site::PageContext& context, const discussion::Services& services, const std::string& decision,
                           const std::string& case_kind);

std::string case_url(base::CaseId id);
/// "?thema=wonen&provincie=Drenthe", "" for the whole queue.
std::string scope_query(const QueueScope& scope);

}  // namespace forum::moderation
