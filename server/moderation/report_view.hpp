// Reports as their reporter sees them on his own page, and their grounds in words. Rule: what the viewer may not see of a post
// that he reported, his report does not tell him either.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "discussion/services.hpp"
#include "site/page.hpp"

namespace forum::moderation {

/// The ground in the language of the reader; the slug itself of a ground that is no longer there.
std::string category_name(const view::Templates& texts, view::Language language, const std::string& slug);

/// GET /api/v1/report-categories: [{slug, name, description}].
site::Page load_report_categories(const site::PageContext& context, const discussion::Services& services);
nlohmann::json categories_json(const view::Templates& texts, view::Language language);

/// {items, next}: the viewer's reports with their outcome, newest first; `next` goes into meldingen_na (API: reportsCursor).
nlohmann::json own_reports_json(const site::PageContext& context, const discussion::Services& services);

/// [{reporter, category, categoryName, text, postVersion, createdAt}] of a case. For staff only.
nlohmann::json case_reports_json(db::Tx& tx, const view::Templates& texts, view::Language language, base::CaseId id);

}  // namespace forum::moderation
