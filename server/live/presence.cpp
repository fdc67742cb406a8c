#include "live/presence.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "crypto/token.hpp"

namespace forum::live {

namespace {

using nlohmann::json;

constexpr std::size_t beat_head = 200;  // bytes of a beat around its topics
// So that one topic fits into a beat: who is beyond counts as a guest, or not as a writer.
constexpr std::size_t told_members = 200;
constexpr std::size_t told_writers = 10;

json crowd_json(std::size_t guests, std::size_t writing_guests, const std::unordered_set<std::int64_t>& members,
                const std::map<std::int64_t, std::string>& writing) {
    json ids = json::array();
    json writers = json::array();
    for (const auto member : members) {
        if (ids.size() < told_members) {
            ids.push_back(member);
        } else {
            ++guests;
        }
    }
    for (const auto& [member, name] : writing) {
        if (writers.size() < told_writers) {
            writers.push_back(json::array({member, name}));
        }
    }
    return {{"guests", guests}, {"writingGuests", writing_guests}, {"members", ids}, {"writing", writers}};
}

}  // namespace

Presence::Presence() : process_{crypto::random_token()} {}

void Presence::Crowd::add(const Crowd& other) {
    guests += other.guests;
    writing_guests += other.writing_guests;
    members.insert(other.members.begin(), other.members.end());
    writing.insert(other.writing.begin(), other.writing.end());
}

Presence::Crowd Presence::crowd_of(const Topic& topic) {
    Crowd crowd;
    for (const auto& [connection, tab] : topic.tabs) {
        if (tab.state == HereState::away) {
            continue;
        }
        if (!tab.member) {
            ++crowd.guests;
            crowd.writing_guests += tab.state == HereState::writing ? 1U : 0U;
            continue;
        }
        crowd.members.insert(tab.member.value);
        if (tab.state == HereState::writing) {
            crowd.writing.emplace(tab.member.value, tab.name);
        }
    }
    return crowd;
}

Present Presence::picture(const std::string& name, const Topic& topic) const {
    Crowd crowd = crowd_of(topic);
    if (const auto heard = heard_.find(name); heard != heard_.end()) {
        for (const auto& [process, other] : heard->second) {
            crowd.add(other.crowd);
        }
    }
    Present present;
    present.readers = crowd.guests + crowd.members.size();
    present.writers = crowd.writing_guests + crowd.writing.size();
    for (const auto& [member, writer] : crowd.writing) {
        present.writing.push_back(writer);
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
    forget(now);
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
            Present present = picture(*name, topic);
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
    return topic == topics_.end() ? Present{} : picture(name, topic->second);
}

std::vector<std::string> Presence::take_beats(Clock::time_point now) {
    std::vector<std::string> beats;
    const std::lock_guard lock{mutex_};
    if (beat_at_ != Clock::time_point{} && now - beat_at_ < beat_interval) {
        return beats;
    }
    beat_at_ = now;
    json topics = json::object();
    std::size_t bytes = 0;
    const auto finish = [&] {
        if (!topics.empty()) {
            beats.push_back(json{{"process", process_}, {"topics", std::exchange(topics, json::object())}}.dump());
        }
        bytes = 0;
    };
    const auto say = [&](const std::string& name, const Crowd& crowd) {
        json one = crowd_json(crowd.guests, crowd.writing_guests, crowd.members, crowd.writing);
        const std::size_t length = one.dump().size() + name.size() + 8;
        if (bytes + length > beat_bytes - beat_head) {
            finish();
        }
        bytes += length;
        topics[name] = std::move(one);
    };
    auto before = std::exchange(told_, {});
    for (const auto& [name, topic] : topics_) {
        say(name, crowd_of(topic));
        told_.insert(name);
        before.erase(name);
    }
    for (const auto& name : before) {
        say(name, {});
    }
    finish();
    return beats;
}

void Presence::hear(const std::string& beat, Clock::time_point now) {
    const json said = json::parse(beat, nullptr, false);
    if (!said.is_object() || !said.contains("topics")) {
        return;
    }
    const auto process = said.at("process").get<std::string>();
    if (process == process_) {
        return;
    }
    const std::lock_guard lock{mutex_};
    for (const auto& [name, one] : said.at("topics").items()) {
        Crowd crowd;
        crowd.guests = one.at("guests").get<std::size_t>();
        crowd.writing_guests = one.at("writingGuests").get<std::size_t>();
        for (const json& member : one.at("members")) {
            crowd.members.insert(member.get<std::int64_t>());
        }
        for (const json& writer : one.at("writing")) {
            crowd.writing.emplace(writer.at(0).get<std::int64_t>(), writer.at(1).get<std::string>());
        }
        Heard& heard = heard_[name][process];
        heard.until = now + heard_time;
        if (heard.crowd != crowd) {
            heard.crowd = std::move(crowd);
            note_change(name);
        }
    }
}

void Presence::note_change(const std::string& name) {
    if (const auto topic = topics_.find(name); topic != topics_.end()) {
        topic->second.is_dirty = true;
        watched_.insert(name);
    }
}

void Presence::forget(Clock::time_point now) {
    for (auto topic = heard_.begin(); topic != heard_.end();) {
        if (std::erase_if(topic->second, [&](const auto& one) { return one.second.until <= now; }) > 0) {
            note_change(topic->first);
        }
        topic = topic->second.empty() ? heard_.erase(topic) : std::next(topic);
    }
}

}  // namespace forum::live
