#include "moderation/appeal_decision.hpp"

#include <nlohmann/json.hpp>

#include "base/text.hpp"
#include "discussion/post_rules.hpp"
#include "moderation/appeal_store.hpp"
#include "moderation/case_events.hpp"
#include "moderation/decision_store.hpp"
#include "moderation/decision_view.hpp"
#include "moderation/notice_mails.hpp"
#include "moderation/notice_store.hpp"
#include "moderation/outcome.hpp"
#include "moderation/statement.hpp"
#include "moderation/working_time.hpp"
#include "view/present.hpp"

namespace forum::moderation {

namespace {

using base::Problem;
using base::ProblemKind;
using discussion::Services;
using nlohmann::json;
using site::PageContext;

constexpr std::size_t most_objection = 8000;  // the database has the same bound

/// A decision and who objects to it.
struct Subject {
    Decision decision;
    Objector by;
    Interest interest;
    std::optional<Appeal> earlier;
    base::Time until;
    std::string conflict;  ///< why he cannot object; "" = he can
    std::string action, back;
};

Subject get_subject(const PageContext& context, const Services& services, base::DecisionId id, const Objector& by) {
    const auto decision = find_decision(context.tx, id);
    const auto standing = decision ? find_standing(context.tx, id, by) : Standing{Interest::none, false};
    if (standing.interest == Interest::none) {
        throw Problem{ProblemKind::not_found};
    }
    const auto earlier = appeals_of(context.tx, by, {id.value});
    const auto until = standing.interest == Interest::author ? *decision->appeal_until : appeal_end(decision->at);
    std::string conflict;
    if (!earlier.empty()) {
        conflict = say(context, services, earlier[0].decided_at ? "appeal.decided_already" : "appeal.objected_already",
                       {{"at", view::time_text(earlier[0].at, context.language, base::now())},
                        {"until", day_text(earlier[0].due_at, context.language)}});
    } else if (!standing.is_standing) {
        conflict = say(context, services, "appeal.not_standing");
    } else if (until < base::now()) {
        conflict = say(context, services, "appeal.too_late", {{"until", day_text(until, context.language)}});
    }
    return {.decision = *decision,
            .by = by,
            .interest = standing.interest,
            .earlier = earlier.empty() ? std::nullopt : std::optional{earlier[0]},
            .until = until,
            .conflict = conflict,
            .action = "/bezwaar",
            .back = "/ik/besluiten" + (standing.interest == Interest::author ? "#besluit-" + to_string(id) : std::string{"#meldingen"})};
}

/// What was decided, as he was told it.
std::string decision_text(const PageContext& context, const Services& services, const Subject& subject) {
    const auto rules = list_house_rules(context.tx);
    const auto& decision = subject.decision;
    if (subject.interest == Interest::author) {
        return statement_text(services.texts, context.language, decision, rules);
    }
    return outcome_text(services.texts, context.language,
                        {.decision = decision.id,
                         .is_reversed = false,
                         .state_to = decision.state_to,
                         .rules = decision.rules,
                         .legal_ground = decision.legal_ground,
                         .facts = decision.facts,
                         .is_automatic = decision.is_automatic,
                         .at = decision.at},
                        rules);
}

site::Page appeal_page(const PageContext& context, const Services& services, const Subject& subject, const std::string& text,
                       const site::FormErrors& errors) {
    site::Page page;
    page.template_name = "appeal";
    page.title = say(context, services, "appeal.title");
    if (subject.by.member) {
        page.breadcrumbs = {{services.texts.text("members.account", context.language), "/ik"},
                            {services.texts.text("members.decisions_title", context.language), "/ik/besluiten"}};
    }
    json model{{"decision", subject.decision.id.value},
               {"isAuthor", subject.interest == Interest::author && !subject.decision.member},
               {"isMember", static_cast<bool>(subject.decision.member)},
               {"decisionText", decision_text(context, services, subject)},
               {"decidedAt", base::to_rfc3339(subject.decision.at)},
               {"appealUntil", base::to_rfc3339(subject.until)},
               {"days", appeal_days},
               {"conflict", subject.conflict},
               {"text", text},
               {"nonce", "appeal-" + to_string(subject.decision.id)},
               {"action", subject.action},
               {"cancelUrl", subject.back}};
    errors.write_to(model, {"text", "decision"});
    page.model = std::move(model);
    return page;
}

void check_text(site::FormErrors& errors, const std::string& text, const PageContext& context, const Services& services) {
    const auto used = base::count_characters(text);
    if (text.empty()) {
        errors.add("text", say(context, services, "appeal.error_text"));
    } else if (used > most_objection) {
        errors.add("text", services.texts.text("moderation.error_long", context.language, json{{"most", most_objection}, {"used", used}}));
    }
}

site::Done done(const site::ActionContext& context, const Subject& subject, int status, const Appeal& appeal) {
    return {.status = status,
            .location = context.is_api ? "/api/v1/me/decisions" : subject.back,
            .flash = "appeal.flash_received",
            .model = json{{"id", appeal.case_id.value},
                          {"decision", subject.decision.id.value},
                          {"text", appeal.text},
                          {"createdAt", base::to_rfc3339(appeal.at)},
                          {"dueAt", base::to_rfc3339(appeal.due_at)}},
            .set_cookies = {}};
}

/// `subject` was read under the lock of lock_decided_post.
site::ActionResult take_appeal(const site::ActionContext& context, const Services& services, const Subject& subject,
                               site::FormErrors errors) {
    const auto text = base::trim(context.input.text("text"));
    if (subject.earlier && !context.idempotency_key.empty() && subject.earlier->text == text) {
        return done(context, subject, 200, *subject.earlier);  // the answer to the first was lost
    }
    if (!subject.conflict.empty()) {
        if (discussion::wants_json(context)) {
            throw Problem{ProblemKind::conflict, subject.conflict};
        }
        auto page = appeal_page(context, services, subject, text, {});
        page.status = base::problem_info(ProblemKind::conflict).status;
        return site::ShowAgain{std::move(page), {}};
    }
    check_text(errors, text, context, services);
    if (errors.any()) {
        return site::ShowAgain{appeal_page(context, services, subject, text, errors), errors};
    }
    const auto now = base::now();
    Appeal appeal{.case_id = {},
                  .decision = subject.decision.id,
                  .text = text,
                  .at = now,
                  .due_at = add_working_time(now, appeal_days * working_day),
                  .outcome = {},
                  .facts = {},
                  .decided_at = {}};
    appeal.case_id = insert_appeal(context.tx, appeal.decision, subject.by, text, appeal.due_at);
    announce_case(context.tx, services.announcer, "case.new", appeal.case_id);
    if (subject.by.notice != 0) {
        if (const auto notice = find_notice(context.tx, subject.by.notice)) {
            mail_objection(context.tx, services.texts, *notice, appeal.due_at);
        }
    }
    return done(context, subject, 201, appeal);
}

/// The notice of the link, when it ended with a decision to which its sender may object.
Notice get_notice(const PageContext& context) {
    auto notice = find_notice(context.tx, context.path.at("token"));
    if (!notice || !notice->outcome) {
        throw Problem{ProblemKind::not_found};
    }
    return *notice;
}

Subject subject_of_notice(const PageContext& context, const Services& services, const Notice& notice) {
    auto subject = get_subject(context, services, notice.outcome->decision, {.member = {}, .notice = notice.id});
    subject.back = notice_url(context.path.at("token"));
    subject.action = subject.back + "/bezwaar";
    return subject;
}

}  // namespace

site::Page load_appeal_page(const PageContext& context, const Services& services) {
    const auto id = base::parse_id<base::DecisionId>(context.query("besluit", "decision"));
    if (!id) {
        throw Problem{ProblemKind::not_found};
    }
    return appeal_page(context, services, get_subject(context, services, *id, {.member = context.viewer.member}), "", {});
}

site::ActionResult appeal_decision(const site::ActionContext& context, const Services& services) {
    site::FormErrors errors;
    site::check_fields(errors, context.input, {.texts = {"text", "nonce"}, .others = {"decision"}}, services.texts, context.language);
    const auto id = base::parse_id<base::DecisionId>(context.input.text("decision"));
    if (!id) {
        errors.add("decision", say(context, services, "appeal.error_decision"));
        check_text(errors, base::trim(context.input.text("text")), context, services);
        return discussion::refuse(context, errors);
    }
    lock_decided_post(context.tx, *id);
    return take_appeal(context, services, get_subject(context, services, *id, {.member = context.viewer.member}), errors);
}

site::Page load_notice_appeal_page(const PageContext& context, const Services& services) {
    return appeal_page(context, services, subject_of_notice(context, services, get_notice(context)), "", {});
}

site::ActionResult appeal_by_notice(const site::ActionContext& context, const Services& services) {
    lock_decided_post(context.tx, get_notice(context).outcome->decision);
    return take_appeal(context, services, subject_of_notice(context, services, get_notice(context)), {});
}

}  // namespace forum::moderation
