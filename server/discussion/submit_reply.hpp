// A reply to a thread: the busiest writing use case. Rule: for a trusted author it is one statement, in one commit with the
// replies that come at the same moment; only a reply that must wait for review takes a transaction of several.
#pragma once

#include <optional>
#include <string>

#include "discussion/post_view.hpp"
#include "discussion/services.hpp"
#include "site/action.hpp"

namespace forum::discussion {

struct Reply {
    base::ThreadId thread;
    std::string body;      ///< markdown, 1 to 20,000 code points of valid UTF-8
    int reply_to{0};       ///< number of the post that is answered, 0 = none
    std::string key;       ///< makes a retry safe, "" = none
    bool is_moved{false};  ///< was sent to a thread that went into this one: the transaction has begun
};

struct Submitted {
    base::ThreadId thread;
    base::PostId post;
    int number;
    bool is_live;   ///< false: it waits for review
    bool is_again;  ///< the key was used before; this is what it made then
    std::string slug;
    std::string thread_kind;
    base::MemberId thread_author;
    std::int64_t seq;
    db::Row post_row;  ///< for post_json, as the post was when it was made and without what it quotes
    RoundTrip trip;    ///< alone: no transaction was begun
};

/// Writes the reply. Nothing when `reply_to` is no post that the author may read. Throws Problem{not_found} for a thread that
/// the author may not see, Problem{conflict} for one that is closed or not published yet.
/// `tx` must not have begun, unless `is_moved`: for a trusted author the reply is committed when this returns.
std::optional<Submitted> submit_reply(db::Tx& tx, const Services& services, const access::Viewer& author, const Reply& reply);

/// Forgets which request made which post, for posts from before `older_than`, at most 10,000 at a time: from then on the same
/// request makes a post anew.
void prune_idempotency_keys(db::Tx& tx, base::Time older_than);

/// POST /gesprekken/{id}/berichten, POST /api/v1/threads/{id}/posts.
site::ActionResult post_reply(const site::ActionContext& context, const Services& services);

}  // namespace forum::discussion
