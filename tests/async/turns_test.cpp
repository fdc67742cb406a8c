// A job that is woken: no wake-up is lost, it also runs unasked, it survives its own faults, and it ends when it is told to.
#include "async/turns.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <semaphore>
#include <stdexcept>

namespace forum::async {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;

TEST(Turns, AWakeUpDuringATurnIsFollowedByOneMore) {
    std::counting_semaphore<100> began{0}, may_end{0};
    Turns turns{"test", {.at_least_every = hours{1}, .pause = milliseconds{0}}, [&] {
                    began.release();
                    may_end.acquire();
                    return false;
                }};
    turns.wake();
    began.acquire();
    turns.wake();
    turns.wake();
    may_end.release();
    began.acquire();
    may_end.release();
    turns.stop();
    EXPECT_FALSE(began.try_acquire()) << "two wake-ups during one turn are one turn more";
}

TEST(Turns, WhatSaysThatThereIsMoreRunsAgain) {
    std::binary_semaphore done{0};
    std::atomic<int> count{0};
    Turns turns{"test", {.at_least_every = hours{1}, .pause = milliseconds{0}}, [&] {
                    if (++count == 3) {
                        done.release();
                        return false;
                    }
                    return true;
                }};
    turns.wake();
    done.acquire();
    turns.stop();
    EXPECT_EQ(count, 3);
}

TEST(Turns, ItAlsoRunsUnaskedAndAfterAFault) {
    std::counting_semaphore<1000> ran{0};
    Turns turns{"test", {.at_least_every = milliseconds{1}, .pause = milliseconds{0}}, [&]() -> bool {
                    ran.release();
                    throw std::runtime_error{"a fault"};
                }};
    for (int n = 0; n < 3; ++n) {
        EXPECT_TRUE(ran.try_acquire_for(hours{1})) << "turn " << n;
    }
}

TEST(Turns, TheThreadSaysGoodbye) {
    bool has_ended = false;
    Turns turns{"test", {.at_least_every = hours{1}}, [] { return false; }, [&] { has_ended = true; }};
    turns.stop();
    EXPECT_TRUE(has_ended);
    turns.stop();
}

}  // namespace
}  // namespace forum::async
