// An answer as the features make it, and the same as ready bytes for the cache. Rule: Content-Length, Date, Connection,
// Content-Encoding and the security headers are added by http and site, never by a feature.
#pragma once

#include <array>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace forum::http {

struct PreparedReply;

/// Version of the API (semver); the OpenAPI document's info.version and each API answer's `API-Version` (NL API Design
/// Rules, /core/version-header).
inline constexpr const char* api_version = "1.0.0";

struct Reply {
    int status{200};
    std::vector<std::pair<std::string, std::string>> headers;  ///< in order; names as written on the wire
    std::string body;
    std::shared_ptr<const PreparedReply> prepared;  ///< when set this is the answer, and nothing else here counts

    Reply& set(std::string name, std::string value) {
        headers.emplace_back(std::move(name), std::move(value));
        return *this;
    }
};

/// The encodings in which an answer lies ready.
enum class Encoding { identity, gzip, brotli };

/// A whole answer as bytes, built once and sent many times. Immutable, shared between threads. The session writes
/// `head` (status line and headers without Date, ending before the empty line), the second's Date line, and `body`;
/// for HEAD without the body; for a matching If-None-Match `not_modified_head` alone.
struct PreparedReply {
    struct Form {
        std::string head;
        std::string not_modified_head;
        std::string body;
    };
    std::array<std::shared_ptr<const Form>, 3> forms;  ///< by Encoding; identity is always there
    std::string etag;                                  ///< strong, quoted; "" = none
    int status{200};
};

/// Builds the bytes of `reply`: adds Content-Length and, when its type is text and its body is over 512 bytes, the form in
/// `encoding` beside the identity form, with Content-Encoding and Vary. `etag` (strong, quoted, "" = none) goes into the identity form
/// as given, and into the other with "-gzip" or "-br" before its closing quote, since it is other bytes (RFC 9110 §8.8.3).
/// Compressing costs about 1 ms for a page of 30 kB: on a worker, never on an I/O thread. Throws std::invalid_argument for
/// a header that http writes itself (Content-Length, Date, Connection, Transfer-Encoding, ETag) or that holds control
/// characters.
std::shared_ptr<const PreparedReply> prepare(const Reply& reply, std::string etag, Encoding encoding);

}  // namespace forum::http
