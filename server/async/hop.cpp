#include "async/hop.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <memory>
#include <utility>

namespace forum::async {

namespace asio = boost::asio;

namespace {

// Resumes the coroutine on its executor when the last copy of the job is gone: so also when the work throws.
template <class Handler>
struct Return {
    asio::any_io_executor executor;
    Handler handler;
    bool was_taken{true};

    Return(asio::any_io_executor e, Handler h) : executor{std::move(e)}, handler{std::move(h)} {}
    Return(const Return&) = delete;
    Return& operator=(const Return&) = delete;
    ~Return() {
        asio::post(executor, [handler = std::move(handler), was_taken = was_taken]() mutable { std::move(handler)(was_taken); });
    }
};

struct Start {
    RunOnWorker run;
    std::function<void()> work;
    asio::any_io_executor executor;

    template <class Handler>
    void operator()(Handler handler) {
        auto back = std::make_shared<Return<Handler>>(executor, std::move(handler));
        auto job = [work = std::move(work), back] { work(); };
        if (!run(std::move(job))) {
            back->was_taken = false;
        }
    }
};

}  // namespace

asio::awaitable<bool> hop(RunOnWorker run, std::function<void()> work) {
    const auto executor = co_await asio::this_coro::executor;
    Start start{std::move(run), std::move(work), executor};
    co_return co_await asio::async_initiate<const asio::use_awaitable_t<>, void(bool)>(std::move(start), asio::use_awaitable);
}

}  // namespace forum::async
