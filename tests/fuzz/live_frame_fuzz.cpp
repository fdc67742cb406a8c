// Sources: server/live/frame.cpp
// Frames of a client in any bytes and any portions. Rule held: what is read does not depend on how it was cut, and nothing but valid
// UTF-8 within the limit comes out.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "live/frame.hpp"

namespace {

using forum::live::FrameHandler;
using forum::live::FrameReader;

constexpr std::size_t limit = 512;

struct Heard : FrameHandler {
    std::string log;
    bool is_over{false};  // after a close nothing is read
    bool keep(char kind, std::string_view what) {
        log.push_back(kind);
        log.append(what);
        log.push_back('\n');
        return true;
    }
    bool on_text(std::string_view message) override {
        if (message.size() > limit || !forum::live::is_utf8(message)) {
            std::abort();
        }
        return keep('t', message);
    }
    bool on_ping(std::string_view payload) override {
        if (payload.size() > 125) {
            std::abort();
        }
        return keep('i', payload);
    }
    bool on_pong(std::string_view payload) override { return keep('o', payload); }
    bool on_close(std::uint16_t code, std::string_view reason) override {
        is_over = true;
        return keep('c', std::to_string(code) + std::string{reason});
    }
};

struct Outcome {
    std::string log;
    bool is_broken{false};
    forum::live::CloseCode code{};
};

Outcome read(std::string_view bytes, std::size_t portion) {
    FrameReader reader;
    Heard heard;
    Outcome outcome;
    while (!bytes.empty() && !outcome.is_broken && !heard.is_over) {
        std::string part{bytes.substr(0, portion)};
        bytes.remove_prefix(part.size());
        const auto result = reader.read(part.data(), part.size(), limit, heard);
        outcome.is_broken = result.is_broken;
        outcome.code = result.code;
        if (reader.held() > 4 * (limit + 14) + 64) {
            std::abort();
        }
    }
    outcome.log = std::move(heard.log);
    return outcome;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < 1) {
        return 0;
    }
    const std::size_t portion = 1 + data[0] % 31U;
    const std::string_view bytes{reinterpret_cast<const char*>(data + 1), size - 1};
    const Outcome whole = read(bytes, bytes.size());
    const Outcome parts = read(bytes, portion);
    if (whole.log != parts.log || whole.is_broken != parts.is_broken || whole.code != parts.code) {
        std::abort();
    }
    return 0;
}
