#include "app/metrics_server.hpp"

#include <charconv>
#include <stdexcept>

#include "base/log.hpp"
#include "crypto/sha256.hpp"

namespace forum::app {

namespace {

http::Reply metrics_reply(int status, std::string text) {
    http::Reply reply;
    reply.status = status;
    reply.set("Content-Type", "text/plain; version=0.0.4; charset=utf-8").set("Cache-Control", "no-store");
    reply.set("X-Content-Type-Options", "nosniff");
    reply.body = std::move(text);
    return reply;
}

}  // namespace

Endpoint parse_endpoint(const std::string& text) {
    const auto colon = text.rfind(':');
    Endpoint endpoint{text.substr(0, colon), 0};
    if (colon != std::string::npos) {
        const char* const end = text.data() + text.size();
        const auto [last, error] = std::from_chars(text.data() + colon + 1, end, endpoint.port);
        if (endpoint.address.starts_with('[') && endpoint.address.ends_with(']')) {
            endpoint.address = endpoint.address.substr(1, endpoint.address.size() - 2);
        }
        if (error == std::errc{} && last == end && !endpoint.address.empty()) {
            return endpoint;
        }
    }
    throw std::runtime_error{"--metrics-listen wants ADDRESS:PORT, not '" + text + "'"};
}

MetricsServer::MetricsServer(const Endpoint& endpoint, const std::string& token, std::function<std::string()> text)
    : wanted_{token.empty() ? "" : crypto::sha256_hex("Bearer " + token)}, text_{std::move(text)} {
    http::ServerOptions options{.address = endpoint.address,
                                .port = endpoint.port,
                                .io_threads = 1,
                                .trusted_proxies = {},
                                .is_https = false,
                                .limits = {},
                                .access_log = [](std::string_view) {}};  // a line every few seconds says nothing
    options.limits.connections = 20;
    options.limits.connections_per_address = 20;
    server_ = std::make_unique<http::Server>(std::move(options), *this, [](const std::function<void()>& job) {
        job();  // its thread has nothing else to do
        return true;
    });
    server_->start();
    base::log(base::LogLevel::info, "event=metrics_listening address={} port={}", endpoint.address, server_->port());
}

MetricsServer::~MetricsServer() { server_->stop(std::chrono::seconds{1}); }

std::shared_ptr<const http::PreparedReply> MetricsServer::find_ready(const http::RequestView&) { return nullptr; }
bool MetricsServer::wants_socket(const http::Request&) { return false; }
void MetricsServer::take(http::Takeover) {}

http::Reply MetricsServer::handle(http::Request& request) {
    // Digests are compared: how long that takes says nothing about the token.
    if (!wanted_.empty() && crypto::sha256_hex(request.header("authorization")) != wanted_) {
        auto reply = metrics_reply(401, "a token is needed\n");
        reply.set("WWW-Authenticate", "Bearer");
        return reply;
    }
    if (request.path != "/metrics") {
        return metrics_reply(404, "here is only /metrics\n");
    }
    if (request.method != http::Method::get && request.method != http::Method::head) {
        auto reply = metrics_reply(405, "read only\n");
        reply.set("Allow", "GET, HEAD");
        return reply;
    }
    return metrics_reply(200, text_());
}

http::Reply MetricsServer::refuse(const http::Request*, int status) { return metrics_reply(status, "refused\n"); }

}  // namespace forum::app
