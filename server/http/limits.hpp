// How much and how long a visitor may send: what protects the server from one who means ill or is broken. Rule: each
// limit is set on what really reads or counts, and a test goes past it.
#pragma once

#include <chrono>
#include <cstddef>

namespace forum::http {

struct Limits {
    std::size_t header_bytes{16 * 1024};          ///< request line and headers together; beyond it 431
    std::size_t target_bytes{4 * 1024};           ///< beyond it 414
    std::size_t body_bytes{256 * 1024};           ///< beyond it 413
    std::size_t connections{12'000};              ///< taken-over sockets included; beyond it 503
    std::size_t connections_per_address{12'000};  ///< an IPv6 /64 is one address; see ServerOptions::unlimited
    // Kept by a wheel of one second: each may last a second longer.
    std::chrono::seconds header_time{10};  ///< from the first byte (of a new connection: from its beginning)
    std::chrono::seconds body_time{20};    ///< for the whole body
    std::chrono::seconds write_time{30};   ///< for each 64 kB of an answer
    std::chrono::seconds idle_time{75};    ///< between requests of one connection
};

}  // namespace forum::http
