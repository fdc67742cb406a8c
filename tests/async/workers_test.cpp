#include "async/workers.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <latch>
#include <stdexcept>
#include <thread>
#include <vector>

namespace forum::async {
namespace {

TEST(Workers, runs_every_job_that_was_taken) {
    std::atomic<int> done{0};
    {
        Workers workers{3, 1000};
        for (int i = 0; i < 500; ++i) {
            ASSERT_TRUE(workers.try_run([&] { ++done; }));
        }
        workers.stop();
    }
    EXPECT_EQ(done, 500);
}

TEST(Workers, a_full_queue_is_a_no) {
    Workers workers{1, 2};
    std::promise<void> gate;
    auto opened = gate.get_future().share();
    std::latch started{1};
    ASSERT_TRUE(workers.try_run([&started, opened] {
        started.count_down();
        opened.wait();
    }));
    started.wait();
    EXPECT_TRUE(workers.try_run([] {}));
    EXPECT_TRUE(workers.try_run([] {}));
    EXPECT_EQ(workers.waiting(), 2U);
    EXPECT_FALSE(workers.try_run([] { FAIL() << "was refused"; }));
    gate.set_value();
}

TEST(Workers, without_a_queue_an_idle_thread_still_takes_a_job) {
    Workers workers{2, 0};
    std::promise<void> gate;
    auto opened = gate.get_future().share();
    EXPECT_TRUE(workers.try_run([opened] { opened.wait(); }));
    EXPECT_TRUE(workers.try_run([opened] { opened.wait(); }));
    EXPECT_FALSE(workers.try_run([] {}));
    gate.set_value();
}

TEST(Workers, a_job_that_throws_harms_no_other) {
    Workers workers{1, 10};
    std::promise<int> after;
    ASSERT_TRUE(workers.try_run([] { throw std::runtime_error{"on purpose"}; }));
    ASSERT_TRUE(workers.try_run([] { throw 1; }));
    ASSERT_TRUE(workers.try_run([&] { after.set_value(7); }));
    EXPECT_EQ(after.get_future().get(), 7);
}

TEST(Workers, stop_finishes_what_is_queued_and_then_takes_nothing) {
    Workers workers{1, 100};
    std::promise<void> gate;
    auto opened = gate.get_future().share();
    std::atomic<int> done{0};
    ASSERT_TRUE(workers.try_run([opened] { opened.wait(); }));
    for (int i = 0; i < 20; ++i) {
        ASSERT_TRUE(workers.try_run([&] { ++done; }));
    }
    std::thread stopper{[&] { workers.stop(); }};
    gate.set_value();
    stopper.join();
    EXPECT_EQ(done, 20);
    EXPECT_FALSE(workers.try_run([&] { ++done; }));
    workers.stop();
    EXPECT_EQ(done, 20);
}

TEST(Workers, every_thread_says_goodbye_on_itself) {
    std::mutex mutex;
    std::set<std::thread::id> worked;
    std::set<std::thread::id> ended;
    {
        Workers workers{3, 10, [&] {
                            const std::lock_guard lock{mutex};
                            ended.insert(std::this_thread::get_id());
                        }};
        EXPECT_EQ(workers.threads(), 3U);
        for (int i = 0; i < 3; ++i) {
            ASSERT_TRUE(workers.try_run([&] {
                const std::lock_guard lock{mutex};
                worked.insert(std::this_thread::get_id());
            }));
        }
    }
    EXPECT_EQ(ended.size(), 3U);
    EXPECT_TRUE(std::includes(ended.begin(), ended.end(), worked.begin(), worked.end()));
}

TEST(Workers, a_pool_without_threads_is_refused) { EXPECT_THROW((Workers{0, 1}), std::invalid_argument); }

}  // namespace
}  // namespace forum::async
