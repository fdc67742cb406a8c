// The whole state machine against a small model of it (features.md 4d, invariant 15): random acts of everybody on two posts and on their
// author, through two processes on one real PostgreSQL, some cut off between their statements. After each act the forum stands where the
// model says; at the end all invariants hold.
#include <gmock/gmock.h>

#include <array>
#include <map>

#include "moderation/judge_world.hpp"
#include "moderation/model_world.hpp"
#include "moderation/run_timers.hpp"

namespace forum::moderation {
namespace {

using http::Method;
using nlohmann::json;
using test::Answer;
using test::sql;

using test::grounds;
using test::Lines;
using test::Model;

class ModelTest : public test::ModelWorld {
protected:
    json decision(int about, const std::string& kind) {
        json body{{"version", versions[at(about)] - (pick(20) == 0 ? 1 : 0)},
                  {"decision", kind},
                  {"rules", json::array({"geen-inwoners"})},
                  {"facts", test::facts},
                  {"questions", "Wat bedoelt u?"},
                  {"until", test::day_ahead(10)},
                  {"sendTo", std::vector<std::string>{"legal", "police", "senior"}[at(pick(3))]},
                  {"body", text(model.posts[at(model.cases[at(about)].post)].newest + 100)}};
        if (kind == "erase") {
            body["legalGround"] = "Verzoek van de schrijver";
        }
        return body;
    }
    /// Mostly one that is possible.
    std::string any_kind(int about) {
        static const std::map<std::string, Lines> kinds{
            {"review",
             {"approve", "approve", "approve", "approve-with-changes", "approve-with-changes", "return", "return", "reject", "reject"}},
            {"change", {"approve", "approve-with-changes", "return", "reject"}},
            {"report", {"unfounded", "unfounded", "restore", "restore", "hide", "remove", "remove", "erase"}},
            {"notice", {"unfounded", "unfounded", "unfounded", "restore", "hide", "remove"}},
            {"appeal", {"grant", "grant", "refuse"}},
            {"measure",
             {"unfounded", "warn", "review-all", "read-only", "suspend", "end-membership", "end-membership", "lift", "lift", "lift",
              "lift"}}};
        const auto& list = kinds.at(pick(25) == 0 ? "report" : model.cases[at(about)].kind);
        std::string kind = pick(12) == 0 ? "escalate" : list[at(pick(list.size()))];
        for (int tries = 0; tries < 4 && !model.is_possible(about, kind); ++tries) {
            kind = list[at(pick(list.size()))];
        }
        return kind;
    }
    /// Mostly one that is open; -1 when there is none.
    int any_case() {
        std::vector<int> open;
        for (std::size_t i = 0; i < model.cases.size(); ++i) {
            if (model.cases[i].state == "open" || pick(20) == 0) {
                open.push_back(static_cast<int>(i));
            }
        }
        return open.empty() ? -1 : open[at(pick(open.size()))];
    }
    /// Mostly one of the staff who may decide on it now.
    int any_decider(int about) {
        std::vector<int> free;
        for (int by = 0; by <= Model::administrator; ++by) {
            if (model.is_free(about, by) && by != model.cases[at(about)].proposed_by) {
                free.push_back(by);
            }
        }
        return free.empty() || pick(8) == 0 ? pick(4) : free[at(pick(free.size()))];
    }
    /// What there is to decide on.
    void begin() { theme == 0 ? review() : theme == 1 ? report() : begin_measure(); }

    void decide() {
        const int about = any_case();
        if (about < 0) {
            return begin();
        }
        if (!model.cases[at(about)].proposed.empty() && pick(8) != 0) {
            return answer_proposal(about);
        }
        const int by = any_decider(about);
        const auto kind = any_kind(about);
        const auto body = decision(about, kind);
        const auto answer = send(by, Method::post, case_url(about) + "/decision", body);
        const bool may = body["version"] == versions[at(about)] && model.decide(about, kind, by, body["sendTo"]);
        check(by == Model::administrator ? "decide as administrator" : kind, answer, may);
    }
    /// Mostly one that readers see.
    int any_post() {
        const int n = pick(2);
        return Model::reads(model.posts[at(n)].state) || pick(6) == 0 ? n : 1 - n;
    }
    void report() {
        const int n = any_post(), ground = pick(3);
        int by = pick(12) == 0 ? Model::author : pick(3) == 0 ? pick(3) : 4 + pick(4);
        const int appeal = model.open_case(n, "appeal");
        for (int moderator = 0; appeal >= 0 && moderator < 3; ++moderator) {  // until it is left to an administrator
            by = model.may_decide(appeal, moderator) && pick(3) != 0 ? moderator : by;
        }
        const auto before = model.decisions.size();
        const auto answer =
            send(by, Method::post, "/api/v1/reports",
                 {{"thread", thread}, {"post", numbers[at(n)]}, {"category", grounds[at(ground)]}, {"text", "Kijk hier eens naar."}});
        check("report", answer, model.report(n, by, ground));
        seen["hidden by the system"].first += static_cast<int>(model.decisions.size() - before);
    }
    void notice() {
        const int n = any_post();
        const auto name = "nel" + std::to_string(random());
        const auto answer = ask([&](test::World& world) {
            return world.post({}, "/api/v1/notices",
                              {{"address", "/gesprekken/" + std::to_string(thread) + "/berichten/" + std::to_string(numbers[at(n)])},
                               {"explanation", "In dit bericht staat een oproep tot geweld."},
                               {"name", name},
                               {"email", name + "@buiten.example"},
                               {"goodFaith", true}});
        });
        const bool may = model.notice(n);
        check("notice", answer, may);
        if (may) {
            links[static_cast<int>(model.reports.size()) - 1] = answer.model["statusUrl"];
            if (pick(2) == 0) {
                confirm();
            }
        }
    }
    void confirm() {
        if (links.empty()) {
            return notice();
        }
        const auto link = std::next(links.begin(), pick(links.size()));
        const auto answer = ask([&](test::World& world) { return world.form({}, link->second, ""); });
        check("confirm", answer, true);
        model.confirm(link->first);
    }
    void object() {
        if (model.decisions.empty()) {
            return decide();
        }
        std::vector<std::pair<int, int>> may;  // to which decision, and who
        for (const auto& one : model.reports) {
            if (one.outcome >= 0 && model.may_object(one.outcome, one.by)) {
                may.insert(may.end(), one.by < Model::outsider ? 1 : 3, {one.outcome, one.by});
            }
        }
        for (int one = 0; one < static_cast<int>(model.decisions.size()); ++one) {
            if (model.may_object(one, Model::author) && (theme != 1 || may.empty())) {
                may.emplace_back(one, Model::author);
            }
        }
        if (may.empty() && pick(4) != 0) {
            return decide();
        }
        const auto [to, by] = may.empty() || pick(6) == 0
                                  ? std::pair{pick(model.decisions.size()), pick(2) == 0 ? Model::author : 4 + pick(4)}
                                  : may[at(pick(may.size()))];
        if (by < Model::outsider) {
            const auto answer = send(by, Method::post, "/api/v1/appeals", {{"decision", decision_ids[at(to)]}, {"text", "Niet waar."}});
            return check(by == Model::author ? "object" : "object as reporter", answer, model.object(to, by));
        }
        const auto notice =
            std::find_if(model.reports.begin(), model.reports.end(), [&, &who = by](const auto& one) { return one.by == who; });
        const auto link = links.at(static_cast<int>(notice - model.reports.begin()));
        const auto answer = ask([&](test::World& world) { return world.form({}, link + "/bezwaar", "text=Niet+waar."); });
        check("object by link", answer, model.object(to, by));
    }
    void undo() {
        if (model.decisions.empty()) {
            return decide();
        }
        const auto& last = model.decisions[pick(4) == 0 ? at(pick(model.decisions.size())) : model.decisions.size() - 1];
        const int about = last.about, by = pick(4) == 0 || last.by < 0 ? pick(3) : pick(4) == 0 && last.second >= 0 ? last.second : last.by;
        const auto answer = send(by, Method::del, case_url(about) + "/decision");
        check("undo", answer, model.undo(about, by));
    }
    void answer_proposal(int about) {
        const int by = any_decider(about);
        const bool confirms = pick(5) != 0;
        const auto kind = model.cases[at(about)].proposed;
        const auto answer =
            send(by, Method::post, case_url(about) + "/proposal",
                 {{"version", versions[at(about)]}, {"answer", confirms ? "confirm" : "refuse"}, {"note", "Eerst praten."}});
        check(confirms ? "confirm " + kind : "refuse a proposal", answer, model.answer(about, by, confirms));
    }
    void take() {
        const int about = any_case(), by = pick(8) == 0 ? Model::administrator : pick(3);
        if (about < 0) {
            return begin();
        }
        const auto answer = send(by, Method::put, case_url(about) + "/lease");
        check("take", answer, model.take(about, by));
    }
    void let_go() {
        const int about = any_case(), by = pick(3);
        if (about < 0) {
            return begin();
        }
        const auto answer = send(by, Method::del, case_url(about) + "/lease");
        check("let go", answer, true);
        model.let_go(about, by);
    }
    /// Who has no part in it tries what only moderators do, and a moderator what is too near to him.
    void may_not() {
        const int about = any_case();
        if (about < 0) {
            return begin();
        }
        const int who = pick(5);
        int by = std::vector<int>{5, Model::untrusted, Model::author, Model::administrator, pick(3)}[at(who)];
        const int wanted = who < 3 ? 404 : 403;
        if (who > 2 && model.may_decide(about, by)) {
            return decide();
        }
        const auto body = decision(about, any_kind(about));
        const std::vector<std::tuple<Method, std::string, json>> acts{{Method::post, case_url(about) + "/decision", body},
                                                                      {Method::del, case_url(about) + "/decision", json::object()},
                                                                      {Method::put, case_url(about) + "/lease", json::object()},
                                                                      {Method::post, post_url(pick(2)) + "/case", json::object()}};
        const auto& [method, path, sent] = acts[at(who == 4 ? 0 : pick(acts.size()))];
        const auto answer = send(by, method, path, sent);
        EXPECT_EQ(answer.status, wanted) << path;
        story += "not his; ";
        EXPECT_EQ(ask([&, &m = method, &p = path, &s = sent](test::World& world) { return world.send({}, m, p, s); }).status, 401);
    }

    void edit() {
        const int n = pick(2), newest = model.posts[at(n)].newest;
        const auto answer = send(Model::author, Method::put, post_url(n), {{"body", text(newest + 1)}, {"version", newest}});
        check("edit", answer, model.edit(n));
    }
    void withdraw() {
        const int n = pick(2);
        const auto answer = send(Model::author, Method::del, post_url(n));
        check("withdraw", answer, model.withdraw(n));
    }
    void put_back() {
        const int n = pick(2);
        const auto answer = send(Model::author, Method::del, post_url(n) + "/withdrawal");
        check("put back", answer, model.put_back(n));
    }
    void review() {
        const int n = pick(2);
        open(n, post_url(n) + "/case");
    }
    void begin_measure() { open(Model::person, "/api/v1/members/" + to_string(nova.member) + "/measures"); }
    void open(int n, const std::string& path) {
        const auto answer = send(pick(3), Method::post, path);
        const int wanted = model.review(n);
        check("review", answer, wanted < 400);
        EXPECT_EQ(answer.status, wanted);
    }
    void leases_end() {
        sql(either().database, "UPDATE cases SET lease_until = now() - interval '1 second' WHERE lease_until IS NOT NULL");
        model.leases_end();
        story += "leases end; ";
    }
    void time_passes() {
        auto& process = either();
        const auto before = model.decisions.size();
        process.database.write([&](db::Tx& tx) { run_due_timers(tx, process.world.services, base::now() + std::chrono::days{31}); });
        model.time_passes();
        for (auto i = before; i < model.decisions.size(); ++i) {
            ++seen[model.decisions[i].kind + " by time"].first;
        }
        story += "time passes; ";
    }

    void step() {
        struct Act {
            std::array<int, 3> weights;
            void (ModelTest::*act)();
        };
        static const std::vector<Act> acts{
            {{10, 3, 7}, &ModelTest::edit},      {{5, 4, 2}, &ModelTest::withdraw},      {{5, 4, 2}, &ModelTest::put_back},
            {{9, 3, 0}, &ModelTest::review},     {{0, 0, 8}, &ModelTest::begin_measure}, {{44, 44, 50}, &ModelTest::decide},
            {{3, 20, 2}, &ModelTest::report},    {{0, 9, 0}, &ModelTest::notice},        {{0, 8, 0}, &ModelTest::confirm},
            {{12, 12, 12}, &ModelTest::object},  {{10, 8, 9}, &ModelTest::undo},         {{3, 4, 3}, &ModelTest::take},
            {{1, 1, 1}, &ModelTest::let_go},     {{3, 3, 3}, &ModelTest::may_not},       {{2, 2, 1}, &ModelTest::leases_end},
            {{3, 3, 3}, &ModelTest::time_passes}};
        const bool is_waited_for = std::any_of(model.cases.begin(), model.cases.end(),
                                               [](const auto& one) { return one.comes_back || one.state == "with_author"; });
        if ((is_waited_for || model.measure() != "none") && pick(5) == 0) {
            return time_passes();
        }
        if (theme == 1 && pick(4) == 0 && (model.open_case(0, "appeal") >= 0 || model.open_case(1, "appeal") >= 0)) {
            return report();
        }
        int all = 0;
        for (const auto& one : acts) {
            all += one.weights[at(theme)];
        }
        int left = pick(at(all));
        for (const auto& one : acts) {
            left -= one.weights[at(theme)];
            if (left < 0) {
                return (this->*one.act)();
            }
        }
    }

    int theme{0};  ///< what a run is mostly about: 0 texts, 1 reports, 2 the author himself
};

TEST_P(ModelTest, RandomActsOfEverybodyEndWhereTheMachineSays) {
    constexpr int runs = 20;
    thread = forum_->one->world.thread(anna_);
    for (int run = 0; run < runs && !HasFailure(); ++run) {
        story.clear();
        theme = run % 3;
        start(theme != 0 || run % 2 == 0, run % 4 < 2);
        const int steps = theme == 1 ? 12 : 9;
        for (int i = 0; i < steps && !HasFailure(); ++i) {
            step();
            compare();
        }
        expect_told(4 + pick(4));
        EXPECT_FALSE(HasFailure()) << "run " << run << ": " << story;
    }
    // Both look at the whole database.
    if (++seeds_ % 5 == 0 || GetParam() > 95) {
        EXPECT_THAT(forum_->one->database.read([](db::Tx& tx) { return check_invariants(tx); }), ::testing::IsEmpty());
    }
    if (seeds_ % 5 == 0) {
        forum_->clear(anna_.member);
    }
    for (const auto& [act, times] : seen) {
        EXPECT_TRUE(times.first > 0 || seeds_ < 40) << act << " was never done: the model says nothing about it";
    }
    for (const auto& [act, times] : seen) {
        EXPECT_TRUE(times.first > 0 || seeds_ < 40) << act << " was never done: the model says nothing about it";
    }
}

INSTANTIATE_TEST_SUITE_P(Seeds, ModelTest, ::testing::Range(1, 101));

}  // namespace
}  // namespace forum::moderation
