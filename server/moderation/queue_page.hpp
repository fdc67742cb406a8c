// The moderators' work list and one case: what waits longest first, live, decided without leaving the page. Rule: number on the
// badge, number above the list and the list itself come from one snapshot.
#pragma once

#include <optional>

#include "db/database.hpp"
#include "discussion/services.hpp"
#include "moderation/case_store.hpp"
#include "site/form.hpp"
#include "site/page.hpp"

namespace forum::moderation {

/// What a moderator typed when a decision was refused: shown again with what is wrong.
struct DecisionDraft {
    std::string decision, legal_ground, facts, questions, note, body, send_to;
    std::string until;  ///< the last day of a measure, "2026-12-31"
    std::vector<std::string> rules;
    site::FormErrors errors;
    std::string conflict;  ///< why it came too late, where the page does not say it anyway; "" = it did not

    bool is_empty() const {
        return decision.empty() && legal_ground.empty() && facts.empty() && questions.empty() && note.empty() && rules.empty();
    }
};

/// /moderatie (API: the list).
site::Page load_queue(const site::PageContext& context, const discussion::Services& services);
/// /moderatie/{id}: the list with this case beside it (API: the case alone). `database`: for the log of what was read.
site::Page load_case(const site::PageContext& context, const discussion::Services& services, db::Database& database);
/// The same page again after a refused decision.
site::Page load_case_again(const site::PageContext& context, const discussion::Services& services, base::CaseId id,
                           const DecisionDraft& draft);

}  // namespace forum::moderation
