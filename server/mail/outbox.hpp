// Letters that wait in the database, and the courier that takes them to the mail server. Rule: a letter is written in the
// transaction of what it tells about and sent after that one's commit; it may be sent twice, never not at all without a trace.
#pragma once

#include <chrono>
#include <string>

#include "base/time.hpp"
#include "db/database.hpp"
#include "mail/message.hpp"
#include "mail/smtp.hpp"

namespace forum::mail {

/// Stands in a body before a local path, for the address of the site, which only the courier knows.
constexpr std::string_view site_mark{"%SITE%"};

/// Throws std::logic_error when `address` is none: forms check it.
void post_letter(db::Tx& tx, const std::string& address, const std::string& subject, const std::string& body);

struct Settings {
    std::string smtp_url;  ///< "" = letters stay where they are
    std::string from;      ///< is_address
    std::string from_name;
    std::string site;  ///< "https://forum.example.nl"
};

class Courier {
public:
    /// `database` lives as long as this.
    Courier(db::Database& database, Settings settings) : database_{database}, settings_{std::move(settings)}, smtp_{settings_.smtp_url} {}

    /// Takes some letters that are due upon itself and sends them after the commit. What does not arrive is tried again after a
    /// minute, two, four, up to six hours, for four days. A body that was sent or given up is emptied: it may hold a link
    /// that lets in. Who got a letter is forgotten after thirty days.
    void run(db::Tx& tx);

private:
    void deliver(std::vector<Letter> letters);

    db::Database& database_;
    Settings settings_;
    Smtp smtp_;
};

}  // namespace forum::mail
