#include "moderation/proposal.hpp"

#include <nlohmann/json.hpp>

namespace forum::moderation {

std::optional<base::Time> end_of_day(const std::string& day) {
    const auto noon = base::parse_rfc3339(day + "T12:00:00Z");
    return noon ? std::optional{base::next_amsterdam_midnight(*noon)} : std::nullopt;
}

Judgement judgement_of(const DecisionDraft& draft) {
    const auto* kind = find_decision_kind(draft.decision);
    return {.kind = kind,
            .rules = draft.rules,
            .legal_ground = draft.legal_ground,
            .facts = draft.facts,
            .questions = draft.questions,
            .note = draft.note,
            .body = draft.body,
            .sent_to = kind->slug == "escalate" ? draft.send_to : "",
            .source = {},
            .until = kind->until == Until::never ? std::nullopt : end_of_day(draft.until)};
}

std::string proposal_text(const DecisionDraft& draft) {
    return nlohmann::json{{"decision", draft.decision}, {"rules", draft.rules}, {"legalGround", draft.legal_ground},
                          {"facts", draft.facts},       {"note", draft.note},   {"until", draft.until}}
        .dump();
}

DecisionDraft read_proposal(const CaseRow& row) {
    const auto proposal = nlohmann::json::parse(row.proposal);
    DecisionDraft draft;
    draft.decision = proposal["decision"];
    draft.rules = proposal["rules"];
    draft.legal_ground = proposal["legalGround"];
    draft.facts = proposal["facts"];
    draft.note = proposal["note"];
    draft.until = proposal["until"];
    return draft;
}

}  // namespace forum::moderation
