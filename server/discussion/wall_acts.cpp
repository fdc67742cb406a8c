#include "discussion/wall_acts.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "discussion/post_rules.hpp"
#include "discussion/thread_events.hpp"
#include "discussion/thread_store.hpp"
#include "discussion/urls.hpp"
#include "discussion/wall_store.hpp"

namespace forum::discussion {

namespace {

using base::Problem;
using base::ProblemKind;
using nlohmann::json;

const db::Query open_query{"discussion.open_wall", R"(
    INSERT INTO walls (thread_id, is_open) VALUES ($1, true)
    ON CONFLICT (thread_id) DO UPDATE SET is_open = true WHERE NOT walls.is_open)"};

// What readers saw being dealt with, was. A question that was hidden meanwhile was not.
const db::Query leave_current_query{"discussion.leave_current_question", R"(
    INSERT INTO dealt_questions (post_id)
    SELECT p.id FROM walls w JOIN posts p ON p.id = w.current_post
     WHERE w.thread_id = $1 AND p.state IN ('live', 'live_change')
    ON CONFLICT DO NOTHING)"};

const db::Query close_wall_query{"discussion.close_wall", R"(
    UPDATE walls SET is_open = false, current_post = NULL WHERE thread_id = $1)"};

const db::Query current_query{"discussion.set_current_question", R"(
    UPDATE walls SET current_post = $2 WHERE thread_id = $1)"};

const db::Query not_current_query{"discussion.not_current_question", R"(
    UPDATE walls SET current_post = NULL WHERE thread_id = $1 AND current_post = $2)"};

const db::Query deal_query{"discussion.deal_question", R"(
    INSERT INTO dealt_questions (post_id) VALUES ($1) ON CONFLICT DO NOTHING)"};

const db::Query not_dealt_query{"discussion.not_dealt_question", "DELETE FROM dealt_questions WHERE post_id = $1"};

const db::Query log_wall_act_query{"discussion.log_wall_act", R"(
    INSERT INTO wall_acts (thread_id, kind, post_id, by_member) VALUES ($1, $2, $3, $4))"};

const db::Query vote_query{"discussion.vote", R"(
    INSERT INTO post_votes (post_id, member_id) VALUES ($1, $2) ON CONFLICT DO NOTHING)"};

const db::Query unvote_query{"discussion.unvote", "DELETE FROM post_votes WHERE post_id = $1 AND member_id = $2"};

// Last in its transaction: whoever closes the wall or tells its counts, waits for this vote or comes before it.
const db::Query votes_due_query{"discussion.votes_due", R"(
    UPDATE walls SET votes_due = true WHERE thread_id = $1 AND is_open)"};

const db::Query walls_due_query{"discussion.walls_due", R"(
    SELECT w.thread_id, t.author_id FROM walls w JOIN threads t ON t.id = w.thread_id WHERE w.votes_due ORDER BY w.thread_id)"};

const db::Query votes_told_query{"discussion.votes_told", R"(
    UPDATE walls SET votes_due = false WHERE thread_id = $1 AND votes_due)"};

int question_number(const site::ActionContext& context, const Services& services, site::FormErrors& errors) {
    site::Fields known{.texts = {"nonce"}, .others = {}};
    if (!context.path.contains("n")) {
        known.others.emplace_back("number");
    }
    site::check_fields(errors, context.input, known, services.texts, context.language);
    return post_number(context, services.texts, errors);
}

bool get_wall(db::Tx& tx, base::ThreadId thread) {
    const auto is_open = find_wall(tx, thread);
    if (!is_open) {
        throw Problem{ProblemKind::not_found};
    }
    return *is_open;
}

void require_open(bool is_open) {
    if (!is_open) {
        throw Problem{ProblemKind::conflict, "wall.error_closed"};
    }
}

site::Done done_at(const site::ActionContext& context, base::ThreadId thread, int number, int status, const std::string& flash) {
    site::Done done;
    done.status = status;
    const auto list_from = parse_post_number(context.query("vanaf", "cursor"));
    const auto anchor = "#vraag-" + std::to_string(number);
    done.location = number == 0 ? wall_url(thread)
                    : list_from ? wall_list_url(thread, *list_from) + anchor
                                : question_url(context.tx, context.viewer, thread, number);
    done.flash = flash;
    if (number != 0 && wants_json(context)) {
        const auto question = get_question(context.tx, context.viewer, thread, number);
        done.model = json{{"number", number}, {"votes", question.votes}, {"hasVoted", question.has_voted}, {"place", question.place}};
    }
    return done;
}

site::ActionResult vote(const site::ActionContext& context, const Services& services, bool is_vote) {
    site::FormErrors errors;
    const int number = question_number(context, services, errors);
    if (errors.any()) {
        return refuse(context, errors);
    }
    auto& tx = context.tx;
    const auto& member = context.viewer.member;
    const auto thread = get_thread(tx, context.viewer, context.id<base::ThreadId>("id")).thread.id;
    require_open(get_wall(tx, thread));
    const auto question = get_question(tx, context.viewer, thread, number);
    if (question.author == member) {
        throw Problem{ProblemKind::forbidden, "wall.error_own"};
    }
    if (!question.is_live || question.place == "dealt") {
        throw Problem{ProblemKind::conflict, "wall.error_dealt"};
    }
    if (tx.exec(is_vote ? vote_query : unvote_query, db::Params::of(question.post, member)).affected() != 0) {
        announce_own(tx, services.announcer, member, {{"thread", thread.value}, {"voted", number}});
        require_open(tx.exec(votes_due_query, db::Params::of(thread)).affected() != 0);
    }
    return done_at(context, thread, number, is_vote ? 200 : 204, is_vote ? "wall.flash_voted" : "wall.flash_unvoted");
}

/// The thread under its row lock, as every act of staff takes it.
ThreadFacts get_locked(const site::ActionContext& context) {
    const auto thread = context.id<base::ThreadId>("id");
    lock_thread(context.tx, thread);
    return get_thread(context.tx, context.viewer, thread);
}

void log_and_tell(const site::ActionContext& context, const Services& services, const PostThread& thread, const std::string& act,
                  base::PostId post) {
    context.tx.exec(log_wall_act_query, db::Params::of(thread.id, act, post, context.viewer.member));
    announce_in_thread(context.tx, services.announcer, thread.id, thread.author, kind::thread_changed,
                       json{{"thread", thread.id.value}, {"wall", act}});
}

site::ActionResult set_open(const site::ActionContext& context, const Services& services, bool opens) {
    site::FormErrors errors;
    site::check_fields(errors, context.input, {.texts = {"nonce"}, .others = {}}, services.texts, context.language);
    if (errors.any()) {
        return refuse(context, errors);
    }
    const auto thread = get_locked(context).thread;
    if (opens && !thread.is_published) {
        throw Problem{ProblemKind::conflict, "discussion.thread_unpublished"};
    }
    if (!opens && get_wall(context.tx, thread.id)) {
        context.tx.exec(leave_current_query, db::Params::of(thread.id));
        context.tx.exec(close_wall_query, db::Params::of(thread.id));
        log_and_tell(context, services, thread, "close", {});
    } else if (opens && context.tx.exec(open_query, db::Params::of(thread.id)).affected() != 0) {
        log_and_tell(context, services, thread, "open", {});
    }
    auto done = done_at(context, thread.id, 0, opens ? 200 : 204, opens ? "wall.flash_opened" : "wall.flash_closed");
    done.model = json{{"thread", thread.id.value}, {"isOpen", opens}};
    return done;
}

/// `place`: where the question comes to stand.
site::ActionResult move_question(const site::ActionContext& context, const Services& services, const std::string& place) {
    site::FormErrors errors;
    const int number = question_number(context, services, errors);
    if (errors.any()) {
        return refuse(context, errors);
    }
    const auto thread = get_locked(context).thread;
    const bool is_open = get_wall(context.tx, thread.id);
    const auto question = get_question(context.tx, context.viewer, thread.id, number);
    if (!question.is_live) {
        throw Problem{ProblemKind::conflict, "wall.error_waiting"};
    }
    if (question.place != place) {
        if (place == "current") {
            require_open(is_open);
            context.tx.exec(leave_current_query, db::Params::of(thread.id));
            context.tx.exec(not_dealt_query, db::Params::of(question.post));
            context.tx.exec(current_query, db::Params::of(thread.id, question.post));
        } else {
            context.tx.exec(not_current_query, db::Params::of(thread.id, question.post));
            context.tx.exec(place == "dealt" ? deal_query : not_dealt_query, db::Params::of(question.post));
        }
        log_and_tell(context, services, thread, place == "current" ? "call" : place == "dealt" ? "deal" : "put-back", question.post);
    }
    return done_at(context, thread.id, number, place == "open" ? 204 : 200, "wall.flash_" + place);
}

}  // namespace

void start_wall(db::Tx& tx, base::ThreadId thread, base::MemberId by) {
    tx.exec(open_query, db::Params::of(thread));
    tx.exec(log_wall_act_query, db::Params::of(thread, std::string{"open"}, base::PostId{}, by));
}

bool announce_votes(db::Tx& tx, const live::Announcer& announcer) {
    for (const auto& row : tx.exec(walls_due_query)) {
        const auto thread = row.id<base::ThreadId>("thread_id");
        lock_thread(tx, thread);
        if (tx.exec(votes_told_query, db::Params::of(thread)).affected() != 0) {
            announce_in_thread(tx, announcer, thread, row.id<base::MemberId>("author_id"), kind::post_voted,
                               json{{"thread", thread.value}});
        }
    }
    return false;
}

void add_wall_acts(site::Routes& routes, const Services& services) {
    using enum site::Access;
    using enum http::Method;
    const std::string form = "/gesprekken/{id}", api = "/api/v1/threads/{id}";
    const auto add = [&](const std::string& name, const std::string& path, http::Method method, const std::string& api_path,
                         site::Access access, auto use_case) {
        routes.action("discussion." + name, form + path, method, api + api_path, access,
                      [&services, use_case](const site::ActionContext& context) { return use_case(context, services); });
    };
    const auto votes = [](bool is_vote) {
        return [is_vote](const auto& context, const auto& given) { return vote(context, given, is_vote); };
    };
    const auto opens = [](bool is_open) {
        return [is_open](const auto& context, const auto& given) { return set_open(context, given, is_open); };
    };
    const auto moves = [](const std::string& place) {
        return [place](const auto& context, const auto& given) { return move_question(context, given, place); };
    };
    add("vote", "/berichten/{n}/stem", put, "/posts/{n}/vote", member, votes(true));
    routes.writing();
    add("unvote", "/berichten/{n}/stem-terug", del, "/posts/{n}/vote", member, votes(false));
    routes.writing();
    add("open_wall", "/wand/openen", put, "/wall", staff, opens(true));
    add("close_wall", "/wand/sluiten", del, "/wall", staff, opens(false));
    add("call_question", "/berichten/{n}/nu", put, "/wall/current", staff, moves("current"));
    add("deal_question", "/berichten/{n}/behandeld", put, "/posts/{n}/dealt", staff, moves("dealt"));
    add("put_back_question", "/berichten/{n}/terug-in-rij", del, "/posts/{n}/dealt", staff, moves("open"));
}

}  // namespace forum::discussion
