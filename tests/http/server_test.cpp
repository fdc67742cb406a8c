// The server as a whole: starting, limits on connections, stopping, proxies, threads, the access log.

#include <gtest/gtest.h>

#include <future>
#include <latch>
#include <thread>

#include "http/test_server.hpp"

namespace forum::http {
namespace {

using std::chrono::seconds;
using test::answer_to;
using test::Client;
using test::TestApplication;
using test::TestServer;

TEST(Server, says_clearly_that_a_port_is_taken) {
    TestServer first;
    TestApplication application;
    ServerOptions options;
    options.port = first.port();
    try {
        Server second{options, application, [](const std::function<void()>&) { return false; }};
        FAIL() << "two servers on one port";
    } catch (const std::runtime_error& error) {
        EXPECT_EQ(std::string{error.what()},
                  "cannot listen on 127.0.0.1 port " + std::to_string(first.port()) + ": Address already in use");
    }
}

TEST(Server, refuses_addresses_that_are_none) {
    TestApplication application;
    const auto make = [&](ServerOptions options) {
        options.port = 0;
        Server server{options, application, [](const std::function<void()>&) { return false; }};
    };
    EXPECT_THROW(make({.address = "localhost"}), std::invalid_argument);
    EXPECT_THROW(make({.address = "192.0.2.1"}), std::runtime_error);
    EXPECT_THROW(make({.trusted_proxies = {"10.0.0.0/33"}}), std::invalid_argument);
    EXPECT_NO_THROW(make({.address = "::1"}));
}

TEST(Server, one_connection_too_many_is_told_and_the_others_go_on) {
    ServerOptions options;
    options.limits.connections = 3;
    TestServer server{options};
    std::vector<std::unique_ptr<Client>> clients;
    for (int i = 0; i < 3; ++i) {
        clients.push_back(std::make_unique<Client>(server.port()));
        EXPECT_EQ(clients.back()->get("/").status, 200);
    }
    auto extra = server.connect();
    EXPECT_EQ(extra.get("/").status, 503);
    EXPECT_TRUE(extra.is_at_end());
    EXPECT_EQ(clients[0]->get("/").status, 200);
    EXPECT_EQ(server.server().figures().connections, 3U);
    clients.pop_back();
    // Its place is free once the server has read the end of it.
    while (server.server().figures().connections > 2) {
        std::this_thread::yield();
    }
    EXPECT_EQ(server.connect().get("/").status, 200);
}

TEST(Server, one_address_cannot_take_every_place) {
    ServerOptions options;
    options.limits.connections_per_address = 2;
    TestServer server{options};
    auto first = server.connect();
    auto second = server.connect();
    EXPECT_EQ(first.get("/").status, 200);
    EXPECT_EQ(second.get("/").status, 200);
    auto third = server.connect();
    EXPECT_EQ(third.get("/").status, 503);
    EXPECT_TRUE(third.is_at_end());
    EXPECT_EQ(first.get("/").status, 200) << "who has a place keeps it";
}

TEST(Server, an_address_without_a_limit_may_take_more) {
    ServerOptions options;
    options.limits.connections_per_address = 1;
    options.unlimited = {"127.0.0.0/8"};
    TestServer server{options};
    auto first = server.connect();
    auto second = server.connect();
    EXPECT_EQ(first.get("/").status, 200);
    EXPECT_EQ(second.get("/").status, 200);
    // Not a proxy for that: what a request says about itself does not count.
    server.application.on_handle = [](Request& request) {
        Reply reply;
        reply.body = request.client_address;
        return reply;
    };
    EXPECT_EQ(first.get("/", "X-Forwarded-For: 203.0.113.7\r\n").body, "127.0.0.1");
}

TEST(Server, a_trusted_proxy_stands_for_many) {
    ServerOptions options;
    options.limits.connections_per_address = 1;
    options.trusted_proxies = {"127.0.0.1"};
    TestServer server{options};
    auto first = server.connect();
    auto second = server.connect();
    EXPECT_EQ(first.get("/").status, 200);
    EXPECT_EQ(second.get("/").status, 200);
}

TEST(Server, believes_a_trusted_proxy_and_nobody_else) {
    const auto tell = [](Request& request) {
        Reply reply;
        reply.body = request.client_address + (request.is_secure ? " https" : " http");
        return reply;
    };
    const std::string headers = "X-Forwarded-For: 203.0.113.7\r\nX-Forwarded-Proto: https\r\n";
    ServerOptions options;
    options.trusted_proxies = {"127.0.0.0/8"};
    TestServer behind{options};
    behind.application.on_handle = tell;
    EXPECT_EQ(behind.connect().get("/", headers).body, "203.0.113.7 https");
    EXPECT_EQ(answer_to(behind, "GET https://a/ HTTP/1.1\r\nHost: a\r\n" + headers + "\r\n").status, 200);
    TestServer open;
    open.application.on_handle = tell;
    EXPECT_EQ(open.connect().get("/", headers).body, "127.0.0.1 http");
}

TEST(Server, stop_finishes_what_runs_and_ends_what_idles) {
    TestServer server{{}, 5};
    std::latch all_running{4};
    std::promise<void> gate;
    auto opened = gate.get_future().share();
    server.application.on_handle = [&](Request& request) {
        if (request.path == "/running") {
            all_running.count_down();
            opened.wait();
        }
        Reply reply;
        reply.body = "done";
        return reply;
    };
    std::vector<std::unique_ptr<Client>> running;
    for (int i = 0; i < 4; ++i) {
        running.push_back(std::make_unique<Client>(server.port()));
        running.back()->send("GET /running HTTP/1.1\r\nHost: a\r\n\r\n");
    }
    auto idle = server.connect();
    EXPECT_EQ(idle.get("/").body, "done");
    auto fresh = server.connect();
    all_running.wait();
    std::thread stopper{[&] { server.server().stop(seconds{30}); }};
    // The idle ones end first: that is how we know that the stop has begun while the others still run.
    EXPECT_TRUE(idle.is_at_end());
    EXPECT_TRUE(fresh.is_at_end());
    gate.set_value();
    for (auto& client : running) {
        const auto response = client->read();
        EXPECT_EQ(response.status, 200);
        EXPECT_EQ(response.header("connection"), "close");
        EXPECT_EQ(response.body, "done");
        EXPECT_TRUE(client->is_at_end());
        client.reset();
    }
    stopper.join();
    boost::asio::io_context context;
    boost::asio::ip::tcp::socket late{context};
    boost::system::error_code error;
    late.connect({boost::asio::ip::address_v4::loopback(), server.port()}, error);
    EXPECT_EQ(error, boost::asio::error::connection_refused);
}

TEST(Server, stop_has_a_limit) {
    std::promise<void> gate;
    TestServer server{{}, 1};
    std::latch started{1};
    server.application.on_handle = [&](Request&) {
        started.count_down();
        gate.get_future().wait();
        return Reply{};
    };
    auto client = server.connect();
    client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    started.wait();
    server.server().stop(seconds{0});
    EXPECT_TRUE(client.is_at_end());
    // The worker's answer comes to a server that has stopped, and harms nothing.
    gate.set_value();
}

// Whoever got an answer got a whole one, and every connection ends.
TEST(Server, stop_under_load_cuts_no_answer) {
    ServerOptions options;
    options.io_threads = 2;
    TestServer server{options, 2};
    Reply page;
    page.body.assign(100'000, 'p');
    server.application.ready["/page"] = prepare(page, "", Encoding::identity);
    std::atomic<int> answers{0};
    std::atomic<int> broken{0};
    std::vector<std::thread> visitors;
    for (int i = 0; i < 8; ++i) {
        visitors.emplace_back([&, i] {
            Client client{server.port()};
            for (;;) {
                client.send(i % 2 == 0 ? "GET /page HTTP/1.1\r\nHost: a\r\n\r\n"
                                       : "POST /made HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc");
                const auto response = client.read();
                if (response.status == 0) {
                    broken += response.head.empty() ? 0 : 1;
                    return;
                }
                const bool is_whole = i % 2 == 0 ? response.body.size() == 100'000 : response.body == "/made|abc";
                broken += is_whole ? 0 : 1;
                ++answers;
            }
        });
    }
    while (answers < 500) {
        std::this_thread::yield();
    }
    server.server().stop(seconds{30});
    for (auto& visitor : visitors) {
        visitor.join();
    }
    EXPECT_EQ(broken, 0);
    EXPECT_EQ(server.server().figures().connections, 0U);
}

TEST(Server, serves_on_every_thread) {
    ServerOptions options;
    options.io_threads = 3;
    TestServer server{options};
    EXPECT_EQ(server.server().contexts().size(), 3U);
    std::vector<std::unique_ptr<Client>> clients;
    for (int i = 0; i < 9; ++i) {
        clients.push_back(std::make_unique<Client>(server.port()));
    }
    for (int round = 0; round < 20; ++round) {
        for (auto& client : clients) {
            ASSERT_EQ(client->get("/x").body, "/x|");
        }
    }
    EXPECT_EQ(server.server().figures().requests, 180U);
    EXPECT_EQ(server.server().figures().ready_answers, 0U);
}

TEST(Server, logs_each_request_without_what_is_personal) {
    std::string log;
    {
        TestServer server;
        Reply page;
        page.body = "0123456789";
        server.application.ready["/ready?x=1"] = prepare(page, "", Encoding::identity);
        auto client = server.connect();
        client.get("/gesprekken/12?zoek=Jansen", "Cookie: sid=geheim\r\nX-Forwarded-For: 203.0.113.7\r\n");
        client.get("/ready?x=1");
        client.get("/%22 level=error");
        server.server().stop(seconds{30});
        log = server.log();
    }
    const auto lines = base::split(log, '\n');
    ASSERT_EQ(lines.size(), 4U) << log;
    EXPECT_EQ(lines.back(), "");
    EXPECT_TRUE(lines[0].starts_with("time=20")) << lines[0];
    EXPECT_NE(lines[0].find(" level=info event=request id="), std::string::npos) << lines[0];
    EXPECT_NE(lines[0].find(" method=GET path=/gesprekken/12 status=200 bytes=15 ms="), std::string::npos) << lines[0];
    EXPECT_NE(lines[1].find(" method=GET path=/ready status=200 bytes=10 ms="), std::string::npos) << lines[1];
    EXPECT_NE(lines[2].find(" method=- path=/%22 status=400 "), std::string::npos) << lines[2];
    for (const auto* secret : {"Jansen", "zoek", "geheim", "203.0", "127.0.0.1", "level=error"}) {
        EXPECT_EQ(log.find(secret), std::string::npos) << secret;
    }
}

}  // namespace
}  // namespace forum::http
