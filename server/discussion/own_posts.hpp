// A member's own posts and what he was typing when his session ended, for his own pages. Rule: only the viewer's own, also what
// nobody else sees yet.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "discussion/services.hpp"
#include "site/action.hpp"

namespace forum::discussion {

/// Posts wherever they stand, by id, each with its thread. In two queries, however many they are; what the viewer may not see
/// is absent.
struct PostInThread {
    view::Model post;
    std::string thread_title, thread_url;
};
std::map<std::int64_t, PostInThread> load_posts_in_threads(const site::PageContext& context, const Services& services,
                                                           const std::vector<std::int64_t>& posts);

/// The newest posts of the viewer, whatever their state: list of Post + threadTitle, threadUrl, excerpt (at most 160
/// characters).
view::Model load_own_posts(const site::PageContext& context, const Services& services);

/// The viewer's posts and changes on which a moderator has to decide, the one that waits longest first: list of {threadTitle,
/// threadUrl, post}.
view::Model load_own_waiting(const site::PageContext& context, const Services& services);

/// How many posts of the viewer wait for a moderator.
int count_own_waiting(db::Tx& tx, const access::Viewer& viewer);

/// Keeps the fields of a form of ours (new thread, reply) that found no session as a draft of the member who has signed in
/// now, with an older draft under it; the URL where the text is again, "" for other forms.
std::string keep_typed(const site::ActionContext& context, const Services& services, const std::string& path);

}  // namespace forum::discussion
