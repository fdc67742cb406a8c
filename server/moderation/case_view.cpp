#include "moderation/case_view.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/text.hpp"
#include "discussion/post_view.hpp"
#include "discussion/thread_rows.hpp"
#include "discussion/thread_store.hpp"
#include "moderation/appeal_view.hpp"
#include "moderation/case_form.hpp"
#include "moderation/case_marks.hpp"
#include "moderation/decision_view.hpp"
#include "moderation/judge.hpp"
#include "moderation/measure_page.hpp"
#include "moderation/measure_store.hpp"
#include "moderation/notice_page.hpp"
#include "moderation/proposal.hpp"
#include "moderation/report_view.hpp"
#include "moderation/scope_store.hpp"
#include "moderation/staff_notes.hpp"
#include "moderation/statement.hpp"
#include "moderation/working_time.hpp"
#include "site/paging.hpp"
#include "view/markdown.hpp"

namespace forum::moderation {

namespace {

constexpr std::size_t excerpt_length = 140;

using discussion::Services;
using site::PageContext;

nlohmann::json author_json(const Services& services, const CaseRow& row) {
    return {{"id", row.author.value},
            {"name", row.author_name},
            {"function", row.author_function},
            {"municipality", services.places.municipality_ref(row.author_municipality)},
            {"letter", services.places.letter_of(row.author_municipality)},
            {"isModerator", row.author_is_staff},
            {"isRemoved", false}};
}

/// "nog 3 u 10" or "Te laat", in working time.
std::string due_text(const Services& services, view::Language language, base::Time due_at) {
    const auto left = std::chrono::floor<std::chrono::minutes>(working_time(base::now(), due_at)).count();
    if (due_at < base::now()) {
        return services.texts.text("moderation.too_late", language);
    }
    const auto day = std::chrono::minutes{working_day}.count();
    if (left < 60) {
        return services.texts.text("moderation.left_minutes", language, nlohmann::json{{"n", left}});
    }
    if (left <= day) {
        return services.texts.text("moderation.left_hours", language, nlohmann::json{{"n", left / 60}});
    }
    return services.texts.text("moderation.left_days", language, nlohmann::json{{"n", left / day}});
}

}  // namespace

nlohmann::json case_row_json(const PageContext& context, const Services& services, const CaseRow& row, const QueueScope& scope,
                             base::CaseId selected) {
    return {{"id", row.id.value},
            {"version", row.version},
            {"kind", row.kind},
            {"isNewPost", row.kind == "review"},
            {"isChange", row.kind == "change"},
            {"isReport", row.kind == "report" && row.reports > 0},
            {"isOwnInitiative", row.kind == "report" && row.reports == 0},
            {"isNotice", row.kind == "notice"},
            {"isAppeal", row.kind == "appeal"},
            {"isMeasure", row.kind == "measure"},
            {"reports", row.reports},
            {"sentTo", row.sent_to},
            {"isResubmitted", row.rounds > 0},
            {"url", case_url(row.id) + scope_query(scope)},
            {"title", case_title(context, services, row)},
            {"excerpt", base::excerpt(view::markdown_to_text(row.body), excerpt_length)},
            {"author", author_json(services, row)},
            {"waitingSince", base::to_rfc3339(row.waiting_since)},
            {"waitingText", waiting_text(services.texts, context.language, row.waiting_since)},
            {"dueAt", base::to_rfc3339(row.due_at)},
            {"dueText", due_text(services, context.language, row.due_at)},
            {"isLate", row.due_at < base::now()},
            {"isLeased", static_cast<bool>(row.lease_by)},
            {"isMine", row.lease_by == context.viewer.member && static_cast<bool>(row.lease_by)},
            {"leaseHolder", row.lease_name},
            {"leaseUntil", row.lease_until ? nlohmann::json(base::to_rfc3339(*row.lease_until)) : nlohmann::json{}},
            {"isSelected", row.id == selected}};
}

namespace {

std::string say_both(const PageContext& context, const Services& services, const std::string& one, const std::string& other) {
    return services.texts.text("moderation.both", context.language, nlohmann::json{{"one", one}, {"other", other}});
}

/// A decision that waits for a second person; null when none does.
nlohmann::json proposal_json(const PageContext& context, const Services& services, const CaseRow& row) {
    if (row.proposal.empty()) {
        return nullptr;
    }
    const auto draft = read_proposal(row);
    auto rules = nlohmann::json::array();
    for (const auto& rule : list_house_rules(context.tx)) {
        if (std::find(draft.rules.begin(), draft.rules.end(), rule.slug) != draft.rules.end()) {
            rules.push_back(std::to_string(rule.number) + ". " + rule.title);
        }
    }
    return {{"by", row.proposed_by_name},
            {"isMine", row.proposed_by == context.viewer.member},
            {"decision", draft.decision},
            {"label", decision_label(context, services, draft.decision, row.kind)},
            {"lastDate", draft.until},
            {"rules", std::move(rules)},
            {"legalGround", draft.legal_ground},
            {"facts", draft.facts},
            {"note", draft.note},
            {"url", case_url(row.id) + "/voorstel"}};
}

/// What was decided about the author as a person, for staff.
nlohmann::json measures_json(const PageContext& context, const Services& services, const CaseRow& row) {
    const auto standing = find_measure(context.tx, row.author);
    auto list = nlohmann::json::array();
    for (const auto& decision : measures_of_member(context.tx, row.author)) {
        list.push_back({{"kind", decision.kind},
                        {"name", services.texts.text("figures.decision_" + decision.kind, context.language)},
                        {"at", base::to_rfc3339(decision.at)},
                        {"lastDate", decision.until ? nlohmann::json(last_day(*decision.until)) : nlohmann::json{}},
                        {"isStanding", standing && standing->decision == decision.id},
                        {"url", is_in_scope(context.tx, decision.case_id, context.viewer) ? case_url(decision.case_id) : ""}});
    }
    return list;
}

nlohmann::json history_json(const PageContext& context, const Services& services, const CaseRow& row,
                            const std::vector<Decision>& decisions) {
    auto list = nlohmann::json::array();
    for (const auto& decision : decisions) {
        const auto key =
            "moderation.log_" + text_name(decision.kind, row.kind) + (decision.kind == "lift" && decision.is_automatic ? "_timer" : "");
        const auto second = decision.seconded_by ? member_name(context.tx, decision.seconded_by) : std::string{};
        list.push_back({{"at", base::to_rfc3339(decision.at)},
                        {"who", second.empty() ? decision.by_name : say_both(context, services, decision.by_name, second)},
                        {"what", services.texts.text(key, context.language)},
                        {"note", decision.note}});
    }
    for (const auto& note : notes_of_case(context.tx, row.id)) {
        list.push_back({{"at", base::to_rfc3339(note.at)},
                        {"who", note.by_name},
                        {"what", services.texts.text("moderation.log_note", context.language)},
                        {"note", note.text}});
    }
    if (decisions.empty() || row.state == "open") {
        const bool is_by_author = row.kind == "review" || row.kind == "change";
        const auto* key = !is_by_author ? "moderation.log_opened" : row.rounds > 0 ? "moderation.log_resent" : "moderation.log_sent";
        list.push_back({{"at", base::to_rfc3339(row.waiting_since)},
                        {"who", is_by_author ? row.author_name : ""},
                        {"what", services.texts.text(key, context.language)},
                        {"note", ""}});
    }
    std::stable_sort(list.begin(), list.end(), [](const auto& one, const auto& other) { return one["at"] < other["at"]; });
    return list;
}

/// What colleagues wrote about the author as a person; not for himself.
nlohmann::json member_notes_json(const PageContext& context, const CaseRow& row) {
    auto list = nlohmann::json::array();
    if (row.author == context.viewer.member) {
        return list;
    }
    for (const auto& note : notes_of_member(context.tx, row.author)) {
        list.push_back({{"at", base::to_rfc3339(note.at)}, {"who", note.by_name}, {"text", note.text}});
    }
    return list;
}

nlohmann::json decided_json(const PageContext& context, const Services& services, const CaseRow& row,
                            const std::vector<Decision>& decisions) {
    if (row.state == "open" || row.state == "withdrawn" || decisions.empty()) {
        return nullptr;
    }
    const auto& last = decisions.back();
    nlohmann::json decided{{"by", last.by_name},
                           {"kind", last.kind},
                           {"label", decision_label(context, services, last.kind, row.kind)},
                           {"decidedAt", base::to_rfc3339(last.at)}};
    put_kind_flags(decided, last.kind);
    return decided;
}

nlohmann::json post_of(const PageContext& context, const Services& services, const CaseRow& row) {
    const auto facts = discussion::get_thread(context.tx, context.viewer, row.thread);
    const discussion::PostViewContext post_context{services, context.viewer, context.language, facts.thread, std::nullopt, {}};
    const auto rows = discussion::load_posts(context.tx, context.viewer, row.thread, {row.post_number});
    return discussion::post_json(rows[0], post_context);
}

/// Who has to decide when it is no moderator; "" when it is one.
std::string who_text(const PageContext& context, const Services& services, const CaseRow& row) {
    const auto deciders = row.appeals && row.state == "open" ? who_decides(context.tx, row.id) : Deciders::moderators;
    return deciders == Deciders::moderators
               ? ""
               : services.texts.text(deciders == Deciders::nobody ? "moderation.who_nobody" : "moderation.who_administrators",
                                     context.language);
}

/// What the objection is about, and what it says; null for other cases.
nlohmann::json appealed_json(const PageContext& context, const std::optional<Decision>& appealed) {
    return appealed ? decision_json(*appealed, list_house_rules(context.tx), DecisionReader::staff) : nlohmann::json{};
}

}  // namespace

nlohmann::json case_json(const PageContext& context, const Services& services, const CaseRow& row, const QueueScope& scope,
                         const DecisionDraft& draft) {
    auto model = case_row_json(context, services, row, scope, row.id);
    auto threads = nlohmann::json::array();
    if (row.post) {
        threads = discussion::load_rows(context.tx, context.viewer, context.language, services.texts, services.places, {row.thread.value});
    }
    const auto decisions = decisions_of_case(context.tx, row.id);
    const auto past = author_history(context.tx, row.author);
    const auto bar = decider_bar(context.tx, row.id, context.viewer.member);
    const auto appealed = row.appeals ? find_decision(context.tx, row.appeals) : std::nullopt;
    const auto undoable = find_undoable(context.tx, context.viewer.member, row.id);
    const bool is_barred = !bar.empty();
    const bool is_own = row.author == context.viewer.member;
    const bool may_measure =
        context.viewer.may_moderate() && !is_own && !row.member && looks_after_member(context.tx, context.viewer.member, row.author);
    const bool is_open = row.state == "open";
    const bool is_mine = model["isMine"].get<bool>();
    const bool is_free = !row.lease_by;
    const bool may_act = is_open && !is_barred;
    // Who looks at his own proposal does not keep it from the one who has to confirm it.
    const bool waits_for_another = row.proposed_by && row.proposed_by == context.viewer.member;
    const auto url = case_url(row.id);
    nlohmann::json lease;
    if (row.lease_until) {
        lease = {{"isMine", is_mine}, {"holder", row.lease_name}, {"until", base::to_rfc3339(*row.lease_until)}};
    }
    nlohmann::json next;
    if (const auto next_id = find_next_case(context.tx, context.viewer, scope, row.id)) {
        next = {{"id", next_id->value}, {"url", case_url(*next_id) + scope_query(scope)}};
    }
    model.update({{"thread", threads.empty() ? nlohmann::json{} : std::move(threads[0])},
                  {"post", row.post ? post_of(context, services, row) : nlohmann::json{}},
                  {"body", row.body},
                  {"bodyHtml", row.body_html},
                  {"isOlderVersion", row.post_version != row.newest_version},
                  {"lease", std::move(lease)},
                  {"marks", marks_json(context.tx, services.texts, context.language, row.id)},
                  {"reportList", case_reports_json(context.tx, services.texts, context.language, row.id)},
                  {"noticeList", case_notices_json(context.tx, row.id)},
                  {"sentReason", row.sent_reason},
                  {"appealed", appealed_json(context, appealed)},
                  {"appeal", case_appeal_json(context.tx, row.id)},
                  {"proposal", proposal_json(context, services, row)},
                  {"measures", measures_json(context, services, row)},
                  {"memberNotes", member_notes_json(context, row)},
                  {"measureUrl", may_measure ? measure_url(row.author) : ""},
                  {"history", history_json(context, services, row, decisions)},
                  {"authorHistory", {{"live", past.live}, {"returned", past.returned}, {"rejected", past.rejected}}},
                  {"isOpen", is_open},
                  {"isOwn", is_own},
                  {"barText", is_barred ? services.texts.text(bar_text(row, context.viewer.member, bar), context.language) : ""},
                  {"whoText", who_text(context, services, row)},
                  {"mayDecide", may_act && (is_free || is_mine) && row.proposal.empty()},
                  {"mayAnswer", may_act && (is_free || is_mine) && !row.proposal.empty()},
                  {"decisionUrl", url + "/besluit" + scope_query(scope)},
                  {"takeUrl", may_act && is_free && !waits_for_another ? url + "/pak" : ""},
                  {"releaseUrl", is_mine ? url + "/los" : ""},
                  {"noteUrl", context.viewer.is_staff() ? url + "/notitie" : ""},
                  {"undoUrl", undoable ? url + "/ongedaan" : ""},
                  {"nonce", "case-" + to_string(row.id) + "-" + std::to_string(row.version)},
                  {"next", std::move(next)},
                  {"decided", decided_json(context, services, row, decisions)}});
    put_form(model, context, services, row, appealed ? appealed->kind : "", draft);
    return model;
}

std::string case_title(const PageContext& context, const Services& services, const CaseRow& row) {
    return row.post ? row.thread_title
                    : services.texts.text("moderation.about_person", context.language, nlohmann::json{{"name", row.author_name}});
}

/// "12 min", "3 u 10", "2 dagen": short, because it stands in a narrow list.
std::string waiting_text(const view::Templates& texts, view::Language language, base::Time since) {
    const auto minutes = std::max<std::int64_t>(0, std::chrono::duration_cast<std::chrono::minutes>(base::now() - since).count());
    if (minutes < 60) {
        return texts.text("moderation.wait_minutes", language, nlohmann::json{{"n", minutes}});
    }
    if (minutes < 24 * 60) {
        const auto rest = std::to_string(minutes % 60);
        return texts.text("moderation.wait_hours", language,
                          nlohmann::json{{"n", minutes / 60}, {"m", rest.size() == 1 ? "0" + rest : rest}});
    }
    return texts.text("moderation.wait_days", language, nlohmann::json{{"n", minutes / (24 * 60)}});
}

std::string decision_label(const PageContext& context, const Services& services, const std::string& decision,
                           const std::string& case_kind) {
    return find_decision_kind(decision) == nullptr
               ? std::string{}
               : services.texts.text("moderation.choice_" + text_name(decision, case_kind), context.language);
}

std::string case_url(base::CaseId id) { return "/moderatie/" + to_string(id); }

std::string scope_query(const QueueScope& scope) {
    std::string query;
    const auto add = [&](std::string_view name, const std::string& value) {
        if (!value.empty()) {
            query += (query.empty() ? "?" : "&") + std::string{name} + "=" + site::encode_query(value);
        }
    };
    add("thema", scope.theme);
    add("provincie", scope.province);
    add("na", scope.after);
    return query;
}

}  // namespace forum::moderation
