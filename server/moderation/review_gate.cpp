#include "moderation/review_gate.hpp"

#include <nlohmann/json.hpp>

#include "discussion/held_beforehand.hpp"
#include "discussion/word_diff.hpp"
#include "moderation/case_events.hpp"
#include "moderation/case_store.hpp"
#include "moderation/decision_view.hpp"
#include "moderation/word_rule_store.hpp"

namespace forum::moderation {

namespace {

const db::Query readers_of_query{"moderation.reader_of", R"(
    SELECT id, author_id = $2 AS is_own, $3 AND looks_after($2, thread_id, NULL) AS is_looked_after
      FROM posts WHERE id = ANY ($1::bigint[]))"};

}  // namespace

std::string ReviewGate::decide(db::Tx& tx, const access::Viewer& viewer, const discussion::Submission& submission) {
    // The text itself is looked at for everyone, staff too.
    auto rules = guard_.hold_rules(submission);
    const bool is_settled = submission.published_at && *submission.published_at + free_to_mend < base::now();
    if (!submission.old_body.empty() && is_settled && !viewer.is_staff()
        && discussion::changed_share(submission.old_body, submission.body) > most_unread_change) {
        rules.push_back("much-changed");
    }
    if (viewer.measure != access::Measure::none) {
        rules.push_back("review-all");
    } else if (!discussion::writes_at_once(viewer) && count_published(tx, viewer.member) < reviewed_posts) {
        rules.push_back("new-member");
    }
    if (auto holds = holds_.of(viewer); !holds.empty()) {
        const auto place = submission.thread ? discussion::find_place(tx, submission.thread)
                                             : discussion::ThreadPlace{std::string{submission.theme}, submission.typologies};
        for (const auto& hold : discussion::that_apply(std::move(holds), place)) {
            rules.push_back(standing_hold_mark + std::to_string(hold.id));
        }
    }
    std::string joined;
    for (const auto& rule : rules) {
        joined += (joined.empty() ? "" : ",") + rule;
    }
    return joined;
}

void ReviewGate::hold(db::Tx& tx, const access::Viewer&, const Held& held) {
    const auto opened = open_case(tx, held.is_change ? "change" : "review", held.post, held.version, held.rule, handling_.norm());
    if (!opened.is_new) {
        mark_case(tx, opened.id, held.rule);
    }
    announce_case(tx, announcer_, opened.is_new ? "case.new" : "case.changed", opened.id);
}

void ReviewGate::author_settled(db::Tx& tx, const access::Viewer&, base::PostId post) {
    for (const auto id : withdraw_cases(tx, post)) {
        announce_case(tx, announcer_, "case.decided", id);
    }
}

std::map<std::int64_t, view::Model> ReviewGate::load_decisions(db::Tx& tx, const access::Viewer& viewer, view::Language,
                                                               const std::vector<std::int64_t>& posts) {
    std::map<std::int64_t, view::Model> models;
    const auto decisions = last_decisions(tx, posts);
    if (decisions.empty()) {
        return models;
    }
    std::map<std::int64_t, DecisionReader> readers;
    const bool is_all_his = viewer.is_staff() && !viewer.is_scoped;
    if (viewer.is_signed_in() && !is_all_his) {
        for (const auto& row : tx.exec(readers_of_query, db::Params::of(posts, viewer.member, viewer.is_staff()))) {
            readers[row.integer("id")] = row.flag("is_looked_after") ? DecisionReader::staff
                                         : row.flag("is_own")        ? DecisionReader::author
                                                                     : DecisionReader::other;
        }
    }
    const auto rules = list_house_rules(tx);
    for (const auto& decision : decisions) {
        const auto known = readers.find(decision.post.value);
        const auto reader = is_all_his ? DecisionReader::staff : known != readers.end() ? known->second : DecisionReader::other;
        // A reader is told why a text is gone; that it was once approved or sent back is between author and staff.
        if (reader == DecisionReader::other && decision.kind != "hide" && decision.state_to != "removed") {
            continue;
        }
        models.emplace(decision.post.value, decision_json(decision, rules, reader));
    }
    return models;
}

}  // namespace forum::moderation
