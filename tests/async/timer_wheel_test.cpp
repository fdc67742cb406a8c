#include "async/timer_wheel.hpp"

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <random>
#include <vector>

namespace forum::async {
namespace {

using std::chrono::seconds;

struct Probe final : TimerWheel::Entry {
    void on_deadline() override {
        ++fired;
        if (then) {
            then();
        }
    }
    int fired{0};
    std::function<void()> then;
};

class TimerWheelTest : public testing::Test {
protected:
    boost::asio::io_context context;
    TimerWheel wheel{context};
};

TEST_F(TimerWheelTest, fires_once_between_after_and_a_second_more) {
    Probe probe;
    wheel.arm(probe, seconds{3});
    wheel.advance(3);
    EXPECT_EQ(probe.fired, 0);
    wheel.advance(1);
    EXPECT_EQ(probe.fired, 1);
    wheel.advance(500);
    EXPECT_EQ(probe.fired, 1);
}

TEST_F(TimerWheelTest, a_disarmed_entry_stays_silent) {
    Probe probe;
    wheel.arm(probe, seconds{3});
    wheel.disarm(probe);
    wheel.advance(10);
    EXPECT_EQ(probe.fired, 0);
}

TEST_F(TimerWheelTest, deadlines_beyond_the_wheel_hold) {
    Probe probe;
    wheel.arm(probe, seconds{1000});
    wheel.advance(1000);
    EXPECT_EQ(probe.fired, 0);
    wheel.advance(1);
    EXPECT_EQ(probe.fired, 1);
}

TEST_F(TimerWheelTest, an_entry_may_leave_at_any_time_and_take_others_along) {
    auto first = std::make_unique<Probe>();
    auto second = std::make_unique<Probe>();
    auto third = std::make_unique<Probe>();
    wheel.arm(*first, seconds{1});
    wheel.arm(*second, seconds{1});
    wheel.arm(*third, seconds{1});
    first->then = [&] { second.reset(); };
    wheel.advance(2);
    EXPECT_EQ(third->fired, 1);
}

TEST_F(TimerWheelTest, an_entry_may_arm_itself_again) {
    Probe probe;
    probe.then = [&] { wheel.arm(probe, seconds{0}); };
    wheel.arm(probe, seconds{0});
    wheel.advance(5);
    EXPECT_EQ(probe.fired, 5);
}

TEST(TimerWheel, entries_may_outlive_it) {
    Probe probe;
    {
        boost::asio::io_context context;
        TimerWheel wheel{context};
        wheel.arm(probe, seconds{1});
    }
    EXPECT_EQ(probe.fired, 0);
}

TEST(TimerWheel, ticks_by_the_clock) {
    boost::asio::io_context context;
    int ticks = 0;
    TimerWheel wheel{context, [&] {
                         if (++ticks == 2) {
                             context.stop();
                         }
                     }};
    wheel.start();
    context.run();
    EXPECT_EQ(ticks, 2);
}

// Against a plain list of deadlines, with random arming, disarming and steps.
TEST_F(TimerWheelTest, agrees_with_a_plain_list) {
    std::mt19937 random{20261122};
    std::array<Probe, 40> probes;
    std::map<std::size_t, std::uint64_t> expected;
    std::vector<int> fired(probes.size(), 0);
    std::uint64_t now = 0;
    for (int step = 0; step < 20'000; ++step) {
        const auto which = random() % probes.size();
        switch (random() % 4) {
        case 0:
        case 1: {
            const auto after = random() % 300;
            wheel.arm(probes[which], seconds{after});
            expected[which] = now + after + 1;
            break;
        }
        case 2:
            wheel.disarm(probes[which]);
            expected.erase(which);
            break;
        default:
            for (auto steps = random() % 5; steps > 0; --steps) {
                ++now;
                wheel.advance(1);
                for (auto entry = expected.begin(); entry != expected.end();) {
                    if (entry->second <= now) {
                        ++fired[entry->first];
                        entry = expected.erase(entry);
                    } else {
                        ++entry;
                    }
                }
                for (std::size_t i = 0; i < probes.size(); ++i) {
                    ASSERT_EQ(probes[i].fired, fired[i]) << "probe " << i << " at " << now;
                }
            }
        }
    }
}

}  // namespace
}  // namespace forum::async
