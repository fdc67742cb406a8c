#include "app/health.hpp"

namespace forum::app {

namespace {

http::Reply health_reply(int status, std::string text) {
    http::Reply reply;
    reply.status = status;
    reply.set("Content-Type", "text/plain; charset=utf-8").set("Cache-Control", "no-store");
    reply.set("X-Content-Type-Options", "nosniff");
    reply.body = std::move(text);
    return reply;
}

}  // namespace

std::string Health::canary_line() const {
    if (canary_ == nullptr) {
        return "";
    }
    const auto canary = canary_->figures();
    if (canary.at == base::Time{}) {
        return "canary: not yet\n";
    }
    return std::string{"canary: "} + (canary.is_up ? "heard" : "silent") + " at " + base::to_rfc3339(canary.at) + "\n";
}

void Health::add_routes(site::Routes& routes) {
    routes.raw("health.live", http::Method::get, "/healthz",
               [this](const http::Request&, const http::PathValues&) { return health_reply(200, "ok\n" + canary_line()); });
    routes.raw("health.ready", http::Method::get, "/readyz", [this](const http::Request&, const http::PathValues&) {
        if (!database_.ping()) {
            return health_reply(503, "database away\n");
        }
        if (!is_listening_) {
            return health_reply(503, "not listening for events\n");
        }
        return health_reply(200, "ready\n");
    });
}

}  // namespace forum::app
