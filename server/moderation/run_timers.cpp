#include "moderation/run_timers.hpp"

#include <nlohmann/json.hpp>

#include "base/log.hpp"
#include "discussion/post_states.hpp"
#include "discussion/thread_events.hpp"
#include "members/member_rights.hpp"
#include "moderation/case_events.hpp"
#include "moderation/judge.hpp"
#include "moderation/measure_store.hpp"
#include "moderation/member_letters.hpp"
#include "moderation/statement.hpp"
#include "view/present.hpp"

namespace forum::moderation {

namespace {

using discussion::Services;

constexpr int cases_in_run = 100;

const db::Query to_remind_query{"moderation.remind_authors", R"(
    UPDATE cases c SET reminded_at = $1
      FROM posts p
     WHERE p.id = c.post_id
       AND c.id IN (SELECT id FROM cases WHERE state = 'with_author' AND reminded_at IS NULL AND deadline_at <= $2 AND deadline_at > $1
                     ORDER BY deadline_at LIMIT $3)
    RETURNING p.id AS post_id, p.thread_id, p.number, p.author_id, c.deadline_at)"};

const db::Query expired_query{"moderation.expired_cases", R"(
    SELECT id FROM cases WHERE state = 'with_author' AND deadline_at <= $1 ORDER BY id LIMIT $2)"};

const db::Query let_go_query{"moderation.let_go", R"(
    UPDATE cases SET state = 'withdrawn', version = version + 1, closed_at = now(), deadline_at = NULL
     WHERE id = $1 AND state = 'with_author')"};

const db::Query shown_again_query{"moderation.hidden_too_long", R"(
    SELECT id FROM cases WHERE state = 'open' AND hidden_until <= $1 ORDER BY id LIMIT $2)"};

// Where it was passed on to it stays: what is kept for the police is kept.
const db::Query alarm_query{"moderation.alarm_seniors", R"(
    UPDATE cases SET hidden_until = NULL, version = version + 1, sent_to = coalesce(sent_to, 'senior'),
                     sent_reason = CASE WHEN sent_to IS NULL THEN $2 ELSE sent_reason END
     WHERE id = $1)"};

Decision by_the_system(const CaseRow& row, const char* kind, const discussion::Moved& moved) {
    Decision decision;
    decision.case_id = row.id;
    decision.kind = kind;
    decision.post = row.post;
    decision.post_version = row.post_version;
    decision.state_from = moved.state_from;
    decision.state_to = moved.state_to;
    decision.live_version_from = moved.live_version_from;
    decision.by_role = "system";
    decision.at = base::now();
    decision.is_automatic = true;
    decision.source = "timer";
    return decision;
}

void write(db::Tx& tx, const Services& services, Decision decision) {
    decision.statement = statement_text(services.texts, view::Language::dutch, decision, {});
    const auto id = insert_decision(tx, decision);
    write_to_author(tx, services.texts, decision.post, decision.kind, {{"statement", decision.statement}, {"link", link_to_decision(id)}});
}

void tell_author(db::Tx& tx, const Services& services, base::MemberId author, base::ThreadId thread, base::PostId post,
                 std::int64_t number) {
    discussion::announce_own(tx, services.announcer, author, {{"thread", thread.value}, {"post", post.value}, {"number", number}});
}

/// T9.
void let_go(db::Tx& tx, const Services& services, const CaseRow& row) {
    if (row.post_state == "returned") {
        write(tx, services, by_the_system(row, "expire", discussion::expire(tx, services.announcer, row.post)));
    } else {
        // A change that was never sent in again: readers see the text of before, as they did.
        discussion::Moved stays{};
        stays.state_from = stays.state_to = row.post_state;
        write(tx, services, by_the_system(row, "expire", stays));
        tell_author(tx, services, row.author, row.thread, row.post, row.post_number);
    }
    tx.exec(let_go_query, db::Params::of(row.id));
    announce_case(tx, services.announcer, "case.decided", row.id);
}

/// T16: nobody decided in time. The case stays open, for the seniors.
void show_again(db::Tx& tx, const Services& services, const CaseRow& row) {
    write(tx, services, by_the_system(row, "restore", discussion::restore(tx, services.announcer, row.post)));
    tx.exec(alarm_query, db::Params::of(row.id, services.texts.text("moderation.hidden_too_long", view::Language::dutch)));
    write_to_seniors(tx, services.texts, row.id);
    announce_case(tx, services.announcer, "case.changed", row.id);
    base::log(base::LogLevel::warning, "case {}: nobody decided before the post that the system hid came back", row.id.value);
}

/// A measure whose end has come.
void lift(db::Tx& tx, const Services& services, const DueMeasure& due) {
    const auto& measure = due.measure;
    Decision decision;
    decision.case_id = due.case_id;
    decision.kind = "lift";
    decision.member = measure.member;
    decision.scope = "member";
    decision.state_from = measure.kind;
    decision.state_to = "none";
    decision.by_role = "system";
    decision.at = base::now();
    decision.is_automatic = true;
    decision.source = "timer";
    decision.reverses = measure.decision;
    decision.statement = statement_text(services.texts, view::Language::dutch, decision, {});
    const auto id = insert_decision(tx, decision);
    end_measure(tx, id, measure.member);
    members::announce_session_changed(tx, services.announcer, measure.member);
    write_to_member(tx, services.texts, measure.member, "measure_ended",
                    {{"statement", decision.statement}, {"link", link_to_decision(id)}});
    announce_case(tx, services.announcer, "case.decided", due.case_id);
}

}  // namespace

TimersRun run_due_timers(db::Tx& tx, const Services& services, base::Time now) {
    TimersRun run;
    for (const auto& row : tx.exec(to_remind_query, db::Params::of(now, now + reminded_before, cases_in_run))) {
        const auto post = row.id<base::PostId>("post_id");
        tell_author(tx, services, row.id<base::MemberId>("author_id"), row.id<base::ThreadId>("thread_id"), post, row.integer("number"));
        // Never "today": the letter is read on another day.
        const auto until = view::time_text(row.time("deadline_at"), view::Language::dutch, base::Time{});
        write_to_author(tx, services.texts, post, "remind", {{"until", until}});
        ++run.reminded;
    }
    for (const auto id : tx.exec(expired_query, db::Params::of(now, cases_in_run)).integers("id")) {
        if (const auto row = lock_and_find(tx, base::CaseId{id}); row && row->state == "with_author") {
            let_go(tx, services, *row);
            ++run.expired;
        }
    }
    for (const auto id : tx.exec(shown_again_query, db::Params::of(now, cases_in_run)).integers("id")) {
        if (const auto row = lock_and_find(tx, base::CaseId{id}); row && row->state == "open" && row->post_state == "hidden") {
            show_again(tx, services, *row);
            ++run.shown_again;
        }
    }
    for (const auto& due : due_measures(tx, now, cases_in_run)) {
        if (lock_measure(tx, due.measure)) {
            lift(tx, services, due);
            ++run.lifted;
        }
    }
    run.warned = write_of_norm(tx, services.texts, now, cases_in_run);
    return run;
}

}  // namespace forum::moderation
