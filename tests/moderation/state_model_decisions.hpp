// What decisions do in the model of state_model.hpp: which are possible, what each moves, how it is taken back, and what time does.
#pragma once

#include "moderation/state_model.hpp"

namespace forum::test {

inline bool StateModel::is_involved(int about, int by) const {
    const auto& judged = cases[at(about)];
    const bool is_appeal = judged.kind == "appeal";
    for (const auto& one : reports) {
        if (one.by == by && (one.about == about || (is_appeal && one.post == judged.post))) {
            return true;
        }
    }
    for (const auto& one : decisions) {
        if (is_appeal && one.about != about && cases[at(one.about)].post == judged.post && (one.by == by || one.second == by)) {
            return true;
        }
    }
    return false;
}

inline bool StateModel::is_possible(int about, const std::string& kind) const {
    const auto& judged = cases[at(about)];
    const auto& state = posts[at(judged.post)].state;
    if (kind == "escalate") {
        return true;
    }
    if (judged.kind == "appeal") {
        return kind == "grant" || kind == "refuse";
    }
    if (judged.kind == "measure") {
        const int heaviest_before = kind == "end-membership" ? weight("suspend") : weight(kind);
        return kind == "unfounded" || kind == "warn" || (kind == "lift" && state != "none")
               || (weight(kind) > 0 && weight(state) <= heaviest_before);
    }
    if (!is_about_post(judged)) {
        return is_one_of(kind, {"approve", "approve-with-changes", "return", "reject"}) && (state == "waiting" || state == "live_change");
    }
    const bool is_kept = std::any_of(cases.begin(), cases.end(), [&](const auto& one) {
        return one.post == judged.post && one.state == "open" && one.sent_to == "police";
    });
    return kind == "unfounded" || (kind == "restore" && is_one_of(state, {"hidden", "removed", "rejected"}))
           || (kind == "hide" && reads(state)) || (kind == "remove" && (reads(state) || state == "hidden" || state == "withdrawn"))
           || (kind == "erase" && state != "erased" && !is_kept);
}

/// `kind` is possible and `by` may decide it.
inline void StateModel::carry_out(int about, const std::string& kind, int by, int second, const std::string& sent_to) {
    auto& judged = cases[at(about)];
    auto& post = posts[at(judged.post)];
    const auto before = post;
    const int number = static_cast<int>(decisions.size());
    decisions.push_back({about, kind, before.state, "", by, second, judged.version, before.shown, judged.sent_to});
    judged.ended.clear();
    judged.held_by = -1;
    judged.state = kind == "return" ? "with_author" : kind == "hide" || kind == "escalate" ? "open" : "decided";
    if (kind == "escalate") {
        judged.sent_to = sent_to;
    } else if (kind == "approve" || kind == "approve-with-changes") {
        post.newest += kind == "approve" ? 0 : 1;
        show(post, post.newest);
    } else if (kind == "return" || kind == "reject") {
        post.state = before.state == "live_change" ? "live" : kind == "return" ? "returned" : "rejected";
    } else if (kind == "restore" || (kind == "unfounded" && before.state == "hidden")) {
        show(post, post.shown != 0 ? post.shown : post.newest);
    } else if (kind == "hide" || kind == "remove" || kind == "erase") {
        post.state = kind == "hide" ? "hidden" : kind == "remove" ? "removed" : "erased";
    } else if (kind == "grant") {
        grant(judged);
    } else if (kind == "lift" || weight(kind) > 0) {
        end_measure(number);
        if (kind != "lift") {
            measures.push_back({kind, number});
            post.state = kind;
        }
    }
    decisions.back().to = post.state;
    if (post.state == before.state && post.shown == before.shown) {
        decisions.back().shown_from = -1;  // nothing to show again
    }
    if (kind == "hide") {
        merge(about, {"change"});
    } else if (post.state != before.state && (post.state == "removed" || post.state == "erased")) {
        merge(about, {"review", "change", "report", "notice"});
    }
    for (auto& one : cases) {
        one.comes_back = one.comes_back && !(one.post == judged.post && post.state != "hidden");
    }
    for (auto& one : reports) {
        const bool ends = one.about == about || std::find(judged.ended.begin(), judged.ended.end(), one.about) != judged.ended.end();
        one.outcome = judged.state == "decided" && ends && one.about >= 0 && one.outcome < 0 ? number : one.outcome;
    }
}

/// What the decision did that he objects to is turned round, where it still stands.
inline void StateModel::grant(const Case& appeal) {
    auto& post = posts[at(appeal.post)];
    const auto& first = decisions[at(appeal.objects_to)];
    if (appeal.post == person) {
        for (const auto& one : measures) {
            if (one.decision == appeal.objects_to && one.lifted_by < 0) {
                end_measure(static_cast<int>(decisions.size()) - 1);
                resume(appeal.objects_to);
                break;
            }
        }
    } else if (left_it_there(first.kind)) {
        post.state = reads(post.state) || post.state == "hidden" ? "removed" : post.state;
    } else if (post.state == first.to && !reads(first.to)) {
        show(post, post.shown != 0 ? post.shown : post.newest);
    } else if (post.state == first.to && post.newest == first.judged + (first.kind == "approve-with-changes" ? 1 : 0)) {
        show(post, first.judged);
    }
}

/// What the measure of that decision had replaced holds again; what came before it, when an objection to that one was granted.
inline void StateModel::resume(int replaced_by) {
    for (auto& one : measures) {
        if (one.lifted_by != replaced_by) {
            continue;
        }
        const bool is_gone = std::any_of(cases.begin(), cases.end(),
                                         [&](const auto& appeal) { return appeal.objects_to == one.decision && is_granted(appeal); });
        if (is_gone) {
            resume(one.decision);
        } else {
            one.lifted_by = -1;
            posts[person].state = one.kind;
        }
        return;
    }
}

inline bool StateModel::undo(int about, int by) {
    auto& judged = cases[at(about)];
    auto& post = posts[at(judged.post)];
    int last = -1;  // about this post, in any case
    for (std::size_t i = 0; i < decisions.size(); ++i) {
        last = cases[at(decisions[i].about)].post == judged.post ? static_cast<int>(i) : last;
    }
    if (last < 0) {
        return false;
    }
    const auto undone = decisions[at(last)];
    const auto& kind = undone.kind;
    const bool is_about_version = is_one_of(kind, {"approve", "approve-with-changes", "return", "reject"});
    const auto* left = kind == "return" ? "with_author" : kind == "hide" || kind == "escalate" ? "open" : "decided";
    const int open = judged.kind == "appeal" ? -1 : open_case(judged.post, judged.kind);
    if (undone.about != about || (undone.by != by && undone.second != by) || kind == "undo" || kind == "erase" || !may_decide(about, by)
        || judged.state != left || post.state != undone.to || (open >= 0 && open != about)
        || (is_about_version && post.newest != undone.judged + (kind == "approve-with-changes" ? 1 : 0))
        || std::any_of(cases.begin(), cases.end(), [&](const auto& one) { return one.objects_to == last; })) {
        return false;
    }
    if (kind == "grant" && reads(undone.from) && undone.shown_from >= 0 && post.shown != decisions[at(judged.objects_to)].judged
        && post.shown != undone.shown_from) {
        return false;  // its author wrote over it
    }
    const int number = static_cast<int>(decisions.size());
    const auto shown = post.shown;
    if (kind == "approve-with-changes") {
        judged.version = ++post.newest;
    }
    if ((kind == "approve" || kind == "approve-with-changes" || kind == "grant") && reads(undone.from) && undone.shown_from >= 0) {
        post.shown = undone.shown_from;
    }
    post.state = undone.from;
    judged.state = "open";
    judged.held_by = -1;
    judged.sent_to = kind == "escalate" ? undone.sent_from : judged.sent_to;
    if (undone.from != undone.to && is_one_of(post.state, {"waiting", "returned", "rejected"})) {
        post.shown = 0;
    }
    for (const int ended : judged.ended) {
        auto& other = cases[at(ended)];
        other.state = is_about_post(other) || (other.kind == "change" && undone.from == "live_change") ? "open" : other.state;
    }
    judged.ended.clear();
    decisions[at(last)].is_undone = true;
    for (auto& one : reports) {
        one.outcome = one.outcome == last ? -1 : one.outcome;
    }
    for (auto& one : measures) {
        if (kind == "grant" && judged.post == person && undone.from != undone.to && one.lifted_by < 0) {
            one.lifted_by = judged.objects_to;  // what had come back is replaced again
        }
        one.lifted_by = one.decision == last && one.lifted_by < 0 ? number : one.lifted_by == last ? -1 : one.lifted_by;
    }
    decisions.push_back({about, "undo", undone.to, undone.from, by, -1, judged.version, shown, ""});
    for (auto one = decisions.rbegin(); post.state == "hidden" && one != decisions.rend(); ++one) {
        if (one->kind == "hide" && !one->is_undone && cases[at(one->about)].post == judged.post) {
            cases[at(one->about)].comes_back = one->by == system && cases[at(one->about)].state == "open";
            break;
        }
    }
    return true;
}

/// A month: whom nobody answered, what the system hid, and measures for a time.
inline void StateModel::time_passes() {
    const auto by_the_system = [&](int about, const std::string& kind, const std::string& from) {
        const auto& one = cases[at(about)];
        const auto& post = posts[at(one.post)];
        decisions.push_back({about, kind, from, post.state, system, -1, one.version, post.shown, ""});
    };
    for (std::size_t i = 0; i < cases.size(); ++i) {
        auto& one = cases[i];
        if (one.state == "with_author") {
            auto& post = posts[at(one.post)];
            const auto before = post.state;
            post.state = before == "returned" ? "withdrawn" : before;
            one.state = "withdrawn";
            by_the_system(static_cast<int>(i), "expire", before);
        }
    }
    for (std::size_t i = 0; i < cases.size(); ++i) {
        auto& one = cases[i];
        if (one.comes_back) {
            one.comes_back = false;
            one.sent_to = one.sent_to.empty() ? "senior" : one.sent_to;
            show(posts[at(one.post)], posts[at(one.post)].shown);
            by_the_system(static_cast<int>(i), "restore", "hidden");
        }
    }
    for (auto& one : measures) {
        if (one.lifted_by < 0 && one.kind != "end-membership") {
            const int about = decisions[at(one.decision)].about;
            posts[person].state = "none";
            by_the_system(about, "lift", one.kind);
            one.lifted_by = static_cast<int>(decisions.size()) - 1;
        }
    }
}

}  // namespace forum::test
