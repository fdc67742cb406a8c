// Hands letters to a mail server (RFC 5321) by libcurl. Rule: blocks; called outside any transaction, and by one thread.
#pragma once

#include <memory>
#include <string>

namespace forum::mail {

enum class Handed {
    over,
    refused,     ///< by the server, for good: this address or this letter
    impossible,  ///< now: no server, or it says later
};

class Smtp {
public:
    /// `url`: smtp://host:port, with STARTTLS when the server offers it, and always when a name and password stand in it;
    /// smtps://host:port, with TLS from the start.
    explicit Smtp(const std::string& url);
    ~Smtp();
    Smtp(const Smtp&) = delete;
    Smtp& operator=(const Smtp&) = delete;

    /// At most some fifteen seconds. `fault`: why not, without the address.
    Handed hand_over(const std::string& from, const std::string& to, const std::string& message, std::string& fault);

private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace forum::mail
