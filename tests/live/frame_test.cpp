// The rules of RFC 6455 for what a server reads and writes, each by its section.
#include "live/frame.hpp"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

namespace forum::live {
namespace {

using namespace std::string_literals;

struct Heard : FrameHandler {
    std::vector<std::string> log;
    bool goes_on{true};
    bool on_text(std::string_view message) override {
        log.push_back("text " + std::string{message});
        return goes_on;
    }
    bool on_ping(std::string_view payload) override {
        log.push_back("ping " + std::string{payload});
        return goes_on;
    }
    bool on_pong(std::string_view payload) override {
        log.push_back("pong " + std::string{payload});
        return goes_on;
    }
    bool on_close(std::uint16_t code, std::string_view reason) override {
        log.push_back("close " + std::to_string(code) + " " + std::string{reason});
        return goes_on;
    }
};

constexpr std::uint32_t frame_mask = 0x9A37F10C;
constexpr std::size_t limit = 4096;

struct Outcome {
    std::vector<std::string> log;
    FrameReader::Result result;
};

Outcome read(std::string bytes, std::size_t portion = std::string::npos) {
    FrameReader reader;
    Heard heard;
    FrameReader::Result result;
    for (std::size_t at = 0; at < bytes.size() && !result.is_broken; at += std::min(portion, bytes.size())) {
        std::string part = bytes.substr(at, portion);
        const auto one = reader.read(part.data(), part.size(), limit, heard);
        result = {one.is_broken, one.code, one.reason, result.frames + one.frames};
    }
    return {heard.log, result};
}

std::string text(std::string_view payload, bool is_final = true) { return client_frame(Opcode::text, payload, frame_mask, is_final); }

void expect_broken(const std::string& bytes, CloseCode code) {
    const Outcome outcome = read(bytes);
    EXPECT_TRUE(outcome.result.is_broken);
    EXPECT_EQ(static_cast<int>(outcome.result.code), static_cast<int>(code)) << outcome.result.reason;
}

TEST(Rfc6455Section5_6, ReadsATextMessage) {
    const Outcome outcome = read(text("{\"do\":1}"));
    EXPECT_EQ(outcome.log, std::vector{"text {\"do\":1}"s});
    EXPECT_EQ(outcome.result.frames, 1U);
}

TEST(Rfc6455Section5_7, ReadsTheExampleOfTheRfc) {  // a masked "Hello"
    EXPECT_EQ(read("\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58"s).log, std::vector{"text Hello"s});
}

TEST(Rfc6455Section5_2, ReadsAllLengths) {
    for (const std::size_t size : {0U, 1U, 124U, 125U, 126U, 127U, 255U, 256U, 4095U, 4096U}) {
        const std::string payload(size, 'a');
        EXPECT_EQ(read(text(payload)).log, std::vector{"text " + payload}) << size;
    }
}

TEST(FrameReader, ReadsSeveralFramesAtOnce) {
    EXPECT_EQ(read(text("one") + text("two") + client_frame(Opcode::ping, "p", frame_mask)).log,
              (std::vector{"text one"s, "text two"s, "ping p"s}));
}

TEST(Rfc6455Section5_4, JoinsFragments) {
    const std::string bytes = text("Hel", false) + client_frame(Opcode::continuation, "l", frame_mask, false)
                              + client_frame(Opcode::continuation, "o", frame_mask);
    EXPECT_EQ(read(bytes).log, std::vector{"text Hello"s});
}

TEST(Rfc6455Section5_4, TakesControlFramesBetweenFragments) {  // 5.5
    const std::string bytes = text("Hel", false) + client_frame(Opcode::ping, "now", frame_mask)
                              + client_frame(Opcode::pong, "", frame_mask) + client_frame(Opcode::continuation, "lo", frame_mask);
    EXPECT_EQ(read(bytes).log, (std::vector{"ping now"s, "pong "s, "text Hello"s}));
}

TEST(Rfc6455Section5_4, JoinsEmptyFragments) {
    EXPECT_EQ(read(text("", false) + client_frame(Opcode::continuation, "", frame_mask)).log, std::vector{"text "s});
}

TEST(Rfc6455Section8_1, KeepsACharacterThatIsCutBetweenFragments) {  // only the whole message is judged
    const std::string bytes = text("caf\xC3", false) + client_frame(Opcode::continuation, "\xA9", frame_mask);
    EXPECT_EQ(read(bytes).log, std::vector{"text café"s});
}

TEST(FrameReader, ReadsTheSameInWhateverPortions) {
    const std::string bytes = text("first") + text("se", false) + client_frame(Opcode::ping, "x", frame_mask)
                              + client_frame(Opcode::continuation, std::string(300, 'b'), frame_mask)
                              + client_frame(Opcode::close, "\x03\xE8"s + "bye", frame_mask);
    const Outcome whole = read(bytes);
    ASSERT_EQ(whole.log.size(), 4U);
    EXPECT_EQ(whole.log.back(), "close 1000 bye");
    for (std::size_t portion = 1; portion < 40; ++portion) {
        const Outcome parts = read(bytes, portion);
        EXPECT_EQ(parts.log, whole.log) << portion;
        EXPECT_EQ(parts.result.frames, whole.result.frames);
    }
}

TEST(FrameReader, HoldsNothingWhenIdle) {
    FrameReader reader;
    Heard heard;
    std::string bytes = text(std::string(3000, 'a'), false) + client_frame(Opcode::continuation, std::string(900, 'b'), frame_mask);
    for (char& byte : bytes) {
        reader.read(&byte, 1, limit, heard);
    }
    ASSERT_EQ(heard.log.size(), 1U);
    EXPECT_EQ(reader.held(), 2 * std::string{}.capacity());
}

TEST(FrameReader, StopsWhenToldTo) {
    FrameReader reader;
    Heard heard;
    heard.goes_on = false;
    std::string bytes = text("one") + text("two");
    reader.read(bytes.data(), bytes.size(), limit, heard);
    EXPECT_EQ(heard.log, std::vector{"text one"s});
}

TEST(Rfc6455Section5_1, RefusesAFrameWithoutMask) { expect_broken(server_frame(Opcode::text, "hello"), CloseCode::protocol_error); }

TEST(Rfc6455Section5_2, RefusesReservedBits) {  // no extension was agreed
    for (const unsigned bit : {0x10U, 0x20U, 0x40U}) {
        std::string bytes = text("hello");
        bytes[0] = static_cast<char>(static_cast<unsigned char>(bytes[0]) | bit);
        expect_broken(bytes, CloseCode::protocol_error);
    }
}

TEST(Rfc6455Section5_2, RefusesReservedOpcodes) {
    for (const unsigned opcode : {3U, 4U, 5U, 6U, 7U, 11U, 12U, 13U, 14U, 15U}) {
        expect_broken(client_frame(static_cast<Opcode>(opcode), "", frame_mask), CloseCode::protocol_error);
    }
}

TEST(Rfc6455Section5_5, RefusesAFragmentedControlFrame) {
    for (const Opcode opcode : {Opcode::ping, Opcode::pong, Opcode::close}) {
        expect_broken(client_frame(opcode, "", frame_mask, false), CloseCode::protocol_error);
    }
}

TEST(Rfc6455Section5_5, RefusesALongControlFrame) {
    EXPECT_FALSE(read(client_frame(Opcode::ping, std::string(125, 'p'), frame_mask)).result.is_broken);
    expect_broken(client_frame(Opcode::ping, std::string(126, 'p'), frame_mask), CloseCode::protocol_error);
}

TEST(Rfc6455Section5_4, RefusesAContinuationOfNothing) {
    expect_broken(client_frame(Opcode::continuation, "x", frame_mask), CloseCode::protocol_error);
    expect_broken(text("whole") + client_frame(Opcode::continuation, "x", frame_mask), CloseCode::protocol_error);
}

TEST(Rfc6455Section5_4, RefusesAMessageWithinAMessage) { expect_broken(text("a", false) + text("b"), CloseCode::protocol_error); }

TEST(Rfc6455Section5_2, RefusesLengthsThatAreNotShortest) {
    expect_broken("\x81\xFE\x00\x05"s + "\0\0\0\0hello"s, CloseCode::protocol_error);
    expect_broken("\x81\xFF\x00\x00\x00\x00\x00\x00\xFF\xFF"s + "\0\0\0\0"s, CloseCode::protocol_error);
    expect_broken("\x81\xFF\x80\x00\x00\x00\x00\x00\x00\x00"s, CloseCode::protocol_error);
}

TEST(Rfc6455Section7_4_1, RefusesBinary) {  // 1003
    expect_broken(client_frame(Opcode::binary, "x", frame_mask), CloseCode::unsupported_data);
}

TEST(Rfc6455Section8_1, RefusesBadUtf8) {  // 1007
    for (const std::string& bad : {"\xC0\x80"s, "\xED\xA0\x80"s, "\xF4\x90\x80\x80"s, "\xC3"s, "\x80"s, "a\xFF"s, "\xE0\x9F\xBF"s,
                                   "\xF0\x8F\xBF\xBF"s, "\xF5\x80\x80\x80"s, "\xE2\x82"s}) {
        expect_broken(text(bad), CloseCode::invalid_text);
    }
    expect_broken(text("\xC3", false) + client_frame(Opcode::continuation, "x", frame_mask), CloseCode::invalid_text);
}

TEST(Rfc6455Section8_1, TakesAllOfUtf8) {
    for (const std::string& good :
         {"\0"s, "\x7F"s, "\xC2\x80"s, "\xED\x9F\xBF"s, "\xEE\x80\x80"s, "\xEF\xBF\xBF"s, "\xF0\x90\x80\x80"s, "\xF4\x8F\xBF\xBF"s}) {
        EXPECT_EQ(read(text(good)).log, std::vector{"text " + good});
    }
}

TEST(Rfc6455Section10_4, RefusesABigFrameBeforeItsPayloadComes) {  // 1009
    std::string header = client_frame(Opcode::text, std::string(1'000'000, 'a'), frame_mask).substr(0, 10);
    expect_broken(header, CloseCode::too_big);
    expect_broken(text(std::string(limit + 1, 'a')), CloseCode::too_big);
}

TEST(Rfc6455Section10_4, RefusesABigMessageInSmallFragments) {
    std::string bytes = text(std::string(4000, 'a'), false) + client_frame(Opcode::continuation, std::string(97, 'b'), frame_mask);
    expect_broken(bytes, CloseCode::too_big);
}

TEST(Rfc6455Section5_5_1, ReadsCloseFrames) {
    EXPECT_EQ(read(client_frame(Opcode::close, "", frame_mask)).log, std::vector{"close 1005 "s});  // 7.1.5
    EXPECT_EQ(read(client_frame(Opcode::close, "\x03\xE9"s, frame_mask)).log, std::vector{"close 1001 "s});
    EXPECT_EQ(read(client_frame(Opcode::close, "\x0F\xA0"s + "klaar", frame_mask)).log, std::vector{"close 4000 klaar"s});
    EXPECT_EQ(read(client_frame(Opcode::close, "\x03\xE8"s + std::string(123, 'r'), frame_mask)).log,
              std::vector{"close 1000 " + std::string(123, 'r')});
    expect_broken(client_frame(Opcode::close, "\x03"s, frame_mask), CloseCode::protocol_error);
}

TEST(Rfc6455Section5_5_1, RefusesAReasonThatIsNotUtf8) {
    expect_broken(client_frame(Opcode::close, "\x03\xE8\xFF"s, frame_mask), CloseCode::invalid_text);
    expect_broken(client_frame(Opcode::close,
                               "\x03\xE8"
                               "caf\xC3"s,
                               frame_mask),
                  CloseCode::invalid_text);
}

TEST(Rfc6455Section7_4, KnowsWhichCodesMayBeSent) {
    for (const unsigned code : {0U, 999U, 1004U, 1005U, 1006U, 1015U, 1016U, 2999U, 5000U, 65535U}) {
        const std::string payload{static_cast<char>(code >> 8U), static_cast<char>(code & 0xFFU)};
        expect_broken(client_frame(Opcode::close, payload, frame_mask), CloseCode::protocol_error);
    }
    for (const unsigned code : {1000U, 1003U, 1007U, 1011U, 1012U, 1014U, 3000U, 4999U}) {
        const std::string payload{static_cast<char>(code >> 8U), static_cast<char>(code & 0xFFU)};
        EXPECT_FALSE(read(client_frame(Opcode::close, payload, frame_mask)).result.is_broken) << code;
    }
}

TEST(Rfc6455Section5_3, UnmasksEachFrameByItsOwnKey) {
    for (const std::uint32_t key : {0U, 1U, 0xFFFFFFFFU, 0x80000000U, 0x12345678U}) {
        for (const std::size_t size : {1U, 2U, 3U, 4U, 5U, 63U, 1023U}) {
            const std::string payload(size, 'm');
            const std::string bytes = client_frame(Opcode::text, payload, key, false) + client_frame(Opcode::continuation, payload, ~key);
            for (const std::size_t portion : {std::string::npos, std::size_t{3}}) {
                EXPECT_EQ(read(bytes, portion).log, std::vector{"text " + payload + payload}) << key << " " << size;
            }
        }
    }
}

TEST(Rfc6455Section5_5_2, GivesAPingAsItIs) {  // for the pong, which has the same payload (5.5.3); it need not be text
    EXPECT_EQ(read(client_frame(Opcode::ping, "\x00\xFF\xC3"s, frame_mask)).log, std::vector{"ping \x00\xFF\xC3"s});
    EXPECT_EQ(read(client_frame(Opcode::ping, "", frame_mask)).log, std::vector{"ping "s});
}

TEST(Rfc6455Section5_5_3, TakesAPongThatNobodyAskedFor) {
    EXPECT_EQ(read(client_frame(Opcode::pong, "x", frame_mask) + text("on")).log, (std::vector{"pong x"s, "text on"s}));
}

TEST(Rfc6455Section5_5_1, ReadsNothingAfterAClose) {
    EXPECT_EQ(read(client_frame(Opcode::close, "", frame_mask) + text("late")).log, std::vector{"close 1005 "s});
}

TEST(FrameReader, LivesThroughGarbage) {
    std::mt19937 random{2026};
    for (int round = 0; round < 3000; ++round) {
        std::string bytes = text("a message") + client_frame(Opcode::ping, "p", frame_mask) + text("another", false);
        for (int change = 0; change < 3; ++change) {
            bytes[random() % bytes.size()] = static_cast<char>(random());
        }
        const Outcome whole = read(bytes);
        const Outcome parts = read(bytes, 1 + random() % 7);
        EXPECT_EQ(whole.log, parts.log);
        EXPECT_EQ(whole.result.is_broken, parts.result.is_broken);
    }
}

TEST(Rfc6455Section5_1, IsNotMaskedAndShortest) {  // 5.2
    EXPECT_EQ(server_frame(Opcode::text, "Hello"), "\x81\x05Hello");
    EXPECT_EQ(server_frame(Opcode::ping, ""), "\x89\x00"s);
    EXPECT_EQ(server_frame(Opcode::text, std::string(126, 'a')).substr(0, 4), "\x81\x7E\x00\x7E"s);
    EXPECT_EQ(server_frame(Opcode::text, std::string(65536, 'a')).substr(0, 10), "\x81\x7F\x00\x00\x00\x00\x00\x01\x00\x00"s);
}

TEST(Rfc6455Section5_5_1, CloseHasCodeAndACutReason) {
    EXPECT_EQ(close_frame(CloseCode::resync, "x"), "\x88\x03\x0F\xA0x");
    EXPECT_EQ(close_frame(CloseCode::normal, std::string(200, 'r')).size(), 2U + 125U);
}

}  // namespace
}  // namespace forum::live
