#include "moderation/appeal_view.hpp"

#include <nlohmann/json.hpp>

namespace forum::moderation {

nlohmann::json appeal_json(const Appeal& appeal) {
    const bool is_refused = appeal.outcome == "refuse";
    return {{"text", appeal.text},
            {"createdAt", base::to_rfc3339(appeal.at)},
            {"dueAt", base::to_rfc3339(appeal.due_at)},
            {"isGranted", appeal.outcome == "grant"},
            {"isRefused", is_refused},
            {"facts", is_refused ? appeal.facts : ""},
            {"decidedAt", appeal.decided_at ? nlohmann::json(base::to_rfc3339(*appeal.decided_at)) : nlohmann::json{}}};
}

std::map<std::int64_t, Appeal> appeals_by_decision(db::Tx& tx, const Objector& by, const std::vector<std::int64_t>& decisions) {
    std::map<std::int64_t, Appeal> found;
    for (auto& appeal : appeals_of(tx, by, decisions)) {
        found.emplace(appeal.decision.value, std::move(appeal));
    }
    return found;
}

nlohmann::json case_appeal_json(db::Tx& tx, base::CaseId id) {
    const auto appeal = find_appeal(tx, id);
    if (!appeal) {
        return nullptr;
    }
    return {{"by", appeal->name}, {"isAuthor", appeal->is_author}, {"text", appeal->text}, {"createdAt", base::to_rfc3339(appeal->at)}};
}

}  // namespace forum::moderation
