#include "moderation/own_decisions_page.hpp"

#include <nlohmann/json.hpp>

#include "discussion/own_posts.hpp"
#include "moderation/appeal_view.hpp"
#include "moderation/case_store.hpp"
#include "moderation/decision_view.hpp"
#include "moderation/report_view.hpp"
#include "moderation/statement.hpp"
#include "site/paging.hpp"

namespace forum::moderation {

namespace {

constexpr int decisions_on_page = 20;

}  // namespace

site::Page load_own_decisions(const site::PageContext& context, const discussion::Services& services) {
    base::DecisionId before;
    if (const auto cursor = context.query("na", "cursor"); !cursor.empty()) {
        const auto id = base::parse_id<base::DecisionId>(site::decode_cursor(cursor, 1)[0]);
        if (!id) {
            throw base::Problem{base::ProblemKind::bad_request, "frame.bad_cursor"};
        }
        before = *id;
    } else if (const auto from = context.query("vanaf", "from"); !from.empty()) {
        const auto id = base::parse_id<base::DecisionId>(from);
        if (!id) {
            throw base::Problem{base::ProblemKind::bad_request, "frame.bad_cursor"};
        }
        before = base::DecisionId{id->value + 1};
    }
    auto decisions = decisions_of_author(context.tx, context.viewer.member, before, decisions_on_page + 1);
    nlohmann::json next;
    if (decisions.size() > decisions_on_page) {
        decisions.resize(decisions_on_page);
        next = site::encode_cursor({to_string(decisions.back().id)});
    }
    const auto rules = list_house_rules(context.tx);
    std::vector<std::int64_t> ids;
    for (const auto& decision : decisions) {
        if (decision.post) {
            ids.push_back(decision.post.value);
        }
    }
    const auto posts = discussion::load_posts_in_threads(context, services, ids);
    ids.clear();
    for (const auto& decision : decisions) {
        ids.push_back(decision.id.value);
    }
    const auto appeals = appeals_by_decision(context.tx, {.member = context.viewer.member}, ids);
    auto items = nlohmann::json::array();
    for (const auto& decision : decisions) {
        if (const auto post = posts.find(decision.post.value); post != posts.end() || decision.member) {
            const bool is_post = post != posts.end();
            auto shown = decision_json(decision, rules, DecisionReader::author);
            // What was sent is kept in Dutch; who reads English gets the same said from the same row.
            if (context.language == view::Language::english) {
                shown["statement"] = statement_text(services.texts, context.language, decision, rules);
            }
            const auto appeal = appeals.find(decision.id.value);
            if (appeal != appeals.end()) {
                shown["appealUrl"] = "";  // once
            }
            items.push_back(
                {{"threadTitle", is_post ? post->second.thread_title : services.texts.text("members.decision_about_you", context.language)},
                 {"threadUrl", is_post ? post->second.thread_url : ""},
                 {"post", is_post ? post->second.post.json() : nlohmann::json{}},
                 {"decision", std::move(shown)},
                 {"appeal", appeal == appeals.end() ? nlohmann::json{} : appeal_json(appeal->second)}});
        }
    }
    site::Page page;
    page.template_name = "me_decisions";
    page.title = services.texts.text("members.decisions_title", context.language);
    page.breadcrumbs = {{services.texts.text("members.account", context.language), "/ik"}};
    page.model = nlohmann::json{{"waiting", before ? nlohmann::json::array() : discussion::load_own_waiting(context, services).json()},
                                {"usualWait", services.gate.usual_wait(context.tx, context.language)},
                                {"items", std::move(items)},
                                {"next", next},
                                {"firstUrl", before ? "/ik/besluiten" : ""},
                                {"reports", own_reports_json(context, services)}};
    if (!next.is_null()) {
        page.links.emplace_back("next", site::with_parameter(context.request.target, "cursor", next.get<std::string>()));
    }
    return page;
}

site::Page load_house_rules(const site::PageContext& context, const discussion::Services& services) {
    auto items = nlohmann::json::array();
    for (const auto& rule : list_house_rules(context.tx)) {
        items.push_back({{"slug", rule.slug}, {"number", rule.number}, {"title", rule.title}, {"text", rule.text}});
    }
    site::Page page;
    page.template_name = "house_rules";
    page.title = services.texts.text("layout.house_rules", context.language);
    // `rules` is the page's name of the same list.
    page.model = nlohmann::json{{"items", items}, {"rules", items}, {"next", nullptr}};
    page.keep = site::Keep::until_changed;
    page.topics = {"places"};
    return page;
}

}  // namespace forum::moderation
