// Starts coroutines: the only co_spawn of the server. Rule: a spawned coroutine is a named function that takes its
// parameters by value, and holds nothing by reference but what lives as long as its io_context.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/execution_context.hpp>
#include <chrono>
#include <cstddef>
#include <string_view>

namespace forum::async {

/// Runs `task` on `executor` and counts it under that executor's context until it ends. An exception that leaves it
/// is logged with `name`, which is a literal (kept as a view).
void spawn(boost::asio::any_io_executor executor, std::string_view name, boost::asio::awaitable<void> task);

/// Tasks spawned on this context that have not ended; any thread.
std::size_t running_tasks(boost::asio::execution_context& context);

/// Waits until no task of this context is left, at most until `deadline`; false and a log line for each kind of task
/// that is left when it passes. Not from a thread that runs the context.
bool wait_for_tasks(boost::asio::execution_context& context, std::chrono::steady_clock::time_point deadline);

}  // namespace forum::async
