// What became of a report or a notice, in words for who sent it in. Rule: he hears what was decided, by which rule and how to
// object; of a text that is gone nothing, and never who decided.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "base/ids.hpp"
#include "base/time.hpp"
#include "db/rows.hpp"
#include "moderation/case_store.hpp"
#include "view/templates.hpp"

namespace forum::moderation {

/// The part of a decision that he may know: of the one that stands now, which an objection may have led to.
struct Outcome {
    base::DecisionId decision;  ///< that ended his report; he may object to this one
    bool is_reversed;           ///< an objection led to another
    std::string state_to;       ///< of the post
    std::vector<std::string> rules;
    std::string legal_ground, facts;
    bool is_automatic;
    base::Time at;

    bool is_gone() const { return state_to != "live" && state_to != "live_change"; }
    /// Until when he can object; nothing when he was right, or an objection was decided already.
    std::optional<base::Time> appeal_until() const;
};

/// For a query that joins decisions as `d`, on the left, ON d.id = standing_decision(x.decision_id), and gives x.decision_id.
constexpr std::string_view outcome_columns = R"(
    d.id AS standing_id, d.state_to, d.rules, d.legal_ground, d.facts, d.is_automatic, d.decided_at )";
/// Nothing while it is open.
std::optional<Outcome> read_outcome(const db::Row& row);

/// "Wij hebben het bericht verwijderd. Het gaat om deze huisregel: ..." For a page and for a mail.
std::string outcome_text(const view::Templates& texts, view::Language language, const Outcome& outcome,
                         const std::vector<HouseRule>& rules);
/// {text, isGone, decidedAt, appealUntil}; null while it is open. `appealUntil`: null when there is nothing for him to object to.
nlohmann::json outcome_json(const view::Templates& texts, view::Language language, const std::optional<Outcome>& outcome,
                            const std::vector<HouseRule>& rules);

}  // namespace forum::moderation
