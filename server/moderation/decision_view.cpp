#include "moderation/decision_view.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "moderation/statement.hpp"

namespace forum::moderation {

namespace {

nlohmann::json time_or_null(const std::optional<base::Time>& time) {
    return time ? nlohmann::json(base::to_rfc3339(*time)) : nlohmann::json{};
}

}  // namespace

std::string appeal_url(base::DecisionId id) { return "/bezwaar?besluit=" + to_string(id); }

void put_kind_flags(nlohmann::json& model, const std::string& kind) {
    model["isApprove"] = kind == "approve";
    model["isReturn"] = kind == "return";
    model["isReject"] = kind == "reject";
}

nlohmann::json decision_json(const Decision& decision, const std::vector<HouseRule>& rules, DecisionReader reader) {
    const bool is_other = reader == DecisionReader::other;
    auto rule_list = nlohmann::json::array();
    for (const auto& rule : rules) {
        if (std::find(decision.rules.begin(), decision.rules.end(), rule.slug) != decision.rules.end()) {
            rule_list.push_back({{"slug", rule.slug}, {"number", rule.number}, {"title", rule.title}, {"url", "/huisregels#" + rule.slug}});
        }
    }
    nlohmann::json model{{"id", decision.id.value},
                         {"kind", decision.kind},
                         {"rules", std::move(rule_list)},
                         {"facts", is_other ? "" : decision.facts},
                         {"questions", is_other ? "" : decision.questions},
                         {"decidedAt", base::to_rfc3339(decision.at)},
                         {"byName", reader == DecisionReader::staff ? decision.by_name : ""},
                         {"isAutomatic", decision.is_automatic},
                         {"isDetectedAutomatically", decision.is_detected_automatically},
                         {"legalGround", decision.legal_ground},
                         {"until", time_or_null(decision.until)},
                         {"appealUntil", is_other ? nlohmann::json{} : time_or_null(decision.appeal_until)},
                         {"appealUrl", reader == DecisionReader::author && decision.appeal_until && *decision.appeal_until > base::now()
                                           ? appeal_url(decision.id)
                                           : ""},
                         {"deadlineAt", is_other ? nlohmann::json{} : time_or_null(decision.deadline_at)},
                         {"statement", is_other ? "" : decision.statement}};
    put_kind_flags(model, decision.kind);
    const bool moved = decision.state_from != decision.state_to;
    model["isHide"] = decision.kind == "hide";
    model["isRemove"] = decision.kind == "remove" || (decision.kind == "grant" && moved && decision.state_to == "removed");
    model["isChanged"] = decision.kind == "approve-with-changes";
    model["isRestore"] = decision.kind == "restore" || (decision.kind == "unfounded" && moved);
    model["isGrant"] = decision.kind == "grant" && !model["isRemove"].get<bool>();
    model["isRefuse"] = decision.kind == "refuse";
    model["isErase"] = decision.kind == "erase";
    model["isExpire"] = decision.kind == "expire";
    model["lastDate"] =
        decision.member && decision.until && decision.kind != "grant" ? nlohmann::json(last_day(*decision.until)) : nlohmann::json{};
    model["isWarn"] = decision.kind == "warn";
    model["isReviewAll"] = decision.kind == "review-all";
    model["isReadOnly"] = decision.kind == "read-only";
    model["isSuspend"] = decision.kind == "suspend";
    model["isEnd"] = decision.kind == "end-membership";
    model["isLift"] = decision.kind == "lift";
    return model;
}

}  // namespace forum::moderation
