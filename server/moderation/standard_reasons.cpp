#include "moderation/standard_reasons.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/text.hpp"
#include "moderation/decision_kinds.hpp"

namespace forum::moderation {

namespace {

using discussion::Services;
using nlohmann::json;

// The database has the same bounds (standard_reasons).
constexpr std::size_t most_standard_title = 100, most_standard_text = 4000;

const db::Query list_reasons_query{"moderation.list_reasons", R"(
    SELECT r.id, r.decision, r.title, r.text, coalesce(m.name, '') AS by_name, r.created_at
      FROM standard_reasons r LEFT JOIN members m ON m.id = r.by_member
     WHERE r.ended_at IS NULL ORDER BY r.title COLLATE "nl-x-icu", r.id)"};

const db::Query add_reason_query{"moderation.add_reason", R"(
    INSERT INTO standard_reasons (decision, title, text, by_member) VALUES ($1, $2, $3, $4) RETURNING id)"};

const db::Query end_reason_query{"moderation.end_reason", R"(
    UPDATE standard_reasons SET ended_at = now() WHERE id = $1 AND ended_at IS NULL)"};

struct ReasonForm {
    std::string decision, title, text;
    site::FormErrors errors;
};

std::string label_of(const Services& services, view::Language language, std::string_view slug) {
    return services.texts.text("moderation.choice_" + text_name(slug, ""), language);
}

/// A reason is a text for the author: what goes into the facts, or into the questions.
bool takes_reason(const DecisionKind& kind) { return kind.needs_facts || kind.needs_questions; }

site::Page reasons_page(const site::PageContext& context, const Services& services, const ReasonForm& form) {
    const bool may_change = context.viewer.may_moderate();
    auto items = json::array();
    for (const auto& reason : list_standard_reasons(context.tx)) {
        items.push_back({{"id", reason.id},
                         {"decision", reason.decision},
                         {"decisionText", label_of(services, context.language, reason.decision)},
                         {"title", reason.title},
                         {"text", reason.text},
                         {"createdBy", reason.by_name},
                         {"createdAt", base::to_rfc3339(reason.created_at)},
                         {"endUrl", may_change ? "/moderatie/redenen/" + std::to_string(reason.id) : ""}});
    }
    auto choices = json::array();
    for (const auto& kind : decision_kinds()) {
        if (takes_reason(kind)) {
            choices.push_back({{"value", kind.slug},
                               {"label", label_of(services, context.language, kind.slug)},
                               {"isChosen", kind.slug == form.decision}});
        }
    }
    site::Page page;
    page.template_name = "reasons";
    page.title = services.texts.text("reasons.title", context.language);
    page.breadcrumbs = {{services.texts.text("moderation.queue", context.language), "/moderatie"}};
    page.nav = "moderation";
    page.model = json{{"items", std::move(items)},
                      {"next", nullptr},
                      {"mayChange", may_change},
                      {"form", {{"decisions", std::move(choices)}, {"title", form.title}, {"text", form.text}}}};
    auto model = page.model.json();
    form.errors.write_to(model, {"decision", "title", "text"});
    page.model = std::move(model);
    return page;
}

}  // namespace

std::vector<StandardReason> list_standard_reasons(db::Tx& tx) {
    std::vector<StandardReason> list;
    for (const auto& row : tx.exec(list_reasons_query)) {
        list.push_back(
            {row.integer("id"), row.text("decision"), row.text("title"), row.text("text"), row.text("by_name"), row.time("created_at")});
    }
    return list;
}

site::Page load_reasons(const site::PageContext& context, const Services& services) { return reasons_page(context, services, {}); }

site::ActionResult add_reason(const site::ActionContext& context, const Services& services) {
    ReasonForm form;
    form.decision = context.input.text("decision");
    form.title = base::trim(context.input.text("title"));
    form.text = base::trim(context.input.text("text"));
    site::check_fields(form.errors, context.input, {.texts = {"decision", "title", "text", "nonce"}, .others = {}}, services.texts,
                       context.language);
    const auto* kind = find_decision_kind(form.decision);
    if (kind == nullptr || !takes_reason(*kind)) {
        form.errors.add("decision", services.texts.text("reasons.error_decision", context.language));
    }
    const auto check = [&](const char* field, const std::string& text, std::size_t most) {
        if (const auto used = base::count_characters(text); used == 0 || used > most) {
            form.errors.add(field, services.texts.text("reasons.error_text", context.language, json{{"most", most}, {"used", used}}));
        }
    };
    check("title", form.title, most_standard_title);
    check("text", form.text, most_standard_text);
    if (form.errors.any()) {
        return site::ShowAgain{reasons_page(context, services, form), form.errors};
    }
    const auto id =
        context.tx.exec(add_reason_query, db::Params::of(form.decision, form.title, form.text, context.viewer.member)).one().integer("id");
    return site::Done{.status = 201,
                      .location = context.is_api ? "/api/v1/moderation/reasons" : "/moderatie/redenen",
                      .flash = "reasons.flash_added",
                      .model = json{{"id", id}},
                      .set_cookies = {}};
}

site::ActionResult end_reason(const site::ActionContext& context, const Services&) {
    const auto id = context.id<base::RuleId>("id").value;
    if (context.tx.exec(end_reason_query, db::Params::of(id)).affected() == 0) {
        throw base::Problem{base::ProblemKind::not_found};
    }
    return site::Done{.location = "/moderatie/redenen", .flash = "reasons.flash_ended", .model = json{{"id", id}}, .set_cookies = {}};
}

}  // namespace forum::moderation
