#include "moderation/judge.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <ranges>

#include "base/problem.hpp"
#include "discussion/post_states.hpp"
#include "discussion/thread_events.hpp"
#include "members/member_rights.hpp"
#include "moderation/appeal_outcome.hpp"
#include "moderation/case_events.hpp"
#include "moderation/measure_store.hpp"
#include "moderation/member_letters.hpp"
#include "moderation/notice_mails.hpp"
#include "moderation/statement.hpp"
#include "moderation/text_guard.hpp"

namespace forum::moderation {

namespace {

using base::Problem;
using base::ProblemKind;
using discussion::Services;

const db::Query kept_for_police_query{"moderation.is_kept_for_police", R"(
    SELECT EXISTS (SELECT 1 FROM cases WHERE post_id = $1 AND state = 'open' AND sent_to = 'police') AS is_kept)"};

/// A post that does not move, or a member for whom the same holds as before.
discussion::Moved stays(const CaseRow& row) {
    return {.thread = row.thread,
            .author = row.author,
            .number = row.post_number,
            .state_from = row.post_state,
            .state_to = row.post_state,
            .version = row.newest_version,
            .live_version_from = std::nullopt,
            .seq = 0};
}

/// T20: what the appealed decision did is turned round, where the post still stands as it left it.
discussion::Moved grant(db::Tx& tx, const Services& services, const CaseRow& row, const Decision& appealed) {
    if (row.member) {
        auto moved = stays(row);
        const auto measure = find_measure(tx, row.member);
        if (measure && measure->decision == appealed.id) {
            const auto before = find_replaced(tx, appealed.id);
            moved.state_to = before ? before->kind : "none";
        }
        return moved;
    }
    const bool is_read = row.post_state == "live" || row.post_state == "live_change";
    if (left_it_there(appealed.kind)) {
        return is_read || row.post_state == "hidden" ? discussion::remove(tx, services.announcer, row.post) : stays(row);
    }
    if (row.post_state != appealed.state_to) {
        return stays(row);
    }
    if (!is_read) {
        return discussion::restore(tx, services.announcer, row.post);
    }
    // The author's own version, of a change that was not shown or of a text that the moderator changed; he wrote nothing since.
    const int written_by_moderator = appealed.kind == "approve-with-changes" ? 1 : 0;
    if (row.newest_version != appealed.post_version + written_by_moderator) {
        return stays(row);
    }
    return discussion::put_back(tx, services.announcer, row.post,
                                {.from = row.post_state,
                                 .to = row.post_state,
                                 .version = row.newest_version,
                                 .judged = row.newest_version,
                                 .live_version = appealed.post_version});
}

discussion::Moved move_post(db::Tx& tx, const Services& services, const access::Viewer& by, const CaseRow& row, const Judgement& judgement,
                            const std::optional<Decision>& appealed) {
    const auto& announcer = services.announcer;
    switch (judgement.kind->move) {
    case PostMove::none: break;
    case PostMove::publish: return discussion::publish(tx, announcer, row.post, row.post_version);
    case PostMove::publish_changed:
        return discussion::publish_changed(tx, announcer, row.post, row.post_version, judgement.body, by.member);
    case PostMove::give_back: return discussion::return_to_author(tx, announcer, row.post, row.post_version);
    case PostMove::reject: return discussion::reject(tx, announcer, row.post, row.post_version);
    case PostMove::hide: return discussion::hide(tx, announcer, row.post);
    case PostMove::remove: return discussion::remove(tx, announcer, row.post);
    case PostMove::restore: return discussion::restore(tx, announcer, row.post);
    case PostMove::lift:
        if (row.post_state == "hidden") {
            return discussion::restore(tx, announcer, row.post);
        }
        break;
    case PostMove::erase: return discussion::erase(tx, announcer, row.post);
    case PostMove::grant: return grant(tx, services, row, *appealed);
    case PostMove::measure:
    case PostMove::end_measure: {
        auto moved = stays(row);
        moved.state_to = judgement.kind->move == PostMove::measure ? judgement.kind->slug : "none";
        return moved;
    }
    }
    return stays(row);
}

/// A rule of words or the guard of resident data held the text. Whatever else holds one is no finding about what it says.
bool is_detected(const CaseRow& row) {
    for (const auto rule : std::views::split(row.hold_rule, ',')) {
        const std::string_view name{rule.begin(), rule.end()};
        if (name == privacy_slug || name.starts_with(word_mark)) {
            return true;
        }
    }
    return false;
}

std::string source_of(const CaseRow& row) {
    if (row.kind == "report") {
        return row.reports > 0 ? "report" : "own-initiative";
    }
    if (row.kind == "notice" || row.kind == "appeal") {
        return row.kind;
    }
    if (row.kind == "measure") {
        return "own-initiative";
    }
    return is_detected(row) ? "word-rule" : "review";
}

std::string role_of(const access::Viewer& by) {
    return !by.is_signed_in() ? "system" : by.is_administrator() ? "administrator" : "moderator";
}

std::vector<std::string> texts_of(const std::vector<std::string_view>& views) { return {views.begin(), views.end()}; }

void require_uninvolved(db::Tx& tx, const CaseRow& row, const access::Viewer& by) {
    if (!by.is_signed_in()) {
        return;
    }
    if (const auto bar = decider_bar(tx, row.id, by.member); !bar.empty()) {
        throw Problem{ProblemKind::forbidden, bar_text(row, by.member, bar)};
    }
}

/// The last restriction that stands on this post: what a decision that shows it again turns round.
base::DecisionId restriction_of(db::Tx& tx, base::PostId post) {
    for (const auto& decision : last_decisions(tx, {post.value})) {
        const bool is_other_ground = decision.kind == "refuse";
        if (decision.kind == "hide" || decision.kind == "remove" || decision.kind == "reject" || decision.state_to == "removed"
            || is_other_ground) {
            return decision.id;
        }
    }
    return {};
}

/// What holds for the member follows the decision, and he hears of it at once: in his sessions and by letter.
void follow_measure(db::Tx& tx, const Services& services, const CaseRow& row, const DecisionKind& kind, base::DecisionId id,
                    const Decision& decision, const std::optional<Measure>& resumed) {
    if (kind.move == PostMove::measure) {
        begin_measure(tx, id, row.member, decision.kind, decision.until);
    } else if (decision.state_from != decision.state_to) {
        end_measure(tx, id, row.member);
        if (resumed) {
            resume_measure(tx, resumed->decision);
        }
    }
    members::announce_session_changed(tx, services.announcer, row.member);
    write_to_member(tx, services.texts, row.member, "decided_on_you", {{"statement", decision.statement}, {"link", link_to_decision(id)}});
}

}  // namespace

std::string bar_text(const CaseRow& row, base::MemberId member, const std::string& bar) {
    if (bar != "own") {
        return "moderation.bar_" + bar;
    }
    return row.member ? "moderation.bar_own_measure" : row.author == member ? "moderation.own_post" : "moderation.bar_own";
}

bool is_kept_for_police(db::Tx& tx, base::PostId post) {
    return tx.exec(kept_for_police_query, db::Params::of(post)).one().flag("is_kept");
}

std::optional<CaseRow> lock_and_find(db::Tx& tx, base::CaseId id) {
    lock_case(tx, id);
    return find_case(tx, id);
}

Judged judge(db::Tx& tx, const Services& services, const access::Viewer& by, const CaseRow& row, const Judgement& judgement) {
    const auto& kind = *judgement.kind;
    if (!is_possible(kind, row.kind, row.post_state)) {
        throw Problem{ProblemKind::conflict, "moderation.not_possible"};
    }
    require_uninvolved(tx, row, by);
    if (kind.move == PostMove::erase && is_kept_for_police(tx, row.post)) {
        throw Problem{ProblemKind::conflict, "moderation.error_police"};
    }
    const auto appealed = row.appeals ? find_decision(tx, row.appeals) : std::nullopt;
    const auto reverses = kind.move == PostMove::grant         ? row.appeals
                          : kind.move == PostMove::end_measure ? find_measure(tx, row.member).value().decision
                          : kind.move == PostMove::restore || (kind.move == PostMove::lift && row.post_state == "hidden")
                              ? restriction_of(tx, row.post)
                              : base::DecisionId{};
    const auto moved = move_post(tx, services, by, row, judgement, appealed);
    const bool takes_away = moved.state_from != moved.state_to && moved.state_to == "removed";
    const bool lifts = kind.move == PostMove::grant && row.member && moved.state_from != moved.state_to;
    const auto resumed = lifts ? find_replaced(tx, row.appeals) : std::nullopt;

    const auto now = base::now();
    const bool is_return = kind.after == CaseAfter::with_author;
    // A granted objection of who reported it restricts nobody when its author had taken the post away himself.
    const bool can_appeal = kind.may_appeal || kind.is_restrictive || (kind.move == PostMove::grant && takes_away);
    Decision decision{.id = {},
                      .case_id = row.id,
                      .kind = std::string{kind.slug},
                      .post = row.post,
                      .post_version = row.post_version,
                      .member = row.member,
                      .state_from = moved.state_from,
                      .state_to = moved.state_to,
                      .live_version_from = moved.live_version_from,
                      .by = judgement.proposed_by ? judgement.proposed_by : by.member,
                      .by_name = by.name,
                      .by_role = role_of(by),
                      .seconded_by = judgement.proposed_by ? by.member : base::MemberId{},
                      .at = now,
                      .is_automatic = !by.is_signed_in(),
                      .is_detected_automatically = is_detected(row),
                      .source = judgement.source.empty() ? source_of(row) : judgement.source,
                      .rules = judgement.rules,
                      .legal_ground = judgement.legal_ground,
                      .facts = judgement.facts,
                      .questions = judgement.questions,
                      .note = judgement.note,
                      .scope = row.member ? "member" : "whole-post",
                      .sent_to = judgement.sent_to,
                      .deadline_at = is_return ? std::optional{now + answer_time} : std::nullopt,
                      .until = resumed ? resumed->until : judgement.until,
                      .appeal_until = can_appeal ? std::optional{appeal_end(now)} : std::nullopt,
                      .statement = {},
                      .reverses = reverses};
    if (kind.slug == "refuse") {
        const bool is_other = (decision.rules != appealed->rules || decision.legal_ground != appealed->legal_ground)
                              && !(decision.rules.empty() && decision.legal_ground.empty());
        if (is_other && may_change_ground(kind, row.kind, row.post_state) && row.post_state == appealed->state_to) {
            decision.appeal_until = appeal_end(now);  // against what he could not object to before
        } else {
            decision.rules.clear();
            decision.legal_ground.clear();
        }
    }
    if (kind.move == PostMove::grant && moved.state_from == "removed" && moved.state_to == "removed") {
        // It was removed meanwhile, for a reason that stands and to which he can object.
        for (const auto& removal : last_decisions(tx, {row.post.value})) {
            decision.appeal_until = removal.appeal_until;
            if (decision.rules.empty() && decision.legal_ground.empty()) {
                decision.rules = removal.rules;
                decision.legal_ground = removal.legal_ground;
            }
        }
    }
    // Statements are in Dutch: the language of the forum and of every moderator.
    decision.statement = statement_text(services.texts, view::Language::dutch, decision, list_house_rules(tx));

    const bool ends = kind.after == CaseAfter::decided;
    if (!close_round(tx, row.id,
                     {.version = row.version,
                      .by = by.member,
                      .state = ends        ? "decided"
                               : is_return ? "with_author"
                                           : "open",
                      .deadline = decision.deadline_at,
                      .hidden_until = judgement.until,
                      .sent_to = judgement.sent_to,
                      .sent_reason = judgement.sent_to.empty() ? "" : judgement.facts})) {
        throw Problem{ProblemKind::conflict, "moderation.case_changed"};
    }
    if (moved.state_from == "hidden" && moved.state_to != "hidden") {
        stop_hiding(tx, row.post);
    }
    // An objection that was granted mostly gives a post back.
    if (!kind.merges.empty() && (kind.move != PostMove::grant || takes_away)) {
        merge_cases(tx, row.id, row.post, texts_of(kind.merges));
    }
    const auto id = insert_decision(tx, decision);
    if (row.member && !decision.statement.empty()) {
        follow_measure(tx, services, row, kind, id, decision, resumed);
    } else if (!decision.statement.empty() && is_for_author(tx, row, moved.state_from, moved.state_to)) {
        write_to_author(tx, services.texts, row.post, is_return ? "returned" : "decided_on_post",
                        {{"statement", decision.statement}, {"questions", decision.questions}, {"link", link_to_decision(id)}});
    }
    if (ends) {
        for (const auto reporter : close_reports(tx, row.id, id)) {
            discussion::announce_own(tx, services.announcer, reporter,
                                     {{"thread", row.thread.value}, {"post", row.post.value}, {"number", row.post_number}});
        }
        mail_outcomes(tx, services.texts, row.id);
        if (appealed) {
            tell_of_appeal(tx, services, row, decision);
        }
    }
    if (judgement.sent_to == "senior") {
        write_to_seniors(tx, services.texts, row.id, by.member);
    }
    announce_case(tx, services.announcer, kind.after == CaseAfter::open ? "case.changed" : "case.decided", row.id, by.name);
    return {id, moved.state_from, moved.state_to};
}

Judged undo_decision(db::Tx& tx, const Services& services, const access::Viewer& by, const CaseRow& row) {
    const auto undone = find_undoable(tx, by.member, row.id);
    const Problem too_late{ProblemKind::conflict, "moderation.undo_too_late"};
    const auto* kind = undone ? find_decision_kind(undone->kind) : nullptr;
    if (kind == nullptr) {
        throw too_late;
    }
    // A return ended when the author sent something new.
    const bool is_as_left = row.state
                            == (kind->after == CaseAfter::decided       ? "decided"
                                : kind->after == CaseAfter::with_author ? "with_author"
                                                                        : "open");
    const bool is_about_version = kind->move == PostMove::publish || kind->move == PostMove::publish_changed
                                  || kind->move == PostMove::give_back || kind->move == PostMove::reject;
    const bool is_changed = kind->move == PostMove::publish_changed;
    const int version = is_about_version ? undone->post_version + (is_changed ? 1 : 0) : row.newest_version;
    if (!is_as_left || row.post_state != undone->state_to || row.newest_version != version) {
        throw too_late;
    }
    auto moved = stays(row);
    const bool was_read = undone->state_from == "live" || undone->state_from == "live_change";
    const bool shows_old = was_read && (kind->move == PostMove::publish || is_changed || kind->move == PostMove::grant);
    if (row.appeals && was_read && row.post_state == undone->state_to && undone->live_version_from
        && row.live_version != find_decision(tx, row.appeals)->post_version && row.live_version != *undone->live_version_from) {
        throw too_late;  // readers see neither what the objection left nor what was there before: its author wrote over it
    }
    if (row.member) {
        moved.state_to = undone->state_from;
    } else if (undone->state_from != undone->state_to || shows_old) {
        moved = discussion::put_back(tx, services.announcer, row.post,
                                     {.from = undone->state_to,
                                      .to = undone->state_from,
                                      .version = version,
                                      .judged = is_changed ? undone->post_version : version,
                                      .live_version = shows_old ? undone->live_version_from : std::nullopt});
    }
    mail_reopened(tx, services.texts, row.id);
    if (row.appeals && kind->after == CaseAfter::decided) {
        tell_of_undone_appeal(tx, services, row, *undone);
    }
    if (!reopen_case(tx, row.id, undone->id, is_changed ? moved.version : row.post_version, texts_of(kind->merges))) {
        throw too_late;
    }
    require_uninvolved(tx, row, by);  // he may have reported the post since
    if (moved.state_to == "hidden") {
        resume_hiding(tx, row.post);
    }
    const auto id = insert_decision(tx, {.id = {},
                                         .case_id = row.id,
                                         .kind = "undo",
                                         .post = row.post,
                                         .post_version = row.post_version,
                                         .member = row.member,
                                         .state_from = moved.state_from,
                                         .state_to = moved.state_to,
                                         .live_version_from = moved.live_version_from,
                                         .by = by.member,
                                         .by_name = by.name,
                                         .by_role = role_of(by),
                                         .source = undone->source,
                                         .scope = undone->scope,
                                         .deadline_at = {},
                                         .until = {},
                                         .appeal_until = {},
                                         .statement = {},
                                         .reverses = undone->id});
    if (row.member) {
        if (undone->kind == "grant" && undone->state_to != "none" && undone->state_from != undone->state_to) {
            end_measure(tx, undone->reverses, row.member);  // what had come back is replaced again
        }
        undo_measure(tx, undone->id, id);
        members::announce_session_changed(tx, services.announcer, row.member);
        if (!undone->statement.empty()) {
            write_to_member(tx, services.texts, row.member, "undecided_on_you", {});
        }
    } else if (!undone->statement.empty() && is_for_author(tx, row, undone->state_from, undone->state_to)) {
        write_to_author(tx, services.texts, row.post, "undecided_on_post", {});
    }
    announce_case(tx, services.announcer, "case.new", row.id, by.name);
    return {id, moved.state_from, moved.state_to};
}

}  // namespace forum::moderation
