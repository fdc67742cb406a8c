#include "moderation/decide_case.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/text.hpp"
#include "discussion/post_rules.hpp"
#include "discussion/post_states.hpp"
#include "moderation/case_events.hpp"
#include "moderation/case_store.hpp"
#include "moderation/decision_view.hpp"
#include "moderation/queue_page.hpp"
#include "view/present.hpp"

namespace forum::moderation {

namespace {

using base::Problem;
using base::ProblemKind;
using discussion::Services;
using site::ActionContext;

// The database has the same bound (decisions_restrictive_complete).
constexpr std::size_t least_facts = 20;
constexpr std::size_t most_text = 4000;
// DSA article 20: at least six months to object.
constexpr int appeal_months = 6;

std::string say(const ActionContext& context, const Services& services, const char* key,
                const nlohmann::json& arguments = nlohmann::json::object()) {
    return services.texts.text(key, context.language, arguments);
}

CaseRow get_case(const ActionContext& context) {
    auto row = find_case(context.tx, context.id<base::CaseId>("id"));
    if (!row) {
        throw Problem{ProblemKind::not_found};
    }
    return *row;
}

/// Why the act came too late: a script gets the problem, a person the case as it is now with what he typed. Only before
/// anything was changed: a page that is shown undoes nothing.
site::ActionResult answer_too_late(const ActionContext& context, const Services& services, const CaseRow& now,
                                   DecisionDraft draft = {}) {
    const auto decisions = decisions_of_case(context.tx, now.id);
    const bool is_withdrawn = now.state == "withdrawn";
    const bool is_decided = now.state != "open" && !is_withdrawn && !decisions.empty();
    Problem problem{ProblemKind::conflict, say(context, services, "moderation.case_changed")};
    if (is_withdrawn) {
        problem.detail = say(context, services, "moderation.case_withdrawn");
    } else if (is_decided) {
        const auto& last = decisions.back();
        std::string key = "moderation.decided_" + (last.kind == "approve" || last.kind == "return" || last.kind == "reject"
                                                       ? last.kind
                                                       : std::string{"other"});
        problem.detail = say(context, services, key.c_str(),
                             {{"name", last.by_name}, {"at", view::time_text(last.decided_at, context.language, base::now())}});
        problem.extra_json = nlohmann::json{{"decided",
                                             {{"by", last.by_name},
                                              {"kind", last.kind},
                                              {"decidedAt", base::to_rfc3339(last.decided_at)}}}}
                                 .dump();
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

DecisionDraft parse(const ActionContext& context, const Services& services) {
    const auto& input = context.input;
    DecisionDraft draft;
    draft.decision = input.text("decision");
    draft.facts = base::trim(input.text("facts"));
    draft.questions = base::trim(input.text("questions"));
    draft.note = base::trim(input.text("note"));
    draft.rules = input.all("rules");
    std::sort(draft.rules.begin(), draft.rules.end());
    draft.rules.erase(std::unique(draft.rules.begin(), draft.rules.end()), draft.rules.end());

    auto& errors = draft.errors;
    site::check_fields(errors, input,
                       {.texts = {"decision", "facts", "questions", "note", "nonce"}, .others = {"version", "rules"}},
                       services.texts, context.language);
    const bool is_known = draft.decision == "approve" || draft.decision == "return" || draft.decision == "reject";
    if (!is_known) {
        errors.add("decision", say(context, services, "moderation.error_decision"));
    }
    const auto house_rules = list_house_rules(context.tx);
    for (const auto& slug : draft.rules) {
        if (std::none_of(house_rules.begin(), house_rules.end(), [&](const auto& rule) { return rule.slug == slug; })) {
            errors.add("rules", say(context, services, "moderation.error_unknown_rule"));
        }
    }
    if (draft.decision == "reject" && draft.rules.empty()) {
        errors.add("rules", say(context, services, "moderation.error_rules"));
    }
    if (draft.decision == "reject" && base::count_characters(draft.facts) < least_facts) {
        errors.add("facts", say(context, services, "moderation.error_facts",
                                {{"least", least_facts}, {"used", base::count_characters(draft.facts)}}));
    }
    if (draft.decision == "return" && draft.questions.empty()) {
        errors.add("questions", say(context, services, "moderation.error_questions"));
    }
    for (const auto& [field, text] : {std::pair{"facts", &draft.facts}, {"questions", &draft.questions}, {"note", &draft.note}}) {
        if (base::count_characters(*text) > most_text) {
            errors.add(field, say(context, services, "moderation.error_long",
                                  {{"most", most_text}, {"used", base::count_characters(*text)}}));
        }
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

base::Time months_later(base::Time from, int months) {
    using namespace std::chrono;
    const auto day = floor<days>(from);
    auto date = year_month_day{day} + std::chrono::months{months};
    if (!date.ok()) {
        date = date.year() / date.month() / last;
    }
    return sys_days{date} + (from - day);
}

/// What the author is told, frozen as it was (features.md 4c): decided by whom, why, on what, and how to object.
std::string statement(const Services& services, const DecisionDraft& draft,
                      const std::vector<HouseRule>& rules, std::optional<base::Time> appeal_until,
                      std::optional<base::Time> deadline) {
    // Statements are in Dutch: the language of the forum and of every moderator.
    const auto language = view::Language::dutch;
    std::string names;
    for (const auto& rule : rules) {
        if (std::find(draft.rules.begin(), draft.rules.end(), rule.slug) != draft.rules.end()) {
            names += (names.empty() ? "" : "; ") + std::to_string(rule.number) + ". " + rule.title;
        }
    }
    const auto now = base::now();
    const auto shown = [&](std::optional<base::Time> time) {
        return time ? view::time_text(*time, language, now) : std::string{};
    };
    if (draft.decision == "reject") {
        return services.texts.text("moderation.statement_reject", language,
                                   nlohmann::json{{"at", shown(now)},
                                                  {"rules", names},
                                                  {"facts", draft.facts},
                                                  {"until", shown(appeal_until)}});
    }
    if (draft.decision == "return") {
        return services.texts.text("moderation.statement_return", language,
                                   nlohmann::json{{"until", shown(deadline)}});
    }
    return {};
}

discussion::Moved move_post(const ActionContext& context, const Services& services, const CaseRow& row,
                            const std::string& decision) {
    if (decision == "approve") {
        return discussion::publish(context.tx, services.announcer, row.post, row.post_version);
    }
    if (decision == "return") {
        return discussion::return_to_author(context.tx, services.announcer, row.post, row.post_version);
    }
    return discussion::reject(context.tx, services.announcer, row.post, row.post_version);
}

site::Done done(const ActionContext& context, base::CaseId id, const std::string& decision) {
    nlohmann::json next;
    std::string location = "/moderatie";
    if (const auto next_id = find_next_case(context.tx, context.viewer.member, id)) {
        location += "/" + to_string(*next_id);
        next = {{"id", next_id->value}, {"url", location}};
    }
    return {.location = location,
            .flash = "moderation.flash_" + decision,
            .model = nlohmann::json{{"id", id.value}, {"decision", decision}, {"next", std::move(next)}},
            .set_cookies = {}};
}

}  // namespace

site::ActionResult decide_case(const ActionContext& context, const Services& services) {
    // Locked before it is read: what is too late is known before anything changes.
    lock_case(context.tx, context.id<base::CaseId>("id"));
    const auto row = get_case(context);
    // Invariant 7: nobody judges his own words.
    if (row.author == context.viewer.member) {
        throw Problem{ProblemKind::forbidden, "moderation.own_post"};
    }
    const int version = parse_version(context);
    auto draft = parse(context, services);
    const bool is_held = row.lease_by && row.lease_by != context.viewer.member;
    if (row.state != "open" || row.version != version || is_held) {
        draft.errors = {};  // there is nothing left to mend
        return answer_too_late(context, services, row, std::move(draft));
    }
    if (draft.errors.any()) {
        return site::ShowAgain{load_case_again(context, services, row.id, draft), draft.errors};
    }
    const auto moved = move_post(context, services, row, draft.decision);
    const auto now = base::now();
    const bool is_return = draft.decision == "return";
    const auto deadline = is_return ? std::optional{now + answer_time} : std::nullopt;
    const auto appeal_until =
        draft.decision == "reject" ? std::optional{months_later(now, appeal_months)} : std::nullopt;
    if (!close_round(context.tx, row.id, version, context.viewer.member, is_return ? "with_author" : "decided",
                     deadline)) {
        throw Problem{ProblemKind::conflict, "moderation.case_changed"};  // not while it is locked
    }
    insert_decision(context.tx, {.case_id = row.id,
                                 .kind = draft.decision,
                                 .post = row.post,
                                 .post_version = row.post_version,
                                 .state_from = moved.state_from,
                                 .state_to = moved.state_to,
                                 .decided_by = context.viewer.member,
                                 .decided_role = "moderator",
                                 .rules = draft.rules,
                                 .facts = draft.facts,
                                 .questions = draft.questions,
                                 .note = draft.note,
                                 .statement = statement(services, draft, list_house_rules(context.tx),
                                                        appeal_until, deadline),
                                 .deadline_at = deadline,
                                 .appeal_until = appeal_until});
    announce_case(context.tx, services.announcer, "case.decided", row.id, context.viewer.name);
    return done(context, row.id, draft.decision);
}

site::ActionResult take_case(const ActionContext& context, const Services& services) {
    const auto row = get_case(context);
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
    release_lease(context.tx, row.id, context.viewer.member);
    announce_case(context.tx, services.announcer, "case.released", row.id);
    return site::Done{.location = "/moderatie/" + to_string(row.id),
                      .flash = {},
                      .model = nlohmann::json{{"id", row.id.value}},
                      .set_cookies = {}};
}

}  // namespace forum::moderation
