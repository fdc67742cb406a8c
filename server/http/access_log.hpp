// One line per request, gathered and written together. Rule: nothing that leads to a person: no address, no query, no
// cookie; and a line costs less than a microsecond.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "base/time.hpp"

namespace forum::http {

/// Sixteen lower case hex digits.
std::string format_request_id(std::uint64_t id);

/// Of one I/O thread.
class AccessLog {
public:
    /// `write` gets complete lines; by default base::log_block.
    explicit AccessLog(std::function<void(std::string_view)> write);

    struct Entry {
        std::uint64_t id;
        std::string_view method;  ///< "" = the request could not be read
        std::string_view target;  ///< its path is written, as sent
        int status;
        std::size_t bytes;  ///< of the body
        std::chrono::steady_clock::duration time;
    };
    void add(const Entry& entry);
    /// Once a second: writes what has come, and lines from now on carry this time.
    void tick(base::Time now);
    void flush();

private:
    std::function<void(std::string_view)> write_;
    std::string start_;  ///< of each line, up to the request's own part
    std::string buffer_;
};

}  // namespace forum::http
