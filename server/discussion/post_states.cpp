#include "discussion/post_states.hpp"

#include <initializer_list>
#include <nlohmann/json.hpp>

#include "base/problem.hpp"
#include "discussion/mentions.hpp"
#include "discussion/post_view.hpp"
#include "discussion/thread_events.hpp"

namespace forum::discussion {

namespace {

using base::Problem;
using base::ProblemKind;

const db::Query lock_thread_of_query{"discussion.lock_thread_of", R"(
    SELECT t.id FROM threads t JOIN posts p ON p.thread_id = t.id WHERE p.id = $1 FOR NO KEY UPDATE OF t)"};

const db::Query post_standing_query{"discussion.post_standing", R"(
    SELECT p.thread_id, p.number, p.author_id, p.state, p.version, p.live_version, p.published_at IS NOT NULL AS was_published,
           p.withdrawn_at > now() - make_interval(hours => $2) AS may_undo, t.accepted_post = p.id AS is_answer, t.seq
      FROM posts p JOIN threads t ON t.id = p.thread_id
     WHERE p.id = $1)"};

// $2 new state, $3 the version that readers see from now on (null: as it was). The state and version that were read under
// the lock stand in the WHERE again, so that no path can move a post that stands elsewhere.
const db::Query move_post_query{"discussion.move_post", R"(
    UPDATE posts p
       SET state = $2,
           live_version = coalesce($3, p.live_version),
           body = CASE WHEN $3::integer IS NULL THEN p.body ELSE v.body END,
           body_html = CASE WHEN $3::integer IS NULL THEN p.body_html ELSE v.body_html END,
           published_at = CASE WHEN $2 = 'live' THEN coalesce(p.published_at, now()) ELSE p.published_at END,
           edited_at = CASE WHEN $3 <> p.live_version THEN now() ELSE p.edited_at END,
           withdrawn_at = CASE WHEN $2 = 'withdrawn' THEN now() END
      FROM post_versions v
     WHERE p.id = $1 AND p.state = $4 AND p.version = $5 AND v.post_id = p.id AND v.version = coalesce($3, p.version)
    RETURNING p.id)"};

const db::Query mark_live_query{"discussion.mark_version_live", R"(
    UPDATE post_versions SET was_live = true WHERE post_id = $1 AND version = $2)"};

const db::Query write_version_query{"discussion.write_version", R"(
    INSERT INTO post_versions (post_id, version, body, body_html, by_member)
    SELECT p.id, p.version + 1, $3, $4, nullif($5::bigint, p.author_id) FROM posts p WHERE p.id = $1 AND p.version = $2
    RETURNING version)"};

const db::Query version_body_query{"discussion.version_body", R"(
    SELECT body FROM post_versions WHERE post_id = $1 AND version = $2)"};

const db::Query hide_version_query{"discussion.hide_version", R"(
    UPDATE post_versions SET is_hidden = $3 WHERE post_id = $1 AND version = $2 AND was_live AND is_hidden <> $3)"};

const db::Query raise_version_query{"discussion.raise_version", R"(
    UPDATE posts SET version = version + 1 WHERE id = $1 AND version = $2)"};

// A text that readers have not seen yet is simply the new one; of one that they see, the row keeps what they see.
const db::Query show_unseen_query{"discussion.show_unseen_version", R"(
    UPDATE posts p SET body = v.body, body_html = v.body_html
      FROM post_versions v WHERE p.id = $1 AND v.post_id = p.id AND v.version = p.version)"};

// As if readers had never been shown one: nothing but a decision puts a text before them.
const db::Query never_shown_query{"discussion.never_shown", R"(
    UPDATE posts p SET live_version = NULL, body = v.body, body_html = v.body_html
      FROM post_versions v WHERE p.id = $1 AND v.post_id = p.id AND v.version = p.version)"};

const db::Query opening_query{"discussion.move_opening", R"(
    UPDATE threads
       SET opening_state = $2,
           is_published = is_published OR $2 = 'live',
           published_at = CASE WHEN $2 = 'live' THEN coalesce(published_at, now()) ELSE published_at END
     WHERE id = $1)"};

// The rows stay, with their times: that there was a post, when and by whom (T24).
const db::Query erase_versions_query{"discussion.erase_versions", R"(
    UPDATE post_versions SET body = '-', body_html = '' WHERE post_id = $1)"};

const db::Query erase_post_query{"discussion.erase_post", R"(
    UPDATE posts SET body = '', body_html = '' WHERE id = $1)"};

// Also of a thread that it opened before that was merged.
const db::Query erase_opening_query{"discussion.erase_opening", R"(
    UPDATE threads t SET title = '-', slug = 'gesprek', fields = '{}'
      FROM posts p
     WHERE p.id = $1
       AND ((t.id = p.thread_id AND p.number = 1)
            OR (t.merged_into IS NOT NULL AND t.id IN (SELECT v.thread_id FROM post_moves v WHERE v.post_id = p.id AND v.number = 1))))"};

const db::Query recount_query{"discussion.recount", R"(SELECT recount_thread($1))"};

const db::Query lose_answer_query{"discussion.lose_answer", R"(SELECT lose_answer($1, $2))"};

// Who quoted it before one of the two went elsewhere: in its own thread a page looks at its quotes by itself.
const db::Query quoted_elsewhere_query{"discussion.quoted_elsewhere", R"(
    SELECT thread_id, id, number, author_id FROM posts
     WHERE reply_to = $1 AND thread_id <> $2 AND state IN ('live', 'live_change')
     ORDER BY thread_id, number)"};

// Their own pages name the thread by its title.
const db::Query who_wrote_query{"discussion.who_wrote_in", R"(
    SELECT DISTINCT 'me/' || author_id AS topic FROM posts WHERE thread_id = $1)"};

/// A post under its thread's lock, on its way to another state.
class Move {
public:
    Move(db::Tx& tx, const live::Announcer& announcer, base::PostId post) : tx_{tx}, announcer_{announcer}, post_{post} {
        const auto row = lock_and_read(tx, post);
        moved_.thread = row.id<base::ThreadId>("thread_id");
        moved_.author = row.id<base::MemberId>("author_id");
        moved_.number = static_cast<int>(row.integer("number"));
        moved_.state_from = moved_.state_to = row.text("state");
        moved_.version = static_cast<int>(row.integer("version"));
        if (const auto shown = row.find_integer("live_version")) {
            moved_.live_version_from = static_cast<int>(*shown);
        }
        moved_.seq = row.integer("seq");
        was_published_ = row.flag("was_published");
        may_undo_ = !row.is_null("may_undo") && row.flag("may_undo");
        is_answer_ = !row.is_null("is_answer") && row.flag("is_answer");
    }

    bool stands(std::initializer_list<std::string_view> states) const {
        return std::find(states.begin(), states.end(), moved_.state_from) != states.end();
    }
    void require(bool holds) const {
        if (!holds) {
            throw Problem{ProblemKind::conflict, "discussion.post_moved"};
        }
    }
    void require_version(int version) const { require(version == moved_.version); }

    /// Adds a version by its author or a moderator; the post's state and what readers see stay as they are.
    void write(const std::string& body, base::MemberId by) {
        const auto html = render_post(tx_, body);
        require(tx_.exec(write_version_query, db::Params::of(post_, moved_.version, body, html, by)).size() == 1);
        tx_.exec(raise_version_query, db::Params::of(post_, moved_.version));
        ++moved_.version;
    }

    /// `shown`: the version that readers see from now on, none = as it was. Readers are told what they see of it.
    void to(std::string_view state, std::optional<int> shown = std::nullopt) {
        const auto version = shown ? std::optional{static_cast<std::int64_t>(*shown)} : std::nullopt;
        require(tx_.exec(move_post_query, db::Params::of(post_, state, version, moved_.state_from, moved_.version)).size() == 1);
        if (shown) {
            tx_.exec(mark_live_query, db::Params::of(post_, *shown));
        }
        moved_.state_to = state;
        if (moved_.number == 1) {
            tx_.exec(opening_query, db::Params::of(moved_.thread, state));
        }
        if (const auto event = what_readers_see(shown); !event.empty()) {
            tell_readers(event);
        }
        tell_author();
    }

    /// What readers can look up changed, not what they read.
    void tell_again() { tell_readers(kind::post_edited); }

    std::optional<int> live_version() const { return moved_.live_version_from; }
    bool was_published() const { return was_published_; }
    bool may_undo() const { return may_undo_; }
    int version() const { return moved_.version; }
    const Moved& done() const { return moved_; }

private:
    /// While it waited for the thread's lock the post may have gone to another thread (a merge): then that one's.
    static db::Row lock_and_read(db::Tx& tx, base::PostId post) {
        while (true) {
            const auto locked = tx.exec(lock_thread_of_query, db::Params::of(post));
            if (locked.empty()) {
                throw Problem{ProblemKind::not_found};
            }
            auto row = tx.exec(post_standing_query, db::Params::of(post, undo_time.count())).one();
            if (row.integer("thread_id") == locked.one().integer("id")) {
                return row;
            }
        }
    }

    static bool is_read(std::string_view state) { return state == "live" || state == "live_change"; }

    /// Under which event's name readers see a post that was published and that they cannot read.
    static std::string_view tombstone(std::string_view state) {
        if (state == "withdrawn") {
            return kind::post_withdrawn;
        }
        return state == "removed" || state == "erased" ? kind::post_removed : kind::post_hidden;
    }

    /// The event that takes a reader's page from before this move to after it; "" when nothing of it changes.
    std::string_view what_readers_see(std::optional<int> shown) const {
        const bool was_read = is_read(moved_.state_from);
        if (is_read(moved_.state_to)) {
            if (!was_published_) {
                return kind::post_new;
            }
            if (!was_read) {
                return kind::post_restored;
            }
            return shown && shown != moved_.live_version_from ? kind::post_edited : std::string_view{};
        }
        const bool is_new_to_them = was_read || tombstone(moved_.state_from) != tombstone(moved_.state_to);
        return was_published_ && is_new_to_them ? tombstone(moved_.state_to) : std::string_view{};
    }

    /// True counters, and the event.
    void tell_readers(std::string_view event_kind) {
        if (is_answer_ && !is_read(moved_.state_to)) {
            tx_.exec(lose_answer_query, db::Params::of(moved_.thread, post_));
        }
        tx_.exec(recount_query, db::Params::of(moved_.thread));
        std::vector<std::string> own_pages;
        if (moved_.number == 1 && event_kind != kind::post_new) {
            for (const auto& row : tx_.exec(who_wrote_query, db::Params::of(moved_.thread))) {
                own_pages.push_back(row.text("topic"));
            }
        }
        moved_.seq = announce_in_thread(tx_, announcer_, moved_.thread, moved_.author, event_kind, data(), own_pages);
        if (event_kind != kind::post_new) {
            tell_who_quotes();
        }
    }
    /// A quote in another thread shows what became of this post too. Each of these threads is locked after its own: two that quote each
    /// other and change at the same moment are a deadlock, after which the job runs again.
    void tell_who_quotes() {
        for (const auto& row : tx_.exec(quoted_elsewhere_query, db::Params::of(post_, moved_.thread))) {
            const auto thread = row.id<base::ThreadId>("thread_id");
            announce_in_thread(tx_, announcer_, thread, row.id<base::MemberId>("author_id"), kind::post_edited,
                               {{"thread", thread.value}, {"post", row.integer("id")}, {"number", row.integer("number")}});
        }
    }
    void tell_author() { announce_own(tx_, announcer_, moved_.author, data()); }

    nlohmann::json data() const { return {{"thread", moved_.thread.value}, {"post", post_.value}, {"number", moved_.number}}; }

    db::Tx& tx_;
    const live::Announcer& announcer_;
    base::PostId post_;
    Moved moved_;
    bool was_published_, may_undo_, is_answer_;
};

}  // namespace

Moved publish(db::Tx& tx, const live::Announcer& announcer, base::PostId post, int version) {
    Move move{tx, announcer, post};
    move.require(move.stands({"waiting", "live_change"}));
    move.require_version(version);
    move.to("live", version);
    return move.done();
}

Moved publish_changed(db::Tx& tx, const live::Announcer& announcer, base::PostId post, int version, const std::string& body,
                      base::MemberId moderator) {
    Move move{tx, announcer, post};
    move.require(move.stands({"waiting", "live_change"}));
    move.require_version(version);
    move.write(body, moderator);
    move.to("live", move.version());
    return move.done();
}

Moved return_to_author(db::Tx& tx, const live::Announcer& announcer, base::PostId post, int version) {
    Move move{tx, announcer, post};
    move.require(move.stands({"waiting", "live_change"}));
    move.require_version(version);
    move.to(move.stands({"waiting"}) ? "returned" : "live");
    return move.done();
}

Moved reject(db::Tx& tx, const live::Announcer& announcer, base::PostId post, int version) {
    Move move{tx, announcer, post};
    move.require(move.stands({"waiting", "live_change"}));
    move.require_version(version);
    move.to(move.stands({"waiting"}) ? "rejected" : "live");
    return move.done();
}

Moved hide(db::Tx& tx, const live::Announcer& announcer, base::PostId post) {
    Move move{tx, announcer, post};
    move.require(move.stands({"live", "live_change"}));
    move.to("hidden");
    return move.done();
}

Moved remove(db::Tx& tx, const live::Announcer& announcer, base::PostId post) {
    Move move{tx, announcer, post};
    move.require(move.stands({"live", "live_change", "hidden", "withdrawn"}));
    move.to("removed");
    return move.done();
}

Moved restore(db::Tx& tx, const live::Announcer& announcer, base::PostId post) {
    Move move{tx, announcer, post};
    move.require(move.stands({"hidden", "removed", "rejected"}));
    move.to("live", move.live_version().value_or(move.version()));
    return move.done();
}

Moved put_back(db::Tx& tx, const live::Announcer& announcer, base::PostId post, const PutBack& back) {
    Move move{tx, announcer, post};
    move.require(move.stands({back.from}));
    move.require_version(back.version);
    if (back.judged != back.version) {
        const auto rows = tx.exec(version_body_query, db::Params::of(post, back.judged));
        move.write(rows.one().text("body"), move.done().author);
    }
    move.to(back.to, back.live_version);
    if (back.to == "waiting" || back.to == "returned" || back.to == "rejected") {
        tx.exec(never_shown_query, db::Params::of(post));
    }
    return move.done();
}

Moved expire(db::Tx& tx, const live::Announcer& announcer, base::PostId post) {
    Move move{tx, announcer, post};
    move.require(move.stands({"returned"}));
    move.to("withdrawn");
    return move.done();
}

Moved hide_version(db::Tx& tx, const live::Announcer& announcer, base::PostId post, int version, bool is_hidden) {
    Move move{tx, announcer, post};
    move.require(!move.stands({"erased"}) && version != move.live_version());
    move.require(tx.exec(hide_version_query, db::Params::of(post, version, is_hidden)).affected() == 1);
    move.tell_again();
    return move.done();
}

Moved erase(db::Tx& tx, const live::Announcer& announcer, base::PostId post) {
    Move move{tx, announcer, post};
    move.require(!move.stands({"erased"}));
    move.to("erased");
    tx.exec(erase_versions_query, db::Params::of(post));
    tx.exec(erase_post_query, db::Params::of(post));
    tx.exec(erase_opening_query, db::Params::of(post));
    return move.done();
}

Moved withdraw(db::Tx& tx, const live::Announcer& announcer, base::PostId post) {
    Move move{tx, announcer, post};
    move.require(move.stands({"waiting", "returned", "live", "live_change"}));
    move.to("withdrawn");
    return move.done();
}

Moved undo_withdrawal(db::Tx& tx, const live::Announcer& announcer, base::PostId post) {
    Move move{tx, announcer, post};
    move.require(move.stands({"withdrawn"}) && move.live_version().has_value());
    if (!move.may_undo()) {
        throw Problem{ProblemKind::conflict, "discussion.undo_too_late"};
    }
    move.to("live");
    return move.done();
}

Moved resubmit(db::Tx& tx, const live::Announcer& announcer, base::PostId post, int version, const std::string& body) {
    Move move{tx, announcer, post};
    move.require(move.stands({"waiting", "returned"}));
    move.require_version(version);
    move.write(body, move.done().author);
    move.to("waiting");
    tx.exec(show_unseen_query, db::Params::of(post));
    return move.done();
}

Moved edit_live(db::Tx& tx, const live::Announcer& announcer, base::PostId post, int version, const std::string& body) {
    Move move{tx, announcer, post};
    move.require(move.stands({"live", "live_change"}));
    move.require_version(version);
    move.write(body, move.done().author);
    move.to("live", move.version());
    return move.done();
}

Moved propose_change(db::Tx& tx, const live::Announcer& announcer, base::PostId post, int version, const std::string& body) {
    Move move{tx, announcer, post};
    move.require(move.stands({"live", "live_change"}));
    move.require_version(version);
    move.write(body, move.done().author);
    move.to("live_change");
    return move.done();
}

}  // namespace forum::discussion
