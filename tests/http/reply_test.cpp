#include "http/reply.hpp"

#include <brotli/decode.h>
#include <gtest/gtest.h>
#include <zlib.h>

#include <stdexcept>

#include "http/compress.hpp"
#include "http/wire.hpp"

namespace forum::http {
namespace {

Reply page(std::size_t size, std::string type = "text/html; charset=utf-8") {
    Reply reply;
    reply.set("Content-Type", std::move(type)).set("Cache-Control", "private, no-cache");
    while (reply.body.size() < size) {
        reply.body += "regel " + std::to_string(reply.body.size()) + "\n";
    }
    reply.body.resize(size);
    return reply;
}

const PreparedReply::Form& form(const std::shared_ptr<const PreparedReply>& prepared, Encoding encoding) {
    return *prepared->forms.at(static_cast<std::size_t>(encoding));
}

std::string gunzip(std::string_view bytes, std::size_t size) {
    std::string out(size, '\0');
    z_stream stream{};
    EXPECT_EQ(inflateInit2(&stream, 15 + 16), Z_OK);
    std::string in{bytes};
    stream.next_in = reinterpret_cast<Bytef*>(in.data());
    stream.avail_in = static_cast<uInt>(in.size());
    stream.next_out = reinterpret_cast<Bytef*>(out.data());
    stream.avail_out = static_cast<uInt>(out.size());
    EXPECT_EQ(inflate(&stream, Z_FINISH), Z_STREAM_END);
    EXPECT_EQ(stream.total_out, size);
    inflateEnd(&stream);
    return out;
}

std::string unbrotli(std::string_view bytes, std::size_t size) {
    std::string out(size, '\0');
    EXPECT_EQ(BrotliDecoderDecompress(bytes.size(), reinterpret_cast<const std::uint8_t*>(bytes.data()), &size,
                                      reinterpret_cast<std::uint8_t*>(out.data())),
              BROTLI_DECODER_RESULT_SUCCESS);
    EXPECT_EQ(size, out.size());
    return out;
}

TEST(Prepare, writes_the_forms_of_a_page) {
    const auto reply = page(30'000);
    const auto prepared = prepare(reply, "\"7\"", Encoding::gzip);
    EXPECT_EQ(prepared->forms[2], nullptr) << "nobody asked for it";
    EXPECT_EQ(form(prepared, Encoding::identity).head,
              "HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\nCache-Control: private, no-cache\r\n"
              "Vary: Accept-Encoding\r\nETag: \"7\"\r\nContent-Length: 30000\r\n");
    EXPECT_EQ(form(prepared, Encoding::identity).not_modified_head,
              "HTTP/1.1 304 Not Modified\r\nCache-Control: private, no-cache\r\nVary: Accept-Encoding\r\nETag: \"7\"\r\n");
    EXPECT_EQ(form(prepared, Encoding::identity).body, reply.body);
    const auto& gzip = form(prepared, Encoding::gzip);
    EXPECT_NE(gzip.head.find("Content-Encoding: gzip\r\n"), std::string::npos);
    EXPECT_NE(gzip.head.find("ETag: \"7-gzip\"\r\n"), std::string::npos);
    EXPECT_NE(gzip.head.find("Content-Length: " + std::to_string(gzip.body.size()) + "\r\n"), std::string::npos);
    EXPECT_EQ(gunzip(gzip.body, 30'000), reply.body);
    const auto with_brotli = prepare(reply, "\"7\"", Encoding::brotli);
    EXPECT_EQ(form(with_brotli, Encoding::identity).head, form(prepared, Encoding::identity).head);
    const auto& brotli = form(with_brotli, Encoding::brotli);
    EXPECT_NE(brotli.head.find("Content-Encoding: br\r\n"), std::string::npos);
    EXPECT_NE(brotli.not_modified_head.find("ETag: \"7-br\"\r\n"), std::string::npos);
    EXPECT_EQ(unbrotli(brotli.body, 30'000), reply.body);
    EXPECT_LT(brotli.body.size(), gzip.body.size());
}

TEST(Prepare, compresses_text_from_its_length_on) {
    struct Case {
        std::string type;
        std::size_t size;
        bool is_compressed;
    };
    for (const auto& [type, size, is_compressed] : std::vector<Case>{
             {"text/html", 513, true},
             {"text/html", 512, false},
             {"TEXT/CSS; charset=utf-8", 1000, true},
             {"application/json", 1000, true},
             {"application/problem+json", 1000, true},
             {"application/atom+xml; charset=utf-8", 1000, true},
             {"image/svg+xml", 1000, true},
             {"text/javascript", 1000, true},
             {"application/javascript", 1000, true},
             {"image/png", 1000, false},
             {"application/octet-stream", 1000, false},
             {"font/woff2", 1000, false},
             {"", 1000, false},
         }) {
        const auto prepared = prepare(page(size, type), "", Encoding::gzip);
        EXPECT_EQ(prepared->forms[1] != nullptr, is_compressed) << type << size;
        EXPECT_EQ(prepared->forms[0]->head.find("Vary") != std::string::npos, is_compressed) << type << size;
        EXPECT_EQ(prepared->forms[0]->head.find("ETag"), std::string::npos);
        EXPECT_EQ(prepared->forms[0]->not_modified_head, "");
    }
    auto encoded = page(1000);
    encoded.set("Content-Encoding", "br");
    EXPECT_EQ(prepare(encoded, "", Encoding::gzip)->forms[1], nullptr) << "it has an encoding of its own";
}

TEST(Prepare, joins_vary) {
    auto reply = page(1000);
    reply.set("Vary", "Cookie").set("vary", "Accept-Language");
    EXPECT_NE(prepare(reply, "", Encoding::identity)->forms[0]->head.find("Vary: Cookie, Accept-Language, Accept-Encoding\r\n"),
              std::string::npos);
    auto small = page(10);
    small.set("Vary", "Cookie");
    EXPECT_NE(prepare(small, "", Encoding::identity)->forms[0]->head.find("Vary: Cookie\r\n"), std::string::npos);
}

TEST(Prepare, refuses_headers_that_break_the_answer) {
    const std::vector<std::pair<std::string, std::string>> bad{{"Content-Length", "1"},
                                                               {"content-length", "1"},
                                                               {"Date", "x"},
                                                               {"Connection", "close"},
                                                               {"Transfer-Encoding", "chunked"},
                                                               {"ETag", "\"1\""},
                                                               {"", "x"},
                                                               {"A B", "x"},
                                                               {"A:", "x"},
                                                               {"A", "x\r\ny: z"},
                                                               {"A", "x\ny"},
                                                               {"A", std::string{"x\0y", 3}},
                                                               {"A", "x\x7f"}};
    for (const auto& [name, value] : bad) {
        Reply reply;
        reply.set(name, value);
        EXPECT_THROW(prepare(reply, "", Encoding::identity), std::invalid_argument) << name;
    }
    Reply good;
    good.set("X-Note", "tab\tand é");
    EXPECT_NO_THROW(prepare(good, "", Encoding::identity));
}

TEST(Prepare, knows_the_names_of_statuses_and_which_have_no_body) {
    Reply reply;
    reply.body = "x";
    const std::vector<std::pair<int, std::string>> lines{{201, "Created"},
                                                         {303, "See Other"},
                                                         {404, "Not Found"},
                                                         {409, "Conflict"},
                                                         {413, "Payload Too Large"},
                                                         {429, "Too Many Requests"},
                                                         {431, "Request Header Fields Too Large"},
                                                         {503, "Service Unavailable"}};
    for (const auto& [status, name] : lines) {
        reply.status = status;
        EXPECT_TRUE(
            prepare(reply, "", Encoding::identity)->forms[0]->head.starts_with("HTTP/1.1 " + std::to_string(status) + " " + name + "\r\n"));
    }
    reply.status = 204;
    const auto empty = prepare(reply, "", Encoding::identity);
    EXPECT_EQ(empty->forms[0]->head, "HTTP/1.1 204 No Content\r\n");
    EXPECT_EQ(empty->forms[0]->body, "");
}

TEST(Etag, is_found_in_a_list_by_weak_comparison) {
    struct Case {
        std::string list;
        bool names;
    };
    for (const auto& [list, names] : std::vector<Case>{
             {"\"a\"", true},
             {"W/\"a\"", true},
             {"\"b\", W/\"a\" ,\"c\"", true},
             {"*", true},
             {"\"b,\\\"a\\\"\"", false},
             {"\"A\"", false},
             {"a", false},
             {"", false},
             {"\"", false},
             {"W/", false},
         }) {
        EXPECT_EQ(names_etag(list, "\"a\""), names) << list;
    }
    EXPECT_FALSE(names_etag("", ""));
    EXPECT_FALSE(names_etag("\"a\"", ""));
}

TEST(Answer, chooses_a_form_and_knows_304) {
    const auto prepared = prepare(page(1000), "\"7\"", Encoding::gzip);
    EXPECT_EQ(choose_form(*prepared, "", "").form, prepared->forms[0]);
    EXPECT_EQ(choose_form(*prepared, "gzip", "").form, prepared->forms[1]);
    EXPECT_EQ(choose_form(*prepared, "br", "").form, prepared->forms[0]) << "not made";
    EXPECT_EQ(choose_form(*prepare(page(10), "", Encoding::identity), "br", "").status, 200);
    for (const auto* tag : {"\"7\"", "\"7-gzip\"", "*"}) {
        const auto same = choose_form(*prepared, "gzip", tag);
        EXPECT_EQ(same.status, 304) << tag;
        EXPECT_TRUE(same.is_not_modified);
    }
    EXPECT_EQ(choose_form(*prepared, "gzip", "\"7-br\"").status, 200);
    auto missing = page(1000);
    missing.status = 404;
    EXPECT_EQ(choose_form(*prepare(missing, "\"7\"", Encoding::identity), "", "\"7\"").status, 404) << "only what is there is unchanged";
    EXPECT_EQ(choose_form(*prepare(page(10), "", Encoding::identity), "", "*").status, 200) << "without an etag there is no 304";
}

}  // namespace
}  // namespace forum::http
