#include "moderation/decision_kinds.hpp"

#include <algorithm>

namespace forum::moderation {

namespace {

bool holds(const std::vector<std::string_view>& list, std::string_view value) {
    return std::find(list.begin(), list.end(), value) != list.end();
}

}  // namespace

const std::vector<DecisionKind>& decision_kinds() {
    using enum CaseAfter;
    static const std::vector<std::string_view> before{"review", "change"};
    static const std::vector<std::string_view> afterwards{"report", "notice"};
    static const std::vector<std::string_view> held{"waiting", "live_change"};
    static const std::vector<std::string_view> person{"measure"};
    static const std::vector<std::string_view> about_post{"review", "change", "report", "notice"};
    static const std::vector<std::string_view> every_case{"review", "change", "report", "notice", "appeal", "measure"};
    static const std::vector<std::string_view> once_live{"live", "live_change", "hidden", "withdrawn"};
    static const std::vector<std::string_view> not_erased{"waiting",     "returned", "rejected", "live",
                                                          "live_change", "hidden",   "removed",  "withdrawn"};
    static const std::vector<std::string_view> not_ended{"none", "review-all", "read-only", "suspend"};
    static const std::vector<std::string_view> standing{"review-all", "read-only", "suspend", "end-membership"};
    static const std::vector<DecisionKind> kinds{
        // slug, cases, from, move, after, is_restrictive, needs_facts, needs_questions, may_appeal, merges, until
        {"approve", before, held, PostMove::publish, decided, false, false, false, false, {}},
        {"approve-with-changes", before, held, PostMove::publish_changed, decided, false, true, false, true, {}},
        {"return", before, held, PostMove::give_back, with_author, false, false, true, false, {}},
        {"reject", before, held, PostMove::reject, decided, true, true, false, true, {}},
        {"unfounded", {"report", "notice", "measure"}, {}, PostMove::lift, decided, false, false, false, false, {}},
        {"restore", afterwards, {"hidden", "removed", "rejected"}, PostMove::restore, decided, false, false, false, false, {}},
        {"hide", afterwards, {"live", "live_change"}, PostMove::hide, open, true, true, false, true, {"change"}},
        {"remove", afterwards, once_live, PostMove::remove, decided, true, true, false, true, about_post},
        {"grant", {"appeal"}, {}, PostMove::grant, decided, false, true, false, false, about_post},
        {"refuse", {"appeal"}, {}, PostMove::none, decided, false, true, false, false, {}},
        // From light to heavy: a heavier measure takes the place of a lighter one.
        {"warn", person, {}, PostMove::none, decided, true, true, false, true, {}},
        {"review-all", person, {"none", "review-all"}, PostMove::measure, decided, true, true, false, true, {}, Until::optional},
        {"read-only", person, {"none", "review-all", "read-only"}, PostMove::measure, decided, true, true, false, true, {}, Until::needed},
        {"suspend", person, not_ended, PostMove::measure, decided, true, true, false, true, {}, Until::needed},
        {"end-membership", person, not_ended, PostMove::measure, decided, true, true, false, true, {}},
        {"lift", person, standing, PostMove::end_measure, decided, false, true, false, false, {}},
        {"escalate", every_case, {}, PostMove::none, open, false, true, false, false, {}},
        // Only where the law or a court wants it. There is nothing left to give back, so no objection; the statement says who else is there.
        {"erase", afterwards, not_erased, PostMove::erase, decided, false, true, false, false, about_post},
    };
    return kinds;
}

const DecisionKind* find_decision_kind(std::string_view slug) {
    const auto& kinds = decision_kinds();
    const auto found = std::find_if(kinds.begin(), kinds.end(), [&](const auto& kind) { return kind.slug == slug; });
    return found == kinds.end() ? nullptr : &*found;
}

bool is_possible(const DecisionKind& kind, std::string_view case_kind, std::string_view state) {
    return holds(kind.cases, case_kind) && (kind.from.empty() || holds(kind.from, state));
}

bool needs_second(const DecisionKind& kind, bool takes_two) {
    return kind.move == PostMove::erase || (takes_two && (kind.slug == "suspend" || kind.slug == "end-membership"));
}

std::string text_name(std::string_view slug, std::string_view case_kind) {
    std::string name{slug};
    std::replace(name.begin(), name.end(), '-', '_');
    return case_kind == "measure" && slug == "unfounded" ? name + "_measure" : name;
}

bool left_it_there(std::string_view kind) { return kind == "unfounded" || kind == "restore"; }

bool is_restriction(const DecisionKind& kind, std::string_view appealed) {
    return kind.is_restrictive || (kind.move == PostMove::grant && left_it_there(appealed));
}

bool wants_facts(const DecisionKind& kind, std::string_view case_kind, std::string_view appealed) {
    return kind.needs_facts || is_restriction(kind, appealed) || (case_kind == "notice" && left_it_there(kind.slug));
}

bool may_change_ground(const DecisionKind& kind, std::string_view case_kind, std::string_view post_state) {
    return kind.slug == "refuse" && case_kind == "appeal" && (post_state == "removed" || post_state == "rejected");
}

}  // namespace forum::moderation
