// The state machine of moderation in as few words as possible: what model_test.cpp holds the forum against. Rule: it knows nothing
// of the program's own tables, so that a slip in them shows.
#pragma once

#include <algorithm>
#include <set>
#include <string>
#include <vector>

namespace forum::test {

class StateModel {
public:
    /// Three moderators come before these, and four members after the administrator; from `outsider` on: who sent a notice.
    static constexpr int administrator = 3, untrusted = 7, author = 8, system = -1, outsider = 100;
    /// In place of a post: the author himself, and his state is the measure that holds.
    static constexpr int person = 2;
    static constexpr int unnamed_ground = 2;  ///< a report that names no rule
    static constexpr int threshold = 2;       ///< so many trusted members hide a post for a while

    struct Post {
        std::string state{"waiting"};
        bool was_live{false};
        int newest{1}, shown{0};
    };
    struct Decision {
        int about;  ///< index of the case
        std::string kind, from, to;
        int by, second;
        int judged, shown_from;
        std::string sent_from;
        bool is_undone{false};
    };
    struct Case {
        std::string kind, state{"open"};
        int post{0}, version{0};            ///< of the post
        int objects_to{-1}, objector{-1};   ///< index of the decision, and who
        std::vector<int> ended{};           ///< other cases that ended with the last decision
        int held_by{-1};                    ///< who reads it
        std::string proposed{}, sent_to{};  ///< a decision that waits for a second person; where it was passed on to
        int proposed_by{-1};
        bool comes_back{false};  ///< the system hid the post for a while
    };
    struct Report {
        int about, by, post, version, ground;
        int outcome{-1};  ///< index of the decision
    };
    struct Measure {
        std::string kind;
        int decision, lifted_by{-1};
    };

    bool is_trusted{false}, holds_office{true};  ///< the author
    std::vector<Post> posts{{}, {}, {.state = "none"}};
    std::vector<Case> cases{};
    std::vector<Decision> decisions{};
    std::vector<Report> reports{};  ///< of members and, from `outsider` on, notices; without a case: not confirmed
    std::vector<Measure> measures{};

    static bool is_one_of(const std::string& value, const std::vector<std::string>& list) {
        return std::find(list.begin(), list.end(), value) != list.end();
    }
    static bool reads(const std::string& state) { return state == "live" || state == "live_change"; }
    /// From light to heavy; 0 = no measure.
    static int weight(const std::string& measure) {
        static const std::vector<std::string> all{"none", "review-all", "read-only", "suspend", "end-membership"};
        const auto found = std::find(all.begin(), all.end(), measure);
        return found == all.end() ? 0 : static_cast<int>(found - all.begin());
    }
    const std::string& measure() const { return posts[person].state; }
    bool is_shut_out() const { return weight(measure()) >= weight("suspend"); }

    int open_case(int post, const std::string& kind) const {
        for (std::size_t i = 0; i < cases.size(); ++i) {
            if (cases[i].post == post && cases[i].kind == kind && (cases[i].state == "open" || cases[i].state == "with_author")) {
                return static_cast<int>(i);
            }
        }
        return -1;
    }

    // ------------------------------------------------------------------------------------------------ the author's acts
    bool edit(int n) {
        auto& post = posts[at(n)];
        const bool is_read = reads(post.state);
        if (weight(measure()) >= weight("read-only") || !(is_read || post.state == "waiting" || post.state == "returned")) {
            return false;
        }
        ++post.newest;
        if (is_read && is_trusted && measure() == "none") {
            show(post, post.newest);
            settle(n);
            return true;
        }
        join(n, is_read ? "change" : "review", post.newest);
        post.state = is_read ? "live_change" : "waiting";
        return true;
    }
    bool withdraw(int n) {
        auto& post = posts[at(n)];
        if (is_shut_out() || post.state == "withdrawn") {
            return !is_shut_out();  // twice is once
        }
        if (post.state != "waiting" && post.state != "returned" && !reads(post.state)) {
            return false;
        }
        post.state = "withdrawn";
        settle(n);
        return true;
    }
    bool put_back(int n) {
        auto& post = posts[at(n)];
        if (is_shut_out() || reads(post.state)) {
            return !is_shut_out();
        }
        if (post.state != "withdrawn" || post.shown == 0) {
            return false;
        }
        post.state = "live";
        return true;
    }
    /// The author to what restricts him; who reported to what left the post there. Once, while it stands.
    bool may_object(int decision, int by) const {
        const auto& first = decisions[at(decision)];
        const bool is_his = by == author ? is_one_of(first.kind, {"reject", "hide", "remove", "approve-with-changes", "warn"})
                                               || weight(first.kind) > 0 || (first.kind == "grant" && first.to == "removed")
                                         : left_it_there(first.kind) && reads(first.to)
                                               && std::any_of(reports.begin(), reports.end(),
                                                              [&](const auto& one) { return one.outcome == decision && one.by == by; });
        return is_his && !first.is_undone && std::none_of(cases.begin(), cases.end(), [&](const auto& one) {
                   return one.objects_to == decision && (one.objector == by || is_granted(one));
               });
    }
    bool object(int decision, int by) {
        if (!may_object(decision, by)) {
            return false;
        }
        const auto& first = decisions[at(decision)];
        cases.push_back(
            {.kind = "appeal", .post = cases[at(first.about)].post, .version = first.judged, .objects_to = decision, .objector = by});
        return true;
    }

    // ----------------------------------------------------------------------------------------------- reports and notices
    bool report(int n, int by, int ground) {
        const auto& post = posts[at(n)];
        if (!reads(post.state) || by == author) {
            return false;
        }
        for (const auto& one : reports) {
            if (one.post == n && one.version == post.shown && one.ground == ground && (one.outcome >= 0 || one.by == by)) {
                return false;
            }
        }
        const int about = join(n, "report", post.shown);
        reports.push_back({about, by, n, post.shown, ground});
        std::set<int> members;
        bool has_ground = false;
        for (const auto& one : reports) {
            if (one.about == about && one.version == cases[at(about)].version && one.outcome < 0 && one.by != untrusted) {
                members.insert(one.by);
                has_ground = has_ground || one.ground != unnamed_ground;
            }
        }
        const bool was_hidden =
            std::any_of(decisions.begin(), decisions.end(), [&](const auto& one) { return one.about == about && one.kind == "hide"; });
        if (members.size() >= threshold && has_ground && !was_hidden && cases[at(about)].held_by < 0) {
            carry_out(about, "hide", system, -1, "");
            cases[at(about)].comes_back = true;
        }
        return true;
    }
    /// What was reported by somebody without an account; a case when his address is known.
    bool notice(int n) {
        const auto& post = posts[at(n)];
        if (reads(post.state)) {
            reports.push_back({-1, outsider + static_cast<int>(reports.size()), n, post.shown, -1});
        }
        return reads(post.state);
    }
    void confirm(int index) {
        auto& notice = reports[at(index)];
        notice.about = notice.about < 0 ? join(notice.post, "notice", notice.version) : notice.about;
    }

    // ---------------------------------------------------------------------------------------------- the moderators' acts
    /// 201 a new case, 200 the open one, 409 nothing to judge.
    int review(int n) {
        for (const auto& one : cases) {
            if (one.post == n && one.kind != "appeal" && one.state == "open") {
                return 200;
            }
        }
        if (posts[at(n)].state == "returned" || posts[at(n)].state == "erased") {
            return 409;
        }
        cases.push_back({.kind = n == person ? "measure" : "report", .post = n, .version = n == person ? 0 : posts[at(n)].newest});
        return 201;
    }
    bool take(int about, int by) {
        auto& one = cases[at(about)];
        const bool may = one.state == "open" && (one.held_by < 0 || one.held_by == by) && (by < administrator || may_decide(about, by));
        one.held_by = may ? by : one.held_by;
        return may;
    }
    void let_go(int about, int by) { cases[at(about)].held_by = cases[at(about)].held_by == by ? -1 : cases[at(about)].held_by; }

    bool may_decide(int about, int by) const {
        if (by > administrator) {
            return false;
        }
        const bool falls = cases[at(about)].kind == "appeal" && is_involved(about, 0) && is_involved(about, 1) && is_involved(about, 2);
        return !is_involved(about, by) && (by < administrator || falls);
    }
    bool is_free(int about, int by) const {
        const auto& one = cases[at(about)];
        return may_decide(about, by) && one.state == "open" && (one.held_by < 0 || one.held_by == by);
    }
    /// `sent_to`: where it is passed on to.
    bool decide(int about, const std::string& kind, int by, const std::string& sent_to) {
        auto& judged = cases[at(about)];
        if (!is_free(about, by) || !judged.proposed.empty() || !is_possible(about, kind)) {
            return false;
        }
        if (kind == "erase" || (holds_office && (kind == "suspend" || kind == "end-membership"))) {
            judged.proposed = kind;
            judged.proposed_by = by;
            judged.held_by = -1;
        } else {
            carry_out(about, kind, by, -1, sent_to);
        }
        return true;
    }
    bool answer(int about, int by, bool confirms) {
        auto& judged = cases[at(about)];
        const auto kind = judged.proposed;
        const bool may_confirm =
            by != judged.proposed_by && !kind.empty() && may_decide(about, judged.proposed_by) && is_possible(about, kind);
        if (!is_free(about, by) || by == administrator || kind.empty() || (confirms && !may_confirm)) {
            return false;
        }
        judged.proposed.clear();
        judged.held_by = -1;
        if (confirms) {
            carry_out(about, kind, judged.proposed_by, by, "");
        }
        return true;
    }
    bool is_possible(int about, const std::string& kind) const;
    bool undo(int about, int by);
    void time_passes();
    void leases_end() {
        for (auto& one : cases) {
            one.held_by = -1;
        }
    }
    bool is_granted(const Case& appeal) const {
        return std::any_of(decisions.begin(), decisions.end(),
                           [&](const auto& one) { return one.kind == "grant" && !one.is_undone && &cases[at(one.about)] == &appeal; });
    }

private:
    static std::size_t at(int index) { return static_cast<std::size_t>(index); }
    static bool left_it_there(const std::string& kind) { return kind == "unfounded" || kind == "restore"; }
    static void show(Post& post, int version) {
        post.state = "live";
        post.was_live = true;
        post.shown = version;
    }
    bool is_about_post(const Case& one) const { return one.kind == "report" || one.kind == "notice"; }
    bool is_involved(int about, int by) const;
    void carry_out(int about, const std::string& kind, int by, int second, const std::string& sent_to);
    void grant(const Case& appeal);
    void resume(int replaced_by);
    void end_measure(int decision) {
        for (auto& one : measures) {
            one.lifted_by = one.lifted_by < 0 ? decision : one.lifted_by;
        }
        posts[person].state = "none";
    }

    int join(int post, const std::string& kind, int version) {
        const int open = open_case(post, kind);
        if (open < 0) {
            cases.push_back({.kind = kind, .post = post, .version = version});
            return static_cast<int>(cases.size()) - 1;
        }
        cases[at(open)].state = "open";
        cases[at(open)].version = std::max(cases[at(open)].version, version);
        return open;
    }
    void settle(int post) {
        for (const auto* kind : {"review", "change"}) {
            if (const int open = open_case(post, kind); open >= 0) {
                cases[at(open)].state = "withdrawn";
                cases[at(open)].held_by = -1;
            }
        }
    }
    void merge(int into, const std::vector<std::string>& kinds) {
        for (const auto& kind : kinds) {
            const int open = open_case(cases[at(into)].post, kind);
            if (open >= 0 && open != into) {
                cases[at(open)].state = "merged";
                cases[at(open)].held_by = -1;
                cases[at(open)].comes_back = false;
                cases[at(into)].ended.push_back(open);
            }
        }
    }
};

}  // namespace forum::test

#include "moderation/state_model_decisions.hpp"
