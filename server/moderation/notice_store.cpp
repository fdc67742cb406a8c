#include "moderation/notice_store.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

#include "crypto/sha256.hpp"
#include "crypto/token.hpp"

namespace forum::moderation {

namespace {

const std::string notice_columns = R"(
    SELECT n.id, n.receipt, n.post_id, n.post_version, p.thread_id, p.number, n.explanation, n.legal_ground AS law,
           n.is_child_abuse, n.name, n.email, n.language, n.created_at, n.confirmed_at, n.decision_id,)"
                                   + std::string{outcome_columns} + R"(
      FROM content_notices n
      JOIN posts p ON p.id = n.post_id
      LEFT JOIN decisions d ON d.id = standing_decision(n.decision_id) )";

const db::Query insert_notice_query{"moderation.insert_notice", R"(
    INSERT INTO content_notices (receipt, post_id, post_version, explanation, legal_ground, is_child_abuse, name, email, language, good_faith)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, true)
    ON CONFLICT (receipt) DO NOTHING)"};

const db::Query by_receipt_query{"moderation.notice_by_receipt", notice_columns + "WHERE n.receipt = $1"};

const db::Query doubled_query{"moderation.doubled_notice", notice_columns + R"(
     WHERE n.post_id = $1 AND n.post_version = $2 AND n.explanation = $3 AND n.email = $4 AND n.closed_at IS NULL
       AND n.created_at > now() - interval '10 minutes'
     ORDER BY n.id DESC
     LIMIT 1)"};

const db::Query add_link_query{"moderation.add_notice_link", R"(
    INSERT INTO content_notice_links (hash, notice_id) VALUES (decode($1, 'hex'), $2))"};

const db::Query by_link_query{"moderation.notice_by_link", notice_columns + R"(
      JOIN content_notice_links l ON l.notice_id = n.id
     WHERE l.hash = decode($1, 'hex'))"};

const db::Query lock_notice_query{"moderation.lock_notice", R"(
    SELECT id FROM content_notices WHERE id = $1 AND confirmed_at IS NULL FOR UPDATE)"};

const db::Query confirm_query{"moderation.confirm_notice", R"(
    UPDATE content_notices SET confirmed_at = now(), case_id = $2 WHERE id = $1)"};

const db::Query notices_of_case_query{"moderation.notices_of_case", notice_columns + R"(
      JOIN cases c ON c.id = n.case_id
     WHERE c.id = $1 OR c.merged_into = $1
     ORDER BY n.id)"};

const db::Query told_query{"moderation.notices_told", notice_columns + "WHERE n.decision_id = $1 ORDER BY n.id"};

const db::Query by_id_query{"moderation.notice_by_id", notice_columns + "WHERE n.id = $1"};

const db::Query prune_query{"moderation.prune_notices", R"(
    DELETE FROM content_notices WHERE confirmed_at IS NULL AND created_at < $1)"};

Notice read_notice(const db::Row& row) {
    return {.id = row.integer("id"),
            .receipt = row.text("receipt"),
            .post = row.id<base::PostId>("post_id"),
            .post_version = static_cast<int>(row.integer("post_version")),
            .thread = row.id<base::ThreadId>("thread_id"),
            .post_number = static_cast<int>(row.integer("number")),
            .explanation = row.text("explanation"),
            .legal_ground = row.text("law"),
            .is_child_abuse = row.flag("is_child_abuse"),
            .name = row.text("name"),
            .email = row.text("email"),
            .language = row.text("language"),
            .at = row.time("created_at"),
            .confirmed_at = row.find_time("confirmed_at"),
            .outcome = read_outcome(row)};
}

std::optional<Notice> one_notice(const db::Rows& rows) {
    const auto row = rows.find_one();
    return row ? std::optional{read_notice(*row)} : std::nullopt;
}

std::vector<Notice> all_notices(const db::Rows& rows) {
    std::vector<Notice> list;
    for (const auto& row : rows) {
        list.push_back(read_notice(row));
    }
    return list;
}

/// Short enough to say on the telephone, and not to be counted up.
std::string random_receipt() {
    auto part = crypto::sha256_hex(crypto::random_token()).substr(0, 6);
    std::transform(part.begin(), part.end(), part.begin(), [](char c) { return c >= 'a' ? static_cast<char>(c - 'a' + 'A') : c; });
    return fmt::format("K-{:04}-{}", base::to_amsterdam(base::now()).year, part);
}

}  // namespace

Notice insert_notice(db::Tx& tx, const NewNotice& n) {
    constexpr int tries = 20;
    for (int count = 0; count < tries; ++count) {
        const auto receipt = random_receipt();
        const auto rows = tx.exec(insert_notice_query, db::Params::of(receipt, n.post, n.post_version, n.explanation, n.legal_ground,
                                                                      n.is_child_abuse, n.name, n.email, n.language));
        if (rows.affected() == 1) {
            return read_notice(tx.exec(by_receipt_query, db::Params::of(receipt)).one());
        }
    }
    throw std::runtime_error{"no receipt number is free"};
}

std::optional<Notice> find_doubled(db::Tx& tx, const NewNotice& n) {
    return one_notice(tx.exec(doubled_query, db::Params::of(n.post, n.post_version, n.explanation, n.email)));
}

std::string add_notice_link(db::Tx& tx, std::int64_t notice) {
    auto token = crypto::random_token();
    tx.exec(add_link_query, db::Params::of(crypto::sha256_hex(token), notice));
    return token;
}

std::optional<Notice> find_notice(db::Tx& tx, std::string_view token) {
    return one_notice(tx.exec(by_link_query, db::Params::of(crypto::sha256_hex(token))));
}

bool lock_unconfirmed(db::Tx& tx, std::int64_t notice) { return !tx.exec(lock_notice_query, db::Params::of(notice)).empty(); }

void confirm_notice(db::Tx& tx, std::int64_t notice, base::CaseId id) { tx.exec(confirm_query, db::Params::of(notice, id)); }

std::vector<Notice> notices_of_case(db::Tx& tx, base::CaseId id) { return all_notices(tx.exec(notices_of_case_query, db::Params::of(id))); }

std::vector<Notice> notices_told(db::Tx& tx, base::DecisionId id) { return all_notices(tx.exec(told_query, db::Params::of(id))); }

std::optional<Notice> find_notice(db::Tx& tx, std::int64_t id) { return one_notice(tx.exec(by_id_query, db::Params::of(id))); }

void prune_notices(db::Tx& tx, base::Time before) { tx.exec(prune_query, db::Params::of(before)); }

}  // namespace forum::moderation
