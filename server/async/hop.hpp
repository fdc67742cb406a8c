// The hop of a coroutine to a worker thread and back to its own. Rule: what the work uses is owned by the work, never
// by the coroutine's frame, which may be destroyed while the worker is busy.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <functional>

namespace forum::async {

/// Hands a job to the workers; false when their queue is full (Workers::try_run).
using RunOnWorker = std::function<bool(std::function<void()>)>;

/// Runs `work` through `run` and goes on on the caller's executor; false when it was not taken. The caller's io_context
/// must outlive the worker.
boost::asio::awaitable<bool> hop(RunOnWorker run, std::function<void()> work);

}  // namespace forum::async
