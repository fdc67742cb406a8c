// Random bytes, and good requests with random faults: the server answers with a status or closes, and goes on serving;
// and what the parser says does not depend on how the bytes were cut.

#include <gtest/gtest.h>

#include <random>

#include "http/request_parser.hpp"
#include "http/test_server.hpp"

namespace forum::http {
namespace {

using test::TestServer;

const std::vector<std::string>& seeds() {
    static const std::vector<std::string> all{
        "GET / HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET /a/b?c=d%20e HTTP/1.1\r\nHost: a\r\nCookie: a=1; b=2\r\nAccept-Encoding: gzip;q=0.5, br\r\n\r\n",
        "HEAD http://a/x HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
        "POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 11\r\n\r\nhello world",
        "POST /x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5;a=\"b\"\r\nhello\r\n0\r\nX: y\r\n\r\n",
        "PUT /x HTTP/1.0\r\nConnection: keep-alive\r\nContent-Length: 0\r\n\r\n",
        "POST /x HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\nab",
    };
    return all;
}

std::string with_faults(std::mt19937& random) {
    static constexpr std::string_view pieces[] = {"\r\n",
                                                  "\n",
                                                  "\r",
                                                  ":",
                                                  " ",
                                                  "\t",
                                                  "%",
                                                  "%00",
                                                  "/..",
                                                  "Content-Length: 5\r\n",
                                                  "Transfer-Encoding: chunked\r\n",
                                                  "Host: b\r\n",
                                                  "0\r\n\r\n",
                                                  "HTTP/1.1",
                                                  "\x80",
                                                  ",",
                                                  "99999999999999999999"};
    std::string bytes;
    for (auto requests = 1 + random() % 3; requests > 0; --requests) {
        bytes += seeds()[random() % seeds().size()];
    }
    for (auto faults = random() % 4; faults > 0; --faults) {
        const auto at = random() % bytes.size();
        switch (random() % 4) {
        case 0: bytes[at] = static_cast<char>(random() % 256); break;
        case 1: bytes.erase(at, 1 + random() % 5); break;
        case 2: bytes.insert(at, pieces[random() % std::size(pieces)]); break;
        default: bytes.insert(at, bytes.substr(random() % bytes.size(), random() % 20)); break;
        }
        bytes += "\r\n";
    }
    return bytes;
}

// What a connection makes of bytes that come in pieces: each request, or the refusal at the end.
std::string understood(const std::string& bytes, std::mt19937& random, std::size_t largest_piece) {
    Limits limits;
    limits.header_bytes = 512;
    limits.body_bytes = 64;
    RequestParser parser{limits};
    std::string out;
    std::string held;
    std::string body;
    bool is_in_body = false;
    std::size_t at = 0;
    for (;;) {
        const auto result = is_in_body ? parser.read_body(held, body) : parser.read_head(held);
        if (result.step == RequestParser::Step::done && !is_in_body) {
            const auto& head = parser.head();
            out += std::string{head.method_name} + " " + std::string{head.target} + (head.keeps_alive ? " keep" : " close");
            for (const auto& [name, value] : head.headers) {
                out += " [" + std::string{name} + "=" + std::string{value} + "]";
            }
            is_in_body = head.has_body;
        } else if (result.step == RequestParser::Step::done) {
            is_in_body = false;
        }
        held.erase(0, result.used);
        if (result.step == RequestParser::Step::failed) {
            return out + " refused " + std::to_string(result.failure);
        }
        if (result.step == RequestParser::Step::done) {
            if (!is_in_body) {
                out += " <" + body + ">\n";
                body.clear();
                parser.start();
            }
            continue;
        }
        if (at == bytes.size()) {
            return out + " waits";
        }
        const auto size = std::min<std::size_t>(1 + random() % largest_piece, bytes.size() - at);
        held += bytes.substr(at, size);
        at += size;
    }
}

TEST(Garbage, is_understood_the_same_however_it_is_cut) {
    std::mt19937 random{99};
    int refused = 0;
    int served = 0;
    for (int round = 0; round < 20'000; ++round) {
        const auto bytes = with_faults(random);
        const auto whole = understood(bytes, random, 1'000'000);
        refused += whole.find("refused") != std::string::npos ? 1 : 0;
        served += whole.find('>') != std::string::npos ? 1 : 0;
        // Limits count what has come: the cut decides whether too much is there before its end is seen.
        ASSERT_EQ(understood(bytes, random, 1), whole) << bytes;
        ASSERT_EQ(understood(bytes, random, 40), whole) << bytes;
    }
    EXPECT_GT(refused, 2000);
    EXPECT_GT(served, 2000);
}

TEST(Garbage, never_stops_the_server) {
    ServerOptions options;
    options.io_threads = 2;
    TestServer server{options};
    std::mt19937 random{4};
    for (int round = 0; round < 1500; ++round) {
        auto client = server.connect();
        std::string bytes;
        if (round % 3 == 0) {
            for (auto length = random() % 300; length > 0; --length) {
                bytes += static_cast<char>(random() % 256);
            }
        } else {
            bytes = with_faults(random);
        }
        client.send(bytes);
        client.socket().shutdown(boost::asio::ip::tcp::socket::shutdown_send);
        const auto answers = client.read_to_end();
        if (!answers.empty()) {
            ASSERT_TRUE(answers.starts_with("HTTP/1.1 ")) << bytes << "\n->\n" << answers;
        }
    }
    EXPECT_EQ(server.connect().get("/still-there").status, 200);
}

}  // namespace
}  // namespace forum::http
