#include "moderation/word_rule_store.hpp"

namespace forum::moderation {

namespace {

const db::Query active_query{"moderation.active_word_rules", R"(
    SELECT id, is_host, pattern, effect, reason FROM moderation_rules WHERE is_active ORDER BY id)"};

const db::Query list_word_rules_query{"moderation.list_word_rules", R"(
    SELECT r.id, r.is_host, r.pattern, r.effect, r.reason, r.is_active, r.created_at, m.name AS created_by
      FROM moderation_rules r JOIN members m ON m.id = r.created_by
     ORDER BY r.is_active DESC, r.id DESC)"};

const db::Query add_word_rule_query{"moderation.add_word_rule", R"(
    WITH rule AS (
        INSERT INTO moderation_rules (is_host, pattern, effect, reason, created_by) VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT (is_host, pattern) WHERE is_active DO NOTHING
        RETURNING id
    )
    INSERT INTO moderation_rule_changes (rule_id, act, by_member) SELECT id, 'add', $5 FROM rule
    RETURNING rule_id)"};

const db::Query lock_word_rule_query{"moderation.lock_word_rule", R"(
    SELECT r.is_active,
           EXISTS (SELECT 1 FROM moderation_rules o
                    WHERE o.is_active AND o.id <> r.id AND o.is_host = r.is_host AND o.pattern = r.pattern) AS is_doubled
      FROM moderation_rules r WHERE r.id = $1 FOR UPDATE)"};

const db::Query switch_query{"moderation.switch_word_rule", R"(
    WITH rule AS (
        UPDATE moderation_rules SET is_active = $2 WHERE id = $1 RETURNING id, is_active
    )
    INSERT INTO moderation_rule_changes (rule_id, act, by_member)
    SELECT id, CASE WHEN is_active THEN 'on' ELSE 'off' END, $3 FROM rule)"};

const db::Query word_rule_changes_query{"moderation.word_rule_changes", R"(
    SELECT c.act, r.pattern, m.name AS by_name, c.at
      FROM moderation_rule_changes c
      JOIN moderation_rules r ON r.id = c.rule_id
      JOIN members m ON m.id = c.by_member
     ORDER BY c.id DESC
     LIMIT $1)"};

const db::Query last_posts_query{"moderation.last_posts", R"(
    SELECT p.id, p.thread_id, p.number, t.title, t.slug, p.created_at,
           CASE WHEN p.number = 1 THEN concat_ws(E'\n\n', t.title, p.body, t.fields ->> 'context', t.fields ->> 'options',
                                                 t.fields ->> 'tried')
                ELSE p.body END AS text
      FROM visible_posts($1, $2) p
      JOIN threads t ON t.id = p.thread_id
     WHERE p.has_text
     ORDER BY p.id DESC
     LIMIT $3)"};

const db::Query mark_query{"moderation.mark_case", R"(
    UPDATE cases SET hold_rule = $2 WHERE id = $1 AND $2 <> '')"};

const db::Query marks_query{"moderation.case_marks", R"(
    SELECT mark.slug, coalesce(r.pattern, t.name, y.name, h.value, '') AS pattern, coalesce(r.reason, h.reason, '') AS reason,
           coalesce(h.kind, '') AS about
      FROM cases c
     CROSS JOIN LATERAL unnest(string_to_array(c.hold_rule, ',')) WITH ORDINALITY AS mark (slug, place)
      LEFT JOIN moderation_rules r ON 'word-' || r.id = mark.slug
      LEFT JOIN standing_holds h ON 'standing-' || h.id = mark.slug
      LEFT JOIN themes t ON t.slug = h.theme_slug
      LEFT JOIN typologies y ON y.slug = h.typology_slug
     WHERE c.id = $1
     ORDER BY mark.place)"};

WordRule read_rule(const db::Row& row) {
    return {.id = row.integer("id"),
            .is_host = row.flag("is_host"),
            .pattern = row.text("pattern"),
            .effect = row.text("effect"),
            .reason = row.text("reason")};
}

}  // namespace

std::vector<WordRule> active_word_rules(db::Tx& tx) {
    std::vector<WordRule> rules;
    for (const auto& row : tx.exec(active_query)) {
        rules.push_back(read_rule(row));
    }
    return rules;
}

std::vector<ListedRule> list_word_rules(db::Tx& tx) {
    std::vector<ListedRule> rules;
    for (const auto& row : tx.exec(list_word_rules_query)) {
        rules.push_back({read_rule(row), row.flag("is_active"), row.text("created_by"), row.time("created_at")});
    }
    return rules;
}

std::optional<std::int64_t> add_word_rule(db::Tx& tx, const WordRule& rule, base::MemberId by) {
    const auto rows = tx.exec(add_word_rule_query, db::Params::of(rule.is_host, rule.pattern, rule.effect, rule.reason, by));
    const auto row = rows.find_one();
    return row ? std::optional{row->integer("rule_id")} : std::nullopt;
}

Switched switch_word_rule(db::Tx& tx, std::int64_t id, bool is_active, base::MemberId by) {
    const auto rows = tx.exec(lock_word_rule_query, db::Params::of(id));
    const auto row = rows.find_one();
    if (!row) {
        return Switched::not_found;
    }
    if (row->flag("is_active") == is_active) {
        return Switched::as_it_was;
    }
    if (is_active && row->flag("is_doubled")) {
        return Switched::doubled;
    }
    tx.exec(switch_query, db::Params::of(id, is_active, by));
    return Switched::done;
}

std::vector<RuleChange> last_rule_changes(db::Tx& tx, int limit) {
    std::vector<RuleChange> changes;
    for (const auto& row : tx.exec(word_rule_changes_query, db::Params::of(limit))) {
        changes.push_back({row.text("act"), row.text("pattern"), row.text("by_name"), row.time("at")});
    }
    return changes;
}

std::vector<TriedPost> last_posts(db::Tx& tx, const access::Viewer& viewer, int limit) {
    std::vector<TriedPost> posts;
    for (const auto& row : tx.exec(last_posts_query, db::Params::of(viewer.member, viewer.level(), limit))) {
        posts.push_back({row.integer("id"), row.id<base::ThreadId>("thread_id"), static_cast<int>(row.integer("number")), row.text("title"),
                         row.text("slug"), row.text("text"), row.time("created_at")});
    }
    return posts;
}

void mark_case(db::Tx& tx, base::CaseId id, const std::string& hold_rule) { tx.exec(mark_query, db::Params::of(id, hold_rule)); }

std::vector<CaseMark> case_marks(db::Tx& tx, base::CaseId id) {
    std::vector<CaseMark> marks;
    for (const auto& row : tx.exec(marks_query, db::Params::of(id))) {
        marks.push_back({row.text("slug"), row.text("pattern"), row.text("reason"), row.text("about")});
    }
    return marks;
}

}  // namespace forum::moderation
