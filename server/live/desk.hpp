// Asks what blocks, on behalf of followers: who is this, may he follow, what did he miss, is his session still good. Rule:
// bounded work at a time; a question that fails is asked again, so nothing is lost when the workers or the database are busy.
#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <exception>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "http/request.hpp"
#include "live/live.hpp"
#include "live/registry.hpp"
#include "live/renderer.hpp"
#include "live/shard.hpp"

namespace forum::live {

class Hub;

/// Who is it, and with which counters? Not asked again: he is sent away until the database is back.
struct AskWho {
    std::size_t shard;
    std::uint64_t follower;
    http::Request request;
};
/// May he follow, and what came after `since`?
struct AskJoin {
    std::size_t shard;
    Shard::Joined answer;  // filled in
};
/// What came in the topic after `since`?
struct AskFill {
    std::size_t shard;
    std::string topic;
    std::int64_t since;
};
/// May this person still follow the topic?
struct AskRight {
    std::size_t shard;
    std::string topic;
    ViewerPtr viewer;
};
/// Are these sessions still good?
struct AskSessions {
    std::vector<ViewerPtr> known;
};

class Desk {
public:
    using Question = std::variant<AskWho, AskJoin, AskFill, AskRight, AskSessions>;

    Desk(Hub& hub, const Sources& sources, Renderer& renderer) : hub_{hub}, sources_{sources}, renderer_{renderer} {}

    void ask(Question question);
    /// Asks again what failed or found no worker. Called a few times a second.
    void retry();
    /// A check of sessions waits or runs.
    bool is_checking_sessions() const { return session_checks_ > 0; }

private:
    // What is the same for many in one portion is asked once: a thousand guests come back to one thread.
    struct Portion;

    void start();
    void work();
    void report(const std::exception* error);
    void give_up(Question& question);
    void answer(AskWho& question, Portion& portion);
    void answer(AskJoin& question, Portion& portion);
    void answer(AskFill& question, Portion& portion);
    void answer(AskRight& question, Portion& portion);
    void answer(AskSessions& question, Portion& portion);
    /// What was read for another of the portion will do when it reaches as far as `reaches`.
    std::optional<std::vector<Outgoing>> replay(const std::string& topic, std::int64_t since, std::int64_t reaches, Portion& portion);
    std::optional<Sources::Opening> open(const access::Viewer& viewer, const std::string& topic, Portion& portion);

    static constexpr std::size_t portion_limit = 32;
    static constexpr std::size_t jobs_limit = 2;
    static constexpr int replay_limit = 200;  // more missed events than this: reading the page anew is cheaper

    Hub& hub_;
    const Sources& sources_;
    Renderer& renderer_;
    std::mutex mutex_;
    std::deque<Question> questions_;
    std::vector<Question> failed_;
    std::size_t jobs_{0};
    std::atomic<int> session_checks_{0};
    std::atomic<bool> is_failing_{false};  // and the log says so
};

}  // namespace forum::live
