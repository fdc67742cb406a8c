#include "live/desk.hpp"

#include <algorithm>
#include <exception>
#include <limits>
#include <map>
#include <unordered_map>
#include <utility>

#include "base/log.hpp"
#include "live/hub.hpp"

namespace forum::live {

struct Desk::Portion {
    std::unordered_map<std::string, std::optional<Sources::Opening>> openings;  // of guests, by topic
    std::map<std::pair<std::string, std::int64_t>, std::optional<std::vector<Outgoing>>> replays;
};

void Desk::ask(Question question) {
    {
        const std::lock_guard lock{mutex_};
        session_checks_ += std::holds_alternative<AskSessions>(question) ? 1 : 0;
        questions_.push_back(std::move(question));
    }
    start();
}

void Desk::retry() {
    {
        const std::lock_guard lock{mutex_};
        std::move(failed_.begin(), failed_.end(), std::back_inserter(questions_));
        failed_.clear();
    }
    start();
}

void Desk::start() {
    {
        const std::lock_guard lock{mutex_};
        if (questions_.empty() || jobs_ >= jobs_limit) {
            return;
        }
        ++jobs_;
    }
    if (!hub_.run_on_worker([this] { work(); })) {
        const std::lock_guard lock{mutex_};
        --jobs_;  // no worker free: retry() comes along
    }
}

void Desk::work() {
    std::vector<Question> portion;
    {
        const std::lock_guard lock{mutex_};
        const std::size_t count = std::min(portion_limit, questions_.size());
        std::move(questions_.begin(), questions_.begin() + static_cast<std::ptrdiff_t>(count), std::back_inserter(portion));
        questions_.erase(questions_.begin(), questions_.begin() + static_cast<std::ptrdiff_t>(count));
    }
    Portion known;
    for (Question& question : portion) {
        try {
            std::visit([&](auto& one) { answer(one, known); }, question);
            report(nullptr);
        } catch (const std::exception& error) {
            report(&error);
            give_up(question);
        }
    }
    {
        const std::lock_guard lock{mutex_};
        --jobs_;
    }
    start();
}

// One line when trouble begins and one when it is over; a thousand followers may fail in between.
void Desk::report(const std::exception* error) {
    const bool was_failing = is_failing_.exchange(error != nullptr);
    if (error != nullptr && !was_failing) {
        base::log(base::LogLevel::warning, "event=live_questions_failing error=\"{}\"", error->what());
    } else if (error == nullptr && was_failing) {
        base::log(base::LogLevel::info, "event=live_questions_recovered");
    }
}

// What failed is asked again, unless someone else sees to that.
void Desk::give_up(Question& question) {
    if (const auto* who = std::get_if<AskWho>(&question)) {
        hub_.post(who->shard, [follower = who->follower](Shard& shard) { shard.connected(follower, nullptr, {}); });
    } else if (const auto* fill = std::get_if<AskFill>(&question)) {
        // The shard asks again, with the number where it is then.
        hub_.post(fill->shard, [topic = fill->topic](Shard& shard) { shard.filled(topic, std::nullopt); });
    } else if (!std::holds_alternative<AskSessions>(question)) {  // those are asked every two seconds anyway
        const std::lock_guard lock{mutex_};
        failed_.push_back(std::move(question));
    }
}

void Desk::answer(AskWho& question, Portion&) {
    auto viewer = std::make_shared<const access::Viewer>(sources_.find_viewer(question.request));
    std::string hello =
        say_hello(question.follower, hub_.options().heartbeat.count(), viewer->is_signed_in() ? sources_.counters(*viewer) : view::Model{});
    hub_.post(question.shard, [follower = question.follower, viewer = std::move(viewer), hello = std::move(hello)](Shard& shard) {
        shard.connected(follower, viewer, hello);
    });
}

void Desk::answer(AskJoin& question, Portion& portion) {
    Shard::Joined& answer = question.answer;
    answer.opening = open(*answer.viewer, answer.topic, portion);
    if (answer.opening && answer.since && *answer.since < answer.opening->seq) {
        auto missed = replay(answer.topic, *answer.since, answer.opening->seq, portion);
        answer.is_replayed = missed.has_value();
        answer.replay = missed ? std::move(*missed) : std::vector<Outgoing>{};
        // Not in full is not at all.
        if (answer.is_replayed && (answer.replay.empty() || answer.replay.back().seq < answer.opening->seq)) {
            answer.is_replayed = false;
        }
    }
    hub_.post(question.shard, [answer = std::move(answer)](Shard& shard) { shard.joined(answer); });
}

void Desk::answer(AskFill& question, Portion& portion) {
    // Always read anew: what another of the portion got may be from before the hole.
    auto missed = replay(question.topic, question.since, std::numeric_limits<std::int64_t>::max(), portion);
    hub_.post(question.shard, [topic = question.topic, missed = std::move(missed)](Shard& shard) {
        shard.filled(topic, missed.value_or(std::vector<Outgoing>{}));
    });
}

void Desk::answer(AskRight& question, Portion& portion) {
    const auto opening = open(*question.viewer, question.topic, portion);
    hub_.post(question.shard, [topic = question.topic, member = question.viewer->member, opening](Shard& shard) {
        shard.rechecked(topic, member, opening);
    });
}

void Desk::answer(AskSessions& question, Portion&) {
    --session_checks_;
    std::vector<base::SessionId> ids;
    ids.reserve(question.known.size());
    for (const ViewerPtr& viewer : question.known) {
        ids.push_back(viewer->session);
    }
    const std::vector<access::Viewer> found = sources_.check_sessions(ids);
    for (std::size_t i = 0; i < ids.size(); ++i) {
        const access::Viewer& old = *question.known[i];
        const access::Viewer now = i < found.size() ? found[i] : access::Viewer{};
        if (now.member != old.member || now.level() != old.level() || now.is_trusted != old.is_trusted || now.is_scoped != old.is_scoped) {
            hub_.viewer_changed(ids[i], std::make_shared<const access::Viewer>(now));
        }
    }
}

std::optional<Sources::Opening> Desk::open(const access::Viewer& viewer, const std::string& topic, Portion& portion) {
    if (viewer.is_signed_in()) {
        return sources_.open_topic(viewer, topic);
    }
    const auto known = portion.openings.find(topic);
    if (known != portion.openings.end()) {
        return known->second;
    }
    return portion.openings.emplace(topic, sources_.open_topic(viewer, topic)).first->second;
}

std::optional<std::vector<Outgoing>> Desk::replay(const std::string& topic, std::int64_t since, std::int64_t reaches, Portion& portion) {
    const auto key = std::pair{topic, since};
    if (const auto known = portion.replays.find(key); known != portion.replays.end()) {
        const auto& events = known->second;
        if (!events || (events->empty() ? since : events->back().seq) >= reaches) {
            return events;
        }
    }
    std::optional<std::vector<Outgoing>> result;
    if (const auto events = sources_.replay(topic, since, replay_limit)) {
        result.emplace();
        for (const Event& event : *events) {
            if (event.seq != since + 1) {  // a hole in the table itself
                result.reset();
                break;
            }
            since = event.seq;
            result->push_back(renderer_.render(event));
        }
    }
    return portion.replays.insert_or_assign(key, std::move(result)).first->second;
}

}  // namespace forum::live
