#include "live/renderer.hpp"

namespace forum::live {

namespace {

Outgoing address_of(const Event& event) {
    Outgoing outgoing;
    outgoing.what = event.kind == "thread.changed" ? Outgoing::What::thread_changed : Outgoing::What::event;
    outgoing.topic = event.topic;
    outgoing.seq = event.seq;
    outgoing.audience = event.audience;
    outgoing.member = event.member;
    return outgoing;
}

std::string cursor(const Event& event) { return event.seq > 0 ? event.topic + "=" + std::to_string(event.seq) : std::string{}; }

}  // namespace

void Renderer::note(const Event& event) {
    if (event.seq == 0 || event.kind == "post.new") {
        return;
    }
    const std::lock_guard lock{mutex_};
    ++falls_;
    if (const auto found = kept_.find(event.topic); found != kept_.end()) {
        count_ -= found->second.size();
        kept_.erase(found);
    }
}

Outgoing Renderer::skip(const Event& event) {
    Outgoing outgoing = address_of(event);
    if (event.seq > 0) {
        outgoing.audience = Audience::everyone;
        outgoing.message = make_message(say_skip(event.topic, event.seq), cursor(event));
    }
    return outgoing;
}

Outgoing Renderer::render(const Event& event) {
    std::uint64_t falls = 0;
    {
        const std::lock_guard lock{mutex_};
        falls = falls_;
        if (const auto topic = kept_.find(event.topic); topic != kept_.end()) {
            if (const auto kept = topic->second.find(event.seq); kept != topic->second.end()) {
                return kept->second;
            }
        }
    }
    const view::Model rendered = sources_.render(event);
    if (rendered.is_null()) {
        return skip(event);
    }
    Outgoing outgoing = address_of(event);
    outgoing.message = make_message(say_event(client_topic(event.topic), event.seq, event.kind, rendered), cursor(event));
    if (event.seq == 0) {
        return outgoing;
    }
    if (event.audience != Audience::everyone) {
        outgoing.for_others = skip(event).message;
    }
    const std::lock_guard lock{mutex_};
    if (falls == falls_) {
        if (count_ >= keep_limit) {
            kept_.clear();
            count_ = 0;
        }
        count_ += kept_[event.topic].emplace(event.seq, outgoing).second ? 1U : 0U;
    }
    return outgoing;
}

}  // namespace forum::live
