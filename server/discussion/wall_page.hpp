// The wall of a session: the replies of a thread as questions, in order, for members and in large letters for a screen. Rule: it
// shows no post that the thread would not show this viewer, and nobody who voted for what.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>

#include "discussion/post_view.hpp"
#include "discussion/thread_page.hpp"

namespace forum::discussion {

/// /gesprekken/{id}/wand (?scherm=groot), /api/v1/threads/{id}/wall. Problem{not_found} when the thread has no wall.
site::Page load_wall_page(const site::PageContext& context, const Services& services,
                          const std::optional<ReplyFormState>& form = std::nullopt);

/// What the thread's own page says of its wall: {isThere, isOpen, url, openUrl, closeUrl}. `is_open`: nothing = it has none.
nlohmann::json wall_json(const access::Viewer& viewer, const PostThread& thread, std::optional<bool> is_open);

}  // namespace forum::discussion
