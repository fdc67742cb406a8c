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

const db::Query member_notes_query{"moderation.notes_of_member", R"(
    SELECT m.name, n.text, n.at FROM staff_notes n JOIN members m ON m.id = n.by_member WHERE n.member_id = $1 ORDER BY n.id)"};

const db::Query add_member_note_query{"moderation.add_member_note", R"(
    INSERT INTO staff_notes (member_id, by_member, text) VALUES ($1, $2, $3))"};

const db::Query add_note_query{"moderation.add_note", R"(
    INSERT INTO staff_notes (case_id, by_member, text) SELECT id, $2, $3 FROM cases WHERE id = $1 RETURNING id)"};

std::vector<StaffNote> read_notes(const db::Rows& rows) {
    std::vector<StaffNote> notes;
    for (const auto& row : rows) {
        notes.push_back({row.text("name"), row.text("text"), row.time("at")});
    }
    return notes;
}

}  // namespace

std::vector<StaffNote> notes_of_case(db::Tx& tx, base::CaseId id) { return read_notes(tx.exec(notes_query, db::Params::of(id))); }

std::vector<StaffNote> notes_of_member(db::Tx& tx, base::MemberId member) {
    return read_notes(tx.exec(member_notes_query, db::Params::of(member)));
}

bool insert_note(db::Tx& tx, base::CaseId id, base::MemberId by, const std::string& text) {
    return !tx.exec(add_note_query, db::Params::of(id, by, text)).empty();
}

site::ActionResult add_note(const site::ActionContext& context, const discussion::Services& services) {
    const auto text = base::trim(context.input.text("text"));
    site::FormErrors errors;
    site::check_fields(errors, context.input, {.texts = {"text", "about", "nonce"}, .others = {}}, services.texts, context.language);
    if (const auto used = base::count_characters(text); used == 0 || used > most_note) {
        errors.add("text",
                   services.texts.text("reasons.error_text", context.language, nlohmann::json{{"most", most_note}, {"used", used}}));
    }
    const auto about = context.input.text("about");
    if (!about.empty() && about != "case" && about != "member") {
        errors.add("about", services.texts.text("reasons.error_about", context.language));
    }
    if (errors.any()) {
        return discussion::refuse(context, errors);
    }
    const auto id = context.id<base::CaseId>("id");
    const auto row = find_case(context.tx, id);
    if (!row || !is_in_scope(context.tx, id, context.viewer)) {
        throw base::Problem{base::ProblemKind::not_found};
    }
    if (about == "member" && row->author == context.viewer.member) {
        throw base::Problem{base::ProblemKind::forbidden, "moderation.bar_own_measure"};
    }
    if (about == "member") {
        context.tx.exec(add_member_note_query, db::Params::of(row->author, context.viewer.member, text));
    } else {
        insert_note(context.tx, id, context.viewer.member, text);
    }
    return site::Done{.status = 201,
                      .location = (context.is_api ? "/api/v1/moderation/cases/" : "/moderatie/") + to_string(id),
                      .flash = "moderation.flash_note",
                      .model = nlohmann::json{{"id", id.value}},
                      .set_cookies = {}};
}

}  // namespace forum::moderation
