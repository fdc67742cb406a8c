#include "moderation/outcome.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "moderation/statement.hpp"

namespace forum::moderation {

std::optional<Outcome> read_outcome(const db::Row& row) {
    if (row.is_null("decision_id")) {
        return std::nullopt;
    }
    return Outcome{.decision = row.id<base::DecisionId>("decision_id"),
                   .is_reversed = row.integer("decision_id") != row.integer("standing_id"),
                   .state_to = row.text("state_to"),
                   .rules = row.texts("rules"),
                   .legal_ground = row.text("legal_ground"),
                   .facts = row.text("facts"),
                   .is_automatic = row.flag("is_automatic"),
                   .at = row.time("decided_at")};
}

std::optional<base::Time> Outcome::appeal_until() const { return is_gone() || is_reversed ? std::nullopt : std::optional{appeal_end(at)}; }

std::string outcome_text(const view::Templates& texts, view::Language language, const Outcome& outcome,
                         const std::vector<HouseRule>& rules) {
    std::string text = outcome.is_reversed ? texts.text("report.outcome_reversed", language) + " " : std::string{};
    text += texts.text(outcome.is_gone() ? "report.outcome_gone" : "report.outcome_stays", language);
    const auto say = [&](const std::string& key, const char* name, const std::string& value) {
        text += " " + texts.text(key, language, nlohmann::json{{name, value}});
    };
    std::string names;
    for (const auto& rule : rules) {
        if (std::find(outcome.rules.begin(), outcome.rules.end(), rule.slug) != outcome.rules.end()) {
            names += (names.empty() ? "" : "; ") + std::to_string(rule.number) + ". " + rule.title;
        }
    }
    if (!names.empty()) {
        say("statement.rules", "rules", names);
    }
    if (!outcome.legal_ground.empty()) {
        say("statement.law", "law", outcome.legal_ground);
    }
    // What was found in a text that is gone would bring it back.
    if (!outcome.facts.empty() && !outcome.is_gone()) {
        say("statement.facts", "facts", outcome.facts);
    }
    return text + " " + texts.text(outcome.is_automatic ? "report.outcome_automatic" : "report.outcome_human", language);
}

nlohmann::json outcome_json(const view::Templates& texts, view::Language language, const std::optional<Outcome>& outcome,
                            const std::vector<HouseRule>& rules) {
    if (!outcome) {
        return nullptr;
    }
    const auto until = outcome->appeal_until();
    return {{"text", outcome_text(texts, language, *outcome, rules)},
            {"isGone", outcome->is_gone()},
            {"decidedAt", base::to_rfc3339(outcome->at)},
            {"appealUntil", until ? nlohmann::json(base::to_rfc3339(*until)) : nlohmann::json{}}};
}

}  // namespace forum::moderation
