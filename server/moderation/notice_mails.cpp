#include "moderation/notice_mails.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "mail/outbox.hpp"
#include "moderation/statement.hpp"
#include "view/present.hpp"

namespace forum::moderation {

namespace {

using nlohmann::json;

view::Language language_of(const Notice& notice) {
    return notice.language == "en" ? view::Language::english : view::Language::dutch;
}

/// Letter `name`: texts notice.mail_<name>_subject and notice.mail_<name>.
void write(db::Tx& tx, const view::Templates& texts, const Notice& notice, const std::string& name, const std::string& token,
           json arguments = json::object()) {
    if (notice.email.empty()) {
        return;
    }
    const auto language = language_of(notice);
    arguments["receipt"] = notice.receipt;
    arguments["link"] = std::string{mail::site_mark} + notice_url(token);
    const auto key = "notice.mail_" + name;
    mail::post_letter(tx, notice.email, texts.text(key + "_subject", language, arguments),
                      texts.text("notice.mail_greeting", language) + "\n\n" + texts.text(key, language, arguments) + "\n\n" +
                          texts.text("notice.mail_end", language, arguments) + "\n");
}

}  // namespace

std::string notice_url(const std::string& token) { return "/kennisgeving/" + token; }

void mail_receipt(db::Tx& tx, const view::Templates& texts, const Notice& notice, const std::string& token) {
    write(tx, texts, notice, notice.confirmed_at ? "taken" : "confirm", token);
}

void mail_outcomes(db::Tx& tx, const view::Templates& texts, base::CaseId id) {
    std::vector<HouseRule> rules;
    for (const auto& notice : notices_of_case(tx, id)) {
        if (!notice.outcome) {
            continue;
        }
        if (rules.empty()) {
            rules = list_house_rules(tx);
        }
        const auto language = language_of(notice);
        const auto until = base::to_amsterdam(months_later(notice.outcome->at, appeal_months));
        const auto day = fmt::format("{:04}-{:02}-{:02}", until.year, until.month, until.day);
        write(tx, texts, notice, "outcome", add_notice_link(tx, notice.id),
              {{"outcome", outcome_text(texts, language, *notice.outcome, rules)}, {"until", view::date_text(day, language)}});
    }
}

void mail_reopened(db::Tx& tx, const view::Templates& texts, base::CaseId id) {
    for (const auto& notice : notices_of_case(tx, id)) {
        if (notice.outcome) {
            write(tx, texts, notice, "reopened", add_notice_link(tx, notice.id));
        }
    }
}

}  // namespace forum::moderation
