#include "http/compress.hpp"

#include <brotli/encode.h>
#include <zlib.h>

#include <stdexcept>

#include "http/syntax.hpp"

namespace forum::http {

namespace {

constexpr std::size_t worth_from = 512;

int gzip_level(Effort effort) {
    switch (effort) {
    case Effort::answer: return 1;
    case Effort::page: return 6;
    }
    return 1;
}

int brotli_quality(Effort effort) {
    switch (effort) {
    case Effort::answer: return 2;
    case Effort::page: return 5;
    }
    return 2;
}

std::string gzip(std::string_view body, int level) {
    z_stream stream{};
    constexpr int window_with_gzip_header = 15 + 16;
    constexpr int memory_level = 8;
    if (deflateInit2(&stream, level, Z_DEFLATED, window_with_gzip_header, memory_level, Z_DEFAULT_STRATEGY) != Z_OK) {
        throw std::runtime_error{"gzip could not start"};
    }
    std::string out(deflateBound(&stream, static_cast<uLong>(body.size())), '\0');
    // zlib reads only, but its type says otherwise.
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(body.data()));
    stream.avail_in = static_cast<uInt>(body.size());
    stream.next_out = reinterpret_cast<Bytef*>(out.data());
    stream.avail_out = static_cast<uInt>(out.size());
    const int result = deflate(&stream, Z_FINISH);
    out.resize(stream.total_out);
    deflateEnd(&stream);
    if (result != Z_STREAM_END) {
        throw std::runtime_error{"gzip failed"};
    }
    return out;
}

std::string brotli(std::string_view body, int quality) {
    std::size_t size = BrotliEncoderMaxCompressedSize(body.size());
    std::string out(size, '\0');
    if (BrotliEncoderCompress(quality, BROTLI_DEFAULT_WINDOW, BROTLI_MODE_TEXT, body.size(),
                              reinterpret_cast<const std::uint8_t*>(body.data()), &size, reinterpret_cast<std::uint8_t*>(out.data()))
        != BROTLI_TRUE) {
        throw std::runtime_error{"brotli failed"};
    }
    out.resize(size);
    return out;
}

bool starts_with_ignoring_case(std::string_view text, std::string_view start) {
    return equals_ignoring_case(text.substr(0, start.size()), start);
}

}  // namespace

bool is_worth_compressing(std::string_view content_type, std::string_view body) {
    if (body.size() <= worth_from) {
        return false;
    }
    const auto essence = trim_blanks(content_type.substr(0, content_type.find(';')));
    return starts_with_ignoring_case(essence, "text/") || essence.ends_with("json") || essence.ends_with("xml")
           || essence.ends_with("javascript");
}

std::string compress(std::string_view body, Encoding encoding, Effort effort) {
    switch (encoding) {
    case Encoding::gzip: return gzip(body, gzip_level(effort));
    case Encoding::brotli: return brotli(body, brotli_quality(effort));
    case Encoding::identity: break;
    }
    return std::string{body};
}

}  // namespace forum::http
