// Who of the staff read what readers no longer see, and who sent something in (J4). Rule: every page and API answer that gives such a text to staff comes here;
// a row is written after the answer was read and before it is sent.
#pragma once

#include <cstdint>
#include <vector>

#include "access/viewer.hpp"
#include "db/database.hpp"

namespace forum::moderation {

/// Of these posts those that are hidden, rejected, removed or withdrawn and that somebody else wrote; once in ten minutes for each version.
/// Nothing for who is no staff.
void log_hidden_reads(db::Tx& tx, db::Database& database, const access::Viewer& reader, const std::vector<std::int64_t>& posts);

/// These versions of a post, which a moderator took from readers; the same.
void log_hidden_versions(db::Tx& tx, db::Database& database, const access::Viewer& reader, std::int64_t post,
                         const std::vector<std::int64_t>& versions);

/// The name or address of who reported a post, sent a notice or objects, of those in this case; the same.
void log_sender_read(db::Tx& tx, db::Database& database, const access::Viewer& reader, base::CaseId about);

}  // namespace forum::moderation
