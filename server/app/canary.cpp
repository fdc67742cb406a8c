#include "app/canary.hpp"

#include <condition_variable>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "app/canary_client.hpp"
#include "base/log.hpp"
#include "base/problem.hpp"
#include "crypto/sha256.hpp"
#include "crypto/token.hpp"

namespace forum::app {

namespace {

using nlohmann::json;

constexpr const char* canary_path = "/canary";

/// What it hears until it is what it waits for; anything else may come between.
template <class Fits>
json hear_until(CanaryFollower& follower, const Fits& fits) {
    for (;;) {
        auto message = json::parse(follower.hear());
        if (fits(message)) {
            return message;
        }
    }
}

}  // namespace

Canary::Canary(const live::Announcer& announcer)
    : announcer_{announcer}, key_{crypto::random_token()}, topic_{"list/canary/" + crypto::sha256_hex(crypto::random_token())} {}

Canary::~Canary() = default;

void Canary::add_routes(site::Routes& routes) {
    routes.action("canary.beat", canary_path, http::Method::post, "", site::Access::anyone,
                  [this](const site::ActionContext& context) -> site::ActionResult { return beat(context); });
    routes.light();
}

void Canary::fill(live::Sources& sources) {
    sources.open_topic = [this, others = std::move(sources.open_topic)](const access::Viewer& viewer, const std::string& topic) {
        return topic == topic_ ? std::optional{live::Sources::Opening{0, live::Audience::everyone}} : others(viewer, topic);
    };
    sources.render_hint = [this, others = std::move(sources.render_hint)](const live::Event& event, const std::string& topic) {
        return topic == topic_ ? view::Model{json::parse(event.data)} : others(event, topic);
    };
}

site::Done Canary::beat(const site::ActionContext& context) {
    if (context.request.header("x-canary") != key_) {
        throw base::Problem{base::ProblemKind::not_found};
    }
    std::uint64_t number = 0;
    {
        const std::lock_guard lock{mutex_};
        number = number_;
    }
    live::Event event;
    event.topic = "canary";
    event.kind = "canary.beat";
    event.data = json{{"value", number}}.dump();
    event.hints = {topic_};
    context.tx.after_commit([this] {
        const std::lock_guard lock{mutex_};
        committed_at_ = Clock::now();
    });
    announcer_.announce(context.tx, event);
    return {.status = 204, .location = "/"};
}

void Canary::start(std::string address, std::uint16_t port, std::chrono::seconds every) {
    // What listens on all addresses is reached on loopback.
    const auto own = address == "0.0.0.0" ? "127.0.0.1" : address == "::" ? "::1" : std::move(address);
    thread_ = std::jthread{[this, own, port, every](const std::stop_token& token) { run(token, own, port, every); }};
}

void Canary::stop() { thread_.request_stop(); }

void Canary::run(const std::stop_token& token, const std::string& address, std::uint16_t port, std::chrono::seconds every) {
    std::mutex mutex;
    std::condition_variable_any wake;
    bool was_up = true;
    while (!token.stop_requested()) {
        bool is_up = true;
        std::string why;
        try {
            go_round(address, port);
        } catch (const std::exception& error) {
            is_up = false;
            why = error.what();
        }
        if (token.stop_requested()) {
            return;  // a beat that the stop cut off says nothing
        }
        if (is_up != was_up) {
            base::log(is_up ? base::LogLevel::info : base::LogLevel::warning, "event=canary_{} why=\"{}\"", is_up ? "heard" : "silent",
                      why);
        }
        was_up = is_up;
        {
            const std::lock_guard lock{mutex_};
            ++(is_up ? figures_.heard : figures_.silent);
            figures_.is_up = is_up;
            figures_.at = base::now();
        }
        std::unique_lock lock{mutex};
        wake.wait_for(lock, token, every, [] { return false; });
    }
}

void Canary::go_round(const std::string& address, std::uint16_t port) {
    std::uint64_t number = 0;
    {
        const std::lock_guard lock{mutex_};
        number = ++number_;
    }
    CanaryFollower follower{address, port};
    follower.say(json{{"do", "follow"}, {"topic", topic_}}.dump());
    const auto answer = hear_until(follower, [&](const json& message) { return message.value("topic", "") == topic_; });
    if (answer.value("is", "") != "following") {
        throw std::runtime_error{"it may not follow"};
    }
    const auto begin = Clock::now();
    if (const int status = send_post(address, port, canary_path, key_); status != 204) {
        throw std::runtime_error{"its post was answered with " + std::to_string(status)};
    }
    hear_until(follower, [&](const json& message) {
        return message.value("is", "") == "hint" && message.value("value", std::uint64_t{0}) == number;
    });
    const auto end = Clock::now();
    const std::lock_guard lock{mutex_};
    delivery_.count(std::chrono::duration<double>(end - committed_at_).count());
    figures_.round_seconds = std::chrono::duration<double>(end - begin).count();
}

Canary::Figures Canary::figures() const {
    const std::lock_guard lock{mutex_};
    auto figures = figures_;
    figures.delivery = delivery_.figures();
    return figures;
}

}  // namespace forum::app
