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
    static const std::vector<DecisionKind> kinds{
        // slug, cases, from, move, after, is_restrictive, needs_facts, needs_questions, may_appeal, merges
        {"approve", before, held, PostMove::publish, decided, false, false, false, false, {}},
        {"approve-with-changes", before, held, PostMove::publish_changed, decided, false, true, false, true, {}},
        {"return", before, held, PostMove::give_back, with_author, false, false, true, false, {}},
        {"reject", before, held, PostMove::reject, decided, true, true, false, true, {}},
        {"unfounded", afterwards, {}, PostMove::lift, decided, false, false, false, false, {}},
        {"restore", afterwards, {"hidden", "removed", "rejected"}, PostMove::restore, decided, false, false, false, false, {}},
        {"hide", afterwards, {"live", "live_change"}, PostMove::hide, open, true, true, false, true, {"change"}},
        {"remove", afterwards, {"live", "live_change", "hidden", "withdrawn"}, PostMove::remove, decided, true, true, false, true,
         {"review", "change", "report", "notice"}},
        {"grant", {"appeal"}, {}, PostMove::grant, decided, false, true, false, false, {}},
        {"refuse", {"appeal"}, {}, PostMove::none, decided, false, true, false, false, {}},
        {"escalate", {"review", "change", "report", "notice", "appeal"}, {}, PostMove::none, open, false, true, false, false, {}},
    };
    return kinds;
}

const DecisionKind* find_decision_kind(std::string_view slug) {
    const auto& kinds = decision_kinds();
    const auto found = std::find_if(kinds.begin(), kinds.end(), [&](const auto& kind) { return kind.slug == slug; });
    return found == kinds.end() ? nullptr : &*found;
}

bool is_possible(const DecisionKind& kind, std::string_view case_kind, std::string_view post_state) {
    return holds(kind.cases, case_kind) && (kind.from.empty() || holds(kind.from, post_state));
}

}  // namespace forum::moderation
