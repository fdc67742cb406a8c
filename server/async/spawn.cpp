#include "async/spawn.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/execution/context.hpp>
#include <boost/asio/query.hpp>
#include <condition_variable>
#include <exception>
#include <map>
#include <mutex>
#include <utility>

#include "base/log.hpp"

namespace forum::async {

namespace asio = boost::asio;

namespace {

// The count lives in the context itself: who stops a context waits for its tasks and for no others.
class TaskCount final : public asio::execution_context::service {
public:
    // The name is what Asio asks of a service.
    static inline asio::execution_context::id id;

    explicit TaskCount(asio::execution_context& context) : asio::execution_context::service{context} {}

    void enter(std::string_view name) {
        const std::lock_guard lock{mutex_};
        ++running_;
        ++by_name_[name];
    }

    void leave(std::string_view name) {
        const std::lock_guard lock{mutex_};
        --by_name_[name];
        if (--running_ == 0) {
            none_left_.notify_all();
        }
    }

    std::size_t running() const {
        const std::lock_guard lock{mutex_};
        return running_;
    }

    bool wait(std::chrono::steady_clock::time_point deadline) {
        std::unique_lock lock{mutex_};
        if (none_left_.wait_until(lock, deadline, [this] { return running_ == 0; })) {
            return true;
        }
        for (const auto& [name, count] : by_name_) {
            if (count > 0) {
                base::log(base::LogLevel::warning, "event=tasks_left task={} count={}", name, count);
            }
        }
        return false;
    }

private:
    void shutdown() override {}

    mutable std::mutex mutex_;
    std::condition_variable none_left_;
    std::size_t running_{0};
    std::map<std::string_view, std::size_t> by_name_;
};

// Leaves the count when the task ends, and also when the context is destroyed under it.
class Ticket {
public:
    Ticket(TaskCount& count, std::string_view name) : count_{&count}, name_{name} { count.enter(name); }
    Ticket(Ticket&& other) noexcept : count_{std::exchange(other.count_, nullptr)}, name_{other.name_} {}
    Ticket(const Ticket&) = delete;
    Ticket& operator=(const Ticket&) = delete;
    Ticket& operator=(Ticket&&) = delete;
    ~Ticket() {
        if (count_ != nullptr) {
            count_->leave(name_);
        }
    }

private:
    TaskCount* count_;
    std::string_view name_;
};

void log_end(std::string_view name, const std::exception_ptr& error) {
    if (!error) {
        return;
    }
    try {
        std::rethrow_exception(error);
    } catch (const std::exception& exception) {
        base::log(base::LogLevel::error, "event=exception where=\"task {}\" what=\"{}\"", name, exception.what());
    } catch (...) {
        base::log(base::LogLevel::error, "event=exception where=\"task {}\" what=unknown", name);
    }
}

}  // namespace

void spawn(asio::any_io_executor executor, std::string_view name, asio::awaitable<void> task) {
    auto& context = asio::query(executor, asio::execution::context);
    Ticket ticket{asio::use_service<TaskCount>(context), name};
    asio::co_spawn(executor, std::move(task),
                   [name, ticket = std::move(ticket)](const std::exception_ptr& error) { log_end(name, error); });
}

std::size_t running_tasks(asio::execution_context& context) { return asio::use_service<TaskCount>(context).running(); }

bool wait_for_tasks(asio::execution_context& context, std::chrono::steady_clock::time_point deadline) {
    return asio::use_service<TaskCount>(context).wait(deadline);
}

}  // namespace forum::async
