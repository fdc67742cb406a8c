// The forum whose state machine is held against state_model.hpp: two processes on a database of its own, its people, how an act reaches one
// of the two, and how it all stands after it. Rule: which acts there are stands in model_test.cpp.
#pragma once

#include <array>
#include <map>
#include <random>

#include "moderation/state_model.hpp"
#include "moderation/two_processes.hpp"

namespace forum::test {

using Model = StateModel;
using Lines = std::vector<std::string>;

inline const Lines grounds{"resident-data", "disrespect", "other"};

// Of one run, each with its number: who is in `who`, which case, decision or version in `of`.
inline const db::Query look_query{"test.look", R"(
    SELECT 1 AS part, p.id, p.state || ' ' || p.version || CASE WHEN p.published_at IS NULL THEN '' ELSE ' was live' END
                            || CASE WHEN p.state IN ('live', 'live_change') THEN ' shows ' || p.live_version ELSE '' END AS text,
           NULL::bigint AS of, NULL::bigint AS who
      FROM posts p WHERE p.id = ANY ($1::bigint[])
    UNION ALL
    SELECT 2, c.id, c.kind || ' ' || c.state || ' ' || coalesce(c.post_version, 0) || ' ' || coalesce(c.sent_to, '')
                    || CASE WHEN c.hidden_until IS NULL THEN '' ELSE ' comes back' END || ' ' || coalesce(c.proposal ->> 'decision', ''),
           c.version, CASE WHEN c.lease_until > now() THEN c.lease_by END
      FROM cases c WHERE c.id > $3
    UNION ALL
    SELECT 3, d.id, d.kind || ' ' || d.state_from || '>' || d.state_to, d.case_id, d.decided_by
      FROM decisions d WHERE d.id > $4 AND (d.post_id = ANY ($1::bigint[]) OR d.member_id = $2)
    UNION ALL
    SELECT 4, r.id, r.category || ' ' || r.post_version, r.decision_id, r.reporter_id FROM reports r WHERE r.id > $5
    UNION ALL
    SELECT 5, n.id, 'notice ' || n.post_version, n.decision_id, NULL FROM content_notices n WHERE n.id > $6
    UNION ALL
    SELECT 6, 0, x.kind, NULL, NULL FROM standing_measures x WHERE x.member_id = $2
    ORDER BY 1, 2)"};

inline const db::Query newest_query{"test.newest", R"(
    SELECT (SELECT coalesce(max(id), 0) FROM cases) AS cases, (SELECT coalesce(max(id), 0) FROM decisions) AS decisions,
           (SELECT coalesce(max(id), 0) FROM reports) AS reports, (SELECT coalesce(max(id), 0) FROM content_notices) AS notices)"};

class ModelWorld : public ::testing::TestWithParam<int> {
protected:
    static void SetUpTestSuite() {
        forum_ = std::make_unique<TwoProcesses>(Model::threshold);
        auto& world = forum_->one->world;
        people_ = {world.moderator("Mo Derator"), world.moderator("Jo Collega"),   world.moderator("Derde Moderator"),
                   world.administrator(),         world.member("Rik Melder"),      world.member("Sara Melder"),
                   world.member("Tom Melder"),    world.member("Uma Nieuw", false)};
        for (std::size_t i = 0; i < people_.size(); ++i) {
            number_of_[people_[i].member.value] = static_cast<int>(i);
        }
        anna_ = world.member("Anna Alpha");
    }
    static void TearDownTestSuite() { forum_.reset(); }

    void start(bool is_trusted, bool holds_office) {
        auto& world = forum_->one->world;
        model = {};
        model.is_trusted = is_trusted;
        model.holds_office = holds_office;
        nova = world.member("Nova Nieuw", model.is_trusted, "GM1783", "member", model.holds_office ? "wethouder" : "beleidsadviseur");
        marks = world.database().read([](db::Tx& tx) { return tx.exec_alone(newest_query); }).one();
        post_ids.clear();
        numbers.clear();
        links.clear();
        shown = {};
        forum_->one->world.delivered.clear();
        forum_->other->world.delivered.clear();
        for (int n = 0; n < 2; ++n) {
            const auto answer = world.post(nova, world.api(thread) + "/posts", {{"body", text(1)}});
            EXPECT_EQ(answer.status, model.is_trusted ? 201 : 202);
            post_ids.push_back(answer.model["id"]);
            numbers.push_back(answer.model["number"]);
            if (model.is_trusted) {
                model.posts[static_cast<std::size_t>(n)] = {.state = "live", .was_live = true, .newest = 1, .shown = 1};
            } else {
                model.cases.push_back({.kind = "review", .post = n, .version = 1});
            }
        }
        look();
    }
    /// Long enough that one other word is a small change.
    static std::string text(int version) {
        return "Wij nodigen nieuwe bewoners uit in het buurthuis, elke eerste dinsdag van de maand. Dit is versie "
               + std::to_string(version) + ".";
    }
    Process& either() { return pick(2) == 0 ? *forum_->one : *forum_->other; }
    int pick(std::size_t count) { return static_cast<int>(random() % count); }
    static std::size_t at(int index) { return static_cast<std::size_t>(index); }
    std::string post_url(int n) const { return World::api(thread, numbers[at(n)]); }
    std::string case_url(int about) const { return "/api/v1/moderation/cases/" + std::to_string(case_ids[at(about)]); }
    access::Viewer person(int by) const {
        if (by < Model::author) {
            return people_[at(by)];
        }
        auto viewer = nova;
        viewer.measure = static_cast<access::Measure>(std::min(Model::weight(model.measure()), 3));
        return viewer;
    }

    /// To one of the two. Now and then it is cut off between its statements: nothing of it is left, and the other one does it.
    template <class Act>
    Answer ask(const Act& act) {
        auto* asked = &either();
        if (pick(8) == 0) {
            const auto told = asked->world.delivered.size();
            asked->trap_at(1 + pick(14));
            try {
                const auto answer = act(asked->world);
                asked->trap_at(0);
                return answer;
            } catch (const db::DatabaseError& error) {
                EXPECT_EQ(error.sqlstate, "P0001") << error.what();
            }
            asked->trap_at(0);
            EXPECT_EQ(asked->world.delivered.size(), told) << "nobody hears of what was not done";
            story += "cut off, ";
            ++seen["cut off"].first;
            compare();
            asked = asked == forum_->one.get() ? forum_->other.get() : forum_->one.get();
        }
        return act(asked->world);
    }
    Answer send(int by, http::Method method, const std::string& path, const json& body = json::object()) {
        return ask([&](World& world) { return world.send(person(by), method, path, body); });
    }
    void check(const std::string& act, const Answer& answer, bool may) {
        story += act + (may ? "; " : " refused; ");
        ++(may ? seen[act].first : seen[act].second);
        EXPECT_EQ(answer.status < 400, may) << act << " " << answer.status << answer.detail
                                            << (answer.errors.empty() ? "" : answer.errors[0].field + answer.errors[0].message);
    }

    /// What stands in the database, in the model's numbers.
    Lines look() {
        const auto rows = either().database.read([&](db::Tx& tx) {
            return tx.exec_alone(look_query, db::Params::of(post_ids, nova.member, marks->integer("cases"), marks->integer("decisions"),
                                                            marks->integer("reports"), marks->integer("notices")));
        });
        case_ids.clear();
        versions.clear();
        decision_ids.clear();
        Lines lines;
        std::string measure = "none";
        const auto index = [](const std::vector<std::int64_t>& ids, std::optional<std::int64_t> id) {
            return id ? std::to_string(std::find(ids.begin(), ids.end(), *id) - ids.begin()) : std::string{"-1"};
        };
        for (const auto& row : rows) {
            auto line = row.text("text");
            const auto of = row.find_integer("of"), who = row.find_integer("who");
            const auto by = who ? std::to_string(number_of_.contains(*who) ? number_of_.at(*who) : Model::author) : std::string{"-1"};
            switch (row.integer("part")) {
            case 2:
                case_ids.push_back(row.integer("id"));
                versions.push_back(static_cast<int>(*of));
                line += " held by " + by;
                break;
            case 3:
                decision_ids.push_back(row.integer("id"));
                line += " in " + index(case_ids, of) + " by " + by;
                break;
            case 4: line += " by " + by + " told " + index(decision_ids, of); break;
            case 5: line += " told " + index(decision_ids, of); break;
            case 6: measure = line; continue;
            default: break;
            }
            lines.push_back(line);
        }
        lines.push_back(measure);
        return lines;
    }
    Lines wanted() const {
        Lines lines, notices;
        for (int n = 0; n < 2; ++n) {
            const auto& post = model.posts[at(n)];
            lines.push_back(post.state + " " + std::to_string(post.newest) + (post.was_live ? " was live" : "")
                            + (Model::reads(post.state) ? " shows " + std::to_string(post.shown) : ""));
        }
        for (const auto& one : model.cases) {
            lines.push_back(one.kind + " " + one.state + " " + std::to_string(one.version) + " " + one.sent_to
                            + (one.comes_back ? " comes back" : "") + " " + one.proposed + " held by " + std::to_string(one.held_by));
        }
        for (const auto& one : model.decisions) {
            lines.push_back(one.kind + " " + one.from + ">" + one.to + " in " + std::to_string(one.about) + " by "
                            + std::to_string(one.by));
        }
        for (const auto& one : model.reports) {
            const bool is_notice = one.by >= Model::outsider;
            (is_notice ? notices : lines)
                .push_back((is_notice ? "notice" : grounds[at(one.ground)]) + " " + std::to_string(one.version)
                           + (is_notice ? "" : " by " + std::to_string(one.by)) + " told " + std::to_string(one.outcome));
        }
        lines.insert(lines.end(), notices.begin(), notices.end());
        lines.push_back(model.measure());
        return lines;
    }
    void compare() {
        const auto stands = look(), should = wanted();
        EXPECT_EQ(stands, should);
        for (int n = 0; n < 2 && !HasFailure(); ++n) {
            const auto& post = model.posts[at(n)];
            if (const auto line = stands[at(n)]; line != shown[at(n)]) {
                shown[at(n)] = line;
                const auto page = either().world.get({}, post_url(n));
                EXPECT_EQ(page.status, post.was_live ? 200 : 404) << "post " << n;
                EXPECT_EQ(post.was_live && page.model["hasText"].get<bool>(), Model::reads(post.state)) << "post " << n;
            }
        }
    }

    /// Who reported is told what became of it, the newest first, and nothing while it is open.
    void expect_told(int by) {
        const auto told = either().world.get(person(by), "/api/v1/me/decisions").model["reports"]["items"];
        std::size_t place = 0;
        for (auto one = model.reports.rbegin(); one != model.reports.rend(); ++one) {
            if (one->by == by) {
                EXPECT_EQ(told.at(place++)["outcome"].is_null(), one->outcome < 0) << by;
            }
        }
    }

    static inline std::unique_ptr<TwoProcesses> forum_;
    static inline std::vector<access::Viewer> people_;  ///< whom the model knows by their place
    static inline std::map<std::int64_t, int> number_of_;
    static inline access::Viewer anna_;
    static inline int seeds_{0};                                    ///< that are done
    static inline std::map<std::string, std::pair<int, int>> seen;  ///< how often each act was done, and refused

    Model model;
    access::Viewer nova;
    std::int64_t thread{0};
    std::optional<db::Row> marks;  ///< what there was before the run
    std::vector<int> numbers;      ///< of the posts in their thread
    std::vector<std::int64_t> post_ids, case_ids, decision_ids;
    std::vector<int> versions;         ///< of the cases
    std::map<int, std::string> links;  ///< of the notices
    std::array<std::string, 2> shown;  ///< how each post stood when a guest looked at it
    std::string story;
    std::mt19937 random{static_cast<std::mt19937::result_type>(GetParam())};
};

}  // namespace forum::test
