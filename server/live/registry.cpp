#include "live/registry.hpp"

#include <unordered_set>

namespace forum::live {

void Registry::add_topic(const std::string& topic) {
    const std::lock_guard lock{mutex_};
    ++topics_[topic];
}

void Registry::remove_topic(const std::string& topic) {
    const std::lock_guard lock{mutex_};
    const auto found = topics_.find(topic);
    if (found != topics_.end() && --found->second == 0) {
        topics_.erase(found);
    }
}

bool Registry::is_followed(const std::string& topic) const {
    const std::lock_guard lock{mutex_};
    return topics_.contains(topic);
}

std::size_t Registry::topics() const {
    const std::lock_guard lock{mutex_};
    return topics_.size();
}

void Registry::add_viewer(const ViewerPtr& viewer) {
    if (!viewer->session) {
        return;
    }
    const std::lock_guard lock{mutex_};
    Session& session = sessions_[viewer->session];
    if (session.followers++ == 0) {
        session.viewer = viewer;  // a later one waits for the check, so that all of the session's followers change together
    }
}

void Registry::remove_viewer(const ViewerPtr& viewer) {
    if (!viewer->session) {
        return;
    }
    const std::lock_guard lock{mutex_};
    const auto found = sessions_.find(viewer->session);
    if (found != sessions_.end() && --found->second.followers == 0) {
        sessions_.erase(found);
    }
}

void Registry::replace_viewer(base::SessionId session, const ViewerPtr& viewer) {
    const std::lock_guard lock{mutex_};
    const auto found = sessions_.find(session);
    if (found != sessions_.end()) {
        found->second.viewer = viewer;
    }
}

std::vector<ViewerPtr> Registry::sessions() const {
    std::vector<ViewerPtr> result;
    const std::lock_guard lock{mutex_};
    result.reserve(sessions_.size());
    for (const auto& [id, session] : sessions_) {
        result.push_back(session.viewer);
    }
    return result;
}

std::vector<ViewerPtr> Registry::sessions_of(base::MemberId member) const {
    std::vector<ViewerPtr> result = sessions();
    std::erase_if(result, [&](const ViewerPtr& viewer) { return viewer->member != member; });
    return result;
}

std::vector<ViewerPtr> Registry::staff() const {
    std::vector<ViewerPtr> result = sessions();
    std::unordered_set<base::MemberId> known;
    std::erase_if(result, [&](const ViewerPtr& viewer) { return !viewer->is_staff() || !known.insert(viewer->member).second; });
    return result;
}

}  // namespace forum::live
