#include "live/presence.hpp"

#include <algorithm>

namespace forum::live {

Present Presence::picture(const Topic& topic) {
    Present present;
    std::unordered_set<std::int64_t> readers;
    std::unordered_map<std::int64_t, std::string_view> writers;
    for (const auto& [connection, tab] : topic.tabs) {
        if (tab.state == HereState::away) {
            continue;
        }
        if (!tab.member) {
            ++present.readers;
            present.writers += tab.state == HereState::writing ? 1 : 0;
            continue;
        }
        readers.insert(tab.member.value);
        if (tab.state == HereState::writing) {
            writers.emplace(tab.member.value, tab.name);
        }
    }
    present.readers += readers.size();
    present.writers += writers.size();
    for (const auto& [member, name] : writers) {
        present.writing.emplace_back(name);
    }
    std::sort(present.writing.begin(), present.writing.end());
    if (present.writing.size() > Present::names_limit) {
        present.writing.resize(Present::names_limit);
    }
    return present;
}

void Presence::set(const std::string& name, const Person& person, HereState state, Clock::time_point now) {
    const std::lock_guard lock{mutex_};
    Topic& topic = topics_[name];
    const auto [found, is_new] = topic.tabs.try_emplace(person.connection);
    Tab& tab = found->second;
    const bool wrote = !is_new && tab.state == HereState::writing;
    const bool writes = state == HereState::writing;
    const bool is_changed = is_new || tab.state != state || tab.member != person.member;
    tab = Tab{person.member, person.name, state, now + writing_time};
    topic.writing_tabs += (writes ? 1U : 0U);
    topic.writing_tabs -= (wrote ? 1U : 0U);
    topic.has_newcomer = topic.has_newcomer || is_new;
    if (is_changed || topic.writing_tabs > 0) {
        topic.is_dirty = topic.is_dirty || is_changed;
        watched_.insert(name);
    }
}

void Presence::leave(const std::string& name, std::uint64_t connection) {
    const std::lock_guard lock{mutex_};
    const auto topic = topics_.find(name);
    if (topic == topics_.end()) {
        return;
    }
    const auto tab = topic->second.tabs.find(connection);
    if (tab == topic->second.tabs.end()) {
        return;
    }
    topic->second.writing_tabs -= tab->second.state == HereState::writing ? 1U : 0U;
    topic->second.tabs.erase(tab);
    if (topic->second.tabs.empty()) {
        topics_.erase(topic);
        watched_.erase(name);
        return;
    }
    topic->second.is_dirty = true;
    watched_.insert(name);
}

std::vector<Presence::Change> Presence::take_changes(Clock::time_point now) {
    std::vector<Change> changes;
    const std::lock_guard lock{mutex_};
    for (auto name = watched_.begin(); name != watched_.end();) {
        Topic& topic = topics_.at(*name);
        if (topic.writing_tabs > 0) {
            for (auto& [connection, tab] : topic.tabs) {
                if (tab.state == HereState::writing && tab.writing_until <= now) {
                    tab.state = HereState::reading;
                    --topic.writing_tabs;
                    topic.is_dirty = true;
                }
            }
        }
        const std::chrono::seconds crowd{static_cast<std::int64_t>(topic.tabs.size() / 200)};
        const auto interval = std::clamp(crowd, least_interval, most_interval);
        if (topic.is_dirty && (topic.told_at == Clock::time_point{} || now - topic.told_at >= interval)) {
            Present present = picture(topic);
            topic.is_dirty = false;
            if (present != topic.told || topic.has_newcomer) {
                topic.has_newcomer = false;
                topic.told = present;
                topic.told_at = now;
                changes.push_back({*name, std::move(present)});
            }
        }
        name = topic.is_dirty || topic.writing_tabs > 0 ? std::next(name) : watched_.erase(name);
    }
    return changes;
}

Present Presence::find(const std::string& name) const {
    const std::lock_guard lock{mutex_};
    const auto topic = topics_.find(name);
    return topic == topics_.end() ? Present{} : picture(topic->second);
}

}  // namespace forum::live
