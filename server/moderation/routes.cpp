#include "moderation/routes.hpp"

#include "moderation/appeal_decision.hpp"
#include "moderation/decide_case.hpp"
#include "moderation/measure_page.hpp"
#include "moderation/notice_page.hpp"
#include "moderation/own_decisions_page.hpp"
#include "moderation/public_account.hpp"
#include "moderation/queue_page.hpp"
#include "moderation/report_post.hpp"
#include "moderation/report_view.hpp"
#include "moderation/review_post.hpp"
#include "moderation/scope_page.hpp"
#include "moderation/staff_notes.hpp"
#include "moderation/standard_reasons.hpp"
#include "moderation/standing_holds_page.hpp"
#include "moderation/word_rules_page.hpp"

namespace forum::moderation {

void add_routes(site::Routes& routes, const discussion::Services& services, db::Database& database, const Intake& intake) {
    using enum site::Access;
    using http::Method;
    routes.page("moderation.queue", "/moderatie", "/api/v1/moderation/cases", staff,
                [&](const site::PageContext& context) { return load_queue(context, services); });
    routes.page("moderation.case", "/moderatie/{id}", "/api/v1/moderation/cases/{id}", staff,
                [&](const site::PageContext& context) { return load_case(context, services, database); });
    routes.action("moderation.review_post", "/gesprekken/{id}/berichten/{n}/beoordelen", Method::post,
                  "/api/v1/threads/{id}/posts/{n}/case", moderator,
                  [&](const site::ActionContext& context) { return review_post(context, services); });
    routes.action("moderation.decide", "/moderatie/{id}/besluit", Method::post, "/api/v1/moderation/cases/{id}/decision", staff,
                  [&](const site::ActionContext& context) { return decide_case(context, services); });
    routes.action("moderation.answer_proposal", "/moderatie/{id}/voorstel", Method::post, "/api/v1/moderation/cases/{id}/proposal",
                  moderator, [&](const site::ActionContext& context) { return answer_proposal(context, services); });
    routes.action("moderation.open_measure", "/leden/{id}/maatregel", Method::post, "/api/v1/members/{id}/measures", moderator,
                  [&](const site::ActionContext& context) { return open_measure(context, services); });
    routes.page("moderation.scope", "/leden/{id}/gebied", "/api/v1/members/{id}/scope", administrator,
                [&](const site::PageContext& context) { return load_scope(context, services); });
    routes.action("moderation.save_scope", "/leden/{id}/gebied", Method::put, "/api/v1/members/{id}/scope", administrator,
                  [&](const site::ActionContext& context) { return save_scope(context, services); });
    routes.action("moderation.undo", "/moderatie/{id}/ongedaan", Method::del, "/api/v1/moderation/cases/{id}/decision", staff,
                  [&](const site::ActionContext& context) { return undo_case(context, services); });
    routes.action("moderation.take", "/moderatie/{id}/pak", Method::put, "/api/v1/moderation/cases/{id}/lease", staff,
                  [&](const site::ActionContext& context) { return take_case(context, services); });
    routes.light();
    routes.action("moderation.release", "/moderatie/{id}/los", Method::del, "/api/v1/moderation/cases/{id}/lease", staff,
                  [&](const site::ActionContext& context) { return release_case(context, services); });
    routes.light();
    routes.action("moderation.add_note", "/moderatie/{id}/notitie", Method::post, "/api/v1/moderation/cases/{id}/notes", moderator,
                  [&](const site::ActionContext& context) { return add_note(context, services); });
    routes.page("moderation.reasons", "/moderatie/redenen", "/api/v1/moderation/reasons", staff,
                [&](const site::PageContext& context) { return load_reasons(context, services); });
    routes.action("moderation.add_reason", "/moderatie/redenen", Method::post, "/api/v1/moderation/reasons", moderator,
                  [&](const site::ActionContext& context) { return add_reason(context, services); });
    routes.action("moderation.end_reason", "/moderatie/redenen/{id}", Method::del, "/api/v1/moderation/reasons/{id}", moderator,
                  [&](const site::ActionContext& context) { return end_reason(context, services); });
    routes.page("moderation.word_rules", "/moderatie/woordregels", "/api/v1/moderation/rules", staff,
                [&](const site::PageContext& context) { return load_word_rules(context, services); });
    routes.action("moderation.add_word_rule", "/moderatie/woordregels", Method::post, "/api/v1/moderation/rules", moderator,
                  [&](const site::ActionContext& context) { return add_rule(context, services); });
    routes.action("moderation.switch_word_rule", "/moderatie/woordregels/{id}", Method::put, "/api/v1/moderation/rules/{id}", moderator,
                  [&](const site::ActionContext& context) { return switch_rule(context, services); });
    routes.page("moderation.standing_holds", "/moderatie/vooraf", "/api/v1/moderation/holds", staff,
                [&](const site::PageContext& context) { return load_standing_holds(context, services); });
    routes.action("moderation.begin_hold", "/moderatie/vooraf", Method::post, "/api/v1/moderation/holds", moderator,
                  [&](const site::ActionContext& context) { return begin_standing_hold(context, services); });
    routes.action("moderation.end_hold", "/moderatie/vooraf/{id}", Method::del, "/api/v1/moderation/holds/{id}", moderator,
                  [&](const site::ActionContext& context) { return finish_standing_hold(context, services); });
    routes.page("moderation.report_categories", "", "/api/v1/report-categories", anyone,
                [&](const site::PageContext& context) { return load_report_categories(context, services); });
    routes.page("moderation.report_page", "/melden", "", anyone,
                [&](const site::PageContext& context) { return load_report_page(context, services); });
    routes.action("moderation.report", "/melden", Method::post, "/api/v1/reports", member,
                  [&](const site::ActionContext& context) { return report_post(context, services, intake); });
    routes.page("moderation.notice_page", "/kennisgeving", "", anyone,
                [&](const site::PageContext& context) { return load_notice_page(context, services); });
    routes.last_resort();
    routes.action("moderation.notice", "/kennisgeving", Method::post, "/api/v1/notices", anyone,
                  [&](const site::ActionContext& context) { return send_notice(context, services, intake); });
    routes.last_resort();
    routes.page("moderation.notice_status", "/kennisgeving/{token}", "", anyone,
                [&](const site::PageContext& context) { return load_notice_status(context, services); });
    routes.last_resort();
    routes.action("moderation.confirm_notice", "/kennisgeving/{token}", Method::post, "", anyone,
                  [&](const site::ActionContext& context) { return confirm_notice_address(context, services, intake); });
    routes.last_resort();
    routes.page("moderation.notice_appeal_page", "/kennisgeving/{token}/bezwaar", "", anyone,
                [&](const site::PageContext& context) { return load_notice_appeal_page(context, services); });
    routes.last_resort();
    routes.action("moderation.notice_appeal", "/kennisgeving/{token}/bezwaar", Method::post, "", anyone,
                  [&](const site::ActionContext& context) { return appeal_by_notice(context, services); });
    routes.last_resort();
    routes.page("moderation.appeal_page", "/bezwaar", "", member,
                [&](const site::PageContext& context) { return load_appeal_page(context, services); });
    routes.last_resort();
    routes.action("moderation.appeal", "/bezwaar", Method::post, "/api/v1/appeals", member,
                  [&](const site::ActionContext& context) { return appeal_decision(context, services); });
    routes.last_resort();
    routes.page("moderation.own_decisions", "/ik/besluiten", "/api/v1/me/decisions", member,
                [&](const site::PageContext& context) { return load_own_decisions(context, services); });
    routes.last_resort();
    routes.page("moderation.house_rules", "/huisregels", "/api/v1/rules", anyone,
                [&](const site::PageContext& context) { return load_house_rules(context, services); });
    routes.last_resort();
    add_public_account(routes, services, database);
}

}  // namespace forum::moderation
