// WebSocket frames (RFC 6455 section 5) as bytes: makes the server's, reads a client's. Rule: knows no socket, no JSON and
// no limits but those it is given, so that every rule of the RFC is tested and fuzzed on plain strings.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace forum::live {

/// Why a WebSocket ends (RFC 6455 section 7.4.1; 4000 is ours).
enum class CloseCode : std::uint16_t {
    normal = 1000,
    going_away = 1001,
    protocol_error = 1002,
    unsupported_data = 1003,
    invalid_text = 1007,
    policy_violation = 1008,
    too_big = 1009,
    internal_error = 1011,
    try_again_later = 1013,  ///< come back after `back_in` seconds
    resync = 4000,           ///< the follower was too slow: connect again and resume
};

enum class Opcode : std::uint8_t { continuation = 0, text = 1, binary = 2, close = 8, ping = 9, pong = 10 };

/// One whole unmasked frame, as a server sends it. A control frame's payload is at most 125 bytes.
std::string server_frame(Opcode opcode, std::string_view payload);

/// A close frame; `reason` is cut at 123 bytes.
std::string close_frame(CloseCode code, std::string_view reason = {});

/// One whole frame with a mask, as a client sends it (tests and load programs).
std::string client_frame(Opcode opcode, std::string_view payload, std::uint32_t mask, bool is_final = true);

/// Well-formed UTF-8 (RFC 3629). U+0000 is text here, unlike in base/text.hpp.
bool is_utf8(std::string_view text);

/// What a FrameReader found. The views die when the call returns; answering false stops the reading.
class FrameHandler {
public:
    virtual ~FrameHandler() = default;
    virtual bool on_text(std::string_view message) = 0;
    virtual bool on_ping(std::string_view payload) = 0;
    virtual bool on_pong(std::string_view payload) = 0;
    /// The other side closes; `code` is 1005 when it gave none (RFC 6455 section 7.1.5).
    virtual bool on_close(std::uint16_t code, std::string_view reason) = 0;
};

/// Reads a client's frames from bytes in any portions. While nothing is half read it holds no memory of its own but
/// itself, so ten thousand idle followers are cheap.
class FrameReader {
public:
    struct Result {
        bool is_broken{false};  ///< the connection must be failed with `code`
        CloseCode code{CloseCode::normal};
        std::string_view reason;  ///< a literal
        std::size_t frames{0};    ///< whole frames in this portion, for the caller's flood limit
    };

    /// Eats `bytes` (`size` of them, unmasked in place). A message or frame of more than `limit` bytes of payload breaks
    /// with 1009 as soon as its header is there. After a broken result or a stop do not call it again.
    Result read(char* bytes, std::size_t size, std::size_t limit, FrameHandler& handler);

    /// Bytes held for what is half read.
    std::size_t held() const { return partial_.capacity() + message_.capacity(); }

private:
    struct Header;
    std::string partial_;  ///< a frame of which bytes are missing
    std::string message_;  ///< fragments of a message so far
    bool in_message_{false};
};

}  // namespace forum::live
