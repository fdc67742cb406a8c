#include "moderation/case_marks.hpp"

#include <nlohmann/json.hpp>

#include "moderation/text_guard.hpp"
#include "moderation/word_rule_store.hpp"

namespace forum::moderation {

nlohmann::json marks_json(db::Tx& tx, const view::Templates& texts, view::Language language, base::CaseId id) {
    auto list = nlohmann::json::array();
    for (const auto& mark : case_marks(tx, id)) {
        std::string text;
        if (mark.slug == privacy_slug) {
            text = texts.text("guard.mark_privacy", language);
        } else if (mark.slug == "new-member") {
            text = texts.text("guard.mark_new_member", language);
        } else if (mark.slug == "much-changed") {
            text = texts.text("guard.mark_much_changed", language);
        } else if (mark.slug == "review-all") {
            text = texts.text("guard.mark_review_all", language);
        } else if (!mark.about.empty()) {
            text = texts.text("discussion.held_" + mark.about, language, nlohmann::json{{"name", mark.pattern}, {"reason", mark.reason}});
        } else if (!mark.pattern.empty()) {
            text = texts.text("guard.mark_word", language, nlohmann::json{{"pattern", mark.pattern}, {"reason", mark.reason}});
        } else {
            continue;
        }
        list.push_back({{"slug", mark.slug}, {"text", text}});
    }
    return list;
}

}  // namespace forum::moderation
