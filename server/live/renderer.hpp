// Makes messages of events, once each: live and replayed followers share the same bytes. Rule: a kept message falls as
// soon as a later event of its topic may have changed or taken away what it shows.
#pragma once

#include <cstdint>
#include <mutex>
#include <string>
#include <unordered_map>

#include "live/live.hpp"
#include "live/outgoing.hpp"

namespace forum::live {

class Renderer {
public:
    explicit Renderer(const Sources& sources) : sources_{sources} {}

    /// To be called for each event as it arrives, before it is rendered.
    void note(const Event& event);

    /// The event's message; asks Sources::render (may block and throw) unless it is kept. Any worker thread.
    Outgoing render(const Event& event);

    /// An event that says nothing but that its number is taken.
    static Outgoing skip(const Event& event);

private:
    static constexpr std::size_t keep_limit = 1024;  // messages of a thread, some 3 kB each

    const Sources& sources_;
    std::mutex mutex_;
    std::unordered_map<std::string, std::unordered_map<std::int64_t, Outgoing>> kept_;  // by topic and seq
    std::size_t count_{0};
    std::uint64_t falls_{0};  // a rendering that began before the last fall is not kept
};

}  // namespace forum::live
