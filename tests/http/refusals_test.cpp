// Everything that http itself refuses, through a socket; and beside each the nearest thing that it accepts.

#include <gtest/gtest.h>

#include "http/test_server.hpp"

namespace forum::http {
namespace {

using test::answer_to;
using test::TestServer;

constexpr std::string_view head = "GET / HTTP/1.1\r\nHost: a\r\n";

ServerOptions small_limits() {
    ServerOptions options;
    options.limits.header_bytes = 4096;
    options.limits.target_bytes = 1024;
    options.limits.body_bytes = 1000;
    return options;
}

struct Refusal {
    std::string what;
    std::string bytes;
    int status;
};

std::string post(std::string_view headers, std::string_view body) {
    return "POST /x HTTP/1.1\r\nHost: a\r\n" + std::string{headers} + "\r\n" + std::string{body};
}

std::string get(std::string_view target) { return "GET " + std::string{target} + " HTTP/1.1\r\nHost: a\r\n\r\n"; }

std::string with_headers(std::string_view headers) { return std::string{head} + std::string{headers} + "\r\n"; }

std::vector<Refusal> cases() {
    const std::string long_target = "/" + std::string(1024, 'a');
    std::string many_headers;
    for (int i = 0; i < 101; ++i) {
        many_headers += "X" + std::to_string(i) + ": 1\r\n";
    }
    return {
        {"a plain request", with_headers(""), 200},
        {"an empty line before it", "\r\n" + with_headers(""), 200},

        {"HTTP/1.1 without Host", "GET / HTTP/1.1\r\n\r\n", 400},
        {"HTTP/1.0 without Host", "GET / HTTP/1.0\r\n\r\n", 200},
        {"two Hosts", with_headers("Host: b\r\n"), 400},
        {"the same Host twice", with_headers("Host: a\r\n"), 400},
        {"an empty Host", "GET / HTTP/1.1\r\nHost:\r\n\r\n", 400},
        {"a Host with a slash", "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", 400},
        {"a Host with a space", "GET / HTTP/1.1\r\nHost: a b\r\n\r\n", 400},
        {"a Host with user information", "GET / HTTP/1.1\r\nHost: u@a\r\n\r\n", 400},
        {"a Host with a port", "GET / HTTP/1.1\r\nHost: a.example:8080\r\n\r\n", 200},
        {"an IPv6 Host", "GET / HTTP/1.1\r\nHost: [::1]:8080\r\n\r\n", 200},

        {"an unknown version", "GET / HTTP/1.2\r\nHost: a\r\n\r\n", 505},
        {"HTTP/2 by its name", "GET / HTTP/2.0\r\nHost: a\r\n\r\n", 505},
        {"no version", "GET /\r\nHost: a\r\n\r\n", 400},
        {"half a version", "GET / H\r\n\r\n", 400},
        {"lower case http", "GET / http/1.1\r\nHost: a\r\n\r\n", 400},
        {"two spaces in the request line", "GET  / HTTP/1.1\r\nHost: a\r\n\r\n", 400},
        {"a method with a colon", "G:T / HTTP/1.1\r\nHost: a\r\n\r\n", 400},
        {"CONNECT", "CONNECT a:443 HTTP/1.1\r\nHost: a\r\n\r\n", 501},
        {"a TLS greeting", std::string{"\x16\x03\x01\x02\x00\x01", 6}, 400},
        {"a method that we do not know goes on to the application", "BREW / HTTP/1.1\r\nHost: a\r\n\r\n", 200},

        {"a header without colon", with_headers("broken\r\n"), 400},
        {"a header without name", with_headers(": x\r\n"), 400},
        {"a space before the colon", with_headers("X : 1\r\n"), 400},
        {"a folded header", with_headers("X: a\r\n b\r\n"), 400},
        {"a header folded at its start", with_headers("X:\r\n b\r\n"), 400},
        {"a header folded by a tab, with nothing after it", with_headers("X: a\r\n\t\r\n"), 400},
        {"NUL in a header", with_headers(std::string{"X: a\0b\r\n", 8}), 400},
        {"a bare line feed in a header", with_headers("X: a\nY: b\r\n"), 400},
        {"a bare carriage return in a header", with_headers("X: a\rb\r\n"), 400},
        {"100 more headers than Host", with_headers(many_headers), 431},
        {"headers over the limit", with_headers("X: " + std::string(5000, 'x') + "\r\n"), 431},
        {"a value far behind its name", with_headers("X:" + std::string(100, ' ') + "1\r\n"), 400},

        {"a target of the longest kind", get(long_target.substr(0, 1024)), 200},
        {"a target over the limit", get(long_target), 414},
        {"a target over the limit of the whole head", get("/" + std::string(9000, 'a')), 414},
        {"bad percent-encoding", get("/%zz"), 400},
        {"half a percent-encoding", get("/a%2"), 400},
        {"an encoded NUL", get("/a%00b"), 400},
        {"an encoded NUL in the query", get("/a?b=%00"), 400},
        {"bad UTF-8", get("/%ff"), 400},
        {"overlong UTF-8", get("/%c0%af"), 400},
        {"bad UTF-8 in the query", get("/?q=%e2%82"), 400},
        {"good UTF-8", get("/caf%c3%a9?q=%e2%82%ac"), 200},
        {"a dot segment", get("/a/../b"), 400},
        {"an encoded dot segment", get("/a/%2e%2E/b"), 400},
        {"a single dot at the end", get("/a/."), 400},
        {"three dots are a name", get("/a/..."), 200},
        {"an encoded slash", get("/a%2fb"), 400},
        {"encoded twice is decoded once", get("/%252e%252e"), 200},
        {"a control character", get("/a%0ab"), 400},
        {"a fragment", get("/a#b"), 400},
        {"raw bytes beyond ASCII", get("/caf\xc3\xa9"), 400},
        {"no slash", get("a"), 400},
        {"an asterisk", get("*"), 400},
        {"absolute form", get("http://a/x?y=1"), 200},
        {"absolute form without a path", get("http://a"), 200},
        {"absolute form with another scheme", get("ftp://a/x"), 400},
        {"absolute form with https where there is none", get("https://a/x"), 400},
        {"absolute form without authority", get("http:///x"), 400},
        {"absolute form with user information", get("http://u:p@a/x"), 400},
        {"absolute form with a dot segment", get("http://a/../x"), 400},

        {"a body", post("Content-Length: 3\r\n", "abc"), 200},
        {"a POST without a body", post("", ""), 200},
        {"two equal lengths", post("Content-Length: 3\r\nContent-Length: 3\r\n", "abc"), 400},
        {"two lengths", post("Content-Length: 3\r\nContent-Length: 4\r\n", "abc"), 400},
        {"a list of equal lengths", post("Content-Length: 3, 3\r\n", "abc"), 400},
        {"a negative length", post("Content-Length: -3\r\n", "abc"), 400},
        {"a length with a sign", post("Content-Length: +3\r\n", "abc"), 400},
        {"a length in hexadecimal", post("Content-Length: 0x3\r\n", "abc"), 400},
        {"an empty length", post("Content-Length:\r\n", ""), 400},
        {"a length beyond 64 bits", post("Content-Length: 18446744073709551616\r\n", ""), 400},
        {"the longest body", post("Content-Length: 1000\r\n", std::string(1000, 'b')), 200},
        {"a body over the limit", post("Content-Length: 1001\r\n", ""), 413},
        {"a body far over the limit", post("Content-Length: 18446744073709551615\r\n", ""), 413},

        {"chunks", post("Transfer-Encoding: chunked\r\n", "3\r\nabc\r\n0\r\n\r\n"), 200},
        {"CHUNKED", post("Transfer-Encoding: ChUnKeD\r\n", "0\r\n\r\n"), 200},
        {"chunks and a length", post("Transfer-Encoding: chunked\r\nContent-Length: 3\r\n", "0\r\n\r\n"), 400},
        {"a length and chunks", post("Content-Length: 3\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"), 400},
        {"another coding and a length", post("Transfer-Encoding: gzip\r\nContent-Length: 3\r\n", "abc"), 400},
        {"another coding", post("Transfer-Encoding: gzip\r\n", ""), 501},
        {"another coding, then chunks", post("Transfer-Encoding: gzip, chunked\r\n", "0\r\n\r\n"), 501},
        {"two codings in two headers", post("Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"), 400},
        {"chunked twice", post("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"), 400},
        {"chunked with a tail", post("Transfer-Encoding: chunked;q=1\r\n", "0\r\n\r\n"), 501},
        {"chunks in HTTP/1.0", "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400},
        {"a chunk size that is none", post("Transfer-Encoding: chunked\r\n", "zz\r\n"), 400},
        {"a chunk without its line end", post("Transfer-Encoding: chunked\r\n", "3\r\nabcX0\r\n\r\n"), 400},
        {"a chunk size beyond 64 bits", post("Transfer-Encoding: chunked\r\n", "11111111111111111\r\n"), 400},
        {"a chunk over the limit", post("Transfer-Encoding: chunked\r\n", "3e9\r\n"), 413},
        {"chunks together over the limit", post("Transfer-Encoding: chunked\r\n", "258\r\n" + std::string(600, 'a') + "\r\n258\r\n"), 413},
        {"a chunk extension over the limit of a head", post("Transfer-Encoding: chunked\r\n", "1;x=" + std::string(5000, 'x')), 431},
        {"trailers over the limit of a head", post("Transfer-Encoding: chunked\r\n", "0\r\nX: " + std::string(5000, 'x')), 431},
        {"a length in the trailers", post("Transfer-Encoding: chunked\r\n", "0\r\nContent-Length: 5\r\n\r\n"), 400},

        {"another expectation", post("Expect: 200-ok\r\nContent-Length: 0\r\n", ""), 417},
    };
}

TEST(Refusals, each_has_its_status_and_closes_and_harms_nothing_else) {
    TestServer server{small_limits()};
    for (const auto& [what, bytes, status] : cases()) {
        SCOPED_TRACE(what);
        auto client = server.connect();
        client.send(bytes);
        const auto response = client.read();
        EXPECT_EQ(response.status, status) << response.head << response.body;
        EXPECT_FALSE(response.header("date").empty());
        if (status != 200) {
            EXPECT_EQ(response.body, "refused " + std::to_string(status));
            EXPECT_EQ(response.header("connection"), "close");
            EXPECT_TRUE(client.is_at_end());
        }
    }
    EXPECT_EQ(answer_to(server, with_headers("")).status, 200);
}

// The same bytes however they are cut into packets: the parser sees each as soon as it comes.
TEST(Refusals, do_not_depend_on_how_the_bytes_arrive) {
    TestServer server{small_limits()};
    for (const auto& [what, bytes, status] : cases()) {
        if (bytes.size() > 300) {
            continue;
        }
        SCOPED_TRACE(what);
        auto client = server.connect();
        for (const char byte : bytes) {
            client.send({&byte, 1});
        }
        EXPECT_EQ(client.read().status, status);
    }
}

TEST(Refusals, nothing_of_a_refused_body_is_taken_for_a_request) {
    TestServer server{small_limits()};
    for (const auto* attack : {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\nContent-Length: 44\r\n\r\n",
                               "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n",
                               "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: xchunked\r\nContent-Length: 0\r\n\r\n"}) {
        auto client = server.connect();
        client.send(std::string{attack} + "GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n");
        EXPECT_NE(client.read().status, 200);
        EXPECT_TRUE(client.is_at_end());
    }
    EXPECT_EQ(server.application.handled, 0);
}

}  // namespace
}  // namespace forum::http
