#include "moderation/appeal_outcome.hpp"

#include <nlohmann/json.hpp>
#include <set>

#include "discussion/thread_events.hpp"
#include "moderation/appeal_store.hpp"
#include "moderation/notice_mails.hpp"

namespace forum::moderation {

namespace {

/// Their own pages say something else now.
void tell_members(db::Tx& tx, const discussion::Services& services, const CaseRow& row, const CaseAppeal& appeal, bool is_reversal) {
    std::set<std::int64_t> members;
    if (appeal.member) {
        members.insert(appeal.member.value);
    }
    if (is_reversal) {
        for (const auto reporter : reporters_told(tx, row.appeals)) {
            members.insert(reporter.value);
        }
    }
    for (const auto member : members) {
        discussion::announce_own(tx, services.announcer, base::MemberId{member},
                                 {{"thread", row.thread.value}, {"post", row.post.value}, {"number", row.post_number}});
    }
}

}  // namespace

void tell_of_appeal(db::Tx& tx, const discussion::Services& services, const CaseRow& row, const Decision& decision) {
    const auto appeal = find_appeal(tx, row.id);
    if (!appeal) {
        return;
    }
    const bool is_reversal = decision.kind == "grant";
    tell_members(tx, services, row, *appeal, is_reversal);
    if (is_reversal) {
        mail_reversed(tx, services.texts, row.appeals);
    } else if (const auto notice = appeal->notice != 0 ? find_notice(tx, appeal->notice) : std::nullopt) {
        mail_refused(tx, services.texts, *notice, decision.facts);
    }
}

void tell_of_undone_appeal(db::Tx& tx, const discussion::Services& services, const CaseRow& row, const Decision& undone) {
    const auto appeal = find_appeal(tx, row.id);
    if (!appeal) {
        return;
    }
    const bool is_reversal = undone.kind == "grant";
    tell_members(tx, services, row, *appeal, is_reversal);
    if (is_reversal) {
        for (const auto& notice : notices_told(tx, row.appeals)) {
            mail_reopened(tx, services.texts, notice);
        }
    } else if (const auto notice = appeal->notice != 0 ? find_notice(tx, appeal->notice) : std::nullopt) {
        mail_reopened(tx, services.texts, *notice);
    }
}

bool is_for_author(db::Tx& tx, const CaseRow& row, const std::string& from, const std::string& to) {
    if (!row.appeals || from != to) {
        return true;
    }
    const auto appeal = find_appeal(tx, row.id);
    return appeal && appeal->member == row.author;
}

}  // namespace forum::moderation
