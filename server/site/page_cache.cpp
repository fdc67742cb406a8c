#include "site/page_cache.hpp"

#include <algorithm>

#include "base/time.hpp"

namespace forum::site {

namespace {

// Beyond this many remembered drops the oldest knowledge is given up: pages being loaded just then are not kept.
constexpr std::size_t remembered_drops = 20'000;

std::size_t size_of(const http::PreparedReply& reply) {
    std::size_t bytes = sizeof(http::PreparedReply);
    for (const auto& form : reply.forms) {
        if (form) {
            bytes += form->head.size() + form->not_modified_head.size() + form->body.size();
        }
    }
    return bytes;
}

}  // namespace

std::size_t PageKeyHash::operator()(const PageKey& key) const noexcept {
    const std::hash<std::string> text;
    return text(key.target) ^ (text(key.variant) * 31)
           ^ (std::hash<std::int64_t>{}(key.member * 3 + static_cast<int>(key.encoding)) * 0x9e3779b97f4a7c15U);
}

PageCache::PageCache(std::size_t max_bytes, std::chrono::seconds max_age) : max_bytes_{max_bytes}, max_age_{max_age} {}

std::shared_ptr<const http::PreparedReply> PageCache::find(const PageKey& key) {
    const std::lock_guard lock{mutex_};
    const auto found = by_key_.find(key);
    if (!enabled_ || found == by_key_.end()) {
        ++misses_;
        return nullptr;
    }
    const auto entry = found->second;
    if (entry->until <= std::chrono::steady_clock::now()) {
        erase(entry);
        ++misses_;
        return nullptr;
    }
    entries_.splice(entries_.begin(), entries_, entry);
    ++hits_;
    return entry->reply;
}

std::uint64_t PageCache::now() const {
    const std::lock_guard lock{mutex_};
    return clock_;
}

void PageCache::keep(const PageKey& key, std::shared_ptr<const http::PreparedReply> reply, std::vector<std::string> topics,
                     std::uint64_t since) {
    const auto bytes = size_of(*reply) + key.target.size();
    // "vandaag" in a page is true until midnight only.
    const auto midnight = base::next_amsterdam_midnight(base::now()) - base::now();
    const auto until = std::chrono::steady_clock::now() + std::min<std::chrono::nanoseconds>(max_age_, midnight);
    const std::lock_guard lock{mutex_};
    if (!enabled_ || bytes > max_bytes_ / 4 || since < forgotten_before_) {
        return;
    }
    for (const auto& topic : topics) {
        const auto drop = dropped_at_.find(topic);
        if (drop != dropped_at_.end() && drop->second > since) {
            return;
        }
    }
    if (const auto present = by_key_.find(key); present != by_key_.end()) {
        erase(present->second);
    }
    entries_.push_front({key, std::move(reply), std::move(topics), bytes, until});
    by_key_[key] = entries_.begin();
    for (const auto& topic : entries_.front().topics) {
        by_topic_.emplace(topic, entries_.begin());
    }
    bytes_ += bytes;
    while (bytes_ > max_bytes_) {
        erase(std::prev(entries_.end()));
    }
}

void PageCache::drop(const std::vector<std::string>& topics) {
    const std::lock_guard lock{mutex_};
    ++clock_;
    for (const auto& topic : topics) {
        dropped_at_[topic] = clock_;
        for (auto found = by_topic_.find(topic); found != by_topic_.end(); found = by_topic_.find(topic)) {
            erase(found->second);
        }
    }
    if (dropped_at_.size() > remembered_drops) {
        dropped_at_.clear();
        forgotten_before_ = clock_;
    }
}

void PageCache::clear() {
    const std::lock_guard lock{mutex_};
    forgotten_before_ = ++clock_;
    dropped_at_.clear();
    entries_.clear();
    by_key_.clear();
    by_topic_.clear();
    bytes_ = 0;
}

void PageCache::set_enabled(bool enabled) {
    clear();
    const std::lock_guard lock{mutex_};
    enabled_ = enabled;
}

PageCache::Figures PageCache::figures() const {
    const std::lock_guard lock{mutex_};
    return {entries_.size(), bytes_, hits_, misses_};
}

void PageCache::erase(Entries::iterator entry) {
    for (const auto& topic : entry->topics) {
        auto [first, last] = by_topic_.equal_range(topic);
        for (; first != last; ++first) {
            if (first->second == entry) {
                by_topic_.erase(first);
                break;
            }
        }
    }
    bytes_ -= entry->bytes;
    by_key_.erase(entry->key);
    entries_.erase(entry);
}

}  // namespace forum::site
