#include "live/handshake.hpp"

#include <gtest/gtest.h>

#include "live/live.hpp"

namespace forum::live {
namespace {

http::Request upgrade() {
    http::Request request;
    request.path = "/live";
    request.headers = {{"host", "forum.example"},
                       {"connection", "keep-alive, Upgrade"},
                       {"upgrade", "websocket"},
                       {"sec-websocket-version", "13"},
                       {"sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ=="},
                       {"sec-websocket-protocol", "chat, forum.v1"},
                       {"origin", "http://forum.example"}};
    return request;
}

http::Request with(std::string_view name, std::string value) {
    http::Request request = upgrade();
    for (auto& [known, held] : request.headers) {
        if (known == name) {
            held = std::move(value);
            return request;
        }
    }
    request.headers.emplace_back(name, std::move(value));
    return request;
}

std::string first_line(const std::string& bytes) { return bytes.substr(0, bytes.find("\r\n")); }

TEST(Handshake, AcceptsAsInTheRfc) {  // 1.3
    EXPECT_EQ(accept_key("dGhlIHNhbXBsZSBub25jZQ=="), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
    const auto opening = open_web_socket(upgrade());
    EXPECT_TRUE(opening.is_accepted);
    EXPECT_EQ(opening.bytes, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                             "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\nSec-WebSocket-Protocol: forum.v1\r\n\r\n");
}

TEST(Handshake, NamesNoSubprotocolThatWasNotOffered) {
    const auto opening = open_web_socket(with("sec-websocket-protocol", ""));
    EXPECT_TRUE(opening.is_accepted);
    EXPECT_EQ(opening.bytes.find("Sec-WebSocket-Protocol"), std::string::npos);
}

TEST(Handshake, AgreesToNoExtension) {  // 9.1: what is not answered is not used
    const auto opening = open_web_socket(with("sec-websocket-extensions", "permessage-deflate; client_max_window_bits"));
    EXPECT_TRUE(opening.is_accepted);
    EXPECT_EQ(opening.bytes.find("Extensions"), std::string::npos);
}

TEST(Handshake, RefusesWhatIsMalformed) {  // 4.2.1
    for (const std::string key : {"", "short", "dGhlIHNhbXBsZSBub25jZQ=", "dGhlIHNhbXBsZSBub25jZ===", "dGhlIHNhbXBsZSBub25j!Q=="}) {
        EXPECT_EQ(first_line(open_web_socket(with("sec-websocket-key", key)).bytes), "HTTP/1.1 400 Bad Request") << key;
    }
    EXPECT_EQ(first_line(open_web_socket(with("connection", "close")).bytes), "HTTP/1.1 400 Bad Request");
    EXPECT_EQ(first_line(open_web_socket(with("sec-websocket-protocol", "forum.v2")).bytes), "HTTP/1.1 400 Bad Request");
}

TEST(Handshake, NamesItsVersion) {  // 4.4
    const auto opening = open_web_socket(with("sec-websocket-version", "8"));
    EXPECT_EQ(first_line(opening.bytes), "HTTP/1.1 426 Upgrade Required");
    EXPECT_NE(opening.bytes.find("\r\nSec-WebSocket-Version: 13\r\n"), std::string::npos);
}

const std::string version_header{"\r\nAPI-Version: 1.0.0\r\n"};

TEST(Handshake, EachRefusalNamesTheVersionOfTheApi) {
    for (const auto& refused :
         {with("sec-websocket-key", "short"), with("sec-websocket-version", "8"), with("origin", "http://evil.example")}) {
        const auto bytes = open_web_socket(refused).bytes;
        EXPECT_NE(bytes.substr(0, bytes.find("\r\n\r\n")).find(version_header), std::string::npos) << bytes;
    }
}

TEST(Handshake, RefusesOtherSites) {  // 10.2
    EXPECT_FALSE(is_foreign(upgrade()));
    EXPECT_FALSE(is_foreign(with("origin", "")));
    EXPECT_FALSE(is_foreign(with("origin", "http://FORUM.example:80")));
    EXPECT_FALSE(is_foreign(with("origin", "https://forum.example")));  // behind a proxy that does TLS
    for (const char* origin :
         {"http://evil.example", "null", "http://forum.example.evil.example", "http://forum.example:8080", "https://forum.example:444"}) {
        EXPECT_TRUE(is_foreign(with("origin", origin))) << origin;
    }
    EXPECT_TRUE(is_foreign(with("sec-fetch-site", "cross-site")));
    EXPECT_EQ(first_line(open_web_socket(with("origin", "http://evil.example")).bytes), "HTTP/1.1 403 Forbidden");
}

http::Request stream(http::Pairs query) {
    http::Request request;
    request.path = "/live/events";
    request.query = std::move(query);
    request.headers = {{"host", "forum.example"}};
    return request;
}

TEST(EventStream, FollowsWhatItsQuerySays) {
    const auto opening = open_event_stream(stream({{"topic", "thread/12"}, {"since", "57"}, {"topic", "me"}}), 10);
    ASSERT_TRUE(opening.is_accepted);
    ASSERT_EQ(opening.wishes.size(), 2U);
    EXPECT_EQ(opening.wishes[0].topic.name, "thread/12");
    EXPECT_EQ(opening.wishes[0].since, 57);
    EXPECT_EQ(opening.wishes[1].since, std::nullopt);
    EXPECT_NE(opening.bytes.find("Content-Type: text/event-stream\r\n"), std::string::npos);
    EXPECT_NE(opening.bytes.find(version_header), std::string::npos);
}

TEST(EventStream, GivesAnEarlySinceToTheFirstTopic) {
    const auto opening = open_event_stream(stream({{"since", "3"}, {"topic", "thread/1"}, {"topic", "thread/2"}}), 10);
    ASSERT_EQ(opening.wishes.size(), 2U);
    EXPECT_EQ(opening.wishes[0].since, 3);
    EXPECT_EQ(opening.wishes[1].since, std::nullopt);
}

TEST(EventStream, ResumesFromItsLastId) {
    http::Request request = stream({{"topic", "thread/1"}, {"since", "3"}, {"topic", "thread/2"}, {"since", "8"}});
    request.headers.emplace_back("last-event-id", "thread/2=11");
    const auto opening = open_event_stream(request, 10);
    EXPECT_EQ(opening.wishes.at(0).since, 3);
    EXPECT_EQ(opening.wishes.at(1).since, 11);
}

TEST(EventStream, RefusesWhatIsMalformed) {
    for (const http::Pairs& query : std::vector<http::Pairs>{{},
                                                             {{"topic", "nowhere"}},
                                                             {{"topic", "me"}, {"since", "x"}},
                                                             {{"topic", "me"}, {"since", "-1"}},
                                                             {{"topic", "me"}, {"since", ""}},
                                                             {{"topic", "me"}, {"other", "1"}},
                                                             {{"topic", "me"}, {"topic", "list/all"}, {"topic", "thread/1"}}}) {
        EXPECT_EQ(first_line(open_event_stream(stream(query), 2).bytes), "HTTP/1.1 400 Bad Request");
    }
    http::Request foreign = stream({{"topic", "me"}});
    foreign.headers.emplace_back("origin", "http://evil.example");
    EXPECT_EQ(first_line(open_event_stream(foreign, 2).bytes), "HTTP/1.1 403 Forbidden");
}

TEST(Live, AServerThatStopsSaysWhenToComeBack) {
    const std::string answer = stopping_answer(std::chrono::seconds{12});
    const std::size_t body = answer.find("\r\n\r\n") + 4;
    EXPECT_EQ(first_line(answer), "HTTP/1.1 503 Service Unavailable");
    for (const std::string& header : {std::string{"Retry-After: 12"}, std::string{"Content-Type: application/problem+json"},
                                      "Content-Length: " + std::to_string(answer.size() - body)}) {
        EXPECT_NE(answer.find("\r\n" + header + "\r\n"), std::string::npos) << answer;
    }
    EXPECT_NE(answer.find("\"type\":\"/problems/busy\"", body), std::string::npos) << answer;
}

TEST(Live, WantsUpgradesAndStreamsOnly) {
    EXPECT_TRUE(Live::wants(upgrade()));
    EXPECT_TRUE(Live::wants(stream({})));
    EXPECT_FALSE(Live::wants(with("upgrade", "h2c")));
    http::Request other = upgrade();
    other.path = "/live/other";
    EXPECT_FALSE(Live::wants(other));
    http::Request post = upgrade();
    post.method = http::Method::post;
    EXPECT_FALSE(Live::wants(post));
}

}  // namespace
}  // namespace forum::live
