#include "async/timer_wheel.hpp"

#include <algorithm>
#include <boost/system/error_code.hpp>
#include <utility>

namespace forum::async {

void TimerWheel::Entry::unlink() {
    if (next_ != nullptr) {
        previous_->next_ = next_;
        next_->previous_ = previous_;
        previous_ = next_ = nullptr;
    }
}

TimerWheel::TimerWheel(boost::asio::io_context& context, std::function<void()> on_tick) : timer_{context}, on_tick_{std::move(on_tick)} {
    for (auto& anchor : slots_) {
        anchor.previous_ = anchor.next_ = &anchor;
    }
}

TimerWheel::~TimerWheel() {
    for (auto& anchor : slots_) {
        while (anchor.next_ != &anchor) {
            anchor.next_->unlink();
        }
    }
}

void TimerWheel::start() {
    next_tick_ = std::chrono::steady_clock::now();
    wait();
}

void TimerWheel::stop() { timer_.cancel(); }

void TimerWheel::wait() {
    next_tick_ += std::chrono::seconds{1};
    timer_.expires_at(next_tick_);
    timer_.async_wait([this](boost::system::error_code error) {
        if (!error) {
            tick();
            wait();
        }
    });
}

void TimerWheel::arm(Entry& entry, std::chrono::seconds after) {
    // The present tick is already under way: one more keeps the promise of at least `after`.
    entry.deadline_ = now_ + static_cast<std::uint64_t>(std::max<std::int64_t>(after.count(), 0)) + 1;
    // A later deadline stays where it is: the wheel looks at it in its old second and puts it on.
    if (entry.next_ == nullptr || entry.deadline_ < entry.seen_at_) {
        link(entry);
    }
}

void TimerWheel::link(Entry& entry) {
    entry.unlink();
    entry.seen_at_ = std::min(entry.deadline_, now_ + slot_count - 1);
    auto& anchor = slots_[entry.seen_at_ % slot_count];
    entry.next_ = &anchor;
    entry.previous_ = anchor.previous_;
    anchor.previous_->next_ = &entry;
    anchor.previous_ = &entry;
}

void TimerWheel::advance(std::uint64_t seconds) {
    for (std::uint64_t i = 0; i < seconds; ++i) {
        tick();
    }
}

void TimerWheel::tick() {
    ++now_;
    if (on_tick_) {
        on_tick_();
    }
    // One at a time from the front: on_deadline may destroy any other entry. Nothing is put back into this slot.
    auto& anchor = slots_[now_ % slot_count];
    while (anchor.next_ != &anchor) {
        Entry& entry = *anchor.next_;
        if (entry.deadline_ > now_) {
            link(entry);
            continue;
        }
        entry.unlink();
        if (std::exchange(entry.deadline_, 0) != 0) {
            entry.on_deadline();
        }
    }
}

}  // namespace forum::async
