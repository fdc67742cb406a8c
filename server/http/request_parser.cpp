#include "http/request_parser.hpp"

#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>
#include <cstring>
#include <optional>

#include "http/limits.hpp"
#include "http/syntax.hpp"
#include "http/target.hpp"

namespace forum::http {

namespace beast_http = boost::beast::http;
using boost::beast::error_code;
// Beast's own, boost::core::string_view in this version.
using View = boost::beast::string_view;

namespace {

constexpr std::size_t max_headers = 100;
constexpr std::string_view head_end = "\r\n\r\n";
constexpr std::string_view last_chunk = "0\r\n\r\n";

std::string_view plain(View view) { return {view.data(), view.size()}; }

Method method_of(beast_http::verb verb) {
    switch (verb) {
    case beast_http::verb::get: return Method::get;
    case beast_http::verb::head: return Method::head;
    case beast_http::verb::post: return Method::post;
    case beast_http::verb::put: return Method::put;
    case beast_http::verb::delete_: return Method::del;
    case beast_http::verb::options: return Method::options;
    default: return Method::other;
    }
}

// A line that goes on on the next one (obs-fold): Beast joins such values in a buffer of its own, or leaves out an
// empty first line. So the value lies elsewhere, or there is a line end between it and its name.
bool is_folded(std::string_view name, std::string_view value) {
    const auto from = reinterpret_cast<std::uintptr_t>(name.data()) + name.size();
    const auto to = reinterpret_cast<std::uintptr_t>(value.data());
    constexpr std::uintptr_t longest_gap = 64;
    return to < from || to - from > longest_gap || std::memchr(name.data() + name.size(), '\r', to - from) != nullptr;
}

// Beast's parser with the callbacks that keep views instead of copies. A callback that refuses sets `failure_` and
// returns an error, so that the parser stops there.
class Reader final : public beast_http::basic_parser<true> {
public:
    Reader(Head& head, const Limits& limits) : head_{head}, limits_{limits} {
        // Set on the parser that reads; a limit set on another is no limit.
        header_limit(static_cast<std::uint32_t>(limits.header_bytes));
        body_limit(limits.body_bytes);
        eager(false);
    }

    void append_body_to(std::string& body) { body_ = &body; }
    int failure() const { return failure_; }

    // What only the whole head can tell; 0 when it is good.
    int check_head() const {
        if (transfer_encodings_ > 0 && (content_lengths_ > 0 || head_.is_http_1_0)) {
            return 400;
        }
        if (transfer_encodings_ > 1 || content_lengths_ > 1) {
            return 400;
        }
        if (transfer_encodings_ == 1 && !is_chunked_) {
            return 501;
        }
        if (hosts_ > 1 || (hosts_ == 0 && !head_.is_http_1_0) || (hosts_ == 1 && !is_valid_authority(head_.host))) {
            return 400;
        }
        return has_other_expectation_ ? 417 : 0;
    }

private:
    void on_request_impl(beast_http::verb verb, View name, View target, int version, error_code& error) override {
        head_.method = method_of(verb);
        head_.method_name = plain(name);
        head_.target = plain(target);
        head_.is_http_1_0 = version == 10;
        if (target.size() > limits_.target_bytes) {
            fail(414, error);
        } else if (verb == beast_http::verb::connect) {
            fail(501, error);
        }
    }

    void on_field_impl(beast_http::field field, View raw_name, View raw_value, error_code& error) override {
        if (is_in_body_) {
            return;  // a trailer
        }
        const auto name = plain(raw_name);
        const auto value = plain(raw_value);
        if (is_folded(name, value)) {
            return fail(400, error);
        }
        if (head_.headers.size() == max_headers) {
            return fail(431, error);
        }
        switch (field) {
        case beast_http::field::host:
            ++hosts_;
            head_.host = value;
            break;
        case beast_http::field::content_length:
            // Beast takes a list of equal numbers; whoever stands before us may take the first or none.
            content_lengths_ += value.find(',') == std::string_view::npos ? 1 : 2;
            break;
        case beast_http::field::transfer_encoding:
            ++transfer_encodings_;
            is_chunked_ = equals_ignoring_case(value, "chunked");
            break;
        case beast_http::field::expect:
            if (!head_.is_http_1_0) {
                head_.expects_continue = equals_ignoring_case(value, "100-continue");
                has_other_expectation_ = !head_.expects_continue;
            }
            break;
        default: break;
        }
        head_.headers.emplace_back(name, value);
    }

    void on_header_impl(error_code&) override { is_in_body_ = true; }

    void on_body_init_impl(const boost::optional<std::uint64_t>& length, error_code&) override {
        if (length && body_ != nullptr) {
            body_->reserve(static_cast<std::size_t>(*length));
        }
    }

    std::size_t on_body_impl(View bytes, error_code&) override {
        body_->append(bytes.data(), bytes.size());
        return bytes.size();
    }

    std::size_t on_chunk_body_impl(std::uint64_t, View bytes, error_code&) override {
        body_->append(bytes.data(), bytes.size());
        return bytes.size();
    }

    void on_chunk_header_impl(std::uint64_t, View, error_code&) override {}
    void on_finish_impl(error_code&) override {}
    void on_response_impl(int, View, int, error_code&) override {}

    void fail(int status, error_code& error) {
        failure_ = status;
        error = beast_http::error::bad_field;
    }

    Head& head_;
    const Limits& limits_;
    std::string* body_{nullptr};
    int failure_{0};
    int hosts_{0};
    int content_lengths_{0};
    int transfer_encodings_{0};
    bool is_chunked_{false};
    bool has_other_expectation_{false};
    bool is_in_body_{false};
};

int status_of(error_code error, std::string_view bytes) {
    if (error == beast_http::error::body_limit) {
        return 413;
    }
    if (error == beast_http::error::header_limit) {
        return 431;
    }
    if (error == beast_http::error::bad_version) {
        const auto after_method = bytes.substr(bytes.find(' ') + 1);
        return after_method.substr(after_method.find(' ') + 1).starts_with("HTTP/") ? 505 : 400;
    }
    return 400;
}

// A chunk's line whose quoted extension does not end with it: Beast would look for the quote in what follows, and count
// the chunk's size against the limit again each time.
bool has_open_quote(std::string_view bytes) {
    if (bytes.starts_with("\r\n")) {
        bytes.remove_prefix(2);
    }
    const auto end = bytes.find("\r\n");
    if (end == std::string_view::npos) {
        return false;
    }
    bool is_open = false;
    for (std::size_t i = 0; i < end; ++i) {
        if (is_open && bytes[i] == '\\') {
            ++i;
        } else if (bytes[i] == '"') {
            is_open = !is_open;
        }
    }
    return is_open;
}

}  // namespace

class RequestParser::Impl {
public:
    explicit Impl(const Limits& limits) : limits_{limits} { start(); }

    void start() {
        auto headers = std::move(head_.headers);
        headers.clear();
        head_ = Head{};
        head_.headers = std::move(headers);
        reader_.emplace(head_, limits_);
        is_begun_ = false;
        searched_ = 0;
    }

    Result read_head(std::string_view bytes) {
        std::size_t skipped = 0;
        if (!is_begun_) {
            // RFC 9112 §2.2: an empty line before the request line is ignored.
            while (bytes.substr(skipped).starts_with("\r\n")) {
                skipped += 2;
            }
            bytes.remove_prefix(skipped);
            if (bytes.empty() || bytes == "\r") {
                return {Step::need_more, skipped};
            }
            // Another protocol (TLS, for one) is told at once; the parser would wait for the end of the head.
            if (!is_token_char(bytes.front())) {
                return {Step::failed, 0, 400};
            }
            is_begun_ = true;
        }
        // The parser gets the head in one piece: given a part it would read as far as it can, and its views would
        // point to where the bytes lay then.
        const auto end = bytes.substr(0, limits_.header_bytes).find(head_end, searched_);
        if (end == std::string_view::npos) {
            if (bytes.size() >= limits_.header_bytes) {
                return {Step::failed, 0, too_long(bytes)};
            }
            searched_ = bytes.size() - std::min(bytes.size(), head_end.size() - 1);
            return {Step::need_more, skipped};
        }
        const auto size = end + head_end.size();
        error_code error;
        reader_->put({bytes.data(), size}, error);
        if (error) {
            const int own = reader_->failure();
            return {Step::failed, 0, own != 0 ? own : status_of(error, bytes)};
        }
        if (const int failure = reader_->check_head()) {
            return {Step::failed, 0, failure};
        }
        head_.keeps_alive = reader_->keep_alive();
        head_.has_body = !reader_->is_done();
        return {Step::done, skipped + size};
    }

    Result read_body(std::string_view bytes, std::string& body) {
        reader_->append_body_to(body);
        std::size_t used = 0;
        while (!reader_->is_done()) {
            // Beast asserts that a last chunk which is the first one too comes in one piece. It may wait: of chunks
            // there always remains as much as a last one.
            const auto rest = bytes.substr(used);
            if (reader_->chunked() && rest.starts_with('0') && rest.size() < last_chunk.size()) {
                return {Step::need_more, used};
            }
            error_code error;
            const auto now = reader_->put({rest.data(), rest.size()}, error);
            used += now;
            if (error == beast_http::error::need_more) {
                const auto left = bytes.substr(used);
                if (reader_->chunked() && has_open_quote(left)) {
                    return {Step::failed, used, 400};
                }
                // Beast does not limit a chunk's extension nor the trailers: they may be as long as a head.
                return left.size() >= limits_.header_bytes ? Result{Step::failed, used, 431} : Result{Step::need_more, used};
            }
            if (error) {
                return {Step::failed, used, status_of(error, {})};
            }
            if (used == bytes.size() && !reader_->is_done()) {
                return {Step::need_more, used};
            }
        }
        return {Step::done, used};
    }

    const Head& head() const { return head_; }

private:
    int too_long(std::string_view bytes) const {
        const auto line = bytes.substr(0, bytes.find("\r\n"));
        return line.size() > limits_.target_bytes ? 414 : 431;
    }

    const Limits& limits_;
    Head head_;
    std::optional<Reader> reader_;
    bool is_begun_{false};
    std::size_t searched_{0};  ///< no end of the head begins before this
};

RequestParser::RequestParser(const Limits& limits) : impl_{std::make_unique<Impl>(limits)} {}
RequestParser::~RequestParser() = default;
void RequestParser::start() { impl_->start(); }
RequestParser::Result RequestParser::read_head(std::string_view bytes) { return impl_->read_head(bytes); }
RequestParser::Result RequestParser::read_body(std::string_view bytes, std::string& body) { return impl_->read_body(bytes, body); }
const Head& RequestParser::head() const { return impl_->head(); }

}  // namespace forum::http
