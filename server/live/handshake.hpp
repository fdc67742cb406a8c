// The opening of a live connection as bytes: which answer a request for /live or /live/events gets. Rule: decided from the
// request alone; a browser on another site never gets in with our visitor's cookies.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "http/request.hpp"
#include "live/message.hpp"

namespace forum::live {

inline constexpr std::string_view subprotocol = "forum.v1";

/// Sec-WebSocket-Accept for a Sec-WebSocket-Key (RFC 6455 section 4.2.2).
std::string accept_key(std::string_view key);

/// The bytes that answer the request: 101 and the connection goes on as a WebSocket, or a whole error and it is closed.
struct WebSocketOpening {
    bool is_accepted;
    std::string bytes;
};
WebSocketOpening open_web_socket(const http::Request& request);

/// What an event stream follows, from its query: a `since` belongs to the `topic` before it (one in front to the first);
/// Last-Event-ID ("thread/12=59") wins over the `since` of its topic.
struct Wish {
    TopicName topic;
    std::optional<std::int64_t> since;
};
struct StreamOpening {
    bool is_accepted;
    std::string bytes;
    std::vector<Wish> wishes;
};
StreamOpening open_event_stream(const http::Request& request, std::size_t topics_limit);

/// The whole answer to who comes while the server stops; `back_in`: when it is expected to be there again.
std::string stopping_answer(std::chrono::seconds back_in);

/// Another site's page asks (Origin is not our Host; Sec-Fetch-Site says cross-site).
bool is_foreign(const http::Request& request);

}  // namespace forum::live
