#include "moderation/queue_page.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/text.hpp"
#include "discussion/post_view.hpp"
#include "discussion/thread_rows.hpp"
#include "discussion/thread_store.hpp"
#include "moderation/case_marks.hpp"
#include "moderation/decision_view.hpp"
#include "moderation/working_time.hpp"
#include "site/paging.hpp"
#include "view/markdown.hpp"

namespace forum::moderation {

namespace {

constexpr int cases_on_page = 50;
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

/// "12 min", "3 u 10", "2 dagen": short, because it stands in a narrow list.
std::string waiting_text(const Services& services, view::Language language, base::Time since) {
    const auto minutes = std::max<std::int64_t>(
        0, std::chrono::duration_cast<std::chrono::minutes>(base::now() - since).count());
    if (minutes < 60) {
        return services.texts.text("moderation.wait_minutes", language, nlohmann::json{{"n", minutes}});
    }
    if (minutes < 24 * 60) {
        const auto rest = std::to_string(minutes % 60);
        return services.texts.text("moderation.wait_hours", language,
                                   nlohmann::json{{"n", minutes / 60}, {"m", rest.size() == 1 ? "0" + rest : rest}});
    }
    return services.texts.text("moderation.wait_days", language, nlohmann::json{{"n", minutes / (24 * 60)}});
}

nlohmann::json row_json(const PageContext& context, const Services& services, const CaseRow& row,
                        base::CaseId selected) {
    return {{"id", row.id.value},
            {"version", row.version},
            {"kind", row.kind},
            {"isNewPost", row.kind == "review"},
            {"isChange", row.kind == "change"},
            {"isResubmitted", row.rounds > 0},
            {"url", "/moderatie/" + to_string(row.id)},
            {"title", row.thread_title},
            {"excerpt", base::excerpt(view::markdown_to_text(row.body), excerpt_length)},
            {"author", author_json(services, row)},
            {"waitingSince", base::to_rfc3339(row.waiting_since)},
            {"waitingText", waiting_text(services, context.language, row.waiting_since)},
            {"isLeased", static_cast<bool>(row.lease_by)},
            {"isMine", row.lease_by == context.viewer.member && static_cast<bool>(row.lease_by)},
            {"leaseHolder", row.lease_name},
            {"leaseUntil", row.lease_until ? nlohmann::json(base::to_rfc3339(*row.lease_until)) : nlohmann::json{}},
            {"isSelected", row.id == selected}};
}

nlohmann::json rules_json(const std::vector<HouseRule>& rules, const std::vector<std::string>& chosen) {
    auto list = nlohmann::json::array();
    for (const auto& rule : rules) {
        list.push_back({{"value", rule.slug},
                        {"label", std::to_string(rule.number) + ". " + rule.title},
                        {"isChosen", std::find(chosen.begin(), chosen.end(), rule.slug) != chosen.end()}});
    }
    return list;
}

nlohmann::json history_json(const PageContext& context, const Services& services, const CaseRow& row,
                            const std::vector<Decision>& decisions) {
    auto list = nlohmann::json::array();
    for (const auto& decision : decisions) {
        std::string key = "moderation.log_" + decision.kind;
        std::replace(key.begin(), key.end(), '-', '_');
        list.push_back({{"at", base::to_rfc3339(decision.decided_at)},
                        {"who", decision.by_name},
                        {"what", services.texts.text(key, context.language)}});
    }
    if (decisions.empty() || row.state == "open") {
        const auto* key = row.rounds > 0 ? "moderation.log_resent" : "moderation.log_sent";
        list.push_back({{"at", base::to_rfc3339(row.waiting_since)},
                        {"who", row.author_name},
                        {"what", services.texts.text(key, context.language)}});
    }
    return list;
}

nlohmann::json decided_json(const CaseRow& row, const std::vector<Decision>& decisions) {
    if (row.state == "open" || row.state == "withdrawn" || decisions.empty()) {
        return nullptr;
    }
    const auto& last = decisions.back();
    nlohmann::json decided{
        {"by", last.by_name}, {"kind", last.kind}, {"decidedAt", base::to_rfc3339(last.decided_at)}};
    put_kind_flags(decided, last.kind);
    return decided;
}

nlohmann::json post_of(const PageContext& context, const Services& services, const CaseRow& row,
                       const discussion::ThreadFacts& facts) {
    const discussion::PostViewContext post_context{services, context.viewer, context.language, facts.thread, std::nullopt, {}};
    const auto rows = discussion::load_posts(context.tx, context.viewer, row.thread, {row.post_number});
    return discussion::post_json(rows[0], post_context);
}

nlohmann::json case_json(const PageContext& context, const Services& services, const CaseRow& row,
                         const DecisionDraft& draft) {
    auto model = row_json(context, services, row, row.id);
    const auto facts = discussion::get_thread(context.tx, context.viewer, row.thread);
    auto threads = discussion::load_rows(context.tx, context.viewer, context.language, services.texts, services.places,
                                         {row.thread.value});
    const auto decisions = decisions_of_case(context.tx, row.id);
    const auto past = author_history(context.tx, row.author);
    const bool is_own = row.author == context.viewer.member;
    const bool is_open = row.state == "open";
    const bool is_mine = model["isMine"].get<bool>();
    const bool is_free = !row.lease_by;
    const auto url = "/moderatie/" + to_string(row.id);
    nlohmann::json lease;
    if (row.lease_until) {
        lease = {{"isMine", is_mine}, {"holder", row.lease_name}, {"until", base::to_rfc3339(*row.lease_until)}};
    }
    nlohmann::json next;
    if (const auto next_id = find_next_case(context.tx, context.viewer.member, row.id)) {
        next = {{"id", next_id->value}, {"url", "/moderatie/" + to_string(*next_id)}};
    }
    nlohmann::json form{{"decision", draft.decision},
                        {"facts", draft.facts},
                        {"questions", draft.questions},
                        {"note", draft.note},
                        {"rules", draft.rules},
                        {"isTyped", !draft.is_empty()}};
    put_kind_flags(form, draft.decision);
    model.update({{"thread", threads.empty() ? nlohmann::json{} : std::move(threads[0])},
                  {"post", post_of(context, services, row, facts)},
                  {"body", row.body},
                  {"bodyHtml", row.body_html},
                  {"rules", rules_json(list_house_rules(context.tx), draft.rules)},
                  {"lease", std::move(lease)},
                  {"marks", marks_json(context.tx, services.texts, context.language, row.id)},
                  {"history", history_json(context, services, row, decisions)},
                  {"authorHistory", {{"live", past.live}, {"returned", past.returned}, {"rejected", past.rejected}}},
                  {"isOpen", is_open},
                  {"isOwn", is_own},
                  {"mayDecide", context.viewer.may_moderate() && is_open && !is_own && (is_free || is_mine)},
                  {"decisionUrl", url + "/besluit"},
                  {"takeUrl", context.viewer.may_moderate() && is_open && !is_own && is_free ? url + "/pak" : ""},
                  {"releaseUrl", is_mine ? url + "/los" : ""},
                  {"nonce", "case-" + to_string(row.id) + "-" + std::to_string(row.version)},
                  {"form", std::move(form)},
                  {"conflict", draft.conflict},
                  {"next", std::move(next)},
                  {"decided", decided_json(row, decisions)}});
    draft.errors.write_to(model, {"decision", "rules", "facts", "questions", "version"});
    return model;
}

/// The list with, beside it, `selected` (or nothing).
site::Page queue_page(const PageContext& context, const Services& services, const std::optional<CaseRow>& selected,
                      const DecisionDraft& draft) {
    QueueCursor cursor;
    if (const auto given = context.query("na", "cursor"); !given.empty()) {
        const auto values = site::decode_cursor(given, 2);
        cursor = {values[0], values[1]};
        // Both go into SQL as what they claim to be.
        if (!base::parse_rfc3339(values[0]) || !base::parse_id<base::CaseId>(values[1])) {
            throw base::Problem{base::ProblemKind::bad_request, "frame.bad_cursor"};
        }
    }
    auto rows = list_open_cases(context.tx, cursor, cases_on_page + 1);
    const auto longest = cursor.id.empty() && !rows.empty() ? waiting_text(services, context.language, rows[0].waiting_since)
                                                            : std::string{};
    nlohmann::json next;
    if (rows.size() > cases_on_page) {
        rows.resize(cases_on_page);
        next = site::encode_cursor({base::to_rfc3339(rows.back().waiting_since), to_string(rows.back().id)});
    }
    auto items = nlohmann::json::array();
    for (const auto& row : rows) {
        items.push_back(row_json(context, services, row, selected ? selected->id : base::CaseId{}));
    }
    const auto count = count_open_cases(context.tx);
    site::Page page;
    page.template_name = "cases";
    page.title = services.texts.text("moderation.queue", context.language);
    page.nav = "moderation";
    page.live_topics = "moderation";
    page.model = nlohmann::json{
        {"items", std::move(items)},
        {"next", next},
        {"count", count},
        {"isEmpty", count == 0},
        {"keysOn", true},
        {"longestWaitText", longest},
        {"decidedToday", count_decided_today(context.tx, day_start(base::now()))},
        {"selected", selected ? case_json(context, services, *selected, draft) : nlohmann::json{}}};
    if (!next.is_null()) {
        page.links.emplace_back("next",
                                site::with_parameter(context.request.target, "cursor", next.get<std::string>()));
    }
    return page;
}

CaseRow get_case(const PageContext& context, base::CaseId id) {
    auto row = find_case(context.tx, id);
    if (!row) {
        throw base::Problem{base::ProblemKind::not_found};
    }
    return *row;
}

}  // namespace

site::Page load_queue(const PageContext& context, const Services& services) {
    return queue_page(context, services, std::nullopt, {});
}

site::Page load_case(const PageContext& context, const Services& services) {
    const auto row = get_case(context, context.id<base::CaseId>("id"));
    if (context.is_api) {
        site::Page page;
        page.model = case_json(context, services, row, {});
        return page;
    }
    return queue_page(context, services, row, {});
}

site::Page load_case_again(const PageContext& context, const Services& services, base::CaseId id,
                           const DecisionDraft& draft) {
    return queue_page(context, services, get_case(context, id), draft);
}

}  // namespace forum::moderation
