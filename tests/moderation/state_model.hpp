// The state machine of moderation in as few words as possible: what model_test.cpp holds the forum against. Rule: it knows nothing
// of the program's own tables, so that a slip in them shows.
#pragma once

#include <string>
#include <vector>

namespace forum::test {

class StateModel {
public:
    struct Post {
        std::string state{"waiting"};
        bool was_live{false};
        int newest{1}, shown{0};
    };
    struct Decision {
        int about;  ///< index of the case
        std::string kind, from, to;
        int by;
        int judged, shown_from;
        bool is_undone{false}, is_objected{false};
    };
    struct Case {
        std::string kind, state{"open"};
        int post, version;       ///< of the post
        int objects_to{-1};      ///< index of the decision
        std::vector<int> ended;  ///< other cases that ended with the last decision
    };

    std::vector<Post> posts{2};
    std::vector<Case> cases;
    std::vector<Decision> decisions;

    int open_case(int post, const std::string& kind) const {
        for (std::size_t i = 0; i < cases.size(); ++i) {
            if (cases[i].post == post && cases[i].kind == kind && (cases[i].state == "open" || cases[i].state == "with_author")) {
                return static_cast<int>(i);
            }
        }
        return -1;
    }
    static bool reads(const std::string& state) { return state == "live" || state == "live_change"; }

    // ------------------------------------------------------------------------------------------------ the author's acts
    bool edit(int n) {
        auto& post = posts[at(n)];
        if (post.state != "waiting" && post.state != "returned" && !reads(post.state)) {
            return false;
        }
        ++post.newest;
        const std::string kind = reads(post.state) ? "change" : "review";
        post.state = reads(post.state) ? "live_change" : "waiting";
        if (const int open = open_case(n, kind); open >= 0) {
            cases[at(open)].state = "open";
            cases[at(open)].version = post.newest;
        } else {
            cases.push_back({.kind = kind, .post = n, .version = post.newest});
        }
        return true;
    }
    bool withdraw(int n) {
        auto& post = posts[at(n)];
        if (post.state == "withdrawn") {
            return true;  // twice is once
        }
        if (post.state != "waiting" && post.state != "returned" && !reads(post.state)) {
            return false;
        }
        post.state = "withdrawn";
        for (const auto* kind : {"review", "change"}) {
            if (const int open = open_case(n, kind); open >= 0) {
                cases[at(open)].state = "withdrawn";
            }
        }
        return true;
    }
    bool put_back(int n) {
        auto& post = posts[at(n)];
        if (reads(post.state)) {
            return true;
        }
        if (post.state != "withdrawn" || post.shown == 0) {
            return false;
        }
        post.state = "live";
        return true;
    }

    // ---------------------------------------------------------------------------------------------- the moderators' acts
    /// 201 a new case, 200 the open one, 409 nothing to judge.
    int review(int n) {
        for (const auto& one : cases) {
            if (one.post == n && one.kind != "appeal" && one.state == "open") {
                return 200;
            }
        }
        if (posts[at(n)].state == "returned") {
            return 409;
        }
        cases.push_back({.kind = "report", .post = n, .version = posts[at(n)].newest});
        return 201;
    }
    bool took_part(int about, int by) const {
        for (const auto& one : decisions) {
            if (cases[at(about)].kind == "appeal" && one.about != about && cases[at(one.about)].post == cases[at(about)].post
                && one.by == by) {
                return true;
            }
        }
        return false;
    }
    bool decide(int about, const std::string& kind, int by) {
        auto& judged = cases[at(about)];
        auto& post = posts[at(judged.post)];
        const auto before = post;
        const bool is_held = post.state == "waiting" || post.state == "live_change";
        const bool is_report = judged.kind == "report", is_appeal = judged.kind == "appeal";
        if (judged.state != "open" || took_part(about, by)) {
            return false;
        }
        judged.ended.clear();
        if (kind == "escalate") {
        } else if (!is_report && !is_appeal && is_held && (kind == "approve" || kind == "approve-with-changes")) {
            post.newest += kind == "approve" ? 0 : 1;
            show(post, post.newest);
            judged.state = "decided";
        } else if (!is_report && !is_appeal && is_held && kind == "return") {
            post.state = post.state == "waiting" ? "returned" : "live";
            judged.state = "with_author";
        } else if (!is_report && !is_appeal && is_held && kind == "reject") {
            post.state = post.state == "waiting" ? "rejected" : "live";
            judged.state = "decided";
        } else if (is_report && kind == "unfounded") {
            if (post.state == "hidden") {
                show(post, post.shown);
            }
            judged.state = "decided";
        } else if (is_report && kind == "restore" && (post.state == "hidden" || post.state == "removed" || post.state == "rejected")) {
            show(post, post.shown != 0 ? post.shown : post.newest);
            judged.state = "decided";
        } else if (is_report && kind == "hide" && reads(post.state)) {
            post.state = "hidden";
            merge(about, {"change"});
        } else if (is_report && kind == "remove" && (reads(post.state) || post.state == "hidden" || post.state == "withdrawn")) {
            post.state = "removed";
            judged.state = "decided";
            merge(about, {"review", "change", "report"});
        } else if (is_appeal && kind == "refuse") {
            judged.state = "decided";
        } else if (is_appeal && kind == "grant") {
            const auto& first = decisions[at(judged.objects_to)];
            if (post.state == first.to && !reads(first.to)) {
                show(post, post.shown != 0 ? post.shown : post.newest);
            } else if (post.state == first.to && post.newest == first.judged + (first.kind == "approve-with-changes" ? 1 : 0)) {
                show(post, first.judged);
            }
            judged.state = "decided";
        } else {
            return false;
        }
        decisions.push_back({about, kind, before.state, post.state, by, judged.version, before.shown});
        return true;
    }
    bool undo(int about, int by) {
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
        const bool is_about_version = kind == "approve" || kind == "approve-with-changes" || kind == "return" || kind == "reject";
        const auto* left = kind == "return" ? "with_author" : kind == "hide" || kind == "escalate" ? "open" : "decided";
        const int open = judged.kind == "appeal" ? -1 : open_case(judged.post, judged.kind);
        if (undone.about != about || undone.by != by || kind == "undo" || undone.is_objected || judged.state != left
            || post.state != undone.to || (is_about_version && post.newest != undone.judged + (kind == "approve-with-changes" ? 1 : 0))
            || (open >= 0 && open != about)) {
            return false;
        }
        if (kind == "approve-with-changes") {
            judged.version = ++post.newest;
        }
        const bool was_shown = kind == "approve" || kind == "approve-with-changes" || kind == "grant";
        if (was_shown && reads(undone.from)) {
            post.shown = undone.shown_from;
        }
        post.state = undone.from;
        judged.state = "open";
        if (undone.from != undone.to && (post.state == "waiting" || post.state == "returned" || post.state == "rejected")) {
            post.shown = 0;
        }
        for (const int ended : judged.ended) {
            auto& other = cases[at(ended)];
            other.state = other.kind == "report" || (other.kind == "change" && undone.from == "live_change") ? "open" : other.state;
        }
        judged.ended.clear();
        decisions[at(last)].is_undone = true;
        decisions.push_back({about, "undo", undone.to, undone.from, by, judged.version, post.shown});
        return true;
    }
    /// The author objects to the last decision of a case.
    bool object(int decision) {
        auto& first = decisions[at(decision)];
        const bool stays_removed = first.kind == "grant" && first.to == "removed";
        const bool can = first.kind == "reject" || first.kind == "hide" || first.kind == "remove" || first.kind == "approve-with-changes";
        if (!(can || stays_removed) || first.is_undone || first.is_objected) {
            return false;
        }
        first.is_objected = true;
        cases.push_back({.kind = "appeal", .post = cases[at(first.about)].post, .version = first.judged, .objects_to = decision});
        return true;
    }
    void time_passes() {
        for (std::size_t i = 0; i < cases.size(); ++i) {
            auto& one = cases[i];
            if (one.state == "with_author") {
                auto& post = posts[at(one.post)];
                const auto before = post.state;
                post.state = post.state == "returned" ? "withdrawn" : post.state;
                one.state = "withdrawn";
                decisions.push_back({static_cast<int>(i), "expire", before, post.state, -1, one.version, post.shown});
            }
        }
    }

private:
    static std::size_t at(int index) { return static_cast<std::size_t>(index); }
    static void show(Post& post, int version) {
        post.state = "live";
        post.was_live = true;
        post.shown = version;
    }
    void merge(int into, const std::vector<std::string>& kinds) {
        for (const auto& kind : kinds) {
            const int open = open_case(cases[at(into)].post, kind);
            if (open >= 0 && open != into) {
                cases[at(open)].state = "merged";
                cases[at(into)].ended.push_back(open);
            }
        }
    }
};

}  // namespace forum::test
