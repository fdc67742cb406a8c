#include "moderation/staff_notes.hpp"

#include <nlohmann/json.hpp>

#include "base/text.hpp"
#include "discussion/post_rules.hpp"
#include "moderation/case_store.hpp"

namespace forum::moderation {

namespace {

// The database has the same bound (staff_notes).
constexpr std::size_t most_note = 4000;

const db::Query notes_query{"moderation.notes_of_case", R"(
    SELECT m.name, n.text, n.at FROM staff_notes n JOIN members m ON m.id = n.by_member WHERE n.case_id = $1 ORDER BY n.id)"};

const db::Query add_note_query{"moderation.add_note", R"(
    INSERT INTO staff_notes (case_id, by_member, text) SELECT id, $2, $3 FROM cases WHERE id = $1 RETURNING id)"};

}  // namespace

std::vector<StaffNote> notes_of_case(db::Tx& tx, base::CaseId id) {
    std::vector<StaffNote> notes;
    for (const auto& row : tx.exec(notes_query, db::Params::of(id))) {
        notes.push_back({row.text("name"), row.text("text"), row.time("at")});
    }
    return notes;
}

bool insert_note(db::Tx& tx, base::CaseId id, base::MemberId by, const std::string& text) {
    return !tx.exec(add_note_query, db::Params::of(id, by, text)).empty();
}

site::ActionResult add_note(const site::ActionContext& context, const discussion::Services& services) {
    const auto text = base::trim(context.input.text("text"));
    site::FormErrors errors;
    site::check_fields(errors, context.input, {.texts = {"text", "nonce"}, .others = {}}, services.texts, context.language);
    if (const auto used = base::count_characters(text); used == 0 || used > most_note) {
        errors.add("text",
                   services.texts.text("reasons.error_text", context.language, nlohmann::json{{"most", most_note}, {"used", used}}));
    }
    if (errors.any()) {
        return discussion::refuse(context, errors);
    }
    const auto id = context.id<base::CaseId>("id");
    if (!is_in_scope(context.tx, id, context.viewer) || !insert_note(context.tx, id, context.viewer.member, text)) {
        throw base::Problem{base::ProblemKind::not_found};
    }
    return site::Done{.status = 201,
                      .location = (context.is_api ? "/api/v1/moderation/cases/" : "/moderatie/") + to_string(id),
                      .flash = "moderation.flash_note",
                      .model = nlohmann::json{{"id", id.value}},
                      .set_cookies = {}};
}

}  // namespace forum::moderation
