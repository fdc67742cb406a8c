#include "moderation/member_letters.hpp"

#include <nlohmann/json.hpp>

#include "mail/outbox.hpp"

namespace forum::moderation {

namespace {

const db::Query member_query{"moderation.member_to_write_to", R"(
    SELECT name, email FROM members WHERE id = $1 AND ended_at IS NULL)"};

// The title as he sees it: one that went with its opening post stays away from who answered there.
const db::Query author_query{"moderation.author_to_write_to", R"(
    SELECT p.author_id, coalesce(t.title, '') AS title
      FROM posts p
      JOIN members m ON m.id = p.author_id
      LEFT JOIN LATERAL visible_threads(m.id, member_level(m.role, m.function)) t ON t.id = p.thread_id
     WHERE p.id = $1)"};

const db::Query near_norm_query{"moderation.near_norm", R"(
    UPDATE cases SET warned_at = $1
     WHERE id IN (SELECT id FROM cases
                   WHERE state = 'open' AND warned_at IS NULL AND due_at <= $2 AND due_at > $1
                   ORDER BY due_at, id LIMIT $3)
    RETURNING id)"};

const db::Query who_decides_query{"moderation.who_decides_on", R"(
    SELECT m.id, count(*) AS n
      FROM members m CROSS JOIN unnest($1::bigint[]) AS due (id)
     WHERE m.role = 'moderator' AND m.ended_at IS NULL AND is_in_scope(due.id, m.id) AND decider_bar(due.id, m.id) IS NULL
     GROUP BY m.id
     ORDER BY m.id)"};

const db::Query seniors_query{"moderation.seniors_for", R"(
    SELECT m.id FROM members m
     WHERE m.role = 'moderator' AND m.ended_at IS NULL AND NOT is_scoped(m.id) AND m.id <> $2 AND decider_bar($1, m.id) IS NULL
     ORDER BY m.id)"};

std::string link_to(const std::string& path) { return std::string{mail::site_mark} + path; }

}  // namespace

std::string link_to_decision(base::DecisionId id) { return link_to("/ik/besluiten?vanaf=" + to_string(id) + "#besluit-" + to_string(id)); }

int write_of_norm(db::Tx& tx, const view::Templates& texts, base::Time now, int limit) {
    const auto cases = tx.exec(near_norm_query, db::Params::of(now, now + warned_before, limit)).integers("id");
    if (cases.empty()) {
        return 0;
    }
    for (const auto& row : tx.exec(who_decides_query, db::Params::of(cases))) {
        write_to_member(tx, texts, row.id<base::MemberId>("id"), "near_norm", {{"n", row.integer("n")}, {"link", link_to("/moderatie")}});
    }
    return static_cast<int>(cases.size());
}

void write_to_seniors(db::Tx& tx, const view::Templates& texts, base::CaseId id, base::MemberId except) {
    for (const auto& row : tx.exec(seniors_query, db::Params::of(id, except.value))) {
        write_to_member(tx, texts, row.id<base::MemberId>("id"), "for_seniors", {{"link", link_to("/moderatie/" + to_string(id))}});
    }
}

void write_to_member(db::Tx& tx, const view::Templates& texts, base::MemberId member, const std::string& name, nlohmann::json arguments) {
    const auto row = tx.exec(member_query, db::Params::of(member)).find_one();
    // An address that is none must not keep the others from their terms.
    if (!row || !mail::is_address(row->text("email"))) {
        return;
    }
    arguments["name"] = row->text("name");
    if (!arguments.contains("link")) {
        arguments["link"] = link_to("/ik/besluiten");
    }
    const auto text = [&](const std::string& key) { return texts.text("timers." + key, view::Language::dutch, arguments); };
    mail::post_letter(tx, row->text("email"), text(name + "_subject"),
                      text("greeting") + "\n\n" + text(name) + "\n\n" + text("end") + "\n");
}

void write_to_author(db::Tx& tx, const view::Templates& texts, base::PostId post, const std::string& name, nlohmann::json arguments) {
    const auto row = tx.exec(author_query, db::Params::of(post)).one();
    const auto title = row.text("title");
    arguments["title"] = title.empty() ? texts.text("discussion.title_gone", view::Language::dutch) : title;
    write_to_member(tx, texts, row.id<base::MemberId>("author_id"), name, std::move(arguments));
}

}  // namespace forum::moderation
