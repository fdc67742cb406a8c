#include "moderation/report_post.hpp"

#include <nlohmann/json.hpp>

#include "base/text.hpp"
#include "discussion/post_rules.hpp"
#include "discussion/post_view.hpp"
#include "discussion/thread_store.hpp"
#include "discussion/urls.hpp"
#include "moderation/case_events.hpp"
#include "moderation/judge.hpp"
#include "moderation/report_categories.hpp"
#include "moderation/report_store.hpp"
#include "moderation/report_view.hpp"
#include "view/markdown.hpp"
#include "view/present.hpp"

namespace forum::moderation {

namespace {

using base::Problem;
using base::ProblemKind;
using discussion::Services;
using nlohmann::json;
using site::PageContext;

constexpr std::size_t most_report = 4000;  // the database has the same bound
constexpr std::size_t least_text = 10;     // of the ground that says nothing by itself
constexpr std::size_t excerpt_of_reported = 300;

struct ReportForm {
    std::string category, text;
    site::FormErrors errors;
    std::string conflict;  ///< why it was not taken; "" = it was
};

/// What may be reported; a refusal otherwise.
ReportedPost get_reportable(const PageContext& context, base::ThreadId thread, int number) {
    const auto post = find_reported_post(context.tx, context.viewer, thread, number);
    if (!post) {
        throw Problem{ProblemKind::not_found};
    }
    if (post->author == context.viewer.member) {
        throw Problem{ProblemKind::forbidden, "report.own_post"};
    }
    if (!post->is_live) {
        throw Problem{ProblemKind::conflict, "report.not_there"};
    }
    return *post;
}

site::Page report_page(const PageContext& context, const Services& services, const ReportedPost& post, const ReportForm& form) {
    const auto facts = discussion::get_thread(context.tx, context.viewer, post.thread);
    const auto shown = discussion::get_post_json(context.tx, services, context.viewer, context.language, facts.thread, post.number);
    const auto back = discussion::post_url(post.thread, post.thread_slug, post.number);
    auto categories = categories_json(services.texts, context.language);
    for (auto& category : categories) {
        category["isChosen"] = category["slug"] == form.category;
    }
    site::Page page;
    page.template_name = "report";
    page.title = say(context, services, "report.title");
    page.breadcrumbs = {{services.texts.text("discussion.threads_title", context.language), "/gesprekken"},
                        {discussion::shown_title(facts, services.texts, context.language), back}};
    page.nav = "threads";
    json model{{"thread", post.thread.value},
               {"post", post.number},
               {"authorName", shown["author"]["name"]},
               {"excerpt", base::excerpt(view::markdown_to_text(shown["body"].get<std::string>()), excerpt_of_reported)},
               {"categories", std::move(categories)},
               {"text", form.text},
               {"conflict", form.conflict},
               {"nonce", "report-" + to_string(post.id) + "-" + std::to_string(post.version)},
               {"cancelUrl", back}};
    form.errors.write_to(model, {"category", "text"});
    page.model = std::move(model);
    return page;
}

ReportForm parse_report(const site::ActionContext& context, const Services& services) {
    const auto& input = context.input;
    ReportForm form;
    form.category = input.text("category");
    form.text = base::trim(input.text("text"));
    site::check_fields(form.errors, input, {.texts = {"category", "text", "nonce"}, .others = {"thread", "post"}}, services.texts,
                       context.language);
    for (const auto* field : {"thread", "post"}) {
        if (!discussion::parse_post_number(input.text(field))) {
            form.errors.add(field, say(context, services, "report.error_post"));
        }
    }
    if (!form.errors.has("category") && find_report_category(form.category) == nullptr) {
        form.errors.add("category", say(context, services, "report.error_category"));
    }
    const auto used = base::count_characters(form.text);
    if (used > most_report) {
        form.errors.add("text",
                        services.texts.text("moderation.error_long", context.language, json{{"most", most_report}, {"used", used}}));
    } else if (form.category == other_category && used < least_text) {
        form.errors.add("text", say(context, services, "report.error_text", {{"least", least_text}}));
    }
    return form;
}

/// T15: so many trusted members hide it, for one working day; a human decides. While a moderator looks at it he decides.
void hide_at_threshold(db::Tx& tx, const Services& services, const Intake& intake, base::CaseId id) {
    if (intake.report_threshold <= 0) {
        return;
    }
    const auto reports = trusted_reports(tx, id);
    // What came back once is not hidden by the system again.
    if (reports.members < intake.report_threshold || reports.was_hidden) {
        return;
    }
    constexpr auto language = view::Language::dutch;  // of every statement
    std::vector<std::string> rules;
    std::string law, names;
    for (const auto& slug : reports.categories) {
        const auto* category = find_report_category(slug);
        if (category != nullptr && !category->rule.empty()) {
            rules.emplace_back(category->rule);
        }
        if (slug == illegal_category) {
            law = services.texts.text("report.threshold_law", language);
        }
        names += (names.empty() ? "" : "; ") + category_name(services.texts, language, slug);
    }
    const auto* hide = find_decision_kind("hide");
    const auto row = lock_and_find(tx, id);
    // Without a ground that can be named nothing is hidden.
    if ((rules.empty() && law.empty()) || !row || row->lease_by || !is_possible(*hide, row->kind, row->post_state)) {
        return;
    }
    judge(tx, services, {}, *row,
          {.kind = hide,
           .rules = rules,
           .legal_ground = law,
           .facts = services.texts.text("report.threshold_facts", language, json{{"n", reports.members}, {"grounds", names}}),
           .questions = {},
           .note = {},
           .body = {},
           .sent_to = {},
           .source = "threshold",
           .until = add_working_time(base::now(), working_day)});
}

json report_json(const ReportedPost& post, const NewReport& report, base::Time at) {
    return {{"thread", post.thread.value},
            {"post", post.number},
            {"category", report.category},
            {"text", report.text},
            {"createdAt", base::to_rfc3339(at)}};
}

}  // namespace

base::CaseId join_case(db::Tx& tx, const Services& services, const Intake& intake, const char* kind, base::PostId post, int version) {
    // A case that a moderator may be reading is moved only by a newer text.
    if (const auto open = find_open_case(tx, kind, post); open && open->post_version >= version) {
        announce_case(tx, services.announcer, "case.changed", open->id);
        return open->id;
    }
    const auto opened = open_case(tx, kind, post, version, "", intake.handling.norm());
    announce_case(tx, services.announcer, opened.is_new ? "case.new" : "case.changed", opened.id);
    return opened.id;
}

site::Page load_report_page(const PageContext& context, const Services& services) {
    const auto thread = base::parse_id<base::ThreadId>(context.query("gesprek", "thread"));
    const int number = discussion::parse_post_number(context.query("bericht", "post")).value_or(0);
    if (!thread || number == 0) {
        throw Problem{ProblemKind::not_found};
    }
    if (!context.viewer.is_signed_in()) {
        site::Page page;
        page.status = 303;
        page.redirect = "/kennisgeving?adres=" + discussion::post_act_url(*thread, number, "");
        return page;
    }
    return report_page(context, services, get_reportable(context, *thread, number), {});
}

site::ActionResult report_post(const site::ActionContext& context, const Services& services, const Intake& intake) {
    auto form = parse_report(context, services);
    const auto thread = base::parse_id<base::ThreadId>(context.input.text("thread"));
    const int number = discussion::parse_post_number(context.input.text("post")).value_or(0);
    if (!thread || number == 0) {
        return discussion::refuse(context, form.errors);
    }
    lock_reported_post(context.tx, *thread, number);
    const auto post = get_reportable(context, *thread, number);
    if (form.errors.any()) {
        return site::ShowAgain{report_page(context, services, post, form), form.errors};
    }
    NewReport report{.case_id = {},
                     .post = post.id,
                     .post_version = post.version,
                     .reporter = context.viewer.member,
                     .category = form.category,
                     .text = form.text};
    const auto done = [&](int status, base::Time at) {
        return site::Done{.status = status,
                          .location =
                              context.is_api ? "/api/v1/me/decisions" : discussion::post_url(post.thread, post.thread_slug, post.number),
                          .flash = "report.flash_received",
                          .model = report_json(post, report, at),
                          .set_cookies = {}};
    };
    const auto not_again = [&](const char* key, base::Time at) -> site::ActionResult {
        form.conflict = say(context, services, key, {{"at", view::time_text(at, context.language, base::now())}});
        if (discussion::wants_json(context)) {
            throw Problem{ProblemKind::conflict, form.conflict};
        }
        auto page = report_page(context, services, post, form);
        page.status = base::problem_info(ProblemKind::conflict).status;
        return site::ShowAgain{std::move(page), {}};
    };
    if (const auto earlier = find_open_report(context.tx, report)) {
        // The same once more, because the answer to the first was lost.
        const bool is_retry = !context.idempotency_key.empty() && earlier->text == report.text;
        return is_retry ? site::ActionResult{done(200, earlier->at)} : not_again("report.already_reported", earlier->at);
    }
    if (const auto judged = find_judged(context.tx, report)) {
        return not_again("report.already_judged", *judged);
    }
    report.case_id = join_case(context.tx, services, intake, "report", post.id, post.version);
    insert_report(context.tx, report);
    hide_at_threshold(context.tx, services, intake, report.case_id);
    return done(201, base::now());
}

}  // namespace forum::moderation
