#include "moderation/measure_page.hpp"

#include <nlohmann/json.hpp>

#include "discussion/post_rules.hpp"
#include "moderation/case_events.hpp"
#include "moderation/case_store.hpp"
#include "moderation/case_view.hpp"
#include "moderation/decision_kinds.hpp"
#include "moderation/decision_view.hpp"
#include "moderation/measure_store.hpp"
#include "moderation/scope_store.hpp"
#include "moderation/statement.hpp"
#include "moderation/working_time.hpp"

namespace forum::moderation {

using base::Problem;
using base::ProblemKind;

std::string measure_url(base::MemberId member) { return "/leden/" + to_string(member) + "/maatregel"; }

site::ActionResult open_measure(const site::ActionContext& context, const discussion::Services& services) {
    const auto member = context.id<base::MemberId>("id");
    if (member == context.viewer.member) {
        throw Problem{ProblemKind::forbidden, "moderation.bar_own_measure"};
    }
    const auto opened = open_measure_case(context.tx, member, working_day);
    if (!opened) {
        throw Problem{ProblemKind::not_found};
    }
    if (!looks_after_member(context.tx, context.viewer.member, member)) {
        throw Problem{ProblemKind::forbidden, "moderation.bar_out_of_scope"};
    }
    if (opened->is_new) {
        announce_case(context.tx, services.announcer, "case.new", opened->id, context.viewer.name);
    }
    return site::Done{.status = opened->is_new ? 201 : 200,
                      .location = context.is_api ? "/api/v1/moderation/cases/" + to_string(opened->id) : case_url(opened->id),
                      .flash = {},
                      .model = nlohmann::json{{"id", opened->id.value}, {"url", case_url(opened->id)}},
                      .set_cookies = {}};
}

site::Page load_restricted(const site::PageContext& context, const discussion::Services& services, const std::string& typed, bool is_kept) {
    const auto measure = find_measure(context.tx, context.viewer.member);
    const auto decision = measure ? find_decision(context.tx, measure->decision) : std::nullopt;
    if (!decision) {
        // It ended a moment ago.
        throw Problem{ProblemKind::conflict, "measure.just_ended"};
    }
    const auto say = [&](const std::string& key, const nlohmann::json& arguments = nlohmann::json::object()) {
        return services.texts.text("measure." + key, context.language, arguments);
    };
    const auto kind = text_name(measure->kind, "");
    const auto lead = say(kind + (measure->until ? "_until" : ""),
                          {{"until", measure->until ? last_day_text(*measure->until, context.language) : std::string{}}});
    const auto decision_url = "/ik/besluiten#besluit-" + to_string(decision->id);
    if (discussion::wants_json(context)) {
        Problem problem{ProblemKind::restricted, lead};
        problem.extra_json = nlohmann::json{
            {"measure",
             {{"kind", measure->kind},
              {"until", measure->until ? nlohmann::json(base::to_rfc3339(*measure->until)) : nlohmann::json{}},
              {"decision", decision->id.value},
              {"decisionUrl",
               decision_url}}}}.dump();
        throw problem;
    }
    const auto rules = list_house_rules(context.tx);
    const bool is_dutch = context.language == view::Language::dutch;
    site::Page page;
    page.template_name = "restricted";
    page.status = base::problem_info(ProblemKind::restricted).status;
    page.title = say("title_" + kind);
    page.model =
        nlohmann::json{{"title", page.title},
                       {"lead", lead},
                       {"isShutOut", context.viewer.is_shut_out()},
                       {"decision", decision_json(*decision, rules, DecisionReader::author)},
                       {"statement", is_dutch ? decision->statement : statement_text(services.texts, context.language, *decision, rules)},
                       {"decisionUrl", decision_url},
                       {"typed", typed},
                       {"isKept", is_kept}};
    return page;
}

}  // namespace forum::moderation
