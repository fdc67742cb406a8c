#include "moderation/case_form.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "moderation/decision_view.hpp"
#include "moderation/judge.hpp"
#include "moderation/standard_reasons.hpp"

namespace forum::moderation {

namespace {

using discussion::Services;
using site::PageContext;

nlohmann::json rules_json(const std::vector<HouseRule>& rules, const std::vector<std::string>& chosen) {
    auto list = nlohmann::json::array();
    for (const auto& rule : rules) {
        list.push_back({{"value", rule.slug},
                        {"label", std::to_string(rule.number) + ". " + rule.title},
                        {"isChosen", std::find(chosen.begin(), chosen.end(), rule.slug) != chosen.end()}});
    }
    return list;
}

/// One field: the decisions that it belongs to, for the script, and in words for who has none; null when there is none.
class Field {
public:
    void add(std::string_view slug, const std::string& label) {
        slugs_ += (slugs_.empty() ? "" : " ") + std::string{slug};
        labels_ += (labels_.empty() ? "‘" : ", ‘") + label + "’";
    }
    nlohmann::json json(const Services& services, view::Language language) const {
        if (slugs_.empty()) {
            return nullptr;
        }
        return {{"slugs", slugs_}, {"with", services.texts.text("moderation.with", language, nlohmann::json{{"names", labels_}})}};
    }

private:
    std::string slugs_, labels_;
};

}  // namespace

void put_form(nlohmann::json& model, const PageContext& context, const Services& services, const CaseRow& row, std::string_view appealed,
              const DecisionDraft& draft) {
    const auto say = [&](const std::string& key) { return services.texts.text(key, context.language); };
    auto decisions = nlohmann::json::array();
    Field rules, law, facts, questions, body, send_to, until;
    // Also when it can no longer be decided: he reads what he chose.
    const bool is_known = find_decision_kind(draft.decision) != nullptr;
    const auto chosen = is_known ? say("moderation.choice_" + text_name(draft.decision, row.kind)) : std::string{};
    for (const auto& kind : decision_kinds()) {
        if (!is_possible(kind, row.kind, row.post_state)) {
            continue;
        }
        const auto name = text_name(kind.slug, row.kind);
        const auto label = say("moderation.choice_" + name);
        decisions.push_back(
            {{"value", kind.slug},
             {"label", label},
             {"help", say("moderation.choice_help_" + (needs_second(kind, row.author_takes_two) && row.member ? "second" : name))},
             {"submit", say("moderation.submit_" + name)},
             {"number", decisions.size() + 1},
             {"isChosen", draft.decision == kind.slug}});
        const bool restricts = is_restriction(kind, appealed);
        const bool may_restrict = restricts || may_change_ground(kind, row.kind, row.post_state);
        if (may_restrict || kind.needs_questions) {
            rules.add(kind.slug, label);
        }
        if (may_restrict || kind.move == PostMove::erase) {
            law.add(kind.slug, label);
        }
        if (wants_facts(kind, row.kind, appealed)) {
            facts.add(kind.slug, label);
        }
        if (kind.needs_questions) {
            questions.add(kind.slug, label);
        }
        if (kind.move == PostMove::publish_changed) {
            body.add(kind.slug, label);
        }
        if (kind.slug == "escalate") {
            send_to.add(kind.slug, label);
        }
        if (kind.until != Until::never) {
            until.add(kind.slug, label);
        }
    }
    auto reasons = nlohmann::json::array();
    for (const auto& reason : list_standard_reasons(context.tx)) {
        const auto* kind = find_decision_kind(reason.decision);
        if (kind != nullptr && is_possible(*kind, row.kind, row.post_state)) {
            reasons.push_back({{"id", reason.id},
                               {"title", reason.title},
                               {"text", reason.text},
                               {"decision", reason.decision},
                               {"isForQuestions", kind->needs_questions}});
        }
    }
    const auto field = [&](const Field& of) { return of.json(services, context.language); };
    nlohmann::json form{{"decision", draft.decision},
                        {"label", chosen},
                        {"legalGround", draft.legal_ground},
                        {"facts", draft.facts},
                        {"questions", draft.questions},
                        {"note", draft.note},
                        {"body", draft.decision == "approve-with-changes" ? draft.body : row.body},
                        {"until", draft.until},
                        {"isToSenior", draft.send_to == "senior"},
                        {"isToLegal", draft.send_to == "legal"},
                        {"isToPolice", draft.send_to == "police"},
                        {"rules", draft.rules},
                        {"isTyped", !draft.is_empty()}};
    model.update({{"decisions", std::move(decisions)},
                  {"fields",
                   {{"rules", field(rules)},
                    {"legalGround", field(law)},
                    {"facts", field(facts)},
                    {"questions", field(questions)},
                    {"body", field(body)},
                    {"sendTo", field(send_to)},
                    {"until", field(until)}}},
                  {"reasons", std::move(reasons)},
                  {"rules", rules_json(list_house_rules(context.tx), draft.rules)},
                  {"form", std::move(form)},
                  {"conflict", draft.conflict}});
    draft.errors.write_to(
        model, {"decision", "rules", "legalGround", "facts", "questions", "body", "sendTo", "until", "note", "answer", "version"});
}

}  // namespace forum::moderation
