// The SQL that reads what a thread is, without its posts. Rule: only through visible_threads; what a viewer may not open does not exist
// for him (Problem{not_found}).
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "access/viewer.hpp"
#include "base/ids.hpp"
#include "db/tx.hpp"
#include "discussion/post_view.hpp"

namespace forum::discussion {

/// What every page about a thread or one of its posts needs. Throws Problem{not_found}.
struct ThreadFacts {
    PostThread thread;
    std::string title;  ///< "" when is_blanked
    bool is_blanked;
    std::string visibility;
    std::int64_t seq;
};
ThreadFacts get_thread(db::Tx& tx, const access::Viewer& viewer, base::ThreadId thread);
/// Several by id; those that the viewer may not open are absent.
std::map<std::int64_t, ThreadFacts> find_threads(db::Tx& tx, const access::Viewer& viewer, const std::vector<std::int64_t>& ids);
/// One for anyone who was let in to the thread; nothing when it is not published.
std::optional<ThreadFacts> find_thread_for_followers(db::Tx& tx, base::ThreadId thread);

/// What it is about; nothing of a thread that is not there.
struct ThreadPlace {
    std::string theme;                    ///< slug
    std::vector<std::string> typologies;  ///< slugs
};
ThreadPlace find_place(db::Tx& tx, base::ThreadId thread);

/// Until the end of the transaction nobody else writes in the thread: numbers are given out one by one, and what was read stays so.
void lock_thread(db::Tx& tx, base::ThreadId thread);

/// The title as it is shown, also when it went with the opening post.
std::string shown_title(const ThreadFacts& facts, const view::Templates& texts, view::Language language);

/// Topics under which a page about this thread may be kept.
std::vector<std::string> thread_topics(base::ThreadId thread, const access::Viewer& viewer);

/// May the viewer follow the thread live, and from which number on? Nothing = no such thread for him.
struct TopicOpening {
    std::int64_t seq;
    std::string audience;  ///< as in events.audience
};
std::optional<TopicOpening> open_thread_topic(db::Tx& tx, const access::Viewer& viewer, base::ThreadId thread);

/// The id and number of one post that the viewer may see; Problem{not_found} otherwise.
base::PostId get_post_id(db::Tx& tx, const access::Viewer& viewer, base::ThreadId thread, int number);

}  // namespace forum::discussion
