#include "app/demo_content.hpp"

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "base/time.hpp"
#include "discussion/urls.hpp"
#include "discussion/wall_acts.hpp"
#include "members/member_store.hpp"
#include "moderation/case_store.hpp"
#include "moderation/working_time.hpp"
#include "view/markdown.hpp"
#include "view/present.hpp"

namespace forum::app {

namespace {

using nlohmann::json;

const db::Query has_content_query{"app.demo_has_content", R"(
    SELECT EXISTS (SELECT 1 FROM threads WHERE is_demo) AS is_there)"};

const db::Query end_member_query{"app.demo_end_member", R"(
    UPDATE members SET ended_at = $2 WHERE id = $1)"};

// Nobody wrote before he was a member.
const db::Query age_members_query{"app.demo_age_members", R"(
    UPDATE members m
       SET created_at = least(m.created_at, (SELECT min(p.created_at) FROM posts p WHERE p.author_id = m.id) - interval '2 days')
     WHERE m.is_demo AND EXISTS (SELECT 1 FROM posts p WHERE p.author_id = m.id))"};

const db::Query start_query{"app.demo_start_thread", R"(
    SELECT made.thread_id, made.post_id, made.event_id, m.id AS author_id
      FROM members m
     CROSS JOIN LATERAL start_thread(m.id, m.function, coalesce(m.municipality_code, ''),
                                     typology_letter(m.municipality_code), 'live', $2, $3, $4, $5, $6, $7::jsonb,
                                     $8::text[], $9::text[], $10::text[], $11, $12, '') made
     WHERE m.email = $1)"};

const db::Query reply_query{"app.demo_reply", R"(
    SELECT made.outcome, made.post_id, made.event_id
      FROM members m
     CROSS JOIN LATERAL submit_reply($2::bigint, m.id,
                                     CASE m.role WHEN 'administrator' THEN 4 WHEN 'moderator' THEN 3
                                                 ELSE 1 + is_office_holder(m.function)::integer END,
                                     m.function, coalesce(m.municipality_code, ''),
                                     typology_letter(m.municipality_code), $3, $4, $5, $6::integer, '') made
     WHERE m.email = $1)"};

const db::Query backdate_post_query{"app.demo_backdate_post", R"(
    WITH post AS (
        UPDATE posts
           SET created_at = $2::timestamptz, published_at = CASE WHEN published_at IS NOT NULL THEN $2::timestamptz END
         WHERE id = $1
    ), version AS (
        UPDATE post_versions SET created_at = $2::timestamptz WHERE post_id = $1
    )
    UPDATE events SET at = $2::timestamptz WHERE id = $3)"};

const db::Query backdate_thread_query{"app.demo_backdate_thread", R"(
    UPDATE threads SET is_demo = true, created_at = $2, published_at = $2 WHERE id = $1)"};

const db::Query recount_query{"app.demo_recount", "SELECT recount_thread($1)"};

const db::Query move_query{"app.demo_move_post", R"(
    UPDATE posts SET state = $3, withdrawn_at = CASE WHEN $3 = 'withdrawn' THEN $4::timestamptz END
     WHERE thread_id = $1 AND number = $2)"};

const db::Query vote_query{"app.demo_vote", R"(
    INSERT INTO post_votes (post_id, member_id, at)
    SELECT p.id, m.id, $3 FROM posts p JOIN members m ON m.email = ANY ($2::text[]) AND m.id <> p.author_id WHERE p.id = $1)"};

const db::Query call_query{"app.demo_call_question", R"(
    UPDATE walls w SET current_post = p.id FROM posts p WHERE w.thread_id = $1 AND p.thread_id = $1 AND p.number = $2)"};

const db::Query deal_query{"app.demo_deal_question", R"(
    INSERT INTO dealt_questions (post_id, at)
    SELECT p.id, $3 FROM posts p JOIN walls w ON w.thread_id = p.thread_id WHERE p.thread_id = $1 AND p.number = $2)"};

const db::Query announce_query{"app.demo_announce", R"(
    WITH raised AS (
        UPDATE threads SET seq = seq + 1 WHERE id = $1 RETURNING id, seq, list_topics, visibility
    )
    INSERT INTO events (topic, seq, kind, audience, data, hints, at)
    SELECT 'thread/' || t.id, t.seq, $3, thread_audience(t.visibility),
           jsonb_build_object('thread', t.id, 'post', p.id, 'number', p.number),
           thread_hints(t.list_topics, p.author_id), $4
      FROM raised t JOIN posts p ON p.thread_id = t.id AND p.number = $2)"};

const db::Query accept_query{"app.demo_accept", R"(
    WITH accepted AS (
        UPDATE threads t SET accepted_post = p.id, accepted_by = t.author_id
          FROM posts p
         WHERE t.id = $1 AND p.thread_id = t.id AND p.number = $2
        RETURNING t.id, t.accepted_post, t.accepted_by
    )
    INSERT INTO thread_acts (thread_id, kind, post_id, by_member, at)
    SELECT id, 'accept', accepted_post, accepted_by, $3 FROM accepted)"};

const db::Query open_case_query{"app.demo_open_case", R"(
    INSERT INTO cases (kind, post_id, post_version, hold_rule, waiting_since, created_at, due_at)
    SELECT $3, p.id, p.version, $4, $5, $5, $6 FROM posts p WHERE p.thread_id = $1 AND p.number = $2)"};

// The case and its decision: what moderation/decide_case.cpp does, at a moment in the past.
const db::Query decide_query{"app.demo_decide", R"(
    WITH closed AS (
        UPDATE cases c
           SET state = CASE WHEN $3 = 'return' THEN 'with_author' ELSE 'decided' END,
               version = c.version + 1,
               rounds = c.rounds + ($3 = 'return')::integer,
               waited = $4::timestamptz - c.waiting_since,
               deadline_at = $9::timestamptz,
               closed_at = CASE WHEN $3 <> 'return' THEN $4::timestamptz END
          FROM posts p
         WHERE p.thread_id = $1 AND p.number = $2 AND c.post_id = p.id AND c.state = 'open'
        RETURNING c.id, c.post_id, c.post_version, p.state, p.author_id,
                  CASE c.kind WHEN 'report' THEN 'own-initiative' ELSE 'review' END AS source
    ), told AS (
        INSERT INTO events (topic, kind, audience, member_id, data, at)
        SELECT 'me/' || c.author_id, 'own.changed', 'member', c.author_id,
               jsonb_build_object('thread', $1::bigint, 'post', c.post_id, 'number', $2::integer), $4::timestamptz
          FROM closed c
    )
    INSERT INTO decisions (case_id, number, kind, post_id, post_version, state_from, state_to, decided_by, decided_role,
                           decided_at, rules, facts, questions, statement, deadline_at, appeal_until, source)
    SELECT c.id, 1, $3, c.post_id, c.post_version, c.state, $10, m.id, 'moderator',
           $4, $5::text[], $6, $7, $8, $9::timestamptz, $11::timestamptz, c.source
      FROM closed c JOIN members m ON m.email = $12)"};

/// DSA article 20 asks for six months to object; no six months have more days than this.
constexpr std::chrono::days time_to_object{184};

std::string email_of(const std::string& slug) { return slug + "@demo.example"; }

/// Paragraphs; "" when the member is absent.
std::string text_of(const json& object, const char* name) {
    std::string text;
    for (const auto& paragraph : object.value(name, json::array())) {
        text += (text.empty() ? "" : "\n\n") + paragraph.get<std::string>();
    }
    return text;
}

std::vector<std::string> list_of(const json& object, const char* name) { return object.value(name, std::vector<std::string>{}); }

std::string with_value(std::string text, std::string_view placeholder, const std::string& value) {
    if (const auto at = text.find(placeholder); at != text.npos) {
        text.replace(at, placeholder.size(), value);
    }
    return text;
}

/// One conversation, written in the order in which it happened, so that the sequence of its events follows their times.
class Teller {
public:
    Teller(db::Tx& tx, base::Time now) : tx_{tx}, now_{now} {}

    void tell(const json& thread) {
        title_ = thread.at("title").get<std::string>();
        last_ = base::Time{};
        start(thread);
        for (const auto& next : thread.value("then", json::array())) {
            if (next.contains("act")) {
                act(next);
            } else {
                reply(next);
            }
        }
        tx_.exec(recount_query, db::Params::of(thread_));
    }

private:
    [[noreturn]] void refuse(const std::string& fault) const { throw std::runtime_error{"demo thread '" + title_ + "': " + fault}; }

    base::Time time_of(const json& happening) {
        const auto at = now_ - std::chrono::minutes{happening.at("minutes_ago").get<int>()};
        if (at < last_) {
            refuse("what happened later stands before it");
        }
        return last_ = at;
    }

    /// The only row, which has what was made for this author.
    db::Row made_by(const json& happening, const db::Rows& rows) const {
        const auto row = rows.find_one();
        if (!row) {
            refuse("no member " + happening.at("by").get<std::string>());
        }
        return *row;
    }

    void start(const json& thread) {
        const auto kind = thread.at("kind").get<std::string>();
        auto fields = json::object();
        if (kind == "dilemma") {
            fields = {
                {"context", text_of(thread, "context")}, {"options", text_of(thread, "options")}, {"tried", text_of(thread, "tried")}};
        }
        std::vector<std::string> codes, roles;
        for (const auto& link : list_of(thread, "municipalities")) {
            const auto colon = link.find(':');
            codes.push_back(link.substr(0, colon));
            roles.push_back(link.substr(colon + 1));
        }
        const auto at = time_of(thread);
        const auto body = text_of(thread, "text");
        const auto row =
            made_by(thread, tx_.exec(start_query, db::Params::of(email_of(thread.at("by")), kind, title_, discussion::thread_slug(title_),
                                                                 thread.at("theme").get<std::string>(),
                                                                 thread.value("visibility", "public"), fields.dump(), codes, roles,
                                                                 list_of(thread, "typologies"), body, view::render_markdown(body))));
        thread_ = row.id<base::ThreadId>("thread_id");
        tx_.exec(backdate_post_query, db::Params::of(row.integer("post_id"), at, row.integer("event_id")));
        tx_.exec(backdate_thread_query, db::Params::of(thread_, at));
        if (thread.value("wall", false)) {
            discussion::start_wall(tx_, thread_, row.id<base::MemberId>("author_id"));
        }
        last_number_ = 1;
    }

    void reply(const json& reply) {
        const auto at = time_of(reply);
        const bool is_held = reply.value("is_held", false);
        const auto body = text_of(reply, "text");
        const auto answered = reply.contains("reply_to") ? std::optional{reply.at("reply_to").get<int>()} : std::nullopt;
        const auto row =
            made_by(reply, tx_.exec(reply_query, db::Params::of(email_of(reply.at("by")), thread_, is_held ? "waiting" : "live", body,
                                                                view::render_markdown(body), answered)));
        if (row.text("outcome") != "made") {
            refuse(reply.at("by").get<std::string>() + " cannot reply: " + row.text("outcome"));
        }
        tx_.exec(backdate_post_query, db::Params::of(row.integer("post_id"), at, row.integer("event_id")));
        ++last_number_;
        vote(list_of(reply, "votes"), row.integer("post_id"), at);
        if (is_held) {
            open_case(last_number_, "review", "new-member", at);
        }
    }

    void vote(const std::vector<std::string>& slugs, std::int64_t post, base::Time at) {
        std::vector<std::string> emails;
        for (const auto& slug : slugs) {
            emails.push_back(email_of(slug));
        }
        if (!emails.empty() && tx_.exec(vote_query, db::Params::of(post, emails, at)).affected() != emails.size()) {
            refuse("a vote of nobody, of one twice, or for his own question");
        }
    }

    void act(const json& happening) {
        const auto act = happening.at("act").get<std::string>();
        const auto number = happening.at("post").get<int>();
        if (number < 2 || number > last_number_) {
            refuse("no reply " + std::to_string(number) + " yet");
        }
        const auto at = time_of(happening);
        if (act == "accept") {
            tx_.exec(accept_query, db::Params::of(thread_, number, at));
            tx_.exec(announce_query, db::Params::of(thread_, number, "thread.changed", at));
        } else if (act == "withdraw") {
            tx_.exec(move_query, db::Params::of(thread_, number, "withdrawn", at));
            tx_.exec(announce_query, db::Params::of(thread_, number, "post.withdrawn", at));
        } else if (act == "call" || act == "deal") {
            const auto rows = act == "call" ? tx_.exec(call_query, db::Params::of(thread_, number))
                                            : tx_.exec(deal_query, db::Params::of(thread_, number, at));
            if (rows.affected() != 1) {
                refuse("no wall to " + act + " reply " + std::to_string(number));
            }
            tx_.exec(announce_query, db::Params::of(thread_, number, "thread.changed", at));
        } else if (act == "report") {
            open_case(number, "report", "", at);
        } else if (act == "return") {
            decide(happening, number, at, "returned");
        } else if (act == "reject") {
            decide(happening, number, at, "rejected");
        } else if (act == "remove") {
            decide(happening, number, at, "removed");
            tx_.exec(announce_query, db::Params::of(thread_, number, "post.removed", at));
        } else {
            refuse("no such act: " + act);
        }
    }

    void open_case(int number, const char* kind, const char* hold_rule, base::Time at) {
        const auto due_at = moderation::add_working_time(at, moderation::working_day);
        tx_.exec(open_case_query, db::Params::of(thread_, number, kind, hold_rule, at, due_at));
    }

    void decide(const json& decision, int number, base::Time at, const char* state_to) {
        const auto kind = decision.at("act").get<std::string>();
        const bool is_return = kind == "return";
        const auto deadline = is_return ? std::optional{at + moderation::answer_time} : std::nullopt;
        const auto appeal_until = is_return ? std::nullopt : std::optional{at + time_to_object};
        // Seen from long ago, so that the dates stand in full.
        const auto shown = [](base::Time time) { return view::time_text(time, view::Language::dutch, base::Time{}); };
        auto statement = with_value(text_of(decision, "statement"), "{at}", shown(at));
        statement = with_value(std::move(statement), "{until}", shown(is_return ? *deadline : *appeal_until));
        const auto facts = text_of(decision, "facts");
        statement = with_value(std::move(statement), "{facts}", facts);
        const auto rows = tx_.exec(decide_query, db::Params::of(thread_, number, kind, at, list_of(decision, "rules"), facts,
                                                                text_of(decision, "questions"), statement, deadline, state_to, appeal_until,
                                                                email_of(decision.at("by"))));
        if (rows.affected() != 1) {
            refuse("nothing to decide about reply " + std::to_string(number));
        }
        tx_.exec(move_query, db::Params::of(thread_, number, state_to, at));
    }

    db::Tx& tx_;
    base::Time now_;
    base::Time last_;
    std::string title_;
    base::ThreadId thread_;
    int last_number_{0};
};

void create_author(db::Tx& tx, const json& author, base::Time now) {
    const auto id = members::create_member(tx, {.email = email_of(author.at("slug")),
                                                .name = author.at("name"),
                                                .function = author.at("function"),
                                                .municipality = author.at("municipality"),
                                                .is_trusted = !author.value("is_new", false),
                                                .is_demo = true});
    if (author.contains("left_minutes_ago")) {
        const auto left = std::chrono::minutes{author.at("left_minutes_ago").get<int>()};
        tx.exec(end_member_query, db::Params::of(id, now - left));
    }
}

}  // namespace

void seed_demo_content(db::Tx& tx, const std::string& folder) {
    if (tx.exec(has_content_query).one().flag("is_there")) {
        return;
    }
    const auto path = std::filesystem::path{folder} / "threads.json";
    std::ifstream in{path};
    if (!in) {
        throw std::runtime_error{"cannot read " + path.string()};
    }
    const auto content = json::parse(in);
    const auto now = base::now();
    for (const auto& author : content.at("members")) {
        create_author(tx, author, now);
    }
    Teller teller{tx, now};
    for (const auto& thread : content.at("threads")) {
        teller.tell(thread);
    }
    tx.exec(age_members_query);
}

}  // namespace forum::app
