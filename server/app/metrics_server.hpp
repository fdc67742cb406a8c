// /metrics on a listener of its own, so that no reader can reach it. Rule: it answers a scraper who shows the token, and nobody
// else; a scrape runs on this listener's own thread and takes nothing from those that serve people.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "http/server.hpp"

namespace forum::app {

/// An address and a port as in "127.0.0.1:9464" or "[::1]:9464".
struct Endpoint {
    std::string address;
    std::uint16_t port;
};
/// Throws std::runtime_error with one clear line when it is no such text.
Endpoint parse_endpoint(const std::string& text);

class MetricsServer final : public http::Application {
public:
    /// `token`: "" = none is asked. `text` makes the answer. Throws as http::Server does.
    MetricsServer(const Endpoint& endpoint, const std::string& token, std::function<std::string()> text);
    ~MetricsServer() override;

private:
    std::shared_ptr<const http::PreparedReply> find_ready(const http::RequestView& request) override;
    http::Reply handle(http::Request& request) override;
    bool wants_socket(const http::Request& request) override;
    void take(http::Takeover takeover) override;
    http::Reply refuse(const http::Request* request, int status) override;

    std::string wanted_;  ///< digest of what the Authorization header must be; "" = anything
    std::function<std::string()> text_;
    std::unique_ptr<http::Server> server_;
};

}  // namespace forum::app
