#include "moderation/decide_case.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/text.hpp"
#include "discussion/post_rules.hpp"
#include "discussion/word_diff.hpp"
#include "moderation/case_events.hpp"
#include "moderation/case_store.hpp"
#include "moderation/case_view.hpp"
#include "moderation/judge.hpp"
#include "moderation/proposal.hpp"
#include "moderation/queue_page.hpp"
#include "moderation/staff_notes.hpp"
#include "moderation/standard_reasons.hpp"
#include "view/present.hpp"

namespace forum::moderation {

namespace {

using base::Problem;
using base::ProblemKind;
using discussion::Services;
using site::ActionContext;

// The database has the same bound (decisions_restrictive_complete).
constexpr std::size_t least_facts = 20;
constexpr std::size_t most_reason = 4000;
constexpr std::size_t most_law = 300;
constexpr std::size_t most_refusal = 2000;  // with what the log says before it within staff_notes
/// Longer than a year is not for a time: that is the end of a membership.
constexpr std::chrono::days most_measure{366};
/// What two texts may differ when a moderator changes one (T6): more is for the author himself to write.
constexpr double most_changed = 0.3;

CaseRow get_case(const ActionContext& context) {
    auto row = find_case(context.tx, context.id<base::CaseId>("id"));
    if (!row || !is_in_scope(context.tx, row->id, context.viewer)) {
        throw Problem{ProblemKind::not_found};
    }
    return *row;
}

CaseRow get_locked(const ActionContext& context) {
    auto row = lock_and_find(context.tx, context.id<base::CaseId>("id"));
    if (!row || !is_in_scope(context.tx, row->id, context.viewer)) {
        throw Problem{ProblemKind::not_found};
    }
    return *row;
}

/// Why the act came too late: a script gets the problem, a person the case as it is now with what he typed. Only before
/// anything was changed: a page that is shown undoes nothing.
site::ActionResult answer_too_late(const ActionContext& context, const Services& services, const CaseRow& now, DecisionDraft draft = {}) {
    const auto decisions = decisions_of_case(context.tx, now.id);
    const bool is_withdrawn = now.state == "withdrawn";
    const bool is_decided = now.state != "open" && !is_withdrawn && !decisions.empty();
    Problem problem{ProblemKind::conflict, say(context, services, "moderation.case_changed")};
    if (is_withdrawn) {
        problem.detail = say(context, services, "moderation.case_withdrawn");
    } else if (is_decided) {
        const auto& last = decisions.back();
        const std::string key =
            "moderation.decided_"
            + (last.kind == "approve" || last.kind == "return" || last.kind == "reject" ? last.kind : std::string{"other"});
        problem.detail = say(context, services, key,
                             {{"name", last.by_name},
                              {"what", decision_label(context, services, last.kind, now.kind)},
                              {"at", view::time_text(last.at, context.language, base::now())}});
        problem.extra_json =
            nlohmann::json{{"decided", {{"by", last.by_name}, {"kind", last.kind}, {"decidedAt", base::to_rfc3339(last.at)}}}}.dump();
    } else if (!now.proposal.empty()) {
        problem.detail = say(context, services, "moderation.case_proposed", {{"name", now.proposed_by_name}});
    } else if (now.lease_by && now.lease_by != context.viewer.member) {
        problem.detail = say(context, services, "moderation.case_held", {{"name", now.lease_name}});
    }
    if (discussion::wants_json(context)) {
        throw problem;
    }
    draft.conflict = is_decided ? std::string{} : problem.detail;  // the page itself says who decided
    auto page = load_case_again(context, services, now.id, draft);
    page.status = base::problem_info(problem.kind).status;
    return site::ShowAgain{std::move(page), {}};
}

DecisionDraft read_draft(const ActionContext& context) {
    const auto& input = context.input;
    DecisionDraft draft;
    draft.decision = input.text("decision");
    draft.legal_ground = base::trim(input.text("legalGround"));
    draft.facts = base::trim(input.text("facts"));
    draft.questions = base::trim(input.text("questions"));
    draft.note = base::trim(input.text("note"));
    draft.send_to = input.text("sendTo");
    draft.body = base::trim(input.text("body"));
    draft.until = base::trim(input.text("until"));
    draft.rules = input.all("rules");
    std::sort(draft.rules.begin(), draft.rules.end());
    draft.rules.erase(std::unique(draft.rules.begin(), draft.rules.end()), draft.rules.end());
    return draft;
}

/// Without script a standard reason is only chosen: its text is then the facts, or the questions, that were left empty.
void put_reason(DecisionDraft& draft, const ActionContext& context) {
    const auto chosen = context.input.text("reason");
    const auto* kind = find_decision_kind(draft.decision);
    if (chosen.empty() || kind == nullptr) {
        return;
    }
    for (const auto& reason : list_standard_reasons(context.tx)) {
        auto& place = kind->needs_questions ? draft.questions : draft.facts;
        if (std::to_string(reason.id) == chosen && place.empty()) {
            place = reason.text;
        }
    }
}

void check_lengths(DecisionDraft& draft, const ActionContext& context, const Services& services) {
    const auto check = [&](const char* field, const std::string& text, std::size_t most) {
        if (const auto used = base::count_characters(text); used > most) {
            draft.errors.add(field, say(context, services, "moderation.error_long", {{"most", most}, {"used", used}}));
        }
    };
    check("facts", draft.facts, most_reason);
    check("questions", draft.questions, most_reason);
    check("note", draft.note, most_reason);
    check("legalGround", draft.legal_ground, most_law);
}

/// The day on which a measure ends by itself.
void check_until(DecisionDraft& draft, const DecisionKind& kind, const ActionContext& context, const Services& services) {
    if (kind.until == Until::never || (draft.until.empty() && kind.until == Until::optional)) {
        return;
    }
    const auto until = end_of_day(draft.until);
    if (!until || *until <= base::now() || *until > base::now() + most_measure) {
        draft.errors.add("until", say(context, services, "moderation.error_until"));
    }
}

/// T6: the moderator's own version differs, and not too much.
void check_body(DecisionDraft& draft, const CaseRow& row, const ActionContext& context, const Services& services) {
    discussion::check_text(draft.errors, "body", draft.body, discussion::body_limit, services.texts, context.language);
    if (draft.errors.has("body")) {
        return;
    }
    if (draft.body == base::trim(row.body)) {
        draft.errors.add("body", say(context, services, "moderation.error_same_body"));
    } else if (discussion::changed_share(row.body, draft.body) > most_changed) {
        draft.errors.add("body", say(context, services, "moderation.error_much_changed"));
    }
}

DecisionDraft parse_decision(const ActionContext& context, const Services& services, const CaseRow& row) {
    auto draft = read_draft(context);
    put_reason(draft, context);
    auto& errors = draft.errors;
    site::check_fields(errors, context.input,
                       {.texts = {"decision", "legalGround", "facts", "questions", "note", "body", "sendTo", "until", "nonce"},
                        .others = {"version", "rules", "reason"}},
                       services.texts, context.language);
    check_lengths(draft, context, services);
    const auto house_rules = list_house_rules(context.tx);
    for (const auto& slug : draft.rules) {
        if (std::none_of(house_rules.begin(), house_rules.end(), [&](const auto& rule) { return rule.slug == slug; })) {
            errors.add("rules", say(context, services, "moderation.error_unknown_rule"));
        }
    }
    const auto* kind = find_decision_kind(draft.decision);
    if (kind == nullptr) {
        errors.add("decision", say(context, services, "moderation.error_decision"));
        return draft;
    }
    if (!is_possible(*kind, row.kind, row.post_state)) {
        errors.add("decision", say(context, services, "moderation.error_not_here"));
        return draft;
    }
    const auto appealed = row.appeals ? find_decision(context.tx, row.appeals) : std::nullopt;
    const bool restricts = is_restriction(*kind, appealed ? appealed->kind : "");
    if (restricts && draft.rules.empty() && draft.legal_ground.empty()) {
        errors.add("rules", say(context, services, "moderation.error_rules"));
    }
    const auto used = base::count_characters(draft.facts);
    if (wants_facts(*kind, row.kind, appealed ? appealed->kind : "") && used < least_facts) {
        errors.add("facts", say(context, services, "moderation.error_facts", {{"least", least_facts}, {"used", used}}));
    }
    if (kind->move == PostMove::erase && draft.legal_ground.empty()) {
        errors.add("legalGround", say(context, services, "moderation.error_order"));
    }
    if (kind->move == PostMove::erase && is_kept_for_police(context.tx, row.post)) {
        errors.add("decision", say(context, services, "moderation.error_police"));
    }
    if (kind->needs_questions && draft.questions.empty()) {
        errors.add("questions", say(context, services, "moderation.error_questions"));
    }
    if (kind->move == PostMove::publish_changed) {
        check_body(draft, row, context, services);
    }
    check_until(draft, *kind, context, services);
    const bool is_sent = draft.send_to == "senior" || draft.send_to == "legal" || draft.send_to == "police";
    if (kind->slug == "escalate" && !is_sent) {
        errors.add("sendTo", say(context, services, "moderation.error_send_to"));
    }
    return draft;
}

int parse_version(const ActionContext& context) {
    const auto version = base::parse_id<base::CaseId>(context.input.text("version"));
    if (!version || version->value > 1'000'000) {
        throw Problem{ProblemKind::bad_request, "moderation.error_version"};
    }
    return static_cast<int>(version->value);
}

site::Done done(const ActionContext& context, base::CaseId id, const std::string& decision, const std::string& said) {
    // The form's address carries the part of the queue that the moderator works on.
    const QueueScope scope{.theme = std::string{context.query("thema", "theme")},
                           .province = std::string{context.query("provincie", "province")},
                           .after = std::string{context.query("na", "cursor")}};
    nlohmann::json next;
    std::string location = "/moderatie" + scope_query(scope);
    if (const auto next_id = find_next_case(context.tx, context.viewer, scope, id)) {
        location = case_url(*next_id) + scope_query(scope);
        next = {{"id", next_id->value}, {"url", location}};
    }
    return {.location = location,
            .flash = "moderation.flash_" + said,
            .model =
                nlohmann::json{{"id", id.value}, {"decision", decision}, {"isProposed", said == "proposed"}, {"next", std::move(next)}},
            .set_cookies = {}};
}

void require_uninvolved(const ActionContext& context, const CaseRow& row) {
    if (const auto bar = decider_bar(context.tx, row.id, context.viewer.member); !bar.empty()) {
        throw Problem{ProblemKind::forbidden, bar_text(row, context.viewer.member, bar)};  // invariants 6 and 7
    }
}

/// Administrators are here for what falls to them only.
void require_desk(const ActionContext& context, const CaseRow& row) {
    if (!context.viewer.may_moderate()) {
        require_uninvolved(context, row);
    }
}

bool is_too_late(const ActionContext& context, const CaseRow& row) {
    const bool is_held = row.lease_by && row.lease_by != context.viewer.member;
    return row.state != "open" || row.version != parse_version(context) || is_held;
}

}  // namespace

site::ActionResult decide_case(const ActionContext& context, const Services& services) {
    // Locked before it is read: what is too late is known before anything changes.
    const auto row = get_locked(context);
    require_uninvolved(context, row);
    if (is_too_late(context, row) || !row.proposal.empty()) {
        return answer_too_late(context, services, row, read_draft(context));  // there is nothing left to mend
    }
    const auto draft = parse_decision(context, services, row);
    if (draft.errors.any()) {
        return site::ShowAgain{load_case_again(context, services, row.id, draft), draft.errors};
    }
    const auto* kind = find_decision_kind(draft.decision);
    if (needs_second(*kind, row.author_takes_two)) {
        if (!propose(context.tx, row.id, row.version, context.viewer.member, proposal_text(draft))) {
            return answer_too_late(context, services, get_case(context), draft);
        }
        announce_case(context.tx, services.announcer, "case.changed", row.id);
        auto proposed = done(context, row.id, draft.decision, "proposed");
        proposed.status = 202;
        return proposed;
    }
    judge(context.tx, services, context.viewer, row, judgement_of(draft));
    return done(context, row.id, draft.decision, text_name(draft.decision, row.kind));
}

site::ActionResult answer_proposal(const ActionContext& context, const Services& services) {
    const auto row = get_locked(context);
    require_uninvolved(context, row);
    DecisionDraft typed;
    typed.note = base::trim(context.input.text("note"));
    if (is_too_late(context, row) || row.proposal.empty()) {
        return answer_too_late(context, services, row, typed);
    }
    site::check_fields(typed.errors, context.input, {.texts = {"answer", "note", "nonce"}, .others = {"version"}}, services.texts,
                       context.language);
    if (const auto used = base::count_characters(typed.note); used > most_refusal) {
        typed.errors.add("note", say(context, services, "moderation.error_long", {{"most", most_refusal}, {"used", used}}));
    }
    const auto answer = context.input.text("answer");
    const auto proposed = read_proposal(row);
    if (answer == "confirm") {
        if (row.proposed_by == context.viewer.member) {
            throw Problem{ProblemKind::forbidden, "moderation.proposal_own"};
        }
        auto judgement = judgement_of(proposed);
        if (judgement.until && *judgement.until <= base::now()) {
            typed.errors.add("answer", say(context, services, "moderation.proposal_late"));
        }
        if (!decider_bar(context.tx, row.id, row.proposed_by).empty()) {
            typed.errors.add("answer", say(context, services, "moderation.proposal_barred", {{"name", row.proposed_by_name}}));
        }
        if (!typed.errors.any()) {
            judgement.proposed_by = row.proposed_by;
            judge(context.tx, services, context.viewer, row, judgement);
            return done(context, row.id, proposed.decision, text_name(proposed.decision, row.kind));
        }
    } else if (answer != "refuse") {
        typed.errors.add("answer", say(context, services, "moderation.error_answer"));
    } else if (typed.note.empty()) {
        typed.errors.add("note", say(context, services, "moderation.error_refusal"));
    }
    if (typed.errors.any()) {
        return site::ShowAgain{load_case_again(context, services, row.id, typed), typed.errors};
    }
    drop_proposal(context.tx, row.id);
    insert_note(context.tx, row.id, context.viewer.member, say(context, services, "moderation.proposal_refused", {{"reason", typed.note}}));
    announce_case(context.tx, services.announcer, "case.changed", row.id);
    return site::Done{.location = case_url(row.id),
                      .flash = "moderation.flash_proposal_refused",
                      .model = nlohmann::json{{"id", row.id.value}, {"decision", ""}, {"isProposed", false}, {"next", nullptr}},
                      .set_cookies = {}};
}

site::ActionResult undo_case(const ActionContext& context, const Services& services) {
    const auto row = get_locked(context);
    require_desk(context, row);
    undo_decision(context.tx, services, context.viewer, row);
    return site::Done{.location = "/moderatie/" + to_string(row.id),
                      .flash = "moderation.flash_undo",
                      .model = nlohmann::json{{"id", row.id.value}},
                      .set_cookies = {}};
}

site::ActionResult take_case(const ActionContext& context, const Services& services) {
    const auto row = get_case(context);
    require_desk(context, row);
    if (!take_lease(context.tx, row.id, context.viewer.member)) {
        return answer_too_late(context, services, get_case(context));
    }
    const auto until = base::to_rfc3339(base::now() + lease_time);
    announce_case(context.tx, services.announcer, "case.leased", row.id, context.viewer.name, until);
    return site::Done{.location = "/moderatie/" + to_string(row.id),
                      .flash = {},
                      .model = nlohmann::json{{"id", row.id.value}, {"leaseUntil", until}},
                      .set_cookies = {}};
}

site::ActionResult release_case(const ActionContext& context, const Services& services) {
    const auto row = get_case(context);
    require_desk(context, row);
    release_lease(context.tx, row.id, context.viewer.member);
    announce_case(context.tx, services.announcer, "case.released", row.id);
    return site::Done{
        .location = "/moderatie/" + to_string(row.id), .flash = {}, .model = nlohmann::json{{"id", row.id.value}}, .set_cookies = {}};
}

}  // namespace forum::moderation
