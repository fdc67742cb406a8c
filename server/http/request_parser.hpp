// Reads one request after the other out of a connection's bytes, within limits (Beast's parser behind it). Rule: what
// two servers could read differently is refused here (RFC 9112 §6.3, §11.2), before anyone sees the request.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "http/request.hpp"

namespace forum::http {

struct Limits;

/// A request's head, as views into the bytes it was read from.
struct Head {
    Method method{Method::other};
    std::string_view method_name;
    std::string_view target;                                             ///< as sent, in whatever form
    std::vector<std::pair<std::string_view, std::string_view>> headers;  ///< values trimmed
    std::string_view host;
    bool is_http_1_0{false};
    bool keeps_alive{false};
    bool has_body{false};
    bool expects_continue{false};
};

class RequestParser {
public:
    explicit RequestParser(const Limits& limits);
    ~RequestParser();
    RequestParser(const RequestParser&) = delete;
    RequestParser& operator=(const RequestParser&) = delete;

    enum class Step {
        need_more,  ///< come back with at least these bytes and more behind them
        done,
        failed,  ///< answer `failure` and close
    };
    struct Result {
        Step step;
        std::size_t used;  ///< bytes to drop from the front
        int failure{0};    ///< HTTP status
    };

    /// Forgets the request before; the next bytes begin a new one.
    void start();
    /// `bytes` from the request's first byte on. Done: `head` is complete, with views into `bytes`.
    Result read_head(std::string_view bytes);
    /// Bytes after the head, once `head().has_body`; appended to `body`. Trailers are read and dropped.
    Result read_body(std::string_view bytes, std::string& body);

    const Head& head() const;

private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace forum::http
