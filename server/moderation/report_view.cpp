#include "moderation/report_view.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "discussion/thread_store.hpp"
#include "discussion/urls.hpp"
#include "moderation/appeal_view.hpp"
#include "moderation/decision_view.hpp"
#include "moderation/report_categories.hpp"
#include "moderation/report_store.hpp"
#include "site/paging.hpp"

namespace forum::moderation {

namespace {

constexpr int reports_on_page = 20;

/// "resident-data" as a text's key has it.
std::string text_key(std::string slug) {
    std::replace(slug.begin(), slug.end(), '-', '_');
    return "report." + slug;
}

}  // namespace

std::string category_name(const view::Templates& texts, view::Language language, const std::string& slug) {
    return find_report_category(slug) != nullptr ? texts.text(text_key(slug), language) : slug;
}

nlohmann::json categories_json(const view::Templates& texts, view::Language language) {
    auto list = nlohmann::json::array();
    for (const auto& category : report_categories()) {
        const auto key = text_key(std::string{category.slug});
        list.push_back(
            {{"slug", category.slug}, {"name", texts.text(key, language)}, {"description", texts.text(key + "_help", language)}});
    }
    return list;
}

site::Page load_report_categories(const site::PageContext& context, const discussion::Services& services) {
    site::Page page;
    page.model = nlohmann::json{{"items", categories_json(services.texts, context.language)}, {"next", nullptr}};
    page.keep = site::Keep::until_changed;
    page.topics = {"places"};
    return page;
}

nlohmann::json own_reports_json(const site::PageContext& context, const discussion::Services& services) {
    std::int64_t before = 0;
    if (const auto cursor = context.query("meldingen_na", "reportsCursor"); !cursor.empty()) {
        const auto id = base::parse_id<base::CaseId>(site::decode_cursor(cursor, 1)[0]);
        if (!id) {
            throw base::Problem{base::ProblemKind::bad_request, "frame.bad_cursor"};
        }
        before = id->value;
    }
    auto reports = list_own_reports(context.tx, context.viewer.member, before, reports_on_page + 1);
    nlohmann::json next;
    if (reports.size() > reports_on_page) {
        reports.resize(reports_on_page);
        next = site::encode_cursor({std::to_string(reports.back().id)});
    }
    if (reports.empty()) {
        return {{"items", nlohmann::json::array()}, {"next", next}};
    }
    std::vector<std::int64_t> ids, decisions;
    for (const auto& report : reports) {
        ids.push_back(report.thread.value);
        if (report.outcome) {
            decisions.push_back(report.outcome->decision.value);
        }
    }
    const auto appeals = appeals_by_decision(context.tx, {.member = context.viewer.member}, decisions);
    const auto threads = discussion::find_threads(context.tx, context.viewer, ids);
    const auto rules = list_house_rules(context.tx);
    auto items = nlohmann::json::array();
    for (const auto& report : reports) {
        const auto thread = threads.find(report.thread.value);
        const bool is_seen = thread != threads.end();
        const auto appeal = report.outcome ? appeals.find(report.outcome->decision.value) : appeals.end();
        const auto until = report.outcome ? report.outcome->appeal_until() : std::nullopt;
        const bool may_object = until && *until > base::now() && appeal == appeals.end();
        items.push_back({{"id", report.id},
                         {"thread", report.thread.value},
                         {"post", report.number},
                         {"threadTitle", is_seen ? discussion::shown_title(thread->second, services.texts, context.language)
                                                 : services.texts.text("discussion.title_gone", context.language)},
                         {"postUrl", is_seen ? discussion::post_url(report.thread, thread->second.thread.slug, report.number) : ""},
                         {"category", report.category},
                         {"categoryName", category_name(services.texts, context.language, report.category)},
                         {"text", report.text},
                         {"createdAt", base::to_rfc3339(report.at)},
                         {"outcome", outcome_json(services.texts, context.language, report.outcome, rules)},
                         {"appealUrl", may_object ? appeal_url(report.outcome->decision) : ""},
                         {"appeal", appeal == appeals.end() ? nlohmann::json{} : appeal_json(appeal->second)}});
    }
    return {{"items", std::move(items)}, {"next", next}};
}

nlohmann::json case_reports_json(db::Tx& tx, const view::Templates& texts, view::Language language, base::CaseId id) {
    auto list = nlohmann::json::array();
    for (const auto& report : reports_of_case(tx, id)) {
        list.push_back({{"reporter", report.reporter},
                        {"category", report.category},
                        {"categoryName", category_name(texts, language, report.category)},
                        {"text", report.text},
                        {"postVersion", report.post_version},
                        {"createdAt", base::to_rfc3339(report.at)}});
    }
    return list;
}

}  // namespace forum::moderation
