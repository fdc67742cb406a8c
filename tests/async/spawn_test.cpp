#include "async/spawn.hpp"

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <memory>
#include <stdexcept>
#include <thread>

#include "async/hop.hpp"
#include "async/workers.hpp"

namespace forum::async {
namespace {

namespace asio = boost::asio;

asio::awaitable<void> count_up(std::shared_ptr<int> value) {
    ++*value;
    co_return;
}

asio::awaitable<void> fail() {
    throw std::runtime_error{"on purpose"};
    co_return;
}

asio::awaitable<void> wait_on(std::shared_ptr<asio::steady_timer> timer) { co_await timer->async_wait(asio::use_awaitable); }

TEST(Spawn, counts_a_task_until_it_ends) {
    asio::io_context context;
    auto timer = std::make_shared<asio::steady_timer>(context, std::chrono::hours{1});
    spawn(context.get_executor(), "waiting", wait_on(timer));
    EXPECT_EQ(running_tasks(context), 1U);
    context.poll();
    EXPECT_EQ(running_tasks(context), 1U);
    // It ends with an exception (operation_aborted), which is logged and does not reach the loop.
    timer->cancel();
    context.run();
    EXPECT_EQ(running_tasks(context), 0U);
}

TEST(Spawn, an_exception_ends_its_task_alone) {
    asio::io_context context;
    auto value = std::make_shared<int>(0);
    spawn(context.get_executor(), "failing", fail());
    spawn(context.get_executor(), "counting", count_up(value));
    EXPECT_NO_THROW(context.run());
    EXPECT_EQ(*value, 1);
    EXPECT_EQ(running_tasks(context), 0U);
}

TEST(Spawn, waits_for_the_tasks_of_its_context_only) {
    asio::io_context busy;
    asio::io_context quiet;
    auto timer = std::make_shared<asio::steady_timer>(busy, std::chrono::hours{1});
    spawn(busy.get_executor(), "waiting", wait_on(timer));
    const auto now = std::chrono::steady_clock::now();
    EXPECT_TRUE(wait_for_tasks(quiet, now));
    EXPECT_FALSE(wait_for_tasks(busy, now));
    asio::post(busy, [&] { timer->cancel(); });
    std::thread thread{[&] { busy.run(); }};
    EXPECT_TRUE(wait_for_tasks(busy, now + std::chrono::minutes{1}));
    thread.join();
}

TEST(Spawn, a_context_may_be_destroyed_under_its_tasks) {
    auto owned = std::make_shared<int>(0);
    {
        asio::io_context context;
        auto timer = std::make_shared<asio::steady_timer>(context, std::chrono::hours{1});
        spawn(context.get_executor(), "waiting", wait_on(timer));
        spawn(context.get_executor(), "never started", count_up(owned));
        context.poll_one();
    }
    EXPECT_EQ(owned.use_count(), 1);
}

asio::awaitable<void> hop_once(RunOnWorker run, std::shared_ptr<std::vector<std::thread::id>> seen, std::shared_ptr<bool> was_taken) {
    std::function<void()> work = [seen] { seen->push_back(std::this_thread::get_id()); };
    *was_taken = co_await hop(std::move(run), std::move(work));
    seen->push_back(std::this_thread::get_id());
}

TEST(Hop, works_elsewhere_and_comes_back) {
    asio::io_context context;
    auto guard = asio::make_work_guard(context);
    Workers workers{1, 10};
    auto seen = std::make_shared<std::vector<std::thread::id>>();
    auto was_taken = std::make_shared<bool>(false);
    const RunOnWorker run = [&](std::function<void()> job) { return workers.try_run(std::move(job)); };
    spawn(context.get_executor(), "hop", hop_once(run, seen, was_taken));
    while (running_tasks(context) > 0) {
        context.run_one();
    }
    EXPECT_TRUE(*was_taken);
    ASSERT_EQ(seen->size(), 2U);
    EXPECT_NE(seen->at(0), std::this_thread::get_id());
    EXPECT_EQ(seen->at(1), std::this_thread::get_id());
}

TEST(Hop, says_no_when_the_workers_do) {
    asio::io_context context;
    auto seen = std::make_shared<std::vector<std::thread::id>>();
    auto was_taken = std::make_shared<bool>(true);
    const RunOnWorker run = [](const std::function<void()>&) { return false; };
    spawn(context.get_executor(), "hop", hop_once(run, seen, was_taken));
    context.run();
    EXPECT_FALSE(*was_taken);
    EXPECT_EQ(seen->size(), 1U);
}

asio::awaitable<void> hop_failing(RunOnWorker run, std::shared_ptr<bool> came_back) {
    std::function<void()> work = [] { throw std::runtime_error{"on purpose"}; };
    co_await hop(std::move(run), std::move(work));
    *came_back = true;
}

TEST(Hop, comes_back_from_work_that_throws) {
    asio::io_context context;
    auto guard = asio::make_work_guard(context);
    Workers workers{1, 10};
    auto came_back = std::make_shared<bool>(false);
    const RunOnWorker run = [&](std::function<void()> job) { return workers.try_run(std::move(job)); };
    spawn(context.get_executor(), "hop", hop_failing(run, came_back));
    while (running_tasks(context) > 0) {
        context.run_one();
    }
    EXPECT_TRUE(*came_back);
}

}  // namespace
}  // namespace forum::async
