#include "live/shard.hpp"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>
#include <map>
#include <utility>

#include "live/follower.hpp"
#include "live/hub.hpp"
#include "live/presence.hpp"

namespace forum::live {

namespace asio = boost::asio;

namespace {

// An error answer is small and the socket is new, so the kernel takes it in one piece.
void answer_and_close(asio::ip::tcp::socket& socket, std::string_view bytes) {
    boost::system::error_code ignored;
    socket.non_blocking(true, ignored);
    socket.write_some(asio::buffer(bytes), ignored);
    socket.shutdown(asio::socket_base::shutdown_send, ignored);
    socket.close(ignored);
}

Presence::Person person_of(const Follower& follower) {
    const access::Viewer& viewer = *follower.viewer();
    return {follower.id(), viewer.member, viewer.name};
}

}  // namespace

Shard::Shard(Hub& hub, asio::io_context& context, std::size_t index)
    : hub_{hub},
      context_{context},
      index_{index},
      next_id_{(static_cast<std::uint64_t>(index) + 1) << 40U},
      read_until_{base::now()},
      started_{Clock::now()},
      guest_{std::make_shared<const access::Viewer>()} {}

const LiveOptions& Shard::options() const { return hub_.options(); }

Counts& Shard::figures() { return hub_.counts(); }

void Shard::take(http::Takeover takeover) {
    const bool is_stream = takeover.request.path == Live::stream_path;
    if (hub_.is_stopping()) {
        answer_and_close(takeover.socket, stopping_answer(options().back_in));
        return;
    }
    Pending pending;
    std::string answer;
    if (is_stream) {
        StreamOpening opening = open_event_stream(takeover.request, options().topics_per_follower);
        if (!opening.is_accepted) {
            answer_and_close(takeover.socket, opening.bytes);
            return;
        }
        answer = std::move(opening.bytes);
        pending.wishes = std::move(opening.wishes);
    } else {
        WebSocketOpening opening = open_web_socket(takeover.request);
        if (!opening.is_accepted) {
            answer_and_close(takeover.socket, opening.bytes);
            return;
        }
        answer = std::move(opening.bytes);
        pending.leftover = std::move(takeover.leftover);
    }
    const std::uint64_t id = next_id_++;
    const auto follower = std::make_shared<Follower>(shared_from_this(), std::move(takeover.socket), std::move(takeover.connection),
                                                     is_stream ? Travel::event_stream : Travel::web_socket, id);
    follower->set_viewer(guest_);
    followers_.emplace(id, follower);
    pending_.emplace(id, std::move(pending));
    ++hub_.counts().followers;
    follower->push_bytes(std::move(answer));
    hub_.desk().ask(AskWho{index_, id, std::move(takeover.request)});
}

void Shard::connected(std::uint64_t id, ViewerPtr viewer, const std::string& hello) {
    const auto found = followers_.find(id);
    const auto waiting = pending_.find(id);
    if (found == followers_.end() || waiting == pending_.end()) {
        return;  // he left meanwhile
    }
    const std::shared_ptr<Follower> follower = found->second;
    Pending pending = std::move(waiting->second);
    pending_.erase(waiting);
    if (!viewer) {
        follower->say(say_goodbye(1 + static_cast<std::int64_t>(id % static_cast<std::uint64_t>(options().back_in.count()))));
        follower->close(CloseCode::try_again_later, "database away");
    } else {
        follower->set_viewer(viewer->is_signed_in() ? std::move(viewer) : guest_);
        hub_.registry().add_viewer(follower->viewer());
        follower->say(hello);
        for (const Wish& wish : pending.wishes) {
            follow(*follower, wish.topic, wish.since);
        }
    }
    follower->start_reading(std::move(pending.leftover));
}

void Shard::hear(Follower& follower, std::string_view text) {
    ClientFault fault;
    const auto message = parse_client_message(text, fault);
    if (!message) {
        refuse(follower, fault.topic, "bad-request");
        return;
    }
    switch (message->what) {
    case ClientMessage::Do::follow: follow(follower, message->topic, message->since); break;
    case ClientMessage::Do::leave: {
        const bool is_me = message->topic.kind == TopicKind::me;
        leave(follower, is_me ? "me/" + base::to_string(follower.viewer()->member) : message->topic.name);
        break;
    }
    case ClientMessage::Do::here: here(follower, message->topic, message->state); break;
    }
}

void Shard::follow(Follower& follower, const TopicName& wanted, std::optional<std::int64_t> since) {
    const access::Viewer& viewer = *follower.viewer();
    std::string name = wanted.name;
    if (wanted.kind == TopicKind::me) {
        if (!viewer.is_signed_in()) {
            refuse(follower, name, "sign-in-needed");
            return;
        }
        name = "me/" + base::to_string(viewer.member);
    } else if (wanted.kind == TopicKind::moderation && !viewer.is_staff()) {
        refuse(follower, name, "not-found");
        return;
    }
    leave(follower, name);  // following again starts anew
    if (follower.subscriptions().size() >= options().topics_per_follower) {
        refuse(follower, wanted.name, "too-many-requests");
        return;
    }
    Topic& topic = find_or_add(name, wanted.kind);
    const std::uint32_t ticket = ++next_ticket_;
    follower.subscriptions().push_back({&topic, ticket});
    topic.begin_join();
    Joined question{follower.id(), ticket, name, since, follower.viewer(), std::nullopt, false, {}};
    if (wanted.kind == TopicKind::me || wanted.kind == TopicKind::moderation) {
        const Audience audience = wanted.kind == TopicKind::me ? Audience::member : Audience::staff;
        question.opening = Sources::Opening{0, audience};
        joined(question);
    } else {
        hub_.desk().ask(AskJoin{index_, std::move(question)});
    }
}

void Shard::joined(const Joined& answer) {
    Topic& topic = *find(answer.topic);  // there as long as someone is joining
    const auto found = followers_.find(answer.follower);
    Follower* follower = found == followers_.end() ? nullptr : found->second.get();
    const auto has_ticket = [&](const Subscription& one) { return one.ticket == answer.ticket; };
    if (follower == nullptr || !follower->is_open() || std::ranges::none_of(follower->subscriptions(), has_ticket)) {
        if (follower != nullptr) {
            std::erase_if(follower->subscriptions(), has_ticket);  // one who closes has not left yet, and the topic may fall
        }
        topic.give_up();
    } else if (!answer.opening) {
        std::erase_if(follower->subscriptions(), has_ticket);
        topic.give_up();
        refuse(*follower, answer.topic, "not-found");
    } else {
        const bool is_doubtful = topic.is_doubtful() || answer.viewer != follower->viewer();
        const bool is_replayed = answer.is_replayed && follower->has_room_for(answer.replay);
        if (answer.since && is_replayed) {
            hub_.counts().replays.count(static_cast<double>(answer.replay.size()));
        }
        if (!topic.join({follower, answer.opening->seq, answer.opening->audience, answer.since, is_replayed, answer.replay})) {
            ++hub_.counts().resyncs;
        }
        follower->say(say_beat(read_until_));  // he has everything up to here, and need not wait for a heartbeat to know
        if (topic.kind() == TopicKind::thread) {
            hub_.presence().set(topic.name(), person_of(*follower), HereState::reading, now());
        }
        if (is_doubtful) {
            hub_.desk().ask(AskRight{index_, answer.topic, follower->viewer()});
        }
    }
    settle(topic);
}

bool Shard::leave(Follower& follower, const std::string& name) {
    const auto has_name = [&](const Subscription& one) { return one.topic->name() == name; };
    const auto place = std::ranges::find_if(follower.subscriptions(), has_name);
    if (place == follower.subscriptions().end()) {
        return false;
    }
    Topic& topic = *place->topic;
    follower.subscriptions().erase(place);
    topic.remove(&follower);
    if (topic.kind() == TopicKind::thread) {
        hub_.presence().leave(topic.name(), follower.id());
    }
    settle(topic);
    return true;
}

void Shard::leave_all(Follower& follower) {
    while (!follower.subscriptions().empty()) {
        const std::string name = follower.subscriptions().back().topic->name();
        leave(follower, name);
    }
    follower.subscriptions().shrink_to_fit();
}

void Shard::refuse(Follower& follower, std::string_view topic, std::string_view problem) {
    follower.say(say_refused(topic, problem));
    follower.strike();
}

void Shard::here(Follower& follower, const TopicName& wanted, HereState state) {
    Topic* topic = find(wanted.name);
    const auto is_his = [&](const Topic::Place* place) { return place->follower == &follower; };
    if (wanted.kind != TopicKind::thread || topic == nullptr || std::ranges::none_of(topic->all_places(), is_his)) {
        refuse(follower, wanted.name, "not-found");
        return;
    }
    hub_.presence().set(wanted.name, person_of(follower), state, now());
}

void Shard::deliver(const std::vector<Outgoing>& events) {
    for (const Outgoing& event : events) {
        Topic* topic = find(event.topic);
        if (topic == nullptr) {
            continue;
        }
        const std::size_t sent = topic->deliver(event);
        if (sent > 0 && event.committed_at != base::Time{}) {
            unwritten_.push_back({event.committed_at, sent});
        }
        (event.what == Outgoing::What::resync ? hub_.counts().resyncs : hub_.counts().deliveries) += sent;
        if (event.what == Outgoing::What::thread_changed) {
            recheck_all(*topic);
        }
        settle(*topic);
    }
}

void Shard::filled(const std::string& name, const std::optional<std::vector<Outgoing>>& replay) {
    Topic* topic = find(name);
    if (topic == nullptr) {
        return;
    }
    if (replay) {
        hub_.counts().deliveries += topic->fill(*replay);
        settle(*topic);
    } else {
        topic->fail_fill();  // the tick asks again
    }
}

// After anything that may have changed a topic: asks for a hole, forgets it when it is empty.
void Shard::settle(Topic& topic) {
    if (topic.needs_fill()) {
        topic.begin_fill();
        hub_.desk().ask(AskFill{index_, topic.name(), topic.fill_since()});
    }
    if (topic.is_empty()) {
        const std::string name = topic.name();
        hub_.registry().remove_topic(name);
        topics_.erase(name);
    }
}

void Shard::recheck_all(Topic& topic) {
    topic.doubt_joining();
    std::map<base::MemberId, ViewerPtr> people;
    for (const Topic::Place* place : topic.all_places()) {
        people.emplace(place->follower->viewer()->member, place->follower->viewer());
    }
    for (auto& [member, viewer] : people) {
        hub_.desk().ask(AskRight{index_, topic.name(), std::move(viewer)});
    }
}

void Shard::rechecked(const std::string& name, base::MemberId member, const std::optional<Sources::Opening>& opening) {
    Topic* topic = find(name);
    if (topic == nullptr) {
        return;
    }
    std::vector<Follower*> refused;
    for (Topic::Place* place : topic->all_places()) {
        if (place->follower->viewer()->member != member) {
            continue;
        }
        if (opening) {
            place->granted = opening->audience;
        } else {
            refused.push_back(place->follower);
        }
    }
    for (Follower* follower : refused) {
        leave(*follower, name);  // forgets the topic with its last follower
        follower->say(say_refused(name, "not-found"));
    }
}

void Shard::viewer_changed(base::SessionId session, const ViewerPtr& viewer) {
    for (const auto& [id, follower] : followers_) {
        if (follower->viewer()->session != session || !follower->is_open()) {
            continue;
        }
        const base::MemberId was = follower->viewer()->member;
        hub_.registry().remove_viewer(follower->viewer());
        follower->set_viewer(viewer->is_signed_in() ? viewer : guest_);
        hub_.registry().add_viewer(follower->viewer());
        const std::vector<Subscription> subscriptions = follower->subscriptions();
        for (const Subscription& one : subscriptions) {
            const std::string name = one.topic->name();
            const TopicKind kind = one.topic->kind();
            if ((kind == TopicKind::me && viewer->member != was) || (kind == TopicKind::moderation && !viewer->is_staff())) {
                leave(*follower, name);
                follower->say(say_refused(client_topic(name), kind == TopicKind::me ? "sign-in-needed" : "not-found"));
                continue;
            }
            if (kind != TopicKind::thread && kind != TopicKind::list) {
                continue;
            }
            for (Topic::Place* place : one.topic->all_places()) {
                if (place->follower == follower.get()) {
                    place->granted = Audience::everyone;  // until the answer is there
                }
            }
            if (kind == TopicKind::thread) {
                hub_.presence().set(name, person_of(*follower), HereState::reading, now());
            }
            hub_.desk().ask(AskRight{index_, name, follower->viewer()});
        }
    }
}

Shard::Clock::time_point Shard::now() const { return started_ + std::chrono::seconds{seconds_}; }

void Shard::tick(Clock::time_point now) {
    seconds_ = static_cast<std::uint32_t>(std::chrono::duration_cast<std::chrono::seconds>(now - started_).count());
    const auto heartbeat = static_cast<std::uint32_t>(std::max<std::int64_t>(1, options().heartbeat.count()));
    const auto beat = make_message(say_beat(read_until_));
    for (auto next = followers_.begin(); next != followers_.end();) {
        const std::shared_ptr<Follower> follower = (next++)->second;  // it may end, and only its own place falls
        follower->check_deadline(seconds_);
        if (follower->id() % heartbeat == seconds_ % heartbeat && !pending_.contains(follower->id())) {
            follower->beat(*beat, seconds_, heartbeat);
        }
    }
    for (auto next = topics_.begin(); next != topics_.end();) {
        settle(*(next++)->second);
    }
}

void Shard::goodbye(std::chrono::seconds back_in, std::function<void()> done) {
    when_empty_ = std::move(done);
    const auto spread = static_cast<std::uint64_t>(std::max<std::int64_t>(1, back_in.count()));
    std::vector<std::shared_ptr<const Message>> words;
    for (std::uint64_t i = 0; i < spread; ++i) {
        words.push_back(make_message(say_goodbye(static_cast<std::int64_t>(i) + 1)));
    }
    for (auto& [id, follower] : followers_) {
        follower->push(*words[id % spread]);
        follower->close(CloseCode::try_again_later, "server stops");
    }
    if (followers_.empty()) {
        std::exchange(when_empty_, nullptr)();
    }
}

void Shard::drop_all() {
    when_empty_ = nullptr;
    while (!followers_.empty()) {
        const std::shared_ptr<Follower> follower = followers_.begin()->second;
        follower->end();
    }
    dirty_.clear();
    gone_.clear();
}

void Shard::wants_flush(Follower& follower) {
    if (follower.mark_dirty(true)) {
        return;
    }
    dirty_.push_back(&follower);
    post_flush();
}

void Shard::post_flush() {
    if (!is_flush_posted_) {
        is_flush_posted_ = true;
        // Behind the events that are on their way already: what waits together is written together.
        asio::post(context_, [self = shared_from_this()] { self->flush(); });
    }
}

void Shard::flush() {
    const std::size_t end = std::min(dirty_.size(), flushed_ + flush_portion);
    for (; flushed_ < end; ++flushed_) {
        if (flushed_ + 2 < end) {
            dirty_[flushed_ + 2]->prefetch();
        }
        Follower& follower = *dirty_[flushed_];
        follower.mark_dirty(false);
        if (!follower.is_open()) {
            leave_all(follower);
        }
        follower.flush();
    }
    if (flushed_ < dirty_.size()) {
        asio::post(context_, [self = shared_from_this()] { self->flush(); });
        return;
    }
    const base::Time now = unwritten_.empty() ? base::Time{} : base::now();
    for (const Unwritten& event : unwritten_) {
        const std::chrono::duration<double> lag = now - event.committed_at;
        hub_.counts().lag.count(std::max(0.0, lag.count()), event.followers);  // another machine's clock may be ahead
    }
    unwritten_.clear();
    dirty_.clear();
    gone_.clear();
    flushed_ = 0;
    is_flush_posted_ = false;
}

void Shard::forget(Follower& follower) {
    leave_all(follower);
    hub_.registry().remove_viewer(follower.viewer());
    pending_.erase(follower.id());
    gone_.push_back(follower.shared_from_this());
    post_flush();
    if (followers_.erase(follower.id()) > 0) {
        --hub_.counts().followers;
    }
    if (followers_.empty() && when_empty_) {
        std::exchange(when_empty_, nullptr)();
    }
}

Topic& Shard::find_or_add(const std::string& name, TopicKind kind) {
    auto& topic = topics_[name];
    if (!topic) {
        topic = std::make_unique<Topic>(name, kind);
        hub_.registry().add_topic(name);
    }
    return *topic;
}

Topic* Shard::find(const std::string& name) {
    const auto found = topics_.find(name);
    return found == topics_.end() ? nullptr : found->second.get();
}

}  // namespace forum::live
