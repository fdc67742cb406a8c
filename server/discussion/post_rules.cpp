#include "discussion/post_rules.hpp"

#include <nlohmann/json.hpp>

#include "base/problem.hpp"
#include "base/text.hpp"
#include "discussion/urls.hpp"
#include "http/accept.hpp"

namespace forum::discussion {

void check_text(site::FormErrors& errors, const std::string& field, const std::string& text, std::size_t limit,
                const view::Templates& texts, view::Language language) {
    const auto used = base::count_characters(text);
    if (used == 0) {
        errors.add(field, texts.text("discussion.error_" + field + "_empty", language));
    } else if (used > limit) {
        const auto key = field == "title" ? "discussion.error_title_long" : "discussion.error_text_long";
        errors.add(field, texts.text(key, language, nlohmann::json{{"used", used}, {"most", limit}}));
    }
}

int post_number(const site::PageContext& context) {
    const auto found = context.path.find("n");
    const auto number = found != context.path.end() ? parse_post_number(found->second) : std::nullopt;
    if (!number) {
        throw base::Problem{base::ProblemKind::not_found};
    }
    return *number;
}

int post_number(const site::ActionContext& context, const view::Templates& texts, site::FormErrors& errors) {
    if (context.path.contains("n")) {
        return post_number(context);
    }
    const auto number = parse_post_number(context.input.text("number"));
    if (!number) {
        errors.add("number", texts.text("discussion.error_number", context.language));
    }
    return number.value_or(0);
}

std::string scoped_key(const site::ActionContext& context, const std::string& purpose) {
    const auto& key = context.idempotency_key;
    if (key.empty()) {
        return {};
    }
    const bool is_plain = std::all_of(key.begin(), key.end(), [](char c) { return c > ' ' && c < '\x7f'; });
    if (key.size() > 150 || !is_plain) {
        throw base::Problem{base::ProblemKind::bad_request, "Idempotency-Key is 1 to 150 visible ASCII characters"};
    }
    return purpose + "/" + key;
}

site::ActionResult refuse(const site::PageContext& context, const site::FormErrors& errors) {
    if (!wants_json(context)) {
        throw base::Problem{base::ProblemKind::bad_request, errors.list().front().message};
    }
    return site::ShowAgain{{}, errors};
}

bool wants_json(const site::PageContext& context) { return context.is_api || http::prefers_json(context.request.header("accept")); }

}  // namespace forum::discussion
