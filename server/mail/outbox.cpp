#include "mail/outbox.hpp"

#include <algorithm>
#include <stdexcept>

#include "base/log.hpp"

namespace forum::mail {

namespace {

constexpr int letters_at_once = 20;

const db::Query post_query{"mail.post", R"(
    INSERT INTO mails (address, subject, body) VALUES ($1, $2, $3))"};

// The next try is set before the first: whoever is killed while he sends has only delayed the letter.
const db::Query take_query{"mail.take", R"(
    UPDATE mails SET tries = tries + 1, next_try = now() + least(interval '6 hours', interval '1 minute' * 2 ^ least(tries, 10))
     WHERE id IN (SELECT id FROM mails
                   WHERE sent_at IS NULL AND given_up_at IS NULL AND next_try <= now()
                   ORDER BY next_try, id
                   LIMIT $1
                     FOR UPDATE SKIP LOCKED)
    RETURNING id, address, subject, body, created_at)"};

const db::Query sent_query{"mail.sent", R"(
    UPDATE mails SET sent_at = now(), body = '', last_fault = '' WHERE id = $1)"};

const db::Query failed_query{"mail.failed", R"(
    UPDATE mails
       SET last_fault = $2, given_up_at = CASE WHEN is_over THEN now() END, body = CASE WHEN is_over THEN '' ELSE body END
      FROM (SELECT $3::boolean OR created_at < now() - interval '4 days' AS is_over FROM mails WHERE id = $1) state
     WHERE id = $1
    RETURNING is_over)"};

const db::Query forget_query{"mail.forget", R"(
    DELETE FROM mails WHERE coalesce(sent_at, given_up_at) < now() - interval '30 days')"};

}  // namespace

void post_letter(db::Tx& tx, const std::string& address, const std::string& subject, const std::string& body) {
    if (!is_address(address)) {
        throw std::logic_error{"a letter without an address"};
    }
    tx.exec(post_query, db::Params::of(address, subject, body));
}

void Courier::run(db::Tx& tx) {
    tx.exec(forget_query);
    std::vector<Letter> letters;
    for (const auto& row : tx.exec(take_query, db::Params::of(letters_at_once))) {
        letters.push_back({.id = row.integer("id"),
                           .address = row.text("address"),
                           .subject = row.text("subject"),
                           .body = row.text("body"),
                           .created_at = row.time("created_at")});
    }
    if (letters.empty()) {
        return;
    }
    std::sort(letters.begin(), letters.end(), [](const auto& one, const auto& other) { return one.id < other.id; });
    tx.after_commit([this, letters = std::move(letters)] { deliver(letters); });
}

void Courier::deliver(std::vector<Letter> letters) {
    for (auto& letter : letters) {
        for (auto at = letter.body.find(site_mark); at != std::string::npos; at = letter.body.find(site_mark, at)) {
            letter.body.replace(at, site_mark.size(), settings_.site);
        }
        std::string fault;
        const auto handed = smtp_.hand_over(settings_.from, letter.address, to_message(letter, settings_.from, settings_.from_name), fault);
        const bool is_over = database_.write([&](db::Tx& tx) {
            if (handed == Handed::over) {
                tx.exec(sent_query, db::Params::of(letter.id));
                return true;
            }
            return tx.exec(failed_query, db::Params::of(letter.id, fault, handed == Handed::refused)).one().flag("is_over");
        });
        if (handed != Handed::over) {
            base::log(base::LogLevel::warning, "event=mail_failed mail={} given_up={} what=\"{}\"", letter.id, is_over, fault);
        }
        if (handed == Handed::impossible) {
            return;  // the others have their turn later: a server that is away must not hold the other chores
        }
    }
}

}  // namespace forum::mail
