// What is followed in this process, whatever the I/O thread: so that an event nobody follows costs no rendering, and so
// that sessions are checked in bulk. Rule: touched when topics and followers come and go, never once per delivery.
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "access/viewer.hpp"

namespace forum::live {

using ViewerPtr = std::shared_ptr<const access::Viewer>;

class Registry {
public:
    /// A shard has its first, or lost its last, follower of the topic.
    void add_topic(const std::string& topic);
    void remove_topic(const std::string& topic);
    bool is_followed(const std::string& topic) const;
    std::size_t topics() const;

    /// A follower came or went.
    void add_viewer(const ViewerPtr& viewer);
    void remove_viewer(const ViewerPtr& viewer);

    /// The session's check found other rights than those known.
    void replace_viewer(base::SessionId session, const ViewerPtr& viewer);

    /// One viewer for each session that has followers.
    std::vector<ViewerPtr> sessions() const;
    std::vector<ViewerPtr> sessions_of(base::MemberId member) const;
    /// One viewer for each moderator or administrator with followers.
    std::vector<ViewerPtr> staff() const;

private:
    struct Session {
        ViewerPtr viewer;
        std::size_t followers{0};
    };
    mutable std::mutex mutex_;
    std::unordered_map<std::string, std::size_t> topics_;  // by name: shards that have it
    std::unordered_map<base::SessionId, Session> sessions_;
};

}  // namespace forum::live
