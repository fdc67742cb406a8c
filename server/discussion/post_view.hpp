// A post as a reader sees it and what he may do with it: the view model `Post`. Rule: made only from rows of visible_posts,
// or of the statement that just wrote the post; every permission on a post that a page shows is answered here, and asked
// again by the use case that does it.
#pragma once

#include <cstdint>
#include <map>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "access/viewer.hpp"
#include "base/ids.hpp"
#include "base/time.hpp"
#include "db/tx.hpp"
#include "discussion/services.hpp"
#include "view/model.hpp"

namespace forum::discussion {

/// How long an author can put back what he withdrew (A9).
constexpr std::chrono::hours undo_time{24};

/// What a post's view needs to know of its thread.
struct PostThread {
    base::ThreadId id;
    std::string slug;
    std::string kind;
    base::MemberId author;
    bool is_published{false};
    bool is_closed{false};
    base::PostId accepted;
    std::string accepted_by;      ///< name, "" when nothing is accepted
    bool is_looked_after{false};  ///< by the viewer: he reviews what is written here (SQL's looks_after)
};

struct PostViewContext {
    const Services& services;
    const access::Viewer& viewer;
    view::Language language;
    const PostThread& thread;
    /// The viewer's read marker: number and time; nothing for guests and on a first visit.
    std::optional<std::pair<int, base::Time>> marker;
    /// What the gate knows about posts that are not simply live, by post id.
    std::map<std::int64_t, view::Model> decisions;
    /// How long a review takes (PublicationGate::usual_wait), for the author of a post that waits.
    std::string usual_wait{};
};

/// The posts with these numbers that the viewer may see, by number; the rows go into post_json.
db::Rows load_posts(db::Tx& tx, const access::Viewer& viewer, base::ThreadId thread, const std::vector<std::int64_t>& numbers);

/// Posts wherever they stand (thread_id), in no order.
db::Rows load_posts_by_id(db::Tx& tx, const access::Viewer& viewer, const std::vector<std::int64_t>& ids);

/// Of one thread for anyone who was let in to it, as a plain reader: what live followers get.
db::Rows load_posts_for_followers(db::Tx& tx, base::ThreadId thread, const std::vector<std::int64_t>& numbers);

/// SQL's viewer level of such a follower (sql/replaceable/20_may_see_thread.sql).
constexpr int follower_level = -1;

/// Whether a query runs in the job's transaction or by itself (db::Tx::exec_alone).
enum class RoundTrip { in_transaction, alone };

/// One post as JSON, without a decision: what a use case answers with. Throws Problem{not_found}.
nlohmann::json get_post_json(db::Tx& tx, const Services& services, const access::Viewer& viewer, view::Language language,
                             const PostThread& thread, int number, RoundTrip trip = RoundTrip::in_transaction);

/// What a dilemma says beside its text, also when it is one no more: [{label, text, bodyHtml}].
nlohmann::json fields_json(const nlohmann::json& fields, const Services& services, view::Language language);

/// Ids of the rows about which there may be a decision to show.
std::vector<std::int64_t> decided_ids(const db::Rows& rows);

nlohmann::json post_json(const db::Row& row, const PostViewContext& context);

}  // namespace forum::discussion
