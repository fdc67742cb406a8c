// The whole server put together: database, pages, live engine, HTTP. Rule: the composition root; it knows everyone and nobody
// knows it, and it holds no rule of its own.
#pragma once

#include <memory>

#include "app/config.hpp"

namespace forum::app {

class Application {
public:
    /// Starts everything: its own PostgreSQL when no URL is given, migrations, reference data, with `--demo` the demo
    /// content, then listens. Throws std::exception with one clear line.
    explicit Application(Config config);
    ~Application();
    Application(const Application&) = delete;
    Application& operator=(const Application&) = delete;

    std::uint16_t port() const;

    /// Says goodbye to followers, finishes running requests, stops. At most some ten seconds.
    void stop();

private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace forum::app
