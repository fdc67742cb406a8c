#include "discussion/author_check.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/text.hpp"

namespace forum::discussion {

namespace {

// More is not read by anybody.
constexpr std::size_t most_shown = 10;
constexpr std::size_t longest_shown = 80;

bool has_resident_data(const std::vector<Objection>& questions) {
    return std::any_of(questions.begin(), questions.end(),
                       [](const Objection& question) { return question.kind == Objection::Kind::resident_data; });
}

std::string list_of(const std::vector<Objection>& questions) {
    std::string list;
    for (std::size_t i = 0; i < std::min(questions.size(), most_shown); ++i) {
        list += (i == 0 ? "" : "; ") + base::excerpt(questions[i].found, longest_shown) + " (" + questions[i].why + ")";
    }
    return questions.size() > most_shown ? list + "; …" : list;
}

}  // namespace

AuthorCheck check_with_author(const site::ActionContext& context, const Services& services, const Submission& submission,
                              site::FormErrors& errors) {
    AuthorCheck check;
    for (auto& objection : services.gate.check(submission, context.language)) {
        if (objection.kind == Objection::Kind::refusal) {
            errors.add(objection.field, services.texts.text("discussion.error_refused", context.language,
                                                            nlohmann::json{{"found", base::excerpt(objection.found, longest_shown)},
                                                                           {"why", objection.why}}));
        } else {
            check.questions.push_back(std::move(objection));
        }
    }
    const auto answer = context.input.text(context.input.has(confirm_field) ? confirm_field : "confirmPrivate");
    check.is_confirmed = answer == "1" || answer == "true";
    if (!check.questions.empty() && !check.is_confirmed) {
        const auto* key = has_resident_data(check.questions) ? "discussion.error_confirm_private" : "discussion.error_confirm";
        errors.add(context.is_api ? "confirmPrivate" : confirm_field,
                   services.texts.text(key, context.language, nlohmann::json{{"found", list_of(check.questions)}}));
    }
    return check;
}

nlohmann::json check_json(const AuthorCheck& check) {
    if (check.questions.empty()) {
        return nullptr;
    }
    auto items = nlohmann::json::array();
    for (std::size_t i = 0; i < std::min(check.questions.size(), most_shown); ++i) {
        items.push_back({{"found", base::excerpt(check.questions[i].found, longest_shown)}, {"why", check.questions[i].why}});
    }
    return {{"isPrivate", has_resident_data(check.questions)}, {"isConfirmed", check.is_confirmed}, {"items", std::move(items)}};
}

}  // namespace forum::discussion
