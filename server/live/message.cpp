#include "live/message.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "live/frame.hpp"

namespace forum::live {

namespace {

using nlohmann::json;

constexpr std::size_t topic_limit = 120;
constexpr std::int64_t since_limit = std::int64_t{1} << 53U;  // the largest integer that a script can hold (RFC 8259 section 6)

bool is_word(std::string_view text) {
    return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-';
    });
}

std::optional<std::string_view> after(std::string_view text, std::string_view prefix) {
    if (text.substr(0, prefix.size()) != prefix) {
        return std::nullopt;
    }
    return text.substr(prefix.size());
}

std::string dump(const json& value) { return value.dump(-1, ' ', false, json::error_handler_t::replace); }

// The feature's object with what the engine is sure of on top.
json base_of(const view::Model& rendered) { return rendered.json().is_object() ? rendered.json() : json::object(); }

}  // namespace

std::shared_ptr<const Message> make_message(std::string_view text, std::string_view cursor) {
    auto message = std::make_shared<Message>();
    message->web_socket = std::make_shared<const std::string>(server_frame(Opcode::text, text));
    std::string stream;
    stream.reserve(text.size() + cursor.size() + 16);
    if (!cursor.empty()) {
        stream.append("id: ").append(cursor).append("\n");
    }
    stream.append("data: ").append(text).append("\n\n");
    message->event_stream = std::make_shared<const std::string>(std::move(stream));
    return message;
}

std::optional<TopicName> parse_topic(std::string_view text) {
    if (text.size() > topic_limit) {
        return std::nullopt;
    }
    if (text == "me") {
        return TopicName{TopicKind::me, "me"};
    }
    if (text == "moderation") {
        return TopicName{TopicKind::moderation, "moderation"};
    }
    if (const auto id = after(text, "thread/")) {
        if (base::parse_id<base::ThreadId>(*id)) {
            return TopicName{TopicKind::thread, std::string{text}};
        }
    }
    if (const auto rest = after(text, "list/")) {
        const std::size_t slash = rest->find('/');
        const bool is_whole = slash == std::string_view::npos;
        if (is_word(rest->substr(0, slash)) && (is_whole || is_word(rest->substr(slash + 1)))) {
            return TopicName{TopicKind::list, std::string{text}};
        }
    }
    return std::nullopt;
}

std::optional<TopicKind> stored_topic_kind(std::string_view topic) {
    if (const auto id = after(topic, "me/")) {
        return base::parse_id<base::MemberId>(*id) ? std::optional{TopicKind::me} : std::nullopt;
    }
    const auto parsed = parse_topic(topic);
    if (!parsed || parsed->kind == TopicKind::me) {
        return std::nullopt;
    }
    return parsed->kind;
}

std::string_view client_topic(std::string_view stored) { return after(stored, "me/") ? std::string_view{"me"} : stored; }

std::optional<ClientMessage> parse_client_message(std::string_view text, ClientFault& fault) {
    const json message = json::parse(text, nullptr, false);
    if (!message.is_object()) {
        return std::nullopt;
    }
    const auto string_at = [&](const char* name) -> std::string_view {
        const auto found = message.find(name);
        return found != message.end() && found->is_string() ? std::string_view{found->get_ref<const std::string&>()} : std::string_view{};
    };
    const std::string_view topic = string_at("topic");
    if (topic.size() <= topic_limit) {
        fault.topic = topic;
    }

    ClientMessage result{};
    const std::string_view what = string_at("do");
    std::size_t known = 2;  // do, topic
    if (what == "follow") {
        result.what = ClientMessage::Do::follow;
        if (const auto since = message.find("since"); since != message.end()) {
            // null is what a script sends that has no number yet
            if (!since->is_null()
                && (!since->is_number_integer() || (since->is_number_unsigned() && since->get<std::uint64_t>() > since_limit)
                    || since->get<std::int64_t>() < 0)) {
                return std::nullopt;
            }
            if (!since->is_null()) {
                result.since = since->get<std::int64_t>();
            }
            ++known;
        }
    } else if (what == "leave") {
        result.what = ClientMessage::Do::leave;
    } else if (what == "here") {
        result.what = ClientMessage::Do::here;
        const std::string_view state = string_at("state");
        if (state == "reading") {
            result.state = HereState::reading;
        } else if (state == "writing") {
            result.state = HereState::writing;
        } else if (state == "away") {
            result.state = HereState::away;
        } else {
            return std::nullopt;
        }
        ++known;
    } else {
        return std::nullopt;
    }
    auto parsed = parse_topic(topic);
    if (!parsed || message.size() != known) {
        return std::nullopt;
    }
    result.topic = std::move(*parsed);
    return result;
}

std::string say_hello(std::uint64_t session, std::int64_t heartbeat_seconds, const view::Model& counters) {
    return dump({{"is", "hello"}, {"session", std::to_string(session)}, {"heartbeat", heartbeat_seconds}, {"counters", base_of(counters)}});
}

std::string say_following(std::string_view topic, std::int64_t seq) { return dump({{"is", "following"}, {"topic", topic}, {"seq", seq}}); }

std::string say_resync(std::string_view topic) { return dump({{"is", "resync"}, {"topic", topic}}); }

std::string say_refused(std::string_view topic, std::string_view problem) {
    return dump({{"is", "refused"}, {"topic", topic}, {"problem", problem}});
}

std::string say_goodbye(std::int64_t back_in_seconds) { return dump({{"is", "goodbye"}, {"back_in", back_in_seconds}}); }

std::string say_beat(base::Time read_until) { return dump({{"is", "beat"}, {"at", base::to_rfc3339(read_until)}}); }

std::string say_event(std::string_view topic, std::int64_t seq, std::string_view kind, const view::Model& rendered) {
    json message = base_of(rendered);
    message["is"] = "event";
    message["topic"] = topic;
    message["kind"] = kind;
    if (seq > 0) {
        message["seq"] = seq;
    }
    return dump(message);
}

std::string say_skip(std::string_view topic, std::int64_t seq) {
    return dump({{"is", "event"}, {"topic", topic}, {"seq", seq}, {"kind", "skip"}});
}

std::string say_hint(std::string_view topic, const view::Model& rendered) {
    json message = base_of(rendered);
    message["is"] = "hint";
    message["topic"] = topic;
    return dump(message);
}

std::string say_counters(const view::Model& counters) {
    json message = base_of(counters);
    message["is"] = "counters";
    return dump(message);
}

std::string say_present(std::string_view topic, std::size_t readers, std::size_t writers, const std::vector<std::string>& writing) {
    return dump({{"is", "present"}, {"topic", topic}, {"readers", readers}, {"writers", writers}, {"writing", writing}});
}

}  // namespace forum::live
