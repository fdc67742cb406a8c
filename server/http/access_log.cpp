#include "http/access_log.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "base/log.hpp"

namespace forum::http {

namespace {

constexpr std::size_t flush_from = 64 * 1024;
constexpr std::size_t longest_path = 200;

void append_number(std::string& out, std::uint64_t number) {
    std::array<char, 20> digits;
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
    out.append(digits.data(), end);
}

void append_id(std::string& out, std::uint64_t id) {
    constexpr std::string_view digits = "0123456789abcdef";
    for (int shift = 60; shift >= 0; shift -= 4) {
        out.push_back(digits[(id >> shift) & 0xf]);
    }
}

// What is not plain would break the line into other fields.
void append_plain(std::string& out, std::string_view text) {
    for (const char c : text) {
        out.push_back(c > ' ' && c < 0x7f && c != '"' && c != '=' ? c : '?');
    }
}

// A part of a path that is long enough for a secret and has capitals, which no name of ours has, is one: a link in a mail.
void append_path(std::string& out, std::string_view path) {
    constexpr std::size_t shortest_secret = 40;
    while (!path.empty()) {
        const auto end = std::min(path.find('/', 1), path.size());
        const auto part = path.substr(0, end);
        const bool is_secret =
            part.size() > shortest_secret && std::any_of(part.begin(), part.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
        append_plain(out, is_secret ? "/..." : part);
        path.remove_prefix(end);
    }
}

}  // namespace

std::string format_request_id(std::uint64_t id) {
    std::string out;
    append_id(out, id);
    return out;
}

AccessLog::AccessLog(std::function<void(std::string_view)> write) : write_{std::move(write)} {
    if (!write_) {
        write_ = base::log_block;
    }
    tick(base::now());
}

void AccessLog::add(const Entry& entry) {
    buffer_ += start_;
    append_id(buffer_, entry.id);
    buffer_ += " method=";
    append_plain(buffer_, entry.method.empty() ? "-" : entry.method.substr(0, 16));
    buffer_ += " path=";
    const auto path = entry.target.substr(0, entry.target.find('?'));
    append_path(buffer_, path.empty() ? "-" : path.substr(0, longest_path));
    buffer_ += " status=";
    append_number(buffer_, static_cast<std::uint64_t>(entry.status));
    buffer_ += " bytes=";
    append_number(buffer_, entry.bytes);
    buffer_ += " ms=";
    const auto tenths = std::chrono::duration_cast<std::chrono::microseconds>(entry.time).count() / 100;
    append_number(buffer_, static_cast<std::uint64_t>(tenths) / 10);
    buffer_ += '.';
    buffer_ += static_cast<char>('0' + tenths % 10);
    buffer_ += '\n';
    if (buffer_.size() >= flush_from) {
        flush();
    }
}

void AccessLog::tick(base::Time now) {
    flush();
    start_ = "time=" + base::to_rfc3339(now) + " level=info event=request id=";
}

void AccessLog::flush() {
    if (!buffer_.empty()) {
        write_(buffer_);
        buffer_.clear();
    }
}

}  // namespace forum::http
