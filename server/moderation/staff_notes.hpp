// What colleagues tell each other about a case or a member (D14). Rule: for staff only, and never changed: a later decision may rest on it.
#pragma once

#include <string>
#include <vector>

#include "base/time.hpp"
#include "discussion/services.hpp"
#include "site/action.hpp"

namespace forum::moderation {

struct StaffNote {
    std::string by_name, text;
    base::Time at;
};
/// Oldest first.
std::vector<StaffNote> notes_of_case(db::Tx& tx, base::CaseId id);
std::vector<StaffNote> notes_of_member(db::Tx& tx, base::MemberId member);

/// `text`: 1 to 4000 characters. False when there is no such case.
bool insert_note(db::Tx& tx, base::CaseId id, base::MemberId by, const std::string& text);

/// POST /moderatie/{id}/notitie {text, about}, also about a case that is closed. `about` "member": the note is about the author of the
/// post, or whom the case is about, and stands at every case of his.
site::ActionResult add_note(const site::ActionContext& context, const discussion::Services& services);

}  // namespace forum::moderation
