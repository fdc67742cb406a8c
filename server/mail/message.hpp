// A letter as SMTP carries it: RFC 5322 headers, RFC 2047 words, quoted-printable UTF-8. Rule: nothing that anyone typed reaches a
// header as it is, so no text can add one.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/time.hpp"

namespace forum::mail {

/// A row of the outbox.
struct Letter {
    std::int64_t id;
    std::string address;  ///< is_address
    std::string subject;  ///< one line of UTF-8
    std::string body;     ///< plain text, UTF-8, lines end in \n
    base::Time created_at;
};

/// local@domain in ASCII (RFC 5321: dot-string and host name, at most 254), which is all that every mail server takes.
bool is_address(std::string_view text);

/// The whole message with \r\n. `from`: is_address. The same letter has the same Message-ID however often it is sent, so that a
/// reader's mail program shows one.
std::string to_message(const Letter& letter, const std::string& from, const std::string& from_name);

}  // namespace forum::mail
