#include "moderation/notice_page.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/text.hpp"
#include "discussion/post_rules.hpp"
#include "discussion/thread_store.hpp"
#include "discussion/urls.hpp"
#include "mail/message.hpp"
#include "moderation/appeal_view.hpp"
#include "moderation/notice_mails.hpp"
#include "moderation/notice_store.hpp"
#include "moderation/post_address.hpp"
#include "moderation/report_post.hpp"
#include "moderation/report_store.hpp"

namespace forum::moderation {

namespace {

using discussion::Services;
using nlohmann::json;
using site::PageContext;

// The database has the same bounds (content_notices).
constexpr std::size_t least_explanation = 20, most_explanation = 8000, most_legal_ground = 300, most_name = 100;

const access::Viewer guest;

struct NoticeForm {
    std::string address, explanation, legal_ground, name, email;
    bool is_child_abuse{false}, good_faith{false};
    site::FormErrors errors;
};

bool is_receipt(std::string_view text) {
    return text.size() == 13 && text.starts_with("K-")
           && std::all_of(text.begin(), text.end(), [](char c) { return c == '-' || (c >= '0' && c <= '9') || (c >= 'A' && c <= 'K'); });
}

site::Page notice_page(const PageContext& context, const Services& services, const NoticeForm& form) {
    site::Page page;
    page.template_name = "notice";
    page.title = say(context, services, "notice.title");
    json model{{"address", form.address},
               {"explanation", form.explanation},
               {"legalGround", form.legal_ground},
               {"isChildAbuse", form.is_child_abuse},
               {"name", form.name},
               {"email", form.email},
               {"goodFaith", form.good_faith}};
    form.errors.write_to(model, {"address", "explanation", "legalGround", "isChildAbuse", "name", "email", "goodFaith"});
    page.model = std::move(model);
    return page;
}

bool is_ticked(const site::Input& input, const char* field) {
    const auto value = input.text(field);
    return value == "1" || value == "true";
}

NoticeForm parse_notice(const site::ActionContext& context, const Services& services) {
    const auto& input = context.input;
    NoticeForm form;
    form.address = base::trim(input.text("address"));
    form.explanation = base::trim(input.text("explanation"));
    form.legal_ground = base::trim(input.text("legalGround"));
    form.name = base::trim(input.text("name"));
    form.email = base::trim(input.text("email"));
    form.is_child_abuse = is_ticked(input, "isChildAbuse");
    form.good_faith = is_ticked(input, "goodFaith");
    auto& errors = form.errors;
    site::check_fields(
        errors, input,
        {.texts = {"address", "explanation", "legalGround", "name", "email", "nonce"}, .others = {"isChildAbuse", "goodFaith"}},
        services.texts, context.language);
    const auto fault = [&](const char* field, const std::string& key, const json& arguments = json::object()) {
        if (!errors.has(field)) {
            errors.add(field, say(context, services, key, arguments));
        }
    };
    if (const auto used = base::count_characters(form.explanation); used < least_explanation || used > most_explanation) {
        fault("explanation", "notice.error_explanation", {{"least", least_explanation}, {"most", most_explanation}, {"used", used}});
    }
    if (base::count_characters(form.legal_ground) > most_legal_ground) {
        fault("legalGround", "notice.error_law", {{"most", most_legal_ground}});
    }
    if ((form.name.empty() && !form.is_child_abuse) || base::count_characters(form.name) > most_name) {
        fault("name", "notice.error_name", {{"most", most_name}});
    }
    const bool needs_no_email = form.is_child_abuse && form.email.empty();
    if (!needs_no_email && !mail::is_address(form.email)) {
        fault("email", "notice.error_email");
    }
    if (!form.good_faith) {
        fault("goodFaith", "notice.error_good_faith");
    }
    return form;
}

/// What a guest reads at this address; anything else is unknown, for whatever reason.
std::optional<ReportedPost> find_public_post(const PageContext& context, const std::string& address) {
    const auto place = parse_post_address(address, context.request.header("host"));
    auto post = place ? find_reported_post(context.tx, guest, place->thread, place->number) : std::nullopt;
    return post && post->is_live ? post : std::nullopt;
}

void open_notice(const site::ActionContext& context, const Services& services, const Intake& intake, const Notice& notice) {
    lock_reported_post(context.tx, notice.thread, notice.post_number);
    if (lock_unconfirmed(context.tx, notice.id)) {
        confirm_notice(context.tx, notice.id, join_case(context.tx, services, intake, "notice", notice.post, notice.post_version));
    }
}

}  // namespace

site::Page load_notice_page(const PageContext& context, const Services& services) {
    const std::string receipt{context.query("ontvangen", "receipt")};
    if (is_receipt(receipt)) {
        site::Page page;
        page.template_name = "notice_received";
        page.title = say(context, services, "notice.received_title");
        page.model = json{{"receipt", receipt}};
        return page;
    }
    NoticeForm form;
    form.address = context.query("adres", "address");
    return notice_page(context, services, form);
}

site::ActionResult send_notice(const site::ActionContext& context, const Services& services, const Intake& intake) {
    auto form = parse_notice(context, services);
    const auto post = find_public_post(context, form.address);
    if (!post && !form.errors.has("address")) {
        form.errors.add("address", say(context, services, "notice.error_address"));
    }
    if (form.errors.any()) {
        return site::ShowAgain{notice_page(context, services, form), form.errors};
    }
    const NewNotice wanted{.post = post->id,
                           .post_version = post->version,
                           .explanation = form.explanation,
                           .legal_ground = form.legal_ground,
                           .is_child_abuse = form.is_child_abuse,
                           .name = form.name,
                           .email = form.email,
                           .language = std::string{view::language_code(context.language)}};
    const bool shows_link = intake.shows_links || form.email.empty();
    const auto doubled = find_doubled(context.tx, wanted);
    if (!doubled) {
        intake.rate_limiter.check_notice(context.request, base::lower_ascii(form.email));
    }
    auto notice = doubled ? *doubled : insert_notice(context.tx, wanted);
    const auto token = add_notice_link(context.tx, notice.id);
    if (!doubled) {
        if (notice.is_child_abuse) {
            open_notice(context, services, intake, notice);
            notice.confirmed_at = base::now();
        }
        mail_receipt(context.tx, services.texts, notice, token);
    }
    const auto url = shows_link ? notice_url(token) : std::string{};
    return site::Done{.status = 202,
                      .location = shows_link ? url : "/kennisgeving?ontvangen=" + notice.receipt,
                      .flash = {},
                      .model = json{{"receipt", notice.receipt}, {"isConfirmed", notice.confirmed_at.has_value()}, {"statusUrl", url}},
                      .set_cookies = {}};
}

site::Page load_notice_status(const PageContext& context, const Services& services) {
    const auto& token = context.path.at("token");
    const auto notice = find_notice(context.tx, token);
    if (!notice) {
        throw base::Problem{base::ProblemKind::not_found};
    }
    const auto post = find_reported_post(context.tx, guest, notice->thread, notice->post_number);
    const auto appeals = notice->outcome ? appeals_of(context.tx, {.member = {}, .notice = notice->id}, {notice->outcome->decision.value})
                                         : std::vector<Appeal>{};
    const auto until = notice->outcome ? notice->outcome->appeal_until() : std::nullopt;
    const bool may_object = until && *until > base::now() && appeals.empty();
    site::Page page;
    page.template_name = "notice_status";
    page.title = say(context, services, "notice.status_title", {{"receipt", notice->receipt}});
    page.model = json{{"receipt", notice->receipt},
                      {"isConfirmed", notice->confirmed_at.has_value()},
                      {"confirmUrl", notice->confirmed_at ? "" : notice_url(token)},
                      {"usualWait", notice->confirmed_at && !notice->outcome ? services.gate.usual_wait(context.tx, context.language) : ""},
                      {"postUrl", post ? discussion::post_url(notice->thread, post->thread_slug, notice->post_number) : ""},
                      {"explanation", notice->explanation},
                      {"legalGround", notice->legal_ground},
                      {"createdAt", base::to_rfc3339(notice->at)},
                      {"outcome", outcome_json(services.texts, context.language, notice->outcome, list_house_rules(context.tx))},
                      {"appealUrl", may_object ? notice_url(token) + "/bezwaar" : ""},
                      {"appeal", appeals.empty() ? json{} : appeal_json(appeals[0])}};
    return page;
}

site::ActionResult confirm_notice_address(const site::ActionContext& context, const Services& services, const Intake& intake) {
    const auto& token = context.path.at("token");
    const auto notice = find_notice(context.tx, token);
    if (!notice) {
        throw base::Problem{base::ProblemKind::not_found};
    }
    open_notice(context, services, intake, *notice);
    return site::Done{.location = notice_url(token), .flash = "notice.flash_confirmed", .model = json::object(), .set_cookies = {}};
}

json case_notices_json(db::Tx& tx, base::CaseId id) {
    auto list = json::array();
    for (const auto& notice : notices_of_case(tx, id)) {
        list.push_back({{"receipt", notice.receipt},
                        {"name", notice.name},
                        {"explanation", notice.explanation},
                        {"legalGround", notice.legal_ground},
                        {"isChildAbuse", notice.is_child_abuse},
                        {"createdAt", base::to_rfc3339(notice.at)}});
    }
    return list;
}

}  // namespace forum::moderation
