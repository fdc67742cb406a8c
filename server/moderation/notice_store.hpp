// The SQL of notices of illegal content by anyone (DSA article 16). Rule: a token is kept as its hash only; who sent a notice is
// for staff and himself.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/ids.hpp"
#include "base/time.hpp"
#include "db/tx.hpp"
#include "moderation/outcome.hpp"

namespace forum::moderation {

/// What somebody sends in, checked before.
struct NewNotice {
    base::PostId post;
    int post_version;
    std::string explanation, legal_ground;
    bool is_child_abuse;
    std::string name, email;
    std::string language;  ///< "nl" or "en"
};

struct Notice {
    std::int64_t id;
    std::string receipt;  ///< "K-2026-7F3A9C"
    base::PostId post;
    int post_version;
    base::ThreadId thread;
    int post_number;
    std::string explanation, legal_ground;
    bool is_child_abuse;
    std::string name, email, language;
    base::Time at;
    std::optional<base::Time> confirmed_at;
    std::optional<Outcome> outcome;
};

/// With a receipt number of its own.
Notice insert_notice(db::Tx& tx, const NewNotice& notice);
/// The same content from the same address, sent in so short ago that a browser or a script may have sent it twice.
std::optional<Notice> find_doubled(db::Tx& tx, const NewNotice& notice);

/// A new link to the notice: its token.
std::string add_notice_link(db::Tx& tx, std::int64_t notice);
std::optional<Notice> find_notice(db::Tx& tx, std::string_view token);
std::optional<Notice> find_notice(db::Tx& tx, std::int64_t id);
/// Nobody else confirms it until the transaction ends. False: it is confirmed already.
bool lock_unconfirmed(db::Tx& tx, std::int64_t notice);
void confirm_notice(db::Tx& tx, std::int64_t notice, base::CaseId id);

/// Of a case and those that were merged into it, the oldest first.
std::vector<Notice> notices_of_case(db::Tx& tx, base::CaseId id);
/// Those that ended with this decision.
std::vector<Notice> notices_told(db::Tx& tx, base::DecisionId id);

/// What nobody confirmed before `before` is wiped.
void prune_notices(db::Tx& tx, base::Time before);

}  // namespace forum::moderation
