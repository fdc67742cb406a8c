#include "moderation/notice_mails.hpp"

#include <nlohmann/json.hpp>

#include "mail/outbox.hpp"
#include "moderation/statement.hpp"

namespace forum::moderation {

namespace {

using nlohmann::json;

view::Language language_of(const Notice& notice) { return notice.language == "en" ? view::Language::english : view::Language::dutch; }

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
                      texts.text("notice.mail_greeting", language) + "\n\n" + texts.text(key, language, arguments) + "\n\n"
                          + texts.text("notice.mail_end", language, arguments) + "\n");
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
        const auto until = notice.outcome->appeal_until();
        write(tx, texts, notice, until ? "outcome_object" : "outcome", add_notice_link(tx, notice.id),
              {{"outcome", outcome_text(texts, language, *notice.outcome, rules)}, {"until", until ? day_text(*until, language) : ""}});
    }
}

void mail_reversed(db::Tx& tx, const view::Templates& texts, base::DecisionId id) {
    const auto notices = notices_told(tx, id);
    const auto rules = notices.empty() ? std::vector<HouseRule>{} : list_house_rules(tx);
    for (const auto& notice : notices) {
        write(tx, texts, notice, "reversed", add_notice_link(tx, notice.id),
              {{"outcome", outcome_text(texts, language_of(notice), *notice.outcome, rules)}});
    }
}

void mail_objection(db::Tx& tx, const view::Templates& texts, const Notice& notice, base::Time due_at) {
    write(tx, texts, notice, "objection", add_notice_link(tx, notice.id), {{"until", day_text(due_at, language_of(notice))}});
}

void mail_refused(db::Tx& tx, const view::Templates& texts, const Notice& notice, const std::string& facts) {
    write(tx, texts, notice, "refused", add_notice_link(tx, notice.id), {{"facts", facts}});
}

void mail_reopened(db::Tx& tx, const view::Templates& texts, const Notice& notice) {
    write(tx, texts, notice, "reopened", add_notice_link(tx, notice.id));
}

void mail_reopened(db::Tx& tx, const view::Templates& texts, base::CaseId id) {
    for (const auto& notice : notices_of_case(tx, id)) {
        if (notice.outcome) {
            mail_reopened(tx, texts, notice);
        }
    }
}

}  // namespace forum::moderation
