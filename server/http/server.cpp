#include "http/server.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <stdexcept>
#include <thread>
#include <utility>

#include "async/awaiting.hpp"
#include "async/spawn.hpp"
#include "base/log.hpp"
#include "http/io_thread.hpp"
#include "http/session.hpp"

namespace forum::http {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

namespace {

// So many connections over the limit hear a 503; more are closed without a word.
constexpr std::size_t most_turned_away = 64;
// Out of file descriptors or memory: accepting again at once would only spin.
constexpr std::chrono::milliseconds pause_after_failure{100};
constexpr std::chrono::seconds abandon_time{2};

asio::awaitable<void> serve(std::shared_ptr<Session> session) { co_await session->run(); }

tcp::endpoint endpoint_of(const ServerOptions& options) {
    error_code error;
    const auto address = asio::ip::make_address(options.address, error);
    if (error) {
        throw std::invalid_argument{"not an address to listen on: " + options.address};
    }
    return {address, options.port};
}

}  // namespace

class Server::Impl {
public:
    Impl(ServerOptions options, Application& application, async::RunOnWorker run_on_worker)
        : shared_{std::move(options),
                  application,
                  std::move(run_on_worker),
                  TrustedProxies{shared_.options.trusted_proxies},
                  TrustedProxies{shared_.options.unlimited},
                  std::make_shared<Connections>(shared_.options.limits.connections, shared_.options.limits.connections_per_address)} {
        const auto count = static_cast<std::size_t>(std::max(shared_.options.io_threads, 1));
        for (std::size_t i = 0; i < count; ++i) {
            io_.push_back(std::make_unique<IoThread>(shared_, i));
        }
        acceptor_.emplace(io_.front()->context);
        listen(endpoint_of(shared_.options));
    }

    ~Impl() { stop(std::chrono::seconds{0}); }

    std::uint16_t port() const { return port_; }

    std::vector<asio::io_context*> contexts() {
        std::vector<asio::io_context*> all;
        for (auto& io : io_) {
            all.push_back(&io->context);
        }
        return all;
    }

    void start() {
        async::spawn(io_.front()->context.get_executor(), "accept", accept(this));
        for (auto& io : io_) {
            threads_.emplace_back([thread = io.get()] { thread->run(); });
        }
    }

    void stop(std::chrono::seconds patience) {
        if (threads_.empty()) {
            return;
        }
        asio::post(io_.front()->context, [this] {
            error_code ignored;
            acceptor_->close(ignored);
        });
        for (auto& io : io_) {
            io->stop();
        }
        if (!wait_for_tasks(patience)) {
            for (auto& io : io_) {
                io->abandon();
            }
            wait_for_tasks(abandon_time);
        }
        for (auto& io : io_) {
            io->context.stop();
        }
        for (auto& thread : threads_) {
            thread.join();
        }
        threads_.clear();
    }

    Figures figures() const {
        Figures figures{shared_.connections->open(), 0, 0};
        for (const auto& io : io_) {
            figures.requests += io->requests.load(std::memory_order_relaxed);
            figures.ready_answers += io->ready_answers.load(std::memory_order_relaxed);
        }
        return figures;
    }

private:
    void listen(const tcp::endpoint& endpoint) {
        const auto check = [&](const error_code& error) {
            if (error) {
                throw std::runtime_error{"cannot listen on " + shared_.options.address + " port " + std::to_string(endpoint.port()) + ": "
                                         + error.message()};
            }
        };
        error_code error;
        acceptor_->open(endpoint.protocol(), error);
        check(error);
        // Not SO_REUSEPORT: with it a second server of the same user would start on the same port without a word.
        acceptor_->set_option(tcp::acceptor::reuse_address{true}, error);
        check(error);
        acceptor_->bind(endpoint, error);
        check(error);
        acceptor_->listen(asio::socket_base::max_listen_connections, error);
        check(error);
        port_ = acceptor_->local_endpoint().port();
    }

    // One acceptor, and the sockets go round the threads.
    static asio::awaitable<void> accept(Impl* self) {
        asio::steady_timer pause{self->io_.front()->context};
        for (std::size_t turn = 0; self->acceptor_->is_open(); turn = (turn + 1) % self->io_.size()) {
            tcp::endpoint peer;
            auto [error, socket] = co_await self->acceptor_->async_accept(self->io_[turn]->context, peer, async::awaiting);
            if (error == asio::error::operation_aborted) {
                co_return;
            }
            if (error) {
                // A visitor who is gone already is no failure of ours.
                if (error != asio::error::connection_aborted) {
                    base::log(base::LogLevel::warning, "event=accept_failed what=\"{}\"", error.message());
                    pause.expires_after(pause_after_failure);
                    co_await pause.async_wait(async::awaiting);
                }
                continue;
            }
            self->receive(*self->io_[turn], std::move(socket), unmapped(peer.address()));
        }
    }

    void receive(IoThread& io, tcp::socket socket, asio::ip::address peer) {
        error_code ignored;
        socket.set_option(tcp::no_delay{true}, ignored);
        socket.non_blocking(true, ignored);
        const bool is_many = shared_.proxies.trusts(peer) || shared_.unlimited.trusts(peer);
        const auto source = is_many ? Connections::Source::many : Connections::Source::visitor;
        auto place = shared_.connections->enter(peer, source);
        auto admission = Session::Admission::admitted;
        if (!place) {
            place = over_limit_->enter(peer, Connections::Source::visitor);
            admission = Session::Admission::turned_away;
        }
        if (!place) {
            return;
        }
        asio::post(io.context, [&io, socket = std::move(socket), peer, place = std::move(place), admission]() mutable {
            auto session = std::make_shared<Session>(io, std::move(socket), peer, std::move(place), admission);
            async::spawn(io.context.get_executor(), "session", serve(std::move(session)));
        });
    }

    bool wait_for_tasks(std::chrono::seconds patience) {
        const auto deadline = std::chrono::steady_clock::now() + patience;
        bool is_done = true;
        for (auto& io : io_) {
            is_done = async::wait_for_tasks(io->context, deadline) && is_done;
        }
        return is_done;
    }

    Shared shared_;
    std::vector<std::unique_ptr<IoThread>> io_;
    std::optional<tcp::acceptor> acceptor_;
    std::uint16_t port_{0};
    /// Those that hear a 503 because there is no place for them.
    std::shared_ptr<Connections> over_limit_{std::make_shared<Connections>(most_turned_away, most_turned_away)};
    std::vector<std::thread> threads_;
};

Server::Server(ServerOptions options, Application& application, async::RunOnWorker run_on_worker)
    : impl_{std::make_unique<Impl>(std::move(options), application, std::move(run_on_worker))} {}

Server::~Server() = default;

std::uint16_t Server::port() const { return impl_->port(); }
std::vector<asio::io_context*> Server::contexts() { return impl_->contexts(); }
void Server::start() { impl_->start(); }
void Server::stop(std::chrono::seconds patience) { impl_->stop(patience); }
Server::Figures Server::figures() const { return impl_->figures(); }

}  // namespace forum::http
