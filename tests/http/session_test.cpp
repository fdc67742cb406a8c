// How one connection behaves: order, HEAD, keep-alive, bodies, Expect, time, leaving HTTP.

#include <gtest/gtest.h>

#include <future>
#include <random>
#include <thread>

#include "http/test_server.hpp"

namespace forum::http {
namespace {

using std::chrono::seconds;
using test::answer_to;
using test::Client;
using test::TestServer;

std::shared_ptr<const PreparedReply> ready_page(std::size_t size = 2000) {
    Reply reply;
    reply.set("Content-Type", "text/html; charset=utf-8").set("Cache-Control", "private");
    while (reply.body.size() < size) {
        reply.body += "<p>Regel " + std::to_string(reply.body.size()) + "</p>";
    }
    return prepare(reply, "\"v1\"", Encoding::brotli);
}

TEST(Session, answers_pipelined_requests_in_order_whatever_each_takes) {
    TestServer server{{}, 4};
    for (int i = 0; i < 100; i += 3) {
        Reply reply;
        reply.body = "/" + std::to_string(i) + "|";
        server.application.ready["/" + std::to_string(i)] = prepare(reply, "", Encoding::identity);
    }
    std::mt19937 random{42};
    std::mutex mutex;
    server.application.on_handle = [&](Request& request) {
        std::uint_fast32_t spins;
        {
            const std::lock_guard lock{mutex};
            spins = random() % 3000;
        }
        for (std::uint_fast32_t i = 0; i < spins; ++i) {
            std::this_thread::yield();
        }
        Reply reply;
        reply.body = request.path + "|" + request.body;
        return reply;
    };
    auto client = server.connect();
    std::string all;
    for (int i = 0; i < 100; ++i) {
        all += i % 4 == 1 ? "POST /" + std::to_string(i) + " HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nok"
                          : "GET /" + std::to_string(i) + " HTTP/1.1\r\nHost: a\r\n\r\n";
    }
    std::thread sender{[&] {
        std::mt19937 cuts{7};
        for (std::size_t at = 0; at < all.size();) {
            const auto size = std::min<std::size_t>(1 + cuts() % 700, all.size() - at);
            client.send(std::string_view{all}.substr(at, size));
            at += size;
        }
    }};
    for (int i = 0; i < 100; ++i) {
        const auto response = client.read();
        EXPECT_EQ(response.status, 200);
        const std::string body = i % 4 == 1 && i % 3 != 0 ? "ok" : "";
        EXPECT_TRUE(response.body.starts_with("/" + std::to_string(i) + "|")) << response.body;
        EXPECT_TRUE(response.body.ends_with(body));
    }
    sender.join();
}

TEST(Session, ready_answers_to_requests_that_came_together_are_all_sent) {
    TestServer server;
    server.application.ready["/page"] = ready_page(40'000);
    auto client = server.connect();
    std::string all;
    constexpr int count = 200;
    for (int i = 0; i < count; ++i) {
        all += "GET /page HTTP/1.1\r\nHost: a\r\n\r\n";
    }
    std::thread sender{[&] { client.send(all); }};
    for (int i = 0; i < count; ++i) {
        const auto response = client.read();
        ASSERT_EQ(response.status, 200);
        ASSERT_EQ(response.body, server.application.ready["/page"]->forms[0]->body);
    }
    sender.join();
    EXPECT_EQ(server.application.handled, 0);
}

TEST(Session, head_has_the_headers_of_get_and_no_body) {
    TestServer server;
    server.application.ready["/ready"] = ready_page();
    for (const std::string target : {"/ready", "/made"}) {
        auto client = server.connect();
        client.send("GET " + target + " HTTP/1.1\r\nHost: a\r\n\r\n");
        auto get = client.read();
        client.send("HEAD " + target + " HTTP/1.1\r\nHost: a\r\n\r\n");
        auto head = client.read("HEAD");
        client.send("GET " + target + " HTTP/1.1\r\nHost: a\r\n\r\n");
        EXPECT_EQ(client.read().body, get.body) << "what follows HEAD is the next answer";
        const auto without_date = [](std::string text) {
            const auto at = text.find("Date: ");
            return text.erase(at, text.find("\r\n", at) - at);
        };
        EXPECT_EQ(without_date(head.head), without_date(get.head));
        EXPECT_EQ(get.header("content-length"), std::to_string(get.body.size()));
    }
}

TEST(Session, ready_bytes_come_in_the_encoding_asked_for_and_304_where_known) {
    TestServer server;
    server.application.ready["/page"] = ready_page();
    auto client = server.connect();
    const auto plain = client.get("/page");
    EXPECT_EQ(plain.header("content-encoding"), "");
    EXPECT_EQ(plain.header("etag"), "\"v1\"");
    EXPECT_EQ(plain.header("vary"), "Accept-Encoding");
    const auto brotli = client.get("/page", "Accept-Encoding: gzip, deflate, br\r\n");
    EXPECT_EQ(brotli.header("content-encoding"), "br");
    EXPECT_EQ(brotli.header("etag"), "\"v1-br\"");
    EXPECT_LT(brotli.body.size(), plain.body.size());
    EXPECT_EQ(client.get("/page", "Accept-Encoding: gzip;q=0.5, br;q=0\r\n").header("content-encoding"), "") << "no such form is there";

    const auto same = client.get("/page", "If-None-Match: \"v0\", W/\"v1\"\r\n");
    EXPECT_EQ(same.status, 304);
    EXPECT_EQ(same.header("etag"), "\"v1\"");
    EXPECT_EQ(same.header("cache-control"), "private");
    EXPECT_EQ(same.header("content-length"), "");
    EXPECT_EQ(client.get("/page", "If-None-Match: \"v0\"\r\n").status, 200);
    EXPECT_EQ(client.get("/page", "If-None-Match: \"v1-br\"\r\nAccept-Encoding: br\r\n").status, 304);
    EXPECT_EQ(client.get("/page", "If-None-Match: *\r\n").status, 304);
}

TEST(Session, an_answer_made_for_one_request_is_compressed_and_answered_with_304_too) {
    TestServer server;
    server.application.on_handle = [](Request&) {
        Reply reply;
        reply.set("Content-Type", "application/json").set("ETag", "\"j\"");
        reply.body = "[" + std::string(2000, '1') + "]";
        return reply;
    };
    auto client = server.connect();
    EXPECT_EQ(client.get("/j").body.size(), 2002U);
    const auto gzip = client.get("/j", "Accept-Encoding: gzip\r\n");
    EXPECT_EQ(gzip.header("content-encoding"), "gzip");
    EXPECT_EQ(gzip.header("etag"), "\"j-gzip\"");
    EXPECT_EQ(client.get("/j", "Accept-Encoding: gzip\r\nIf-None-Match: \"j-gzip\"\r\n").status, 304);
    client.send("POST /j HTTP/1.1\r\nHost: a\r\nIf-None-Match: \"j\"\r\n\r\n");
    EXPECT_EQ(client.read().status, 200);
}

TEST(Session, a_handler_may_answer_with_ready_bytes) {
    TestServer server;
    const auto page = ready_page();
    server.application.on_handle = [&](Request&) {
        Reply reply;
        reply.prepared = page;
        return reply;
    };
    EXPECT_EQ(server.connect().get("/p").body, page->forms[0]->body);
}

TEST(Session, a_request_reaches_the_application_decoded_once_and_whole) {
    TestServer server;
    std::promise<Request> seen;
    server.application.on_handle = [&](Request& request) {
        seen.set_value(request);
        return Reply{};
    };
    answer_to(server, "PUT /caf%C3%A9/%2541?q=a+b%26c&leeg=&vlag HTTP/1.1\r\nHOST: Forum.Example:80\r\n"
                      "X-Twice: 1\r\nX-Twice:  2 \t\r\nCookie: a=1; sid=xyz\r\nContent-Length: 2\r\n\r\n\r\n");
    const auto request = seen.get_future().get();
    EXPECT_EQ(request.method, Method::put);
    EXPECT_EQ(request.target, "/caf%C3%A9/%2541?q=a+b%26c&leeg=&vlag");
    EXPECT_EQ(request.path, "/café/%41");
    EXPECT_EQ(request.query, (Pairs{{"q", "a b&c"}, {"leeg", ""}, {"vlag", ""}}));
    EXPECT_EQ(request.query_value("q"), "a b&c");
    EXPECT_EQ(request.query_value("none"), "");
    EXPECT_EQ(request.header("host"), "Forum.Example:80");
    EXPECT_EQ(request.header("x-twice"), "1");
    EXPECT_EQ(request.headers.at(2), (std::pair<std::string, std::string>{"x-twice", "2"}));
    EXPECT_EQ(request.cookie("sid"), "xyz");
    EXPECT_EQ(request.cookie("none"), std::nullopt);
    EXPECT_EQ(request.body, "\r\n");
    EXPECT_EQ(request.client_address, "127.0.0.1");
    EXPECT_EQ(request.request_id.size(), 16U);
    EXPECT_FALSE(request.is_secure);
    EXPECT_TRUE(request.is_loopback);
}

TEST(Session, absolute_form_names_the_host) {
    TestServer server;
    server.application.on_handle = [](Request& request) {
        Reply reply;
        reply.body = std::string{request.header("host")} + " " + request.target + " " + request.path;
        return reply;
    };
    EXPECT_EQ(answer_to(server, "GET HTTP://b.example:81/x?y HTTP/1.1\r\nHost: a\r\n\r\n").body, "b.example:81 /x?y /x");
    EXPECT_EQ(answer_to(server, "GET http://b?y HTTP/1.1\r\nHost: a\r\n\r\n").body, "b /?y /");
}

TEST(Session, chunks_with_extensions_and_trailers_make_one_body) {
    TestServer server;
    std::mt19937 random{3};
    auto client = server.connect();
    for (int round = 0; round < 50; ++round) {
        std::string body;
        std::string bytes = "POST /c HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
        for (auto chunks = random() % 20; chunks > 0; --chunks) {
            const std::string chunk(1 + random() % 3000, static_cast<char>('a' + random() % 26));
            std::array<char, 16> size;
            std::snprintf(size.data(), size.size(), "%zX", chunk.size());
            bytes += std::string{size.data()} + (random() % 2 ? ";name=\"va;lue\"" : "") + "\r\n" + chunk + "\r\n";
            body += chunk;
        }
        bytes += std::string{"0\r\n"} + (random() % 2 ? "X-Checksum: 1\r\nHost: evil\r\n" : "") + "\r\n";
        std::thread sender{[&] {
            for (std::size_t at = 0; at < bytes.size();) {
                const auto size = std::min<std::size_t>(1 + random() % 5000, bytes.size() - at);
                client.send(std::string_view{bytes}.substr(at, size));
                at += size;
            }
        }};
        const auto response = client.read();
        sender.join();
        ASSERT_EQ(response.status, 200);
        ASSERT_EQ(response.body, "/c|" + body);
    }
}

TEST(Session, expect_is_answered_before_the_body_comes) {
    TestServer server;
    auto client = server.connect();
    client.send("POST /e HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n");
    const auto go_on = client.read();
    EXPECT_EQ(go_on.head, "HTTP/1.1 100 Continue\r\n\r\n");
    client.send("body");
    EXPECT_EQ(client.read().body, "/e|body");

    client.send("POST /e HTTP/1.1\r\nHost: a\r\nExpect: 100-Continue\r\nContent-Length: 4\r\n\r\nbody");
    EXPECT_EQ(client.read().status, 200) << "a body that came along needs no go-ahead";

    auto old = server.connect();
    old.send("POST /e HTTP/1.0\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n");
    old.send("body");
    EXPECT_EQ(old.read().status, 200) << "HTTP/1.0 does not know 100";

    auto large = server.connect();
    large.send("POST /e HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 99999999\r\n\r\n");
    EXPECT_EQ(large.read().status, 413) << "without asking for the body first";
}

TEST(Session, connections_stay_open_or_close_as_the_version_and_the_client_say) {
    TestServer server;
    server.application.ready["/ready"] = ready_page();
    struct Case {
        std::string version, header;
        bool stays;
        std::string answer;
    };
    for (const std::string target : {"/ready", "/made"}) {
        for (const auto& [version, header, stays, answer] : std::vector<Case>{
                 {"1.1", "", true, ""},
                 {"1.1", "Connection: keep-alive\r\n", true, ""},
                 {"1.1", "Connection: close\r\n", false, "close"},
                 {"1.1", "Connection: x, Close\r\n", false, "close"},
                 {"1.0", "", false, "close"},
                 {"1.0", "Connection: keep-alive\r\n", true, "keep-alive"},
                 {"1.0", "Connection: Keep-Alive\r\n", true, "keep-alive"},
             }) {
            SCOPED_TRACE(target + " " + version + " " + header);
            auto client = server.connect();
            client.send("GET " + target + " HTTP/" + version + "\r\nHost: a\r\n" + header + "\r\n");
            const auto response = client.read();
            EXPECT_EQ(response.status, 200);
            EXPECT_EQ(response.header("connection"), answer);
            if (stays) {
                EXPECT_EQ(client.get(target).status, 200);
            } else {
                EXPECT_TRUE(client.is_at_end());
            }
        }
    }
}

TEST(Session, what_comes_after_a_closing_request_is_not_answered) {
    TestServer server;
    auto client = server.connect();
    client.send("GET /1 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\nGET /2 HTTP/1.1\r\nHost: a\r\n\r\n");
    EXPECT_EQ(client.read().body, "/1|");
    EXPECT_TRUE(client.is_at_end());
    EXPECT_EQ(server.application.handled, 1);
}

TEST(Session, an_answer_to_an_unfinished_upload_arrives) {
    TestServer server;
    auto client = server.connect();
    // More than the kernel's buffers hold: without reading on, the server's close would be a reset.
    const std::string upload(6'000'000, 'u');
    std::thread sender{[&] {
        client.send("POST /u HTTP/1.1\r\nHost: a\r\nContent-Length: 6000000\r\n\r\n");
        client.send(upload);
    }};
    EXPECT_EQ(client.read().status, 413);
    sender.join();
}

TEST(Session, a_handler_with_an_impossible_header_is_an_error_of_ours) {
    TestServer server;
    server.application.on_handle = [](Request& request) {
        Reply reply;
        if (request.path == "/split") {
            reply.set("Location", "/x\r\nSet-Cookie: a=b");
        } else {
            reply.set("Content-Length", "3");
        }
        return reply;
    };
    auto client = server.connect();
    for (const auto* target : {"/split", "/length"}) {
        const auto response = client.get(target);
        EXPECT_EQ(response.status, 500);
        EXPECT_EQ(response.header("set-cookie"), "");
        EXPECT_EQ(response.header("connection"), "") << "the request was read whole";
    }
    EXPECT_EQ(server.application.refused_with_request, 2);
}

TEST(Session, answers_without_a_body_have_no_length) {
    TestServer server;
    server.application.on_handle = [](Request&) {
        Reply reply;
        reply.status = 204;
        reply.body = "is not sent";
        return reply;
    };
    auto client = server.connect();
    const auto first = client.get("/");
    EXPECT_EQ(first.status, 204);
    EXPECT_EQ(first.header("content-length"), "");
    EXPECT_EQ(client.get("/").status, 204);
}

ServerOptions quick() {
    ServerOptions options;
    options.limits.header_time = seconds{1};
    options.limits.body_time = seconds{1};
    options.limits.idle_time = seconds{1};
    options.limits.write_time = seconds{1};
    return options;
}

// Each waits for the server's own limit of one second; a client that hung would fail by its read limit.
TEST(SessionTime, a_slow_head_is_told_so) {
    TestServer server{quick()};
    auto client = server.connect();
    client.send("GET / HTTP/1.1\r\nHost");
    EXPECT_EQ(client.read().status, 408);
    EXPECT_TRUE(client.is_at_end());
}

TEST(SessionTime, a_head_that_drips_is_not_given_more_time) {
    auto options = quick();
    options.limits.header_bytes = 64 * 1024 * 1024;
    TestServer server{options};
    auto client = server.connect();
    std::atomic<bool> is_over{false};
    std::thread dripper{[&] {
        client.send("GET / HTTP/1.1\r\nX: ");
        while (!is_over) {
            client.send("x");
            std::this_thread::yield();
        }
    }};
    EXPECT_EQ(client.read().status, 408);
    is_over = true;
    dripper.join();
}

TEST(SessionTime, a_slow_body_is_told_so) {
    TestServer server{quick()};
    auto client = server.connect();
    client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nabc");
    EXPECT_EQ(client.read().status, 408);
    EXPECT_TRUE(client.is_at_end());
    EXPECT_EQ(server.application.handled, 0);
    EXPECT_EQ(server.application.refused_with_request, 1);
}

TEST(SessionTime, silence_ends_a_connection_without_a_word) {
    TestServer server{quick()};
    auto silent = server.connect();
    auto used = server.connect();
    EXPECT_EQ(used.get("/").status, 200);
    EXPECT_EQ(silent.read_to_end(), "");
    EXPECT_EQ(used.read_to_end(), "");
}

TEST(SessionTime, who_does_not_read_his_answer_is_dropped) {
    TestServer server{quick()};
    server.application.ready["/page"] = ready_page(2'000'000);
    auto client = server.connect();
    for (int i = 0; i < 20; ++i) {
        client.send("GET /page HTTP/1.1\r\nHost: a\r\n\r\n");
    }
    // Nothing is read here until the server has given up, and then it has no connection left.
    while (server.server().figures().connections == 0) {
        std::this_thread::yield();
    }
    while (server.server().figures().connections > 0) {
        std::this_thread::yield();
    }
    EXPECT_LT(client.read_to_end().size(), 40'000'000U);
}

TEST(SessionTime, who_reads_slowly_but_steadily_gets_it_all) {
    auto options = quick();
    options.limits.write_time = seconds{3};
    TestServer server{options};
    Reply reply;
    reply.set("Content-Type", "application/octet-stream");
    reply.body.assign(40'000'000, 'x');
    server.application.ready["/file"] = prepare(reply, "", Encoding::identity);
    auto client = server.connect();
    client.send("GET /file HTTP/1.1\r\nHost: a\r\n\r\n");
    // The pauses are the server's own second: a silent connection is dropped after it. Together they last longer than
    // one answer may stand still.
    std::size_t read = 0;
    for (int pause = 0; pause < 3; ++pause) {
        EXPECT_EQ(server.connect().read_to_end(), "");
        read += client.read_bytes(8'000'000).size();
    }
    read += client.read_bytes(40'000'000 - read).size();
    EXPECT_EQ(read, 40'000'000U);
}

TEST(Session, a_worker_takes_the_time_it_needs) {
    TestServer server{quick(), 1};
    std::promise<void> gate;
    std::atomic<bool> is_waiting{false};
    server.application.on_handle = [&](Request& request) {
        if (request.path == "/slow") {
            is_waiting = true;
            gate.get_future().wait();
        }
        return Reply{};
    };
    auto slow = server.connect();
    auto silent = server.connect();
    slow.send("GET /slow HTTP/1.1\r\nHost: a\r\n\r\n");
    EXPECT_EQ(silent.read_to_end(), "") << "dropped by a clock that does not count for the worker";
    while (!is_waiting) {
        std::this_thread::yield();
    }
    gate.set_value();
    EXPECT_EQ(slow.read().status, 200);
}

TEST(Session, full_workers_are_a_503_and_the_connection_goes_on) {
    TestServer server{{}, 1, 0};
    std::promise<void> gate;
    std::promise<void> started;
    server.application.on_handle = [&](Request& request) {
        if (request.path == "/slow") {
            started.set_value();
            gate.get_future().wait();
        }
        return Reply{};
    };
    auto slow = server.connect();
    slow.send("GET /slow HTTP/1.1\r\nHost: a\r\n\r\n");
    started.get_future().wait();
    auto other = server.connect();
    EXPECT_EQ(other.get("/quick").status, 503);
    gate.set_value();
    EXPECT_EQ(slow.read().status, 200);
    // The worker is free as soon as it has handed its answer over, which may be a moment after that.
    int status = 503;
    while (status == 503) {
        status = other.get("/quick").status;
    }
    EXPECT_EQ(status, 200);
}

TEST(Session, a_socket_leaves_http_with_all_that_was_read) {
    TestServer server;
    std::promise<Takeover> taken;
    server.application.on_take = [&](Takeover takeover) { taken.set_value(std::move(takeover)); };
    auto client = server.connect();
    client.send("GET /made HTTP/1.1\r\nHost: a\r\n\r\nGET /live?x=1 HTTP/1.1\r\nHost: a\r\n"
                "Upgrade: websocket\r\nConnection: upgrade\r\n\r\nleft over");
    EXPECT_EQ(client.read().status, 200) << "what was asked before is answered before";
    {
        auto takeover = taken.get_future().get();
        EXPECT_EQ(takeover.request.query_value("x"), "1");
        EXPECT_EQ(takeover.request.header("upgrade"), "websocket");
        EXPECT_EQ(takeover.leftover, "left over");
        EXPECT_EQ(takeover.io_thread, 0U);
        EXPECT_EQ(server.server().figures().connections, 1U) << "it still counts";
        // In non-blocking mode; a few bytes always fit.
        EXPECT_EQ(takeover.socket.write_some(boost::asio::buffer("hello", 5)), 5U);
    }
    EXPECT_EQ(client.read_to_end(), "hello");
    EXPECT_EQ(server.server().figures().connections, 0U);
}

}  // namespace
}  // namespace forum::http
