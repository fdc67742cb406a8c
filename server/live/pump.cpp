#include "live/pump.hpp"

#include <algorithm>
#include <exception>
#include <optional>

#include "base/log.hpp"
#include "base/problem.hpp"
#include "live/hub.hpp"

namespace forum::live {

Pump::Pump(Hub& hub, const Sources& sources, Registry& registry, Renderer& renderer)
    : hub_{hub},
      sources_{sources},
      registry_{registry},
      renderer_{renderer},
      now_{Clock::now().time_since_epoch().count()},
      read_until_{base::now().time_since_epoch().count()} {}

void Pump::add(const std::vector<Event>& events) {
    {
        const std::lock_guard lock{mutex_};
        for (const Event& event : events) {
            queue_.push_back(event);
            queue_.back().at = base::now();
        }
    }
    start();
}

void Pump::want_poll() {
    {
        const std::lock_guard lock{mutex_};
        is_poll_wanted_ = true;
    }
    start();
}

void Pump::tick(Clock::time_point now) {
    now_ = now.time_since_epoch().count();
    {
        const std::lock_guard lock{mutex_};
        is_waiting_ = is_waiting_ && now - failed_at_ < retry_interval;
        if (now - polled_at_ >= poll_interval) {
            polled_at_ = now;
            is_poll_wanted_ = true;
        }
    }
    start();
}

void Pump::start() {
    {
        const std::lock_guard lock{mutex_};
        if (is_running_ || is_waiting_ || (queue_.empty() && !is_poll_wanted_ && !has_due_)) {
            return;
        }
        is_running_ = true;
    }
    if (!hub_.run_on_worker([this] { work(); })) {
        const std::lock_guard lock{mutex_};
        is_running_ = false;  // no worker free: the tick comes along
    }
}

void Pump::work() {
    for (;;) {
        std::vector<Event> events;
        bool polls = false;
        {
            const std::lock_guard lock{mutex_};
            events.swap(queue_);
            polls = std::exchange(is_poll_wanted_, false);
        }
        bool is_fine = true;
        const base::Time before = base::now();
        if (polls) {
            try {
                std::vector<Event> polled = sources_.poll_events();
                std::move(polled.begin(), polled.end(), std::back_inserter(events));
            } catch (const std::exception& error) {
                report("poll", &error);
                is_fine = false;
            }
        }
        const bool is_passed_on = pass_on(events);
        if (is_fine && is_passed_on) {
            report("", nullptr);
        }
        if (polls && is_fine && is_passed_on) {
            read_until_ = before.time_since_epoch().count();
            hub_.read_until(before);
        }
        const std::lock_guard lock{mutex_};
        if (!is_passed_on) {
            queue_.insert(queue_.begin(), events.begin(), events.end());
        }
        is_poll_wanted_ = is_poll_wanted_ || !is_fine;
        is_waiting_ = !is_fine || !is_passed_on;
        failed_at_ = is_waiting_ ? Clock::time_point{Clock::duration{now_}} : failed_at_;
        if (is_waiting_ || (queue_.empty() && !is_poll_wanted_)) {
            is_running_ = false;
            return;
        }
    }
}

// Answers false when a rendering failed; `events` then holds what is left to do.
bool Pump::pass_on(std::vector<Event>& events) {
    std::vector<Outgoing> batch;
    std::size_t done = 0;
    bool is_fine = true;
    for (; done < events.size(); ++done) {
        const Event& event = events[done];
        if (event.id != 0 && seen_.contains(event.id)) {
            continue;
        }
        if (tries_ == 0) {
            renderer_.note(event);
        }
        const bool is_shown = event.kind != "counters" && event.kind != "session.changed" && registry_.is_followed(event.topic);
        if (is_shown && !render(event, batch)) {
            is_fine = false;
            break;
        }
        tries_ = 0;
        remember(event.id);
        gather(event);
        if (batch.size() >= batch_limit) {
            post(batch);
        }
    }
    events.erase(events.begin(), events.begin() + static_cast<std::ptrdiff_t>(done));
    post(batch);
    has_due_ = false;
    send_hints(batch);
    send_counters(batch);
    post(batch);
    return is_fine;
}

// Answers false when it must be tried again.
bool Pump::render(const Event& event, std::vector<Outgoing>& batch) {
    try {
        batch.push_back(renderer_.render(event));
        batch.back().committed_at = event.at;
        return true;
    } catch (const base::Problem& problem) {
        report("render", &problem);  // busy or without database: that passes
        return false;
    } catch (const std::exception& error) {
        base::log(base::LogLevel::error, "event=live_render_failed id={} try={} error=\"{}\"", event.id, tries_ + 1, error.what());
        if (++tries_ < tries_limit) {
            return false;
        }
    }
    // Given up: its number is taken, and who follows reads the page anew.
    batch.push_back(Renderer::skip(event));
    Outgoing resync;
    resync.what = Outgoing::What::resync;
    resync.topic = event.topic;
    batch.push_back(std::move(resync));
    return true;
}

// One line when trouble begins and one when it is over.
void Pump::report(const char* what, const std::exception* error) {
    if (error != nullptr && !is_failing_) {
        base::log(base::LogLevel::warning, "event=live_failing at={} error=\"{}\"", what, error->what());
    } else if (error == nullptr && is_failing_) {
        base::log(base::LogLevel::info, "event=live_recovered");
    }
    is_failing_ = error != nullptr;
}

void Pump::remember(std::int64_t id) {
    if (id == 0 || !seen_.insert(id).second) {
        return;
    }
    seen_order_.push_back(id);
    if (seen_order_.size() > remember_limit) {
        seen_.erase(seen_order_.front());
        seen_order_.pop_front();
    }
}

// Of several within one interval a list hears this one: words that may be read no more go sooner than others come.
bool Pump::takes_away(const Event& event) {
    return event.kind == "post.hidden" || event.kind == "post.removed" || event.kind == "post.withdrawn";
}

void Pump::gather(const Event& event) {
    const auto kind = stored_topic_kind(event.topic);
    if (kind == TopicKind::me) {
        const std::vector<ViewerPtr> sessions = registry_.sessions_of(event.member);
        if (event.kind == "session.changed" && !sessions.empty()) {
            hub_.check_sessions(sessions);
        }
        // What changed of his own may be what his bell counts.
        if ((event.kind == "counters" || event.kind == "own.changed") && !sessions.empty()) {
            Counters& counters = counters_[event.member];
            counters.viewer = sessions.front();
            counters.is_due = true;
        }
    }
    // A thread that went elsewhere may be another moderator's now.
    const bool is_moved = std::find(event.hints.begin(), event.hints.end(), "moderation") != event.hints.end();
    if (kind == TopicKind::moderation || is_moved) {
        for (const ViewerPtr& viewer : registry_.staff()) {
            if (is_moved || may_receive(*viewer, event.audience, event.audience, event.member)) {
                Counters& counters = counters_[viewer->member];
                counters.viewer = viewer;
                counters.is_due = true;
            }
        }
    }
    for (const std::string& list : event.hints) {
        if (registry_.is_followed(list)) {
            Hint& hint = hints_[{list, event.audience}];
            if (!hint.is_due || takes_away(event) || !takes_away(hint.latest)) {
                hint.latest = event;
            }
            hint.is_due = true;
        }
    }
}

void Pump::send_hints(std::vector<Outgoing>& batch) {
    const Clock::time_point now{Clock::duration{now_}};
    for (auto place = hints_.begin(); place != hints_.end();) {
        auto& [key, hint] = *place;
        const bool is_rested = hint.sent_at == Clock::time_point{} || now - hint.sent_at >= hint_interval;
        if (hint.is_due && is_rested) {
            try {
                const view::Model rendered = sources_.render_hint(hint.latest, key.first);
                if (!rendered.is_null()) {
                    Outgoing outgoing;
                    outgoing.topic = key.first;
                    outgoing.audience = hint.latest.audience;
                    outgoing.member = hint.latest.member;
                    outgoing.message = make_message(say_hint(client_topic(key.first), rendered));
                    batch.push_back(std::move(outgoing));
                }
                hint.is_due = false;
                hint.sent_at = now;
            } catch (const std::exception& error) {
                report("hint", &error);
            }
        }
        has_due_ = has_due_ || hint.is_due;
        place = hint.is_due || !is_rested || hint.sent_at == now ? std::next(place) : hints_.erase(place);
    }
}

void Pump::send_counters(std::vector<Outgoing>& batch) {
    const Clock::time_point now{Clock::duration{now_}};
    for (auto place = counters_.begin(); place != counters_.end();) {
        auto& [member, counters] = *place;
        const bool is_rested = counters.sent_at == Clock::time_point{} || now - counters.sent_at >= counter_interval;
        if (counters.is_due && is_rested) {
            try {
                Outgoing outgoing;
                outgoing.topic = "me/" + base::to_string(member);
                outgoing.audience = Audience::member;
                outgoing.member = member;
                if (registry_.is_followed(outgoing.topic)) {
                    outgoing.message = make_message(say_counters(sources_.counters(*counters.viewer)));
                    batch.push_back(std::move(outgoing));
                }
                counters.is_due = false;
                counters.sent_at = now;
            } catch (const std::exception& error) {
                report("counters", &error);
            }
        }
        has_due_ = has_due_ || counters.is_due;
        place = counters.is_due || !is_rested || counters.sent_at == now ? std::next(place) : counters_.erase(place);
    }
}

void Pump::post(std::vector<Outgoing>& batch) {
    if (!batch.empty()) {
        hub_.deliver(std::make_shared<const std::vector<Outgoing>>(std::move(batch)));
        batch = {};
    }
}

}  // namespace forum::live
