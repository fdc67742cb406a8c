#include "moderation/queue_page.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "moderation/case_view.hpp"
#include "moderation/decision_kinds.hpp"
#include "moderation/decision_store.hpp"
#include "moderation/hidden_reads.hpp"
#include "moderation/working_time.hpp"
#include "site/paging.hpp"

namespace forum::moderation {

namespace {

constexpr int cases_on_page = 50;

using discussion::Services;
using site::PageContext;

/// Throws Problem{not_found} for a theme that is none.
QueueScope read_scope(const PageContext& context, const Services& services) {
    QueueScope scope{.theme = std::string{context.query("thema", "theme")},
                     .province = std::string{context.query("provincie", "province")},
                     .after = std::string{context.query("na", "cursor")}};
    if (!scope.theme.empty() && !services.places.find_theme(scope.theme)) {
        throw base::Problem{base::ProblemKind::not_found};
    }
    return scope;
}

nlohmann::json scope_json(const Services& services, const QueueScope& scope) {
    auto themes = nlohmann::json::array();
    for (const auto& theme : services.places.themes()) {
        themes.push_back({{"value", theme.slug}, {"label", theme.name}, {"isChosen", theme.slug == scope.theme}});
    }
    auto provinces = nlohmann::json::array();
    for (const auto& name : services.places.provinces()) {
        provinces.push_back({{"value", name}, {"label", name}, {"isChosen", name == scope.province}});
    }
    return {
        {"themes", std::move(themes)}, {"provinces", std::move(provinces)}, {"isChosen", !scope.theme.empty() || !scope.province.empty()}};
}

/// The viewer's last decision as long as he can take it back, or null.
nlohmann::json last_decision_json(const PageContext& context, const Services& services) {
    const auto last = find_undoable(context.tx, context.viewer.member, {});
    const auto row = last ? find_case(context.tx, last->case_id) : std::nullopt;
    if (!row || !is_in_scope(context.tx, row->id, context.viewer)) {
        return nullptr;
    }
    return {{"label", decision_label(context, services, last->kind, row->kind)},
            {"title", case_title(context, services, *row)},
            {"until", base::to_rfc3339(last->at + undo_time)},
            {"undoUrl", case_url(row->id) + "/ongedaan"}};
}

/// The list with, beside it, `selected` (or nothing).
site::Page queue_page(const PageContext& context, const Services& services, const std::optional<CaseRow>& selected,
                      const DecisionDraft& draft) {
    const auto scope = read_scope(context, services);
    QueueCursor cursor;
    if (!scope.after.empty()) {
        const auto values = site::decode_cursor(scope.after, 2);
        cursor = {values[0], values[1]};
        // Both go into SQL as what they claim to be.
        if (!base::parse_rfc3339(values[0]) || !base::parse_id<base::CaseId>(values[1])) {
            throw base::Problem{base::ProblemKind::bad_request, "frame.bad_cursor"};
        }
    }
    auto rows = list_open_cases(context.tx, context.viewer, scope, cursor, cases_on_page + 1);
    const auto figures = count_open_cases(context.tx, context.viewer, scope);
    std::string next;
    if (rows.size() > cases_on_page) {
        rows.resize(cases_on_page);
        next = site::encode_cursor({rows.back().due_key, to_string(rows.back().id)});
    }
    const auto page_url = [&](const std::string& after) {
        return "/moderatie" + scope_query({.theme = scope.theme, .province = scope.province, .after = after});
    };
    auto items = nlohmann::json::array();
    std::vector<std::int64_t> hidden;  // the list shows how they begin
    for (const auto& row : rows) {
        if (row.post && row.post_state != "waiting" && row.post_state != "live" && row.post_state != "live_change") {
            hidden.push_back(row.post.value);
        }
        items.push_back(case_row_json(context, services, row, scope, selected ? selected->id : base::CaseId{}));
    }
    services.gate.about_to_show(context.tx, context.viewer, hidden);
    site::Page page;
    page.template_name = "cases";
    page.title = services.texts.text("moderation.queue", context.language);
    page.nav = "moderation";
    page.live_topics = "moderation";
    page.model = nlohmann::json{
        {"items", std::move(items)},
        {"next", next.empty() ? nlohmann::json{} : nlohmann::json(next)},
        {"nextUrl", next.empty() ? "" : page_url(next)},
        {"firstUrl", scope.after.empty() ? "" : page_url("")},
        {"count", figures.count},
        {"late", figures.late},
        {"isEmpty", figures.count == 0},
        {"keysOn", true},
        {"longestWaitText", figures.waiting_since ? waiting_text(services.texts, context.language, *figures.waiting_since) : std::string{}},
        {"decidedToday", count_decided_since(context.tx, context.viewer, day_start(base::now()))},
        {"scope", scope_json(services, scope)},
        {"lastDecision", last_decision_json(context, services)},
        {"selected", selected ? case_json(context, services, *selected, scope, draft) : nlohmann::json{}}};
    if (!next.empty()) {
        page.links.emplace_back("next", site::with_parameter(context.request.target, "cursor", next));
    }
    return page;
}

CaseRow get_case(const PageContext& context, base::CaseId id) {
    auto row = find_case(context.tx, id);
    if (!row || !is_in_scope(context.tx, id, context.viewer)) {
        throw base::Problem{base::ProblemKind::not_found};
    }
    return *row;
}

}  // namespace

site::Page load_queue(const PageContext& context, const Services& services) { return queue_page(context, services, std::nullopt, {}); }

site::Page load_case(const PageContext& context, const Services& services, db::Database& database) {
    const auto row = get_case(context, context.id<base::CaseId>("id"));
    if (row.post) {
        log_hidden_reads(context.tx, database, context.viewer, {row.post.value});
    }
    // Of one's own accord nobody sent anything in: no write job for the most common cases.
    if (row.reports > 0 || row.kind == "notice" || row.kind == "appeal") {
        log_sender_read(context.tx, database, context.viewer, row.id);
    }
    if (context.is_api) {
        site::Page page;
        page.model = case_json(context, services, row, read_scope(context, services), {});
        return page;
    }
    return queue_page(context, services, row, {});
}

site::Page load_case_again(const PageContext& context, const Services& services, base::CaseId id, const DecisionDraft& draft) {
    return queue_page(context, services, get_case(context, id), draft);
}

}  // namespace forum::moderation
