// Deadlines by the second for many connections on one I/O thread: setting one is a store, not a system timer. Rule:
// a wheel, its entries and every call on them belong to the one thread that runs the io_context.
#pragma once

#include <array>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>

namespace forum::async {

class TimerWheel {
public:
    /// What has a deadline. Leaves the wheel when destroyed.
    class Entry {
    public:
        Entry() = default;
        Entry(const Entry&) = delete;
        Entry& operator=(const Entry&) = delete;

    protected:
        virtual ~Entry() { unlink(); }
        /// The deadline has passed; once for each time it was armed.
        virtual void on_deadline() = 0;

    private:
        friend class TimerWheel;
        void unlink();

        Entry* previous_{nullptr};
        Entry* next_{nullptr};
        std::uint64_t deadline_{0};  ///< in ticks; 0 = none
        std::uint64_t seen_at_{0};   ///< the tick at which the wheel looks at it next
    };

    /// Ticks once a second from `start` on; `on_tick` runs before the deadlines of that second.
    explicit TimerWheel(boost::asio::io_context& context, std::function<void()> on_tick = {});
    ~TimerWheel();
    TimerWheel(const TimerWheel&) = delete;
    TimerWheel& operator=(const TimerWheel&) = delete;

    void start();
    /// No more ticks; entries stay.
    void stop();

    /// on_deadline comes between `after` and `after` + 1 s from now; an earlier deadline of this entry is forgotten.
    void arm(Entry& entry, std::chrono::seconds after);
    void disarm(Entry& entry) { entry.deadline_ = 0; }

    /// Lets `seconds` pass at once, for tests.
    void advance(std::uint64_t seconds);

private:
    static constexpr std::size_t slot_count = 128;

    struct Anchor final : Entry {
        void on_deadline() override {}
    };

    void wait();
    void tick();
    void link(Entry& entry);

    boost::asio::steady_timer timer_;
    std::function<void()> on_tick_;
    std::chrono::steady_clock::time_point next_tick_;
    std::uint64_t now_{1};
    std::array<Anchor, slot_count> slots_;
};

}  // namespace forum::async
