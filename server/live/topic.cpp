#include "live/topic.hpp"

#include <algorithm>
#include <utility>

#include "live/follower.hpp"

namespace forum::live {

namespace {

constexpr std::size_t prefetch_distance = 8;  // a follower is some 10 ns of work, and memory 100 away

void send_to(Follower& follower, Audience granted, const Outgoing& event) {
    if (may_receive(*follower.viewer(), granted, event.audience, event.member)) {
        if (event.message) {
            follower.push(*event.message);
        }
    } else if (event.for_others) {
        follower.push(*event.for_others);
    }
}

}  // namespace

void Topic::give_up() {
    if (--joining_ == 0) {
        recent_.clear();
        is_doubtful_ = false;
    }
}

std::vector<Topic::Place*> Topic::all_places() {
    std::vector<Place*> result;
    for (Place& place : places_) {
        result.push_back(&place);
    }
    for (Parked& parked : parked_) {
        result.push_back(&parked.place);
    }
    return result;
}

bool Topic::join(const Joining& joining) {
    Follower& follower = *joining.follower;
    follower.say(say_following(client_topic(name_), joining.seq));
    bool is_whole = true;
    if (kind_ != TopicKind::thread) {
        places_.push_back({&follower, joining.audience});
        give_up();
        return is_whole;
    }

    std::int64_t position = joining.since.value_or(joining.seq);
    if (joining.since && *joining.since != joining.seq) {
        is_whole = *joining.since < joining.seq && joining.is_replayed;
        for (const Outgoing& event : joining.replay) {
            if (is_whole && event.seq > position) {
                send_to(follower, joining.audience, event);
                position = event.seq;
            }
        }
        if (!is_whole) {
            follower.say(say_resync(name_));
            position = joining.seq;
        }
    }

    if (seq_ == unknown) {
        seq_ = position;
        places_.push_back({&follower, joining.audience});
    } else if (position > seq_) {
        // The table is ahead of what has come here. What he was replayed is news for the others too.
        parked_.push_back({{&follower, joining.audience}, position});
        for (const Outgoing& event : joining.replay) {
            deliver(event);
        }
    } else {
        for (const Outgoing& event : recent_) {
            if (event.seq == position + 1) {
                send_to(follower, joining.audience, event);
                position = event.seq;
            }
        }
        if (position < seq_) {
            follower.say(say_resync(name_));
            is_whole = false;
        }
        places_.push_back({&follower, joining.audience});
    }
    give_up();
    drain();
    return is_whole;
}

std::size_t Topic::deliver(const Outgoing& event) {
    if (event.what == Outgoing::What::resync) {
        return resync_all();
    }
    if (event.seq == 0) {
        return send(event);
    }
    if (seq_ != unknown && event.seq <= seq_) {
        return 0;
    }
    if (seq_ == unknown || event.seq != seq_ + 1) {
        ahead_.emplace(event.seq, event);
        if (ahead_.size() > keep_limit) {
            ahead_.erase(ahead_.begin());  // the highest stays, so that a resync knows where it goes on
        }
        return 0;
    }
    return advance(event) + drain();
}

std::size_t Topic::send(const Outgoing& event) {
    if (event.audience == Audience::everyone && event.message && !event.for_others) {
        for (std::size_t i = 0; i < places_.size(); ++i) {
            if (i + prefetch_distance < places_.size()) {
                places_[i + prefetch_distance].follower->prefetch();
            }
            places_[i].follower->push(*event.message);
        }
    } else {
        for (const Place& place : places_) {
            send_to(*place.follower, place.granted, event);
        }
    }
    return places_.size();
}

std::size_t Topic::advance(const Outgoing& event) {
    const std::size_t sent = send(event);
    seq_ = event.seq;
    if (joining_ > 0 && recent_.size() < keep_limit) {
        recent_.push_back(event);
    }
    settle_parked();
    return sent;
}

void Topic::settle_parked() {
    std::erase_if(parked_, [&](const Parked& parked) {
        if (parked.position != seq_) {
            return false;
        }
        places_.push_back(parked.place);
        return true;
    });
}

std::size_t Topic::drain() {
    std::size_t sent = 0;
    while (!ahead_.empty() && ahead_.begin()->first <= seq_ + 1 && seq_ != unknown) {
        const Outgoing event = std::move(ahead_.begin()->second);
        ahead_.erase(ahead_.begin());
        if (event.seq > seq_) {
            sent += advance(event);
        }
    }
    return sent;
}

bool Topic::needs_fill() const { return seq_ != unknown && filling_since_ == unknown && (!ahead_.empty() || !parked_.empty()); }

std::size_t Topic::fill(const std::vector<Outgoing>& replay) {
    const std::int64_t since = std::exchange(filling_since_, unknown);
    std::size_t sent = 0;
    for (const Outgoing& event : replay) {
        sent += deliver(event);
    }
    sent += drain();
    // We are where we were when the table was asked: the missing rows are gone. With progress since then, by the answer or by
    // words that came meanwhile, the hole that is left may be a later one, which is asked for.
    if (needs_fill() && seq_ == since) {
        sent += resync_all();
    }
    return sent;
}

std::size_t Topic::resync_all() {
    const auto word = make_message(say_resync(client_topic(name_)));
    for (const Place& place : places_) {
        place.follower->push(*word);
    }
    for (const Parked& parked : parked_) {
        parked.place.follower->push(*word);
        places_.push_back(parked.place);
        seq_ = std::max(seq_, parked.position);
    }
    parked_.clear();
    if (!ahead_.empty()) {
        seq_ = std::max(seq_, ahead_.rbegin()->first);
        ahead_.clear();
    }
    return places_.size();
}

void Topic::remove(Follower* follower) {
    std::erase_if(places_, [&](const Place& place) { return place.follower == follower; });
    std::erase_if(parked_, [&](const Parked& parked) { return parked.place.follower == follower; });
}

}  // namespace forum::live
