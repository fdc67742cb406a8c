#include "moderation/member_letters.hpp"

#include <nlohmann/json.hpp>

#include "mail/outbox.hpp"

namespace forum::moderation {

namespace {

const db::Query member_query{"moderation.member_to_write_to", R"(
    SELECT name, email FROM members WHERE id = $1 AND ended_at IS NULL)"};

}  // namespace

void write_to_member(db::Tx& tx, const view::Templates& texts, base::MemberId member, const std::string& name, nlohmann::json arguments) {
    const auto row = tx.exec(member_query, db::Params::of(member)).find_one();
    // An address that is none must not keep the others from their terms.
    if (!row || !mail::is_address(row->text("email"))) {
        return;
    }
    arguments["name"] = row->text("name");
    arguments["link"] = std::string{mail::site_mark} + "/ik/besluiten";
    const auto text = [&](const std::string& key) { return texts.text("timers." + key, view::Language::dutch, arguments); };
    mail::post_letter(tx, row->text("email"), text(name + "_subject"),
                      text("greeting") + "\n\n" + text(name) + "\n\n" + text("end") + "\n");
}

}  // namespace forum::moderation
