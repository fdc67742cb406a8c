// The words of the live protocol forum.v1: reads what a client says, writes what the server says. Rule: contract.md is
// the list; what a client sends is checked in full here, so nobody behind it sees a malformed topic or number.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.hpp"
#include "base/time.hpp"
#include "view/model.hpp"

namespace forum::live {

using Bytes = std::shared_ptr<const std::string>;

/// One message for many followers: framed once for each way of travelling, then only shared.
struct Message {
    Bytes web_socket;    ///< a text frame
    Bytes event_stream;  ///< "id: ...\ndata: ...\n\n"
};

/// `cursor` is the id by which an event stream resumes ("thread/12=59"); "" = none.
std::shared_ptr<const Message> make_message(std::string_view json, std::string_view cursor = {});

/// What kind of topic a name is; decides who must be asked whether it may be followed.
enum class TopicKind { thread, list, me, moderation };

struct TopicName {
    TopicKind kind;
    std::string name;
};

/// A topic as clients write it ("thread/12", "list/all", "list/theme/wonen", "me", "moderation"), at most 120 bytes;
/// nothing when it has no such form. Whether it exists is another question.
std::optional<TopicName> parse_topic(std::string_view text);

/// The kind of a topic as the table `events` writes it ("me/7"); nothing for other names.
std::optional<TopicKind> stored_topic_kind(std::string_view topic);

/// "me/7" is "me" to its member; all other topics are called what they are.
std::string_view client_topic(std::string_view stored);

enum class HereState { reading, writing, away };

struct ClientMessage {
    enum class Do { follow, leave, here } what;
    TopicName topic;
    std::optional<std::int64_t> since;    ///< for follow; 0 to 2^53
    HereState state{HereState::reading};  ///< for here
};

struct ClientFault {
    std::string topic;  ///< as far as it could be read, at most 120 bytes of valid UTF-8
};

/// Reads one message. Anything unknown is a fault: another `do`, a member it does not have, a wrong type.
/// `text` is valid UTF-8 of at most a few kB.
std::optional<ClientMessage> parse_client_message(std::string_view text, ClientFault& fault);

// What the server says; each returns JSON text.
std::string say_hello(std::uint64_t session, std::int64_t heartbeat_seconds, const view::Model& counters);
std::string say_following(std::string_view topic, std::int64_t seq);
std::string say_resync(std::string_view topic);
/// `problem` is a slug of base/problem.hpp.
std::string say_refused(std::string_view topic, std::string_view problem);
std::string say_goodbye(std::int64_t back_in_seconds);
/// Every heartbeat: a browser's script does not see pings, and this says up to when the events were read.
std::string say_beat(base::Time read_until);
/// An event's or hint's message as its feature rendered it, with `is`, `topic`, `seq` and `kind` put right.
std::string say_event(std::string_view topic, std::int64_t seq, std::string_view kind, const view::Model& rendered);
/// Holds the place of an event that the follower may not see, so that his numbers stay without gaps.
std::string say_skip(std::string_view topic, std::int64_t seq);
std::string say_hint(std::string_view topic, const view::Model& rendered);
std::string say_counters(const view::Model& counters);
/// `writing` holds names for members; guests get only the number.
std::string say_present(std::string_view topic, std::size_t readers, std::size_t writers, const std::vector<std::string>& writing);

}  // namespace forum::live
