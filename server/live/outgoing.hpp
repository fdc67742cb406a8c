// An event on its way from the table to the followers: rendered and framed once, then shared by all shards. Rule:
// immutable from the moment it is posted.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "access/viewer.hpp"
#include "live/event.hpp"
#include "live/message.hpp"

namespace forum::live {

struct Outgoing {
    enum class What {
        event,
        thread_changed,  ///< an event after which everyone's right to the thread is asked again
        resync,          ///< the topic has a hole that cannot be filled: followers read the page anew
    };
    What what{What::event};
    std::string topic;  ///< as stored ("me/7")
    std::int64_t seq{0};
    base::Time committed_at{};  ///< from when its lag counts; none = it does not (a replay, a hint)
    Audience audience{Audience::everyone};
    base::MemberId member;  ///< for Audience::member
    std::shared_ptr<const Message> message;
    std::shared_ptr<const Message> for_others;  ///< for who may not have `message`; a skip keeps his numbers whole
};

using Batch = std::shared_ptr<const std::vector<Outgoing>>;

/// May the viewer have an event for `audience` in a topic that he was let into when its audience was `granted`?
/// An audience equal to the one he was let in with needs no second judgement; a narrower one is judged by who he is.
inline bool may_receive(const access::Viewer& viewer, Audience granted, Audience audience, base::MemberId member) {
    switch (audience) {
    case Audience::everyone: return true;
    case Audience::member: return viewer.member && viewer.member == member;
    case Audience::members: return viewer.is_signed_in();
    case Audience::staff: return viewer.is_staff() && !viewer.is_scoped;
    case Audience::administrators: return granted == audience || viewer.is_office_holder || viewer.is_staff();
    }
    return false;
}

}  // namespace forum::live
