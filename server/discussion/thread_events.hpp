// What happens in a thread, told to who follows it: the kinds, and what a follower gets to see of each. Rule: an event holds
// ids only; its text is rendered once, as a guest sees it, from what the post is at that moment.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

#include "db/database.hpp"
#include "discussion/services.hpp"
#include "live/event.hpp"
#include "view/model.hpp"

namespace forum::discussion {

namespace kind {
constexpr std::string_view post_new = "post.new";
constexpr std::string_view post_edited = "post.edited";
constexpr std::string_view post_hidden = "post.hidden";
constexpr std::string_view post_removed = "post.removed";
constexpr std::string_view post_restored = "post.restored";
constexpr std::string_view post_withdrawn = "post.withdrawn";
constexpr std::string_view thread_changed = "thread.changed";
constexpr std::string_view post_voted = "post.voted";    ///< on the thread's wall: the counts of all its questions
constexpr std::string_view own_changed = "own.changed";  ///< on me/<member>
}  // namespace kind

/// Raises the thread's sequence and announces to its followers; the caller holds the thread's row lock. `author` is whose
/// own pages change by it; `more_hints`: topics besides the thread's lists whose pages change. Returns the new sequence.
std::int64_t announce_in_thread(db::Tx& tx, const live::Announcer& announcer, base::ThreadId thread, base::MemberId author,
                                std::string_view event_kind, const nlohmann::json& data, const std::vector<std::string>& more_hints = {});

/// Tells all tabs of one member that something of his own changed (a waiting post, a draft, a read marker).
void announce_own(db::Tx& tx, const live::Announcer& announcer, base::MemberId member, const nlohmann::json& data);

/// {"is":"event","topic":"thread/12","seq":59,"kind":"post.new","post":{...},"html":"..."}; thread.changed has `thread`
/// instead of post and html, post.voted {"votes":[{"number":5,"votes":3}]} in the order of the wall; of a thread that was merged only its id and where it went (movedTo). null for events that are not this feature's. Runs a read job of its own.
view::Model render_event(db::Database& database, const Services& services, const live::Event& event);

/// {"is":"hint","topic":"list/all","value":{"thread":12,"kind":"post.new","seq":59,"replyCount":4,"isNew":false}}; null for topics
/// that are no lists and for threads that are gone. `isNew`: this thread was not in any list before. To the author (me/7) it says
/// {"value":{"thread":12,"kind":"post.new"}}: his own page lists what he wrote.
view::Model render_hint(db::Database& database, const live::Event& event, const std::string& list_topic);

}  // namespace forum::discussion
