#include "discussion/submit_reply.hpp"

#include <nlohmann/json.hpp>

#include "base/text.hpp"
#include "discussion/author_check.hpp"
#include "discussion/drafts.hpp"
#include "discussion/mentions.hpp"
#include "discussion/moved.hpp"
#include "discussion/post_rules.hpp"
#include "discussion/thread_page.hpp"
#include "discussion/thread_store.hpp"
#include "discussion/urls.hpp"
#include "discussion/wall_page.hpp"
#include "discussion/wall_store.hpp"

namespace forum::discussion {

namespace {

using base::Problem;
using base::ProblemKind;

// What was made, and beside it the post's row as load_posts reads it, without what it quotes: a round trip less.
const db::Query submit_query{"discussion.submit_reply", R"(
      WITH asked AS (
    SELECT $1::bigint AS thread, $2::bigint AS author, $3::integer AS level, $4 AS function, $5 AS municipality,
           $6 AS letter, $7 AS state, $8 AS body, $9 AS html, $10::integer AS reply_to, $11 AS key)
    SELECT made.*, made.post_id AS id, made.post_number AS number, made.post_state AS state, 1 AS version,
           CASE WHEN made.post_state = 'live' THEN 1 END AS live_version, true AS has_text, asked.body, asked.html AS body_html,
           CASE WHEN made.post_state = 'live' THEN made.created_at END AS published_at,
           NULL::timestamptz AS edited_at, NULL::timestamptz AS withdrawn_at, NULL AS change_html, NULL AS former_title,
           0::bigint AS votes, false AS is_dealt_with,
           asked.author AS author_id, asked.function AS author_function, nullif(asked.municipality, '') AS author_municipality,
           m.name AS author_name, m.role AS author_role, m.ended_at IS NOT NULL AS author_removed, NULL::integer AS quoted_number
      FROM asked
     CROSS JOIN LATERAL submit_reply(asked.thread, asked.author, asked.level, asked.function, asked.municipality, asked.letter,
                                     asked.state, asked.body, asked.html, asked.reply_to, asked.key) made
      LEFT JOIN members m ON m.id = asked.author)"};

// What submit_reply does, for many replies that go live and quote nothing: PostgreSQL prepares each of its steps once for all
// of them. Left out is a reply to a thread that somebody holds (the others need not wait for it), one with a key that was used,
// and one that is not allowed: submit_reply says why. The ids are taken beforehand, so that no row is waited for or joined again,
// and what the session knows of the author is not looked up.
const db::Query submit_together_query{"discussion.submit_replies", R"(
      WITH asked AS MATERIALIZED (
    SELECT a.*
      FROM unnest($1::bigint[], $2::bigint[], $3::integer[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[],
                  $10::text[]) WITH ORDINALITY a(thread, author, level, name, function, municipality, letter, body, html, key, place)
     WHERE a.key = '' OR NOT EXISTS (SELECT FROM idempotency_keys k WHERE k.member_id = a.author AND k.key = a.key)
         ), free AS MATERIALIZED (
    SELECT id, slug, kind, author_id, visibility, is_published, list_topics, last_number, seq
      FROM threads
     WHERE id = ANY($1::bigint[]) AND is_published AND NOT is_closed AND merged_into IS NULL
       FOR NO KEY UPDATE SKIP LOCKED
         ), made AS MATERIALIZED (
    SELECT a.*, t.slug, t.kind, t.author_id AS thread_author, thread_audience(t.visibility) AS audience,
           thread_hints(t.list_topics, a.author) AS hints,
           (t.last_number + row_number() OVER same)::integer AS number, t.seq + row_number() OVER same AS seq,
           nextval('posts_id_seq') AS post_id, nextval('events_id_seq') AS event_id
      FROM asked a
      JOIN free t ON t.id = a.thread
     WHERE may_see_thread(t.visibility, t.is_published, t.author_id, a.author, a.level)
    WINDOW same AS (PARTITION BY a.thread ORDER BY a.place)
         ), counted AS (
    UPDATE threads t
       SET last_number = t.last_number + r.count,
           seq = t.seq + r.count,
           reply_count = t.reply_count + r.count,
           strand = CASE WHEN octet_length(t.strand) < 400 THEN left(t.strand || r.letters, 400) ELSE t.strand END,
           last_post_at = greatest(t.last_post_at, now())
      FROM (SELECT thread, count(*)::integer AS count, string_agg(letter, '' ORDER BY place) AS letters
              FROM made GROUP BY thread) r
     WHERE t.id = r.thread
         ), post AS (
    INSERT INTO posts (id, thread_id, number, author_id, author_function, author_municipality, state, version, live_version,
                       body, body_html, published_at)
    OVERRIDING SYSTEM VALUE
    SELECT post_id, thread, number, author, function, nullif(municipality, ''), 'live', 1, 1, body, html, now() FROM made
         ), version AS (
    INSERT INTO post_versions (post_id, version, body, body_html, was_live)
    SELECT post_id, 1, body, html, true FROM made
         ), used AS (
    INSERT INTO idempotency_keys (member_id, key, post_id)
    SELECT author, key, post_id FROM made WHERE key <> ''
         ), draft AS (
    DELETE FROM drafts d USING made r WHERE d.member_id = r.author AND d.key = 'reply-' || r.thread
         ), event AS (
    INSERT INTO events (id, topic, seq, kind, audience, data, hints)
    OVERRIDING SYSTEM VALUE
    SELECT event_id, 'thread/' || thread, seq, 'post.new', audience,
           format('{"thread": %s, "post": %s, "number": %s}', thread, post_id, number)::jsonb, hints
      FROM made)
    SELECT made.place, 'made' AS outcome, made.post_id, made.number AS post_number, 'live' AS post_state,
           made.slug AS thread_slug, made.seq AS thread_seq, made.kind AS thread_kind, made.thread_author,
           made.event_id, made.audience, made.hints, now() AS created_at,
           made.post_id AS id, made.number, 'live' AS state, 1 AS version, 1 AS live_version, true AS has_text,
           made.body, made.html AS body_html, now() AS published_at,
           NULL::timestamptz AS edited_at, NULL::timestamptz AS withdrawn_at, NULL AS change_html, NULL AS former_title,
           0::bigint AS votes, false AS is_dealt_with,
           made.author AS author_id, made.function AS author_function, nullif(made.municipality, '') AS author_municipality,
           made.name AS author_name, CASE made.level WHEN 4 THEN 'administrator' WHEN 3 THEN 'moderator' ELSE 'member' END AS author_role,
           false AS author_removed, NULL::integer AS quoted_number
      FROM made)"};

const db::Query thread_of_query{"discussion.thread_of_post", R"(
    SELECT thread_id FROM posts WHERE id = $1)"};

const db::Query prune_keys_query{"discussion.prune_idempotency_keys", R"(
    DELETE FROM idempotency_keys
     WHERE (member_id, key) IN (SELECT member_id, key FROM idempotency_keys
                                 WHERE created_at < $1::timestamptz ORDER BY created_at LIMIT 10000))"};

/// submit_reply's own error: in_reply_to is no post that the author may read.
constexpr std::string_view no_such_post = "FD001";

std::string letter_of(const Services& services, const access::Viewer& author) {
    auto letter = services.places.letter_of(author.municipality);
    return letter.empty() ? std::string{"-"} : letter;
}

db::Params parameters(const Services& services, const access::Viewer& author, const Reply& reply, bool is_live, const std::string& html) {
    return db::Params::of(reply.thread, author.member, author.level(), author.function, author.municipality, letter_of(services, author),
                          is_live ? "live" : "waiting", reply.body, html,
                          reply.reply_to == 0 ? std::nullopt : std::optional{static_cast<std::int64_t>(reply.reply_to)}, reply.key);
}

Submitted read_result(db::Tx& tx, const Services& services, const access::Viewer& author, const Reply& reply, const db::Row& row,
                      RoundTrip trip) {
    const auto outcome = row.text("outcome");
    if (outcome == "not-found") {
        throw Problem{ProblemKind::not_found};
    }
    if (outcome == "closed" || outcome == "unpublished") {
        throw Problem{ProblemKind::conflict, "discussion.thread_" + outcome};
    }
    Submitted done{.thread = reply.thread,
                   .post = row.id<base::PostId>("post_id"),
                   .number = static_cast<int>(row.integer("post_number")),
                   .is_live = row.text("post_state") != "waiting",
                   .is_again = outcome == "again",
                   .slug = row.text("thread_slug"),
                   .thread_kind = row.text("thread_kind"),
                   .thread_author = row.id<base::MemberId>("thread_author"),
                   .seq = row.integer("thread_seq"),
                   .post_row = row,
                   .trip = trip};
    if (done.is_again) {
        // It may have moved since.
        const auto params = db::Params::of(done.post);
        const auto place = trip == RoundTrip::alone ? tx.exec_alone(thread_of_query, params) : tx.exec(thread_of_query, params);
        done.thread = place.one().id<base::ThreadId>("thread_id");
    } else {
        live::Event event;
        event.id = row.integer("event_id");
        event.at = row.time("created_at");
        event.audience = live::audience_from(row.text("audience"));
        event.data = nlohmann::json{{"thread", done.thread.value}, {"post", done.post.value}, {"number", done.number}}.dump();
        event.hints = row.texts("hints");
        if (done.is_live) {
            event.topic = "thread/" + to_string(done.thread);
            event.seq = done.seq;
            event.kind = "post.new";
        } else {
            event.topic = "me/" + to_string(author.member);
            event.kind = "own.changed";
            event.member = author.member;
        }
        services.announcer.announce_inserted(tx, std::move(event));
    }
    return done;
}

/// Committed when this returns, with what other threads submit at the same moment or else by itself. Two requests with one
/// key at the same moment: the second is refused by the key's primary key, and asking again finds what the first made.
db::Row submit_at_once(db::Tx& tx, const Services& services, const access::Viewer& author, const Reply& reply) {
    const auto html = render_post(tx, reply.body, RoundTrip::alone);
    if (reply.reply_to == 0) {
        const auto params = db::Params::of(reply.thread, author.member, author.level(), author.name, author.function, author.municipality,
                                           letter_of(services, author), reply.body, html, reply.key);
        if (auto row = tx.exec_together(submit_together_query, params)) {
            return *std::move(row);
        }
    }
    const auto params = parameters(services, author, reply, true, html);
    try {
        return tx.exec_alone(submit_query, params).one();
    } catch (const db::ConstraintViolation& violation) {
        if (violation.constraint != "idempotency_keys_pkey") {
            throw;
        }
    }
    return tx.exec_alone(submit_query, params).one();
}

std::optional<Submitted> submit_in_transaction(db::Tx& tx, const Services& services, const access::Viewer& author, const Reply& reply,
                                               const std::string& rule) {
    lock_thread(tx, reply.thread);
    if (reply.reply_to != 0) {
        // Asked beforehand: the statement's own refusal would end the transaction.
        const auto quoted = load_posts(tx, author, reply.thread, {reply.reply_to});
        if (quoted.empty() || !quoted.one().flag("has_text")) {
            // A thread that he may not see is not found; only then is it the number that is wrong.
            get_thread(tx, author, reply.thread);
            return std::nullopt;
        }
    }
    const bool is_live = rule.empty();
    const auto row = tx.exec(submit_query, parameters(services, author, reply, is_live, render_post(tx, reply.body))).one();
    auto done = read_result(tx, services, author, reply, row, RoundTrip::in_transaction);
    if (!is_live && !done.is_again) {
        services.gate.hold(tx, author, {.thread = done.thread, .post = done.post, .version = 1, .is_change = false, .rule = rule});
    }
    return done;
}

struct ReplyInput {
    Reply reply;
    bool is_question;  ///< asked on the thread's wall, and goes back there
    AuthorCheck check;
    site::FormErrors errors;
};

Submission submission_of(const Reply& reply) {
    return {.kind = Submission::Kind::reply, .thread = reply.thread, .title = {}, .body = reply.body, .old_body = {}};
}

ReplyInput parse(const site::ActionContext& context, const Services& services) {
    ReplyInput parsed;
    const auto& input = context.input;
    parsed.reply.thread = context.id<base::ThreadId>("id");
    parsed.reply.body = base::trim(input.text("body"));
    parsed.reply.key = scoped_key(context, "reply/" + to_string(parsed.reply.thread));
    parsed.is_question = input.text("van") == "wand";
    site::check_fields(
        parsed.errors, input,
        {.texts = {"body", "nonce", "actie", "van"}, .others = {"reply_to", "replyTo", confirm_field, "confirmPrivate", "draft_revision"}},
        services.texts, context.language);
    check_text(parsed.errors, "body", parsed.reply.body, body_limit, services.texts, context.language);
    const auto before = context.path.find(moved_from);
    parsed.reply.is_moved = before != context.path.end();
    const auto reply_to = input.text(input.has("reply_to") ? "reply_to" : "replyTo");
    if (!reply_to.empty()) {
        if (const auto number = parse_post_number(reply_to)) {
            parsed.reply.reply_to = *number;
            if (parsed.reply.is_moved) {
                // He saw it under the number that it had in the thread that went into this one.
                const auto from = base::parse_id<base::ThreadId>(before->second).value_or(base::ThreadId{});
                const auto moved = find_moved(context.tx, context.viewer, from, parsed.reply.reply_to);
                parsed.reply.reply_to = moved ? moved->number : 0;
            }
        } else {
            parsed.errors.add("reply_to", services.texts.text("discussion.error_reply_to", context.language));
        }
    }
    return parsed;
}

site::Page load_page(const site::ActionContext& context, const Services& services, const ReplyInput& parsed, const ReplyFormState& form) {
    return parsed.is_question ? load_wall_page(context, services, form) : load_thread_page(context, services, form);
}

site::ActionResult keep_reply(const site::ActionContext& context, const Services& services, const ReplyInput& parsed) {
    const auto facts = get_thread(context.tx, context.viewer, parsed.reply.thread);
    const auto kept = keep_draft(context, services, "reply-" + to_string(parsed.reply.thread), {"body", "reply_to"});
    if (const auto* conflict = std::get_if<DraftConflict>(&kept)) {
        ReplyFormState form;
        form.body = both_texts(context.input.text("body"), *conflict, "body");
        form.reply_to = parsed.reply.reply_to;
        form.errors.add("body", services.texts.text("discussion.draft_conflict", context.language));
        return site::ShowAgain{load_page(context, services, parsed, form), form.errors};
    }
    site::Done done;
    done.location = parsed.is_question ? wall_url(parsed.reply.thread) : thread_url(parsed.reply.thread, facts.thread.slug);
    done.flash = "discussion.flash_draft";
    done.model = nlohmann::json{{"revision", std::get<DraftSaved>(kept).revision}};
    return done;
}

site::ActionResult show_again(const site::ActionContext& context, const Services& services, const ReplyInput& parsed, bool with_preview,
                              std::string not_placed = {}) {
    ReplyFormState form;
    form.body = context.input.text("body");
    form.reply_to = parsed.reply.reply_to;
    form.not_placed = std::move(not_placed);
    form.check = with_preview ? AuthorCheck{} : parsed.check;
    form.errors = with_preview ? site::FormErrors{} : parsed.errors;
    if (with_preview && base::count_characters(form.body) <= body_limit) {
        form.preview_html = render_post(context.tx, form.body);
    }
    auto page = load_page(context, services, parsed, form);
    return site::ShowAgain{std::move(page), form.errors};
}

}  // namespace

std::optional<Submitted> submit_reply(db::Tx& tx, const Services& services, const access::Viewer& author, const Reply& reply) {
    const auto rule = services.gate.decide(tx, author, submission_of(reply));
    const bool is_asked_about = !writes_at_once(author) || !services.gate.standing_holds(author).empty();
    if (!rule.empty() || is_asked_about || reply.is_moved) {
        return submit_in_transaction(tx, services, author, reply, rule);
    }
    try {
        return read_result(tx, services, author, reply, submit_at_once(tx, services, author, reply), RoundTrip::alone);
    } catch (const db::DatabaseError& error) {
        if (error.sqlstate != no_such_post) {
            throw;
        }
        return std::nullopt;
    }
}

void prune_idempotency_keys(db::Tx& tx, base::Time older_than) { tx.exec(prune_keys_query, db::Params::of(older_than)); }

site::ActionResult post_reply(const site::ActionContext& context, const Services& services) {
    auto parsed = parse(context, services);
    const auto act = context.input.text("actie");
    if (act == "voorbeeld") {
        return show_again(context, services, parsed, true);
    }
    if (act == "bewaar") {
        return keep_reply(context, services, parsed);
    }
    parsed.check = check_with_author(context, services, submission_of(parsed.reply), parsed.errors);
    std::optional<Submitted> done;
    if (!parsed.errors.any()) {
        try {
            done = submit_reply(context.tx, services, context.viewer, parsed.reply);
        } catch (const Problem& problem) {
            if (problem.kind != ProblemKind::conflict || wants_json(context)) {
                throw;
            }
            // Closed while he was typing: the page as it is now, with his text.
            return show_again(context, services, parsed, false, services.texts.text(problem.detail, context.language));
        }
        if (!done) {
            parsed.errors.add("reply_to", services.texts.text("discussion.error_reply_to", context.language));
        }
    }
    if (!done) {
        return show_again(context, services, parsed, false);
    }
    site::Done answer;
    answer.status = done->is_live ? 201 : 202;
    answer.location = context.is_api       ? post_api_url(done->thread, done->number)
                      : parsed.is_question ? question_url(context.tx, context.viewer, done->thread, done->number)
                                           : post_url(done->thread, done->slug, done->number);
    answer.flash = done->is_live ? "discussion.flash_reply" : "discussion.flash_waits";
    if (wants_json(context)) {
        PostThread thread;
        thread.id = done->thread;
        thread.slug = done->slug;
        thread.kind = done->thread_kind;
        thread.author = done->thread_author;
        thread.is_published = true;
        const bool is_known = done->is_live && !done->is_again && parsed.reply.reply_to == 0;
        answer.model = is_known ? post_json(done->post_row, {services, context.viewer, context.language, thread, std::nullopt, {}})
                                : get_post_json(context.tx, services, context.viewer, context.language, thread, done->number, done->trip);
    }
    return answer;
}

}  // namespace forum::discussion
