#include "live/handshake.hpp"

#include <algorithm>
#include <array>
#include <openssl/evp.h>

#include "base/text.hpp"

namespace forum::live {

namespace {

// Does a comma-separated header hold this token (case-insensitive)?
bool has_token(std::string_view header, std::string_view token) {
    for (const std::string& part : base::split(header, ',')) {
        if (base::lower_ascii(base::trim(part)) == token) {
            return true;
        }
    }
    return false;
}

// 16 bytes in base64: 22 characters of the alphabet and "==" (section 4.1, point 7).
bool is_key(std::string_view key) {
    return key.size() == 24 && key.substr(22) == "==" && std::all_of(key.begin(), key.begin() + 22, [](char c) {
               return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' || c == '/';
           });
}

// Host without the port that its scheme means anyway.
std::string authority(std::string_view host, bool is_secure) {
    std::string result = base::lower_ascii(host);
    const std::string_view usual = is_secure ? ":443" : ":80";
    if (result.size() > usual.size() && std::string_view{result}.substr(result.size() - usual.size()) == usual) {
        result.resize(result.size() - usual.size());
    }
    return result;
}

std::string refusal(int status, std::string_view phrase, std::string_view slug, std::string_view detail, std::string_view headers = {}) {
    const std::string body = "{\"type\":\"/problems/" + std::string{slug} + "\",\"title\":\"" + std::string{phrase}
                             + "\",\"status\":" + std::to_string(status) + ",\"detail\":\"" + std::string{detail} + "\"}";
    std::string answer = "HTTP/1.1 " + std::to_string(status) + " " + std::string{phrase} + "\r\n";
    answer.append(headers);
    answer.append("API-Version: ").append(http::api_version).append("\r\n");
    answer += "Content-Type: application/problem+json\r\nCache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\n"
              "Connection: close\r\nContent-Length: "
              + std::to_string(body.size()) + "\r\n\r\n";
    return answer + body;
}

std::string bad_request(std::string_view detail) { return refusal(400, "Bad Request", "bad-request", detail); }

std::string foreign() { return refusal(403, "Forbidden", "foreign-origin", "live connections are for pages of this site"); }

std::optional<std::int64_t> parse_since(std::string_view text) {
    std::int64_t value{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (text.empty() || error != std::errc{} || end != text.data() + text.size() || value < 0) {
        return std::nullopt;
    }
    return value;
}

}  // namespace

std::string accept_key(std::string_view key) {
    std::string text{key};
    text += "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";  // section 1.3
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned int size = 0;
    EVP_Digest(text.data(), text.size(), digest.data(), &size, EVP_sha1(), nullptr);
    std::array<unsigned char, 32> encoded{};  // 20 bytes make 28 characters and a NUL
    const int length = EVP_EncodeBlock(encoded.data(), digest.data(), static_cast<int>(size));
    return {encoded.begin(), encoded.begin() + length};
}

std::string stopping_answer(std::chrono::seconds back_in) {
    return refusal(503, "Service Unavailable", "busy", "the server stops", "Retry-After: " + std::to_string(back_in.count()) + "\r\n");
}

bool is_foreign(const http::Request& request) {
    if (request.header("sec-fetch-site") == "cross-site") {
        return true;
    }
    const std::string_view origin = request.header("origin");
    if (origin.empty()) {
        return false;  // no browser, or the same site by an old one that sends nothing
    }
    const std::size_t scheme = origin.find("://");
    if (scheme == std::string_view::npos) {
        return true;  // "null"
    }
    const bool is_secure = origin.substr(0, scheme) == "https";
    return authority(origin.substr(scheme + 3), is_secure) != authority(request.header("host"), is_secure);
}

WebSocketOpening open_web_socket(const http::Request& request) {
    if (!has_token(request.header("connection"), "upgrade")) {
        return {false, bad_request("Connection must say upgrade")};
    }
    if (request.header("sec-websocket-version") != "13") {
        return {false, refusal(426, "Upgrade Required", "bad-request", "only WebSocket version 13",
                               "Sec-WebSocket-Version: 13\r\nUpgrade: websocket\r\n")};
    }
    const std::string_view key = request.header("sec-websocket-key");
    if (!is_key(key)) {
        return {false, bad_request("Sec-WebSocket-Key must be 16 bytes in base64")};
    }
    if (is_foreign(request)) {
        return {false, foreign()};
    }
    const std::string_view offered = request.header("sec-websocket-protocol");
    if (!offered.empty() && !has_token(offered, subprotocol)) {
        return {false, bad_request("the subprotocol is forum.v1")};
    }
    std::string bytes = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: "
                        + accept_key(key) + "\r\n";
    if (!offered.empty()) {
        bytes.append("Sec-WebSocket-Protocol: ").append(subprotocol).append("\r\n");
    }
    return {true, bytes + "\r\n"};
}

StreamOpening open_event_stream(const http::Request& request, std::size_t topics_limit) {
    if (is_foreign(request)) {
        return {false, foreign(), {}};
    }
    std::vector<Wish> wishes;
    std::optional<std::int64_t> early;
    for (const auto& [name, value] : request.query) {
        if (name == "topic") {
            auto topic = parse_topic(value);
            if (!topic) {
                return {false, bad_request("unknown topic"), {}};
            }
            wishes.push_back({std::move(*topic), early});
            early.reset();
        } else if (name == "since") {
            const auto since = parse_since(value);
            if (!since) {
                return {false, bad_request("since must be a number from 0"), {}};
            }
            (wishes.empty() ? early : wishes.back().since) = since;
        } else {
            return {false, bad_request("unknown parameter; there are topic and since"), {}};
        }
    }
    if (wishes.empty() || wishes.size() > topics_limit) {
        return {false, bad_request(wishes.empty() ? "name at least one topic" : "too many topics"), {}};
    }
    const std::string_view last = request.header("last-event-id");
    if (const std::size_t equals = last.find('='); equals != std::string_view::npos) {
        for (Wish& wish : wishes) {
            if (wish.topic.name == last.substr(0, equals)) {
                if (const auto since = parse_since(last.substr(equals + 1))) {
                    wish.since = since;
                }
            }
        }
    }
    // No length and no chunks: the stream ends when the connection does. The last line keeps nginx from holding it up.
    return {true,
            "HTTP/1.1 200 OK\r\nAPI-Version: " + std::string{http::api_version}
                + "\r\nContent-Type: text/event-stream\r\nCache-Control: no-store\r\nConnection: close\r\n"
                  "X-Content-Type-Options: nosniff\r\nX-Accel-Buffering: no\r\n\r\nretry: 3000\n\n",
            std::move(wishes)};
}

}  // namespace forum::live
