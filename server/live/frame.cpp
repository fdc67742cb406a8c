#include "live/frame.hpp"

#include <array>
#include <cstring>

namespace forum::live {

namespace {

constexpr std::size_t control_limit = 125;  // RFC 6455 section 5.5

bool is_control(std::uint8_t opcode) { return (opcode & 0x8U) != 0; }

void append_header(std::string& out, std::uint8_t first, std::size_t size, std::uint8_t mask_bit) {
    out.push_back(static_cast<char>(first));
    if (size <= control_limit) {
        out.push_back(static_cast<char>(mask_bit | size));
    } else if (size <= 0xFFFF) {
        out.push_back(static_cast<char>(mask_bit | 126U));
        out.push_back(static_cast<char>(size >> 8U));
        out.push_back(static_cast<char>(size & 0xFFU));
    } else {
        out.push_back(static_cast<char>(mask_bit | 127U));
        for (int shift = 56; shift >= 0; shift -= 8) {
            out.push_back(static_cast<char>((std::uint64_t{size} >> shift) & 0xFFU));
        }
    }
}

void unmask(char* bytes, std::size_t size, const std::array<unsigned char, 4>& mask) {
    for (std::size_t i = 0; i < size; ++i) {
        bytes[i] = static_cast<char>(static_cast<unsigned char>(bytes[i]) ^ mask[i & 3U]);
    }
}

// The codes an endpoint may put in a close frame (section 7.4; 1012 to 1014 from the IANA registry).
bool may_be_sent(std::uint16_t code) {
    if (code >= 3000) {
        return code <= 4999;
    }
    return (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014);
}

FrameReader::Result broken(CloseCode code, std::string_view reason, std::size_t frames) { return {true, code, reason, frames}; }

}  // namespace

std::string server_frame(Opcode opcode, std::string_view payload) {
    std::string out;
    out.reserve(payload.size() + 10);
    append_header(out, static_cast<std::uint8_t>(0x80U | static_cast<unsigned>(opcode)), payload.size(), 0);
    out.append(payload);
    return out;
}

std::string close_frame(CloseCode code, std::string_view reason) {
    const auto number = static_cast<std::uint16_t>(code);
    std::string payload;
    payload.push_back(static_cast<char>(number >> 8U));
    payload.push_back(static_cast<char>(number & 0xFFU));
    payload.append(reason.substr(0, control_limit - 2));
    return server_frame(Opcode::close, payload);
}

std::string client_frame(Opcode opcode, std::string_view payload, std::uint32_t mask, bool is_final) {
    std::string out;
    out.reserve(payload.size() + 14);
    append_header(out, static_cast<std::uint8_t>((is_final ? 0x80U : 0U) | static_cast<unsigned>(opcode)), payload.size(), 0x80);
    std::array<unsigned char, 4> key{};
    std::memcpy(key.data(), &mask, key.size());
    out.append(reinterpret_cast<const char*>(key.data()), key.size());
    const std::size_t start = out.size();
    out.append(payload);
    unmask(out.data() + start, payload.size(), key);
    return out;
}

bool is_utf8(std::string_view text) {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    std::size_t i = 0;
    while (i < text.size()) {
        const unsigned lead = byte(i);
        if (lead < 0x80) {
            ++i;
            continue;
        }
        const std::size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
        if (lead < 0xC2 || lead > 0xF4 || i + length > text.size()) {
            return false;
        }
        const unsigned second = byte(i + 1);
        // The second byte rules out overlong forms, surrogates and what lies beyond U+10FFFF.
        const unsigned low = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
        const unsigned high = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
        if (second < low || second > high) {
            return false;
        }
        for (std::size_t k = 2; k < length; ++k) {
            if ((byte(i + k) & 0xC0U) != 0x80) {
                return false;
            }
        }
        i += length;
    }
    return true;
}

struct FrameReader::Header {
    bool is_final;
    std::uint8_t opcode;
    std::uint64_t size;
    std::size_t length;  // of the header itself, mask included; 0 = not all there yet
    std::array<unsigned char, 4> mask;
    std::string_view fault;  // "" = none
    CloseCode code;

    // Judges as much as is there, so that a bad frame is refused before its payload comes.
    static Header parse(std::string_view bytes, bool in_message, std::size_t held, std::size_t limit) {
        Header header{};
        const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(bytes[i]); };
        const auto fail = [&](std::string_view why, CloseCode with = CloseCode::protocol_error) {
            header.fault = why;
            header.code = with;
            return header;
        };
        if (bytes.empty()) {
            return header;
        }
        header.is_final = (byte(0) & 0x80U) != 0;
        header.opcode = byte(0) & 0x0FU;
        if ((byte(0) & 0x70U) != 0) {
            return fail("reserved bits");
        }
        if ((header.opcode > 2 && header.opcode < 8) || header.opcode > 10) {
            return fail("reserved opcode");
        }
        if (is_control(header.opcode) && !header.is_final) {
            return fail("fragmented control frame");
        }
        if (header.opcode == 0 && !in_message) {
            return fail("continuation of nothing");
        }
        if ((header.opcode == 1 || header.opcode == 2) && in_message) {
            return fail("message within a message");
        }
        if (bytes.size() < 2) {
            return header;
        }
        if ((byte(1) & 0x80U) == 0) {
            return fail("frame without mask");
        }
        const unsigned short_size = byte(1) & 0x7FU;
        if (is_control(header.opcode) && short_size > control_limit) {
            return fail("control frame too long");
        }
        const std::size_t extra = short_size == 127 ? 8 : short_size == 126 ? 2 : 0;
        if (bytes.size() < 2 + extra) {
            return header;
        }
        header.size = extra == 0 ? short_size : 0;
        for (std::size_t i = 0; i < extra; ++i) {
            header.size = (header.size << 8U) | byte(2 + i);
        }
        if ((header.size >> 63U) != 0 || (extra == 8 && header.size <= 0xFFFF) || (extra == 2 && header.size <= control_limit)) {
            return fail("length not in its shortest form");
        }
        if (header.opcode == 2) {
            return fail("only text", CloseCode::unsupported_data);
        }
        if (!is_control(header.opcode) && held + header.size > limit) {
            return fail("message too big", CloseCode::too_big);
        }
        if (bytes.size() < 2 + extra + 4) {
            return header;
        }
        for (std::size_t i = 0; i < 4; ++i) {
            header.mask[i] = byte(2 + extra + i);
        }
        header.length = 2 + extra + 4;
        return header;
    }
};

FrameReader::Result FrameReader::read(char* bytes, std::size_t size, std::size_t limit, FrameHandler& handler) {
    // What was half read comes first; it is at most one frame of `limit` bytes.
    std::string joined;
    if (!partial_.empty()) {
        joined.swap(partial_);
        joined.append(bytes, size);
        bytes = joined.data();
        size = joined.size();
    }
    Result result;
    while (size > 0) {
        const Header header = Header::parse({bytes, size}, in_message_, message_.size(), limit);
        if (!header.fault.empty()) {
            return broken(header.code, header.fault, result.frames);
        }
        if (header.length == 0 || size - header.length < header.size) {
            partial_.assign(bytes, size);
            return result;
        }
        const auto payload_size = static_cast<std::size_t>(header.size);
        char* payload = bytes + header.length;
        unmask(payload, payload_size, header.mask);
        bytes = payload + payload_size;
        size -= header.length + payload_size;
        ++result.frames;

        const std::string_view text{payload, payload_size};
        bool goes_on = true;
        switch (static_cast<Opcode>(header.opcode)) {
        case Opcode::ping: goes_on = handler.on_ping(text); break;
        case Opcode::pong: goes_on = handler.on_pong(text); break;
        case Opcode::close: {
            if (text.size() == 1) {
                return broken(CloseCode::protocol_error, "close code of one byte", result.frames);
            }
            std::uint16_t code = 1005;
            if (text.size() >= 2) {
                code = static_cast<std::uint16_t>((static_cast<unsigned char>(text[0]) << 8U) | static_cast<unsigned char>(text[1]));
                if (!may_be_sent(code)) {
                    return broken(CloseCode::protocol_error, "close code not allowed", result.frames);
                }
                if (!is_utf8(text.substr(2))) {
                    return broken(CloseCode::invalid_text, "reason is not UTF-8", result.frames);
                }
            }
            handler.on_close(code, text.substr(text.size() < 2 ? 0 : 2));
            return result;
        }
        case Opcode::text:
        case Opcode::continuation:
        case Opcode::binary:
            if (!header.is_final) {
                in_message_ = true;
                message_.append(text);
                break;
            }
            std::string whole;
            std::string_view message = text;
            if (in_message_) {
                whole.swap(message_);
                whole.append(text);
                message = whole;
                in_message_ = false;
            }
            if (!is_utf8(message)) {
                return broken(CloseCode::invalid_text, "message is not UTF-8", result.frames);
            }
            goes_on = handler.on_text(message);
            break;
        }
        if (!goes_on) {
            return result;
        }
    }
    return result;
}

}  // namespace forum::live
